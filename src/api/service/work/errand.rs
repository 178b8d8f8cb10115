//! A request to a connected shop platform that is under way.

use uuid::Uuid;

use crate::model::exchange::HttpRequest;
use crate::model::remote::{RemoteCustomer, Wanted};

/// A request of a connection that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Errand {
    pub(in crate::api) connection: Uuid,
    pub(in crate::api) purpose: Purpose,
    /// The customers of whom the platform has told since, and whether they are gone. Nobody knows what it did first.
    pub(in crate::api) overtaken: Vec<(String, bool)>,
}

/// The purpose of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Purpose {
    Token,
    /// The hooks that the platform has are read.
    Hooks,
    /// A hook is made or enabled.
    Mend,
    Page {
        sweep: i64,
        place: String,
    },
    Read {
        id: String,
    },
    Write {
        id: String,
        wanted: Vec<Wanted>,
    },
    Erase {
        id: String,
    },
}

/// The check of the hooks of one connection.
#[derive(Debug)]
pub(in crate::api) struct HookCheck {
    pub(in crate::api) connection: Uuid,
    /// The reading of all customers that it belongs to.
    pub(in crate::api) sweep: i64,
    /// The requests that are left.
    pub(in crate::api) requests: Vec<HttpRequest>,
}

/// A page of customers that the platform has answered and that is being taken over.
#[derive(Debug)]
pub(in crate::api) struct AnsweredPage {
    pub(in crate::api) connection: Uuid,
    /// The reading and the place in it that were asked for.
    pub(in crate::api) sweep: i64,
    pub(in crate::api) place: String,
    /// Those that are left.
    pub(in crate::api) customers: Vec<RemoteCustomer>,
    /// The place of the next page.
    pub(in crate::api) next: Option<String>,
}
