//! Body of `POST /v1/consents`, and a form that says the same.

pub(in crate::api) mod form;

use serde::{Deserialize, Serialize};

use crate::api::body::Object;
use crate::api::contract::schema;
use crate::api::identity::Identity;
use crate::api::problem::{Fault, Problem};
use crate::api::wire::shop::NoticeText;
use crate::api::wire::{
    ASSURANCE, BASIS, BORN, CHANNEL, CHOICE, COUNTRY, DEALING, EXTERNAL, LINE, LOCALE, NO_ASSURANCE, PURPOSE, REGION,
    RELATION, SHA256, TIME, TOKEN, URL, UUID, addresses, field, needs_secret_key, optional,
};
use crate::consent::{
    Address, Assurance, Basis, Channel, Choice, CountryCode, Dealing, PurposeSlug, RegionCode, Relation, Scope,
    Timestamp,
};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::submission::{ChosenAct, Claim, Identified, NoticeShown, Source, Submission};
use crate::model::text::{BirthDate, ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};

/// Body of `POST /v1/consents`. Written back as JSON it is also what the fingerprint is taken of, so that a repetition is
/// known again whatever its spacing and order of fields. What is absent is left out there, so that a field that is added later
/// does not make another submission of one that is repeated.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(description = "One submission of choices, idempotent by its `id`."))]
pub(in crate::api) struct SubmissionBody {
    /// An id that the sender gives it. The same again changes nothing; other content under it is refused.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// Whose choices they are.
    contact: Object<ContactBody>,
    /// The choices; each channel and purpose once.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 64)))]
    choices: Vec<Object<ChoiceBody>>,
    /// What was shown. A consent and a `declined` need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<Object<NoticeBody>>,
    /// Where it was captured.
    source: Object<SourceBody>,
    /// When, by the sender's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    occurred_at: Option<String>,
    /// How the sender knows that the person acted; `claimed` where nothing is said. Anything else takes a secret key,
    /// and with one an `opt_out` needs it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Assurance>"))]
    assurance: Option<String>,
    /// Who the person is, by a token that the shop's server has signed: a JWT, RFC 7519, HS256 under the SHA-256 of a secret key
    /// with the scope `capture`, in lower-case hex; with `exp` within a day, and of `email`, `phone` and `external` what is
    /// known. What is said of an address that it names is `authenticated`. Of one that has run out, less than 30 days ago, only the
    /// `opt_out`s are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(length(max = 4_096)))]
    identity: Option<String>,
}

/// A person, by the addresses that the channels need.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ContactBody {
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// A push endpoint or token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// A postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// The country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    country: Option<String>,
    /// The part of the country; only together with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<RegionCode>"))]
    region: Option<String>,
    /// As whom they are addressed. Takes a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Relation>"))]
    relation: Option<String>,
    /// The date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<BirthDate>"))]
    born: Option<String>,
    /// What a platform calls them. Takes a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    external: Option<String>,
}

/// One choice.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ChoiceBody {
    /// The channel. With a secret key an `opt_out` may leave it open: all channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    channel: Option<String>,
    /// The purpose. With a secret key an `opt_out` may leave it open: all purposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    purpose: Option<String>,
    /// What they chose.
    #[cfg_attr(feature = "contract", schemars(with = "Choice"))]
    choice: String,
    /// The ground of an opt-in; `consent` where nothing is said. Another takes a secret key and evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Basis>"))]
    basis: Option<String>,
    /// Of an opt-out: whether it is an objection to direct marketing, GDPR Art. 21(2). Takes a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<bool>,
    /// What shows that the ground is there. Takes a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Object<EvidenceBody>>,
}

/// What shows that a ground is there.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct EvidenceBody {
    /// What happened between the person and the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Dealing>"))]
    dealing: Option<String>,
    /// The shop's own name for it: an order, an account, a contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reference: Option<String>,
    /// Whether the person could refuse when the address was taken, simply and free of charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal_offered: Option<bool>,
    /// Whether only the shop's own similar products are advertised.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_similar_products: Option<bool>,
    /// Where the weighing of interests is written down, GDPR Art. 6(1)(f).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    assessment: Option<String>,
    /// Why an employee entered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reason: Option<String>,
    /// By which channel the confirmation came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    confirmed_by: Option<String>,
}

/// The words that were shown.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NoticeBody {
    /// The shop's name for them.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    id: String,
    /// Their version.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    version: String,
    /// Their language.
    #[cfg_attr(feature = "contract", schemars(with = "Locale"))]
    locale: String,
    /// The SHA-256 of the text, hexadecimal.
    #[cfg_attr(feature = "contract", schemars(with = "Sha256Hex"))]
    text_sha256: String,
    /// The text itself, for one that is not among the shop's notices: kept once, as the sender's word for what was shown. At most
    /// 8,000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 8_000)))]
    text: Option<String>,
}

