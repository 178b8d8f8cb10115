//! The statements in a row of a list, independent of the file format.

use crate::consent::{Address, AddressKind, Basis, Channel, Scope, Timestamp};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::suppression::SuppressionReason;
use crate::model::text::{ExternalId, KeyedHash, Sha256Hex};

/// The content of one row of a file.
#[derive(Clone, Debug)]
pub enum Listed {
    /// A row about a person.
    Person(ListedPerson),
    /// A row about addresses that must not receive messages, at least one.
    Suppressed(Vec<ListedSuppression>),
}

/// A person in a file.
#[derive(Clone, Debug, Default)]
pub struct ListedPerson {
    /// The addresses, at most one of each kind.
    pub addresses: Vec<Address>,
    /// The external id of the contact.
    pub external: Option<ExternalId>,
    /// The facts about the person.
    pub person: PersonFacts,
    /// The choices of the person, one per scope. Empty if the row states neither an opt-in nor an opt-out.
    pub choices: Vec<ListedChoice>,
}

/// The statement of a file about one channel and purpose.
#[derive(Clone, Debug)]
pub struct ListedChoice {
    /// The channel and the purpose. Only an opt-out may leave them open.
    pub scope: Scope,
    /// The statement.
    pub act: ListedAct,
    /// The time of the act; `None` if the file does not state it.
    pub occurred_at: Option<Timestamp>,
    /// The evidence in the file.
    pub evidence: KeptEvidence,
}

impl ListedChoice {
    /// Returns whether the choice is an opt-out.
    pub(crate) fn is_no(&self) -> bool {
        matches!(self.act, ListedAct::No { .. })
    }

    /// Returns whether the choice is an opt-in.
    pub(crate) fn is_yes(&self) -> bool {
        matches!(self.act, ListedAct::Yes { .. })
    }
}

/// The statement of a file about a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedAct {
    /// The person opted in, or another basis allows messages.
    Yes {
        /// The basis.
        basis: Basis,
    },
    /// The person opted out.
    No {
        /// Whether it is an objection under GDPR Art. 21(2).
        objection: bool,
    },
    /// The person is not opted in. Such a list does not state whether they opted out or were never asked.
    NotOptedIn,
}

/// An address that must not receive messages.
#[derive(Clone, Debug)]
pub struct ListedSuppression {
    /// The address.
    pub target: Suppressed,
    /// The channel; `None` for all channels.
    pub channel: Option<Channel>,
    /// The reason of the suppression.
    pub reason: SuppressionReason,
    /// The time since which the address is suppressed; `None` if the file does not state it.
    pub since: Option<Timestamp>,
}

/// The form in which a file names a suppressed address.
#[derive(Clone, Debug)]
pub enum Suppressed {
    /// The address itself.
    Address(Address),
    /// The SHA-256 of the normalised address: an e-mail address in lower case, a phone number in E.164 with its `+`.
    /// Providers exchange suppressions in this form.
    Sha256 {
        /// The kind of the address.
        kind: AddressKind,
        /// The SHA-256 of the address.
        hash: Sha256Hex,
    },
    /// The hash under which this same shop stores the suppression.
    Hash(KeyedHash),
}
