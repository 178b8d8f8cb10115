//! The daily run: reminders, and the removal of what has expired.

use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::job_error::JobError;
use crate::consent::Timestamp;
use crate::ledger::{
    Context, Shop, finish_job, has_earlier_data, held_due, job, postpone_job, purge, remind, renew_page, send_held,
    tell_migrated,
};

const HOUSEKEEPING: &str = "housekeeping";

pub(in crate::api) const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The first delay before failed housekeeping is retried, in milliseconds: one minute. It doubles with each failure.
const FIRST_RETRY: i64 = 60_000;

/// The delay, in milliseconds, before housekeeping continues if it could not delete everything in one run.
const NEXT_SWEEP: i64 = 1_000;

impl ShopService {
    /// Does the daily run if it is due, and returns whether it was. If the run fails, the failure is reported and the run is tried
    /// again later by itself.
    ///
    /// # Errors
    /// [`JobError`] if the database fails so that not even that can be stored.
    pub(in crate::api) fn clean_up(&self) -> Result<bool, JobError> {
        let Some(shop) = self.shop()? else { return Ok(false) };
        let context = Context::after(self.runtime(), self.latest.get());
        if self.housekeeping_due(&shop)? > context.now {
            return Ok(false);
        }
        let done = self.database().transaction(|_| {
            let left = self.daily_work(&shop, &context)?;
            let next = context.now.plus_millis(if left { NEXT_SWEEP } else { DAY });
            Ok::<_, Problem>(finish_job(self.database(), HOUSEKEEPING, context.now, next)?)
        });
        self.latest.set(context.mark());
        if let Err(problem) = done {
            self.runtime().report(&JobError::from(problem).to_string());
            let failed = job(self.database(), HOUSEKEEPING)?.map_or(0, |job| job.attempts);
            let wait = FIRST_RETRY << failed.clamp(0, 10);
            postpone_job(self.database(), HOUSEKEEPING, context.now.plus_millis(wait.min(DAY)))?;
        }
        Ok(true)
    }

    /// Sends messages that were over a budget, as far as it allows now. Returns whether it was time for it.
    ///
    /// # Errors
    /// [`JobError`] if the database fails.
    pub(in crate::api) fn send_held_messages(&self) -> Result<bool, JobError> {
        let Some(shop) = self.shop()? else { return Ok(false) };
        let context = Context::after(self.runtime(), self.latest.get());
        if held_due(self.database())?.is_none_or(|due| due > context.now) {
            return Ok(false);
        }
        let done = self.database().transaction(|tx| send_held(tx, &shop, &context));
        self.latest.set(context.mark());
        done?;
        Ok(true)
    }

    /// Brings one page of data that an earlier version stored into today's form. Returns whether there was any.
    ///
    /// # Errors
    /// [`JobError`] if the database fails.
    pub(in crate::api) fn renew(&self) -> Result<bool, JobError> {
        let Some(shop) = self.shop()? else { return Ok(false) };
        if !has_earlier_data(self.database())? {
            return Ok(false);
        }
        let context = Context::after(self.runtime(), self.latest.get());
        let done = self.database().transaction(|tx| renew_page(tx, &shop, &context));
        self.latest.set(context.mark());
        done?;
        Ok(true)
    }

    /// Sends reminders and deletes expired data. Returns whether some work is left.
    pub(in crate::api) fn daily_work(&self, shop: &Shop, context: &Context<'_>) -> Result<bool, Problem> {
        tell_migrated(self.database(), shop, context)?;
        // Without a known time zone there are no reminders. The settings refuse an unknown time zone, so this does not
        // happen in practice.
        let reminders = match context.day(shop.settings.links.zone()) {
            Some(today) => remind(self.database(), shop, today, context)?,
            None => false,
        };
        Ok(purge(self.database(), shop, context)? || reminders)
    }

    pub(in crate::api) fn housekeeping_due(&self, shop: &Shop) -> Result<Timestamp, Problem> {
        let known = job(self.database(), HOUSEKEEPING)?.map(|job| job.due_at);
        Ok(known.unwrap_or_else(|| shop.created_at.plus_millis(DAY)))
    }
}