/// Where it was captured.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct SourceBody {
    /// The kind of place, such as `form`.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    kind: String,
    /// The page. Query, fragment and user info are cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<PageUrl>"))]
    url: Option<String>,
    /// The form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    form: Option<String>,
    /// The version of the module that captured it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Token>"))]
    module: Option<String>,
    /// Whether the browser sends Global Privacy Control. A signal: it opts nobody out of messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    gpc: Option<bool>,
}

const OTHER_WORDS: Fault =
    Fault::new("other_words", "send 1 to 8000 bytes of text, exactly those that text_sha256 is the hash of");

/// Choices in one submission: more than channels times any sensible number of purposes on one form.
const MAX_CHOICES: usize = 64;

impl SubmissionBody {
    /// The token by which the shop says who the person is.
    pub(in crate::api) fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Turns the body into a submission. `trusted` is whether the sender is the shop itself and may vouch for a customer;
    /// `identity` is what the token says, where it is still good.
    pub(in crate::api) fn parse(
        &self,
        trusted: bool,
        identity: Option<&Identity>,
        fingerprint: impl FnOnce(&[u8]) -> String,
    ) -> Result<Submission, Problem> {
        let (contact, source) = (&self.contact.0, &self.source.0);
        let assurance = optional("/assurance", self.assurance.as_deref(), Assurance::parse, ASSURANCE)?;
        let assurance = assurance.unwrap_or(Assurance::Claimed);
        // What only the shop itself may say; a page speaks for whoever looks at it.
        let private = [
            ("/assurance", assurance != Assurance::Claimed),
            ("/contact/external", contact.external.is_some()),
            ("/contact/relation", contact.relation.is_some()),
        ];
        if let Some((pointer, _)) = private.iter().find(|(_, said)| *said && !trusted) {
            return Err(Problem::field(*pointer, needs_secret_key()));
        }
        // An anonymous form's no turns nobody off. From a page that is all that can be said; a shop's server knows better, and
        // must not lose a person's no by leaving a field out.
        let refuses = self.choices.iter().any(|choice| choice.0.choice == Choice::OptOut.as_str());
        if trusted && refuses && self.assurance.is_none() {
            return Err(Problem::field("/assurance", NO_ASSURANCE));
        }
        let given = [&contact.email, &contact.phone, &contact.push, &contact.postal];
        let addresses = addresses("/contact", given)?;
        let numbered = self.choices.iter().enumerate();
        let choices = match self.choices.len() {
            1..=MAX_CHOICES => numbered.map(|(at, choice)| choice.0.parse(at, trusted)).collect::<Result<_, _>>()?,
            _ => return Err(Problem::field("/choices", Fault::new("wrong_number_of_choices", "send 1 to 64 choices"))),
        };
        let notice = self.notice.as_ref().map(|notice| notice.0.parse()).transpose()?;
        let external = optional("/contact/external", contact.external.as_deref(), ExternalId::parse, EXTERNAL)?;
        let named = |address: &&Address| identity.is_some_and(|identity| identity.names(address));
        Ok(Submission {
            id: field("/id", &self.id, |text| text.parse().ok(), UUID)?,
            identified: identity.map(|identity| Identified {
                kinds: addresses.iter().filter(named).map(Address::kind).collect(),
                late: identity.late,
            }),
            addresses,
            person: contact.person()?,
            external: external.or_else(|| identity.filter(|identity| !identity.late)?.external.clone()),
            choices,
            notice,
            source: Source {
                kind: field("/source/kind", &source.kind, Token::parse, TOKEN)?,
                url: optional("/source/url", source.url.as_deref(), PageUrl::parse, URL)?,
                form: optional("/source/form", source.form.as_deref(), Line::parse, LINE)?,
                module: optional("/source/module", source.module.as_deref(), Token::parse, TOKEN)?,
                gpc: source.gpc.unwrap_or(false),
                ip: None,
                user_agent: None,
            },
            occurred_at: optional("/occurred_at", self.occurred_at.as_deref(), Timestamp::parse, TIME)?,
            assurance,
            // Two senders of different trust never share a submission, so trust is part of the content.
            fingerprint: fingerprint(&serde_json::to_vec(&(trusted, self))?),
        })
    }
}

impl ContactBody {
    fn person(&self) -> Result<PersonFacts, Problem> {
        let person = PersonFacts {
            country: optional("/contact/country", self.country.as_deref(), CountryCode::parse, COUNTRY)?,
            region: optional("/contact/region", self.region.as_deref(), RegionCode::parse, REGION)?,
            relation: optional("/contact/relation", self.relation.as_deref(), Relation::parse, RELATION)?,
            born: optional("/contact/born", self.born.as_deref(), BirthDate::parse, BORN)?,
        };
        match person {
            PersonFacts { country: None, region: Some(_), .. } => Err(Problem::field("/contact/region", REGION)),
            person => Ok(person),
        }
    }
}

