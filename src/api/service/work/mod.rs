//! The background work of a shop: deliveries to webhooks, the daily run, imports. The adapter calls [`ShopService::step`] and
//! does the network requests; the service decides what is done, how often and in which order.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | one step, and when the next is due |
//! | `deliveries` | deliveries of events to webhooks |
//! | `housekeeping` | the daily run |
//! | `imports`, `import_file` | a page of an import; its file, read piece by piece |
//! | `sync`, `errand` | requests to connected shop platforms |
//! | `answered_page` | takes over the customers that a platform has answered |
//! | `hook_check` | whether a platform still has the hooks |
//! | `job_error` | what can go wrong |

pub(in crate::api) mod answered_page;
pub(in crate::api) mod deliveries;
pub(in crate::api) mod errand;
pub(in crate::api) mod hook_check;
pub(in crate::api) mod housekeeping;
pub(in crate::api) mod import_file;
pub(in crate::api) mod imports;
pub(in crate::api) mod job_error;
pub(in crate::api) mod sync;

use self::deliveries::{CONCURRENT_SENDS, Outgoing, SHARED_SENDS, sends_allowed};
use self::job_error::JobError;
use crate::api::service::shop_service::ShopService;
use crate::consent::Timestamp;
use crate::ledger::{due_deliveries, has_earlier_data, held_due, waiting};

/// The next step of the work.
#[derive(Clone, Debug)]
pub enum Step {
    /// Send these requests, and report the outcome of each by [`ShopService::finished`].
    Send(Vec<Outgoing>),
    /// Some work was done, and there may be more. Let other requests have their turn, then call [`ShopService::step`]
    /// again.
    Busy,
    /// Nothing is due before this time, unless a request leaves new work.
    Until(Timestamp),
}

impl ShopService {
    /// Returns whether a request may have left work that is due before the time that [`ShopService::step`] returned
    /// last.
    pub fn has_new_jobs(&self) -> bool {
        self.has_new_jobs.replace(false)
    }

    /// Does one piece of the due work: deliveries first, then the daily run, then a page of addresses
    /// that need their normal form, then a page of an import.
    ///
    /// # Errors
    /// [`JobError`] if the database fails. Try again later.
    pub fn step(&self, now: Timestamp) -> Result<Step, JobError> {
        let outgoing = self.due_deliveries()?;
        if !outgoing.is_empty() {
            return Ok(Step::Send(outgoing));
        }
        let errands = self.due_errands()?;
        if !errands.is_empty() {
            return Ok(Step::Send(errands));
        }
        let next = self.next_step()?;
        // Time has passed since the caller read the clock. An import is due at the present time, not at `now`.
        if next > now.max(self.runtime().now()) {
            return Ok(Step::Until(next));
        }
        if self.take_customers()?
            || self.compare_customers()?
            || self.clean_up()?
            || self.send_held_messages()?
            || self.renew()?
            || self.work_on_imports()?
        {
            return Ok(Step::Busy);
        }
        Ok(Step::Until(self.next_step()?))
    }

    /// Returns when something is due next. Deliveries in progress do not count.
    ///
    /// # Errors
    /// [`JobError`] if the database fails.
    pub fn next_step(&self) -> Result<Timestamp, JobError> {
        let Some(shop) = self.shop()? else { return Ok(Timestamp::NEVER) };
        let mut next = self.housekeeping_due(&shop)?.min(self.errands_due()?);
        if self.has_imports()? || has_earlier_data(self.database())? {
            next = next.min(self.runtime().now());
        }
        if let Some(due) = held_due(self.database())? {
            next = next.min(due);
        }
        if shop.webhooks.is_empty() || self.busy.borrow().len() >= CONCURRENT_SENDS {
            return Ok(next);
        }
        for one in waiting(self.database())? {
            let busy = self.busy_with(&one.webhook);
            if busy == 0 {
                next = next.min(one.due_at);
            } else if busy < sends_allowed(&one) && self.busy.borrow().len() < SHARED_SENDS {
                let rows = due_deliveries(self.database(), &one.webhook, busy + 1)?;
                let free = rows.iter().find(|row| !self.busy.borrow().contains(&row.key));
                next = free.map_or(next, |row| next.min(row.due_at.max(one.held_until)));
            }
        }
        Ok(next)
    }
}

#[cfg(all(test, feature = "native"))]
#[path = "work_tests.rs"]
mod tests;
