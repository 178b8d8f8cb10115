//! What a row of a list says, whatever the file looked like.

use crate::consent::{Address, AddressKind, Basis, Channel, Scope, Timestamp};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::suppression::SuppressionReason;
use crate::model::text::{ExternalId, KeyedHash, Sha256Hex};

/// What one row of a file says.
#[derive(Clone, Debug)]
pub enum Listed {
    /// Of a person.
    Person(ListedPerson),
    /// Of an address that is not to be written to.
    Suppressed(ListedSuppression),
}

/// A person in a file.
#[derive(Clone, Debug, Default)]
pub struct ListedPerson {
    /// The addresses, at most one of a kind.
    pub addresses: Vec<Address>,
    /// What a platform calls them.
    pub external: Option<ExternalId>,
    /// Who they are.
    pub person: PersonFacts,
    /// What is said of them, one a scope. Empty where the row says neither yes nor no.
    pub choices: Vec<ListedChoice>,
}

/// What a file says of one channel and purpose.
#[derive(Clone, Debug)]
pub struct ListedChoice {
    /// The channel and the purpose; only a no may leave them open.
    pub scope: Scope,
    /// What is said.
    pub said: ListedWord,
    /// When the person did it; nothing where the file does not say.
    pub occurred_at: Option<Timestamp>,
    /// What the file has to show for it.
    pub evidence: KeptEvidence,
}

/// What is said of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedWord {
    /// There is a ground to write.
    Yes {
        /// Of this kind.
        basis: Basis,
    },
    /// The person said no.
    No {
        /// Whether it is an objection under GDPR Art. 21(2).
        objection: bool,
    },
    /// Not opted in, which may mean that they left or that they were never asked: such a list does not tell.
    NotOptedIn,
}

/// An address that is not to be written to.
#[derive(Clone, Debug)]
pub struct ListedSuppression {
    /// Which.
    pub whom: Suppressed,
    /// On which channel; nothing for all.
    pub channel: Option<Channel>,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when; nothing where the file does not say.
    pub since: Option<Timestamp>,
}

/// By what a suppressed address is named.
#[derive(Clone, Debug)]
pub enum Suppressed {
    /// By itself.
    Address(Address),
    /// By the SHA-256 of the form it is matched by: an e-mail address in lower case, a number as E.164 with its `+`. So providers
    /// exchange them.
    Sha256 {
        /// What kind of address it is.
        kind: AddressKind,
        /// Its hash.
        hash: Sha256Hex,
    },
    /// By the hash under which this very shop keeps it.
    Hash(KeyedHash),
}
