//! What a form, a shop's server or an employee hands in.

use uuid::Uuid;

use crate::consent::{Address, AddressKind, Assurance, Basis, Choice, Scope, Timestamp};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::text::{ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};

/// What a signed identity says of a submission.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The kinds of address of which it says that they are the customer's.
    pub kinds: Vec<AddressKind>,
    /// Whether it had run out when the submission arrived. A yes is anybody's then. A no is still theirs: it may have waited in a
    /// browser, and taking a consent back must not fail by an hour (GDPR Art. 7(3)).
    pub late: bool,
}

/// What is handed in, already parsed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Chosen by the sender; the same submission may come again under the same id.
    pub id: Uuid,
    /// The content by which a repetition is told from another submission under the same id, see [`Shop::fingerprint`].
    pub fingerprint: String,
    /// The addresses, at most one of a kind.
    pub addresses: Vec<Address>,
    /// What a platform calls the person.
    pub external: Option<ExternalId>,
    /// Who the person is.
    pub person: PersonFacts,
    /// What was chosen.
    pub choices: Vec<ChosenAct>,
    /// What was shown; nothing where nobody was asked.
    pub notice: Option<NoticeShown>,
    /// Where.
    pub source: Source,
    /// When, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// How we know, of the addresses that no signed identity names.
    pub assurance: Assurance,
    /// Whose addresses they are by a signed identity; nothing where none was shown.
    pub identified: Option<Identified>,
}

/// One act, with what shows that it may be recorded.
#[derive(Clone, Debug)]
pub struct ChosenAct {
    /// The channel and the purpose; only an opt-out may leave them open.
    pub scope: Scope,
    /// What is claimed.
    pub claim: Claim,
    /// What shows it.
    pub evidence: KeptEvidence,
}

/// What a submission says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// There is a ground to write.
    OptIn {
        /// Of this kind.
        basis: Basis,
    },
    /// The person said no.
    OptOut {
        /// Whether it is an objection under GDPR Art. 21(2).
        objection: bool,
    },
    /// The person was asked and did not say yes.
    Declined,
}

impl Claim {
    /// The choice that is claimed.
    pub const fn choice(self) -> Choice {
        match self {
            Self::OptIn { .. } => Choice::OptIn,
            Self::OptOut { .. } => Choice::OptOut,
            Self::Declined => Choice::Declined,
        }
    }
}

/// The words that were shown.
#[derive(Clone, Debug)]
pub struct NoticeShown {
    /// The shop's name for them.
    pub id: Token,
    /// Their version.
    pub version: Token,
    /// Their language.
    pub locale: Locale,
    /// Their hash.
    pub text_sha256: Sha256Hex,
    /// The words themselves, where the sender has sent them along: their hash is the one above.
    pub text: Option<String>,
}

/// Where a submission comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The kind of place, such as `form`.
    pub kind: Token,
    /// The page.
    pub url: Option<PageUrl>,
    /// The form on it.
    pub form: Option<Line>,
    /// The version of the module that captured it.
    pub module: Option<Token>,
    /// Whether the browser sent Global Privacy Control. It says no to selling and sharing, and nothing of messages.
    pub gpc: bool,
    /// The network that it came from, such as `203.0.113.0/24`, where the shop keeps that.
    pub ip: Option<String>,
    /// The browser that it came from, without minor versions, where the shop keeps that.
    pub user_agent: Option<String>,
}

impl Source {
    /// A place of which nothing more is known.
    pub(crate) fn of(kind: Token) -> Self {
        Self { kind, url: None, form: None, module: None, gpc: false, ip: None, user_agent: None }
    }
}