impl NoticeBody {
    pub(super) fn parse(&self) -> Result<NoticeShown, Problem> {
        // Our own pages' words are vouched for by us; nobody else can say that they were shown.
        let id = |text: &str| Token::parse(text).filter(|_| !text.starts_with("placet:"));
        let text_sha256 = field("/notice/text_sha256", &self.text_sha256, Sha256Hex::parse, SHA256)?;
        let words = |text: &str| NoticeText::words(text).filter(|text| Sha256Hex::of(text) == text_sha256);
        Ok(NoticeShown {
            id: field("/notice/id", &self.id, id, TOKEN)?,
            version: field("/notice/version", &self.version, Token::parse, TOKEN)?,
            locale: field("/notice/locale", &self.locale, Locale::parse, LOCALE)?,
            text: optional("/notice/text", self.text.as_deref(), words, OTHER_WORDS)?,
            text_sha256,
        })
    }
}

impl ChoiceBody {
    fn parse(&self, index: usize, trusted: bool) -> Result<ChosenAct, Problem> {
        let at = |name: &str| format!("/choices/{index}/{name}");
        let claim = claim(&format!("/choices/{index}"), &self.choice, self.basis.as_deref(), self.objection)?;
        let private = [
            ("basis", matches!(claim, Claim::OptIn { basis } if basis != Basis::Consent)),
            ("objection", self.objection == Some(true)),
            ("evidence", self.evidence.is_some()),
        ];
        if let Some((name, _)) = private.iter().find(|(_, said)| *said && !trusted) {
            return Err(Problem::field(at(name), needs_secret_key()));
        }
        let scope = Scope {
            channel: optional(&at("channel"), self.channel.as_deref(), Channel::parse, CHANNEL)?,
            purpose: optional(&at("purpose"), self.purpose.as_deref(), PurposeSlug::parse, PURPOSE)?,
        };
        if !trusted && !scope.is_specific() {
            let missing = if scope.channel.is_none() { "channel" } else { "purpose" };
            return Err(Problem::field(at(missing), Fault::new("missing_field", "this field is required")));
        }
        let evidence = self.evidence.as_ref().map(|evidence| evidence.0.parse(&at("evidence"))).transpose()?;
        Ok(ChosenAct { scope, claim, evidence: evidence.unwrap_or_default() })
    }
}

/// What a choice claims, with what goes with it and nothing else.
pub(super) fn claim(
    pointer: &str,
    choice: &str,
    basis: Option<&str>,
    objection: Option<bool>,
) -> Result<Claim, Problem> {
    let at = |name: &str| format!("{pointer}/{name}");
    let basis = optional(&at("basis"), basis, Basis::parse, BASIS)?;
    let claim = match field(&at("choice"), choice, Choice::parse, CHOICE)? {
        Choice::OptIn => Claim::OptIn { basis: basis.unwrap_or(Basis::Consent) },
        Choice::OptOut => Claim::OptOut { objection: objection.unwrap_or(false) },
        Choice::Declined => Claim::Declined,
    };
    if basis.is_some() && !matches!(claim, Claim::OptIn { .. }) {
        return Err(Problem::field(at("basis"), Fault::new("basis_without_opt_in", "only an opt-in has a basis")));
    }
    if objection.is_some() && !matches!(claim, Claim::OptOut { .. }) {
        let fault = Fault::new("objection_without_opt_out", "only an opt_out can be an objection");
        return Err(Problem::field(at("objection"), fault));
    }
    Ok(claim)
}

impl EvidenceBody {
    pub(super) fn parse(&self, pointer: &str) -> Result<KeptEvidence, Problem> {
        let line = |name: &str, text: &Option<String>| {
            optional(&format!("{pointer}/{name}"), text.as_deref(), Line::parse, LINE)
        };
        let by = self.confirmed_by.as_deref();
        Ok(KeptEvidence {
            dealing: optional(&format!("{pointer}/dealing"), self.dealing.as_deref(), Dealing::parse, DEALING)?,
            reference: line("reference", &self.reference)?,
            refusal_offered: self.refusal_offered.unwrap_or(false),
            own_similar_products: self.own_similar_products.unwrap_or(false),
            assessment: line("assessment", &self.assessment)?,
            reason: line("reason", &self.reason)?,
            confirmed_by: optional(&format!("{pointer}/confirmed_by"), by, Channel::parse, CHANNEL)?,
            ..KeptEvidence::default()
        })
    }
}
