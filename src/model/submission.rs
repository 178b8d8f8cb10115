//! What a form, a shop's server or an employee hands in.

use uuid::Uuid;

use crate::consent::{ActTime, Address, AddressKind, Assurance, Basis, Choice, ConnectionId, Scope};
use crate::model::evidence::KeptEvidence;
use crate::model::fingerprint::Fingerprint;
use crate::model::person::PersonFacts;
use crate::model::text::{ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};

/// The statements of a signed identity about a submission.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The kinds of the addresses that the identity confirms as the customer's.
    pub kinds: Vec<AddressKind>,
    /// Whether the identity had expired when the submission arrived. An opt-in then counts as anonymous. An opt-out
    /// still counts as the customer's: it may have waited in a browser, and an expired identity must not prevent the
    /// withdrawal of consent (GDPR Art. 7(3)).
    pub late: bool,
}

/// A submission, already parsed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The id, chosen by the sender. The same submission may arrive again with the same id.
    pub id: Uuid,
    /// The keyed hash of the content, made with the shop's secret. It distinguishes a repetition from another
    /// submission with the same id.
    pub fingerprint: Fingerprint,
    /// The addresses, at most one of each kind.
    pub addresses: Vec<Address>,
    /// The external id of the contact, if a platform knows the person.
    pub external: Option<ExternalId>,
    /// The facts about the person.
    pub person: PersonFacts,
    /// The choices of the person.
    pub choices: Vec<ChosenAct>,
    /// The notice that was shown; `None` if nobody was asked.
    pub notice: Option<NoticeShown>,
    /// The place where the submission was made.
    pub source: Source,
    /// The time of the acts, as the sender tells it.
    pub time: ActTime,
    /// The assurance for addresses that no signed identity names.
    pub assurance: Assurance,
    /// The connection that reports the acts. Only for [`Assurance::Reported`].
    pub connection: Option<ConnectionId>,
    /// The identity token's statement about the addresses; `None` if there was no token.
    pub identified: Option<Identified>,
    /// The id of the submission of which this is a part: the same form stated it beside another address.
    pub beside: Option<Uuid>,
}

/// One act, with its evidence.
#[derive(Clone, Debug)]
pub struct ChosenAct {
    /// The channel and the purpose. Only an opt-out may leave them open.
    pub scope: Scope,
    /// The claimed act.
    pub claim: Claim,
    /// The evidence for the act.
    pub evidence: KeptEvidence,
}

vocabulary! {
    /// A choice as a page or a server states it.
    StatedChoice, "unknown choice" {
        /// The person opts in.
        OptIn = "opt_in",
        /// The person opts out.
        OptOut = "opt_out",
        /// The person was asked and did not opt in.
        Declined = "declined",
        /// The page ticked the box, and the person did not touch it.
        PreTicked = "pre_ticked",
    }
}

/// The act that a submission claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The person opted in, or another basis allows messages.
    OptIn {
        /// The basis.
        basis: Basis,
    },
    /// The person opted out.
    OptOut {
        /// Whether it is an objection under GDPR Art. 21(2).
        objection: bool,
    },
    /// The person was asked and did not opt in.
    Declined,
}

impl Claim {
    /// Returns the claimed choice.
    pub const fn choice(self) -> Choice {
        match self {
            Self::OptIn { .. } => Choice::OptIn,
            Self::OptOut { .. } => Choice::OptOut,
            Self::Declined => Choice::Declined,
        }
    }
}

/// The notice that was shown.
#[derive(Clone, Debug)]
pub struct NoticeShown {
    /// The shop's id for the notice.
    pub id: Token,
    /// The version of the notice.
    pub version: Token,
    /// The language of the notice, a BCP 47 tag.
    pub locale: Locale,
    /// The SHA-256 of the notice text, as 64 hexadecimal digits.
    pub text_sha256: Sha256Hex,
    /// The notice text, if the sender sent it along. Its hash equals `text_sha256`.
    pub text: Option<String>,
}

impl NoticeShown {
    /// Returns the language in which a person was addressed. English if no notice was shown.
    pub fn locale_of(notice: Option<&Self>) -> &str {
        notice.map_or("en", |notice| notice.locale.as_str())
    }
}

/// The place where a submission was made.
#[derive(Clone, Debug)]
pub struct Source {
    /// The kind of place, such as `form`.
    pub kind: Token,
    /// The URL of the page.
    pub url: Option<PageUrl>,
    /// The form on the page.
    pub form: Option<Line>,
    /// The version of the storefront module that captured the choices.
    pub module: Option<Token>,
    /// Whether the browser sent Global Privacy Control. It opts out of selling and sharing data; it says nothing about
    /// messages.
    pub gpc: bool,
    /// The network of the sender, such as `203.0.113.0/24`, if the shop stores it.
    pub ip: Option<String>,
    /// The sender's browser without minor versions, if the shop stores it.
    pub user_agent: Option<String>,
    /// The provider that delivered the person's message.
    pub provider: Option<Token>,
}

impl Source {
    /// Returns a source that contains only the kind.
    pub(crate) fn of(kind: Token) -> Self {
        Self { kind, url: None, form: None, module: None, gpc: false, ip: None, user_agent: None, provider: None }
    }
}
