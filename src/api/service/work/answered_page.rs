//! Takes over the pages of customers that platforms answer, in short stretches.

use crate::api::service::shop_service::ShopService;
use crate::api::service::work::errand::AnsweredPage;
use crate::api::service::work::job_error::JobError;
use crate::api::service::work::sync::is_running;
use crate::ledger::{Context, Seen, connection, note_customer, note_page};

/// How many customers of a page are taken over in one stretch. Each may be a record, and other requests wait meanwhile.
const STRETCH: usize = 10;

impl ShopService {
    /// Takes over some customers of a page that a platform has answered. Returns whether there was one. The page is asked for
    /// again if the process ends before its last customer.
    pub(in crate::api) fn take_customers(&self) -> Result<bool, JobError> {
        let Some(mut page) = self.pages.borrow_mut().pop() else { return Ok(false) };
        let (Some(shop), Some(own)) = (self.shop()?, connection(self.database(), page.connection)?) else {
            return Ok(true);
        };
        // While the connection stands still nothing is taken. The page is asked for again.
        if !is_running(&own) {
            return Ok(true);
        }
        // An approval or a changed mapping has all customers read from the beginning.
        if own.sweep != page.sweep || own.place.as_ref() != Some(&page.place) {
            return Ok(true);
        }
        let rest = page.customers.split_off(page.customers.len().min(STRETCH));
        let context = Context::after(self.runtime(), self.latest.get());
        let done = self.database().transaction(|tx| {
            for customer in &page.customers {
                note_customer(tx, &shop, &own, customer, Seen::Asked, &context)?;
            }
            if rest.is_empty() { note_page(tx, &shop, &own, page.next.as_deref(), &context) } else { Ok(()) }
        });
        self.latest.set(context.mark());
        if context.has_events() {
            self.has_new_jobs.set(true);
        }
        done?;
        if !rest.is_empty() {
            self.pages.borrow_mut().push(AnsweredPage { customers: rest, ..page });
        }
        Ok(true)
    }
}
