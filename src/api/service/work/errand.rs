//! A request to a connected shop platform that is under way.

use uuid::Uuid;

use crate::model::remote::Wanted;

/// A request of a connection that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Errand {
    pub(in crate::api) connection: Uuid,
    pub(in crate::api) purpose: Purpose,
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
        /// Whether the platform has told of the customer since. Nobody knows which of the two it did first.
        is_overtaken: bool,
    },
    Erase {
        id: String,
    },
}
