//! Checks that the platforms of connections still have the hooks that tell placet of changes.

use crate::api::link::{LinkKind, Subject};
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::errand::{HookCheck, Purpose};
use crate::api::service::work::sync::Line;
use crate::ledger::{ConnectionMode, Shop, hook_secret};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::platforms::HookTarget;

impl ShopService {
    /// Returns the next request about the hooks at the platform. They are checked once in each reading of all customers.
    pub(super) fn next_about_hooks(&self, shop: &Shop, line: &Line) -> Option<(Purpose, HttpRequest)> {
        let own = &line.connection;
        if !own.is_approved || own.mode == ConnectionMode::Observe {
            return None;
        }
        let mut checks = self.hook_checks.borrow_mut();
        if let Some(check) = checks.iter_mut().find(|check| check.connection == own.id && check.sweep == own.sweep) {
            return check.requests.pop().map(|request| (Purpose::Mend, request));
        }
        let (url, secret) = self.hook_target(shop, line)?;
        let target = HookTarget { url: &url, secret: &secret };
        let request = line.connector.ask_hooks(&line.access(&line.fields()), &target)?;
        checks.retain(|check| check.connection != own.id);
        checks.push(HookCheck { connection: own.id, sweep: own.sweep, requests: Vec::new() });
        Some((Purpose::Hooks, request))
    }

    pub(super) fn note_hooks(&self, shop: &Shop, line: &Line, answer: &HttpAnswer) {
        let Some((url, secret)) = self.hook_target(shop, line) else { return };
        let target = HookTarget { url: &url, secret: &secret };
        let requests = line.connector.mend_hooks(&line.access(&line.fields()), &target, answer);
        if let Some(check) =
            self.hook_checks.borrow_mut().iter_mut().find(|check| check.connection == line.connection.id)
        {
            check.requests = requests;
        }
    }

    fn hook_target(&self, shop: &Shop, line: &Line) -> Option<(String, String)> {
        let id = line.connection.id;
        let url = self.url(shop, LinkKind::Connection, &Subject::Connection(id)).ok()?;
        let secret = line.connector.secrets(&hook_secret(shop, id), &line.credentials.given).into_iter().next()?;
        Some((url, secret))
    }
}
