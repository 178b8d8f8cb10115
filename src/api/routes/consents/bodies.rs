//! The body of `POST /v1/consents`.

use serde::{Deserialize, Serialize};

use crate::api::body::Object;
use crate::api::fields::{
    ASSURANCE, EXTERNAL, LINE, LOCALE, NO_ASSURANCE, SHA256, TIME, TOKEN, URL, UUID, field, needs_secret_key, optional,
};
use crate::api::identity::Identity;
use crate::api::problem::{Fault, Problem};
use crate::api::routes::consents::answers::ChoiceReceipt;
use crate::api::routes::consents::choice_body::ChoiceBody;
use crate::api::routes::consents::contact_body::ContactBody;
use crate::api::routes::shop::shop_body::NoticeText;
use crate::consent::{
    ActTime, Address, AddressKind, Assurance, Channel, Choice, ConnectionId, CountryCode, PurposeSlug, Timestamp,
};
use crate::ledger::{ChoiceOutcome, ChoiceResult};
use crate::model::fingerprint::Fingerprint;
use crate::model::person::PersonFacts;
use crate::model::submission::{ChosenAct, Claim, Identified, NoticeShown, Source, Submission};
use crate::model::text::{ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};

/// Body of `POST /v1/consents`. The fingerprint of a submission is a hash of this struct written back as JSON, so a
/// repetition is recognised whatever its spacing and order of fields. Absent fields are left out of that JSON, so a
/// field that is added in a later version does not change the fingerprint of a repeated submission.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(description = "One submission of choices, idempotent by its `id`."))]
pub(in crate::api) struct SubmissionBody {
    /// The id that the sender gives to the submission. Sending the same content again under this id changes nothing;
    /// other content under the same id is refused.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub(in crate::api) id: String,
    /// The contact whose choices these are.
    pub(in crate::api) contact: Object<ContactBody>,
    /// The choices, 1 to 64. Each channel and purpose occurs at most once.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 64)))]
    pub(in crate::api) choices: Vec<Object<ChoiceBody>>,
    /// The notice that was shown. Required for an opt-in with basis `consent` and for a `declined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) notice: Option<Object<NoticeBody>>,
    /// The place where the choices were captured.
    pub(in crate::api) source: Object<SourceBody>,
    /// The time of the act by the sender's clock, RFC 3339. An opt-in counts from this time if `age_ms` is absent, but
    /// never from later than its receipt. An opt-out counts from its receipt, unless `historic` is true. An opt-in that
    /// is `listed` or `reported` and has no time is undated and ends no opt-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    pub(in crate::api) occurred_at: Option<String>,
    /// The milliseconds between the act and this request, as the sender's clock measured them: 0 if the act is sent at
    /// once. The act counts from the receipt less this age, at most 30 days, so that a wrong clock does no harm. A
    /// repeated request may have another age.
    #[serde(default, skip_serializing)]
    pub(in crate::api) age_ms: Option<u64>,
    /// Whether the submission tells of earlier acts. They count from `occurred_at`, also an opt-out. Default: false.
    /// Requires a secret key and `occurred_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) historic: Option<bool>,
    /// How the sender knows that the person acted. Default: `claimed`. Any other value requires a secret key. With a
    /// secret key, a submission that contains an `opt_out` must state the assurance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Assurance>"))]
    pub(in crate::api) assurance: Option<String>,
    /// The id of the connection to the shop platform that reports the acts. Only with the assurance `reported`. A
    /// report ends only opt-outs that the same connection has reported; otherwise the address is asked to confirm.
    /// Without the id it ends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) connection: Option<String>,
    /// A token in which the shop's server states who the person is: a JWT (RFC 7519), signed with HS256. The HMAC key
    /// is the HMAC-SHA256 of the text `placet identity` under a secret key with the scope `capture`, 32 bytes. `aud` is
    /// `placet`, `scope` is `capture`, `exp` is at most `limits.identity_hours` after `iat`. The token contains at least
    /// one of `email`, `phone` and `external`. Choices for an address in the token are `authenticated`. For 30 days
    /// after the token has expired, only its `opt_out`s are. A token of another form proves nothing.
    // A page that sends a submission again may have another token, or none. So it is no part of the content.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "contract", schemars(length(max = 4_096)))]
    pub(in crate::api) identity: Option<String>,
    /// The proof that somebody sits at the page, if the shop requires one of submissions without an identity token, see
    /// `presence` of `GET /v1/storefront`. For `altcha` the solution of `GET /v1/storefront/{key}/challenge`: its answer
    /// and the `number` that was found, as JSON in base64. For `turnstile` the token of the widget. Each counts once.
    // A submission that is sent again has another proof.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "contract", schemars(length(max = 2_048)))]
    pub(in crate::api) presence: Option<String>,
}

/// A notice that was shown to the person.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NoticeBody {
    /// The shop's id for the notice.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    pub(in crate::api) id: String,
    /// The version of the notice.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    pub(in crate::api) version: String,
    /// The language of the notice, a BCP 47 tag.
    #[cfg_attr(feature = "contract", schemars(with = "Locale"))]
    pub(in crate::api) locale: String,
    /// The SHA-256 of the notice text, as 64 lower-case hexadecimal digits.
    #[cfg_attr(feature = "contract", schemars(with = "Sha256Hex"))]
    pub(in crate::api) text_sha256: String,
    /// The text of a notice that is not among the shop's notices, at most 8,000 bytes. It is stored once, as the
    /// sender's statement of what was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 8_000)))]
    pub(in crate::api) text: Option<String>,
}

/// The place where the choices were captured.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct SourceBody {
    /// The kind of place, such as `form`.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    pub(in crate::api) kind: String,
    /// The URL of the page. Query, fragment and user info are removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<PageUrl>"))]
    pub(in crate::api) url: Option<String>,
    /// The name of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    pub(in crate::api) form: Option<String>,
    /// The version of the storefront module that captured the choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Token>"))]
    pub(in crate::api) module: Option<String>,
    /// Whether the browser sends Global Privacy Control. Default: false. The signal is stored, but it does not opt the
    /// person out of messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) gpc: Option<bool>,
}

const OTHER_WORDS: Fault = Fault::new("other_words", "send 1 to 8000 bytes of text whose SHA-256 is text_sha256");

/// The maximum number of choices in one submission: more than all channels times a sensible number of purposes.
const MAX_CHOICES: usize = 64;

const NOT_REPORTED: Fault =
    Fault::new("connection_without_report", "only an act with the assurance reported has a connection");

impl SubmissionBody {
    /// Returns the identity token, in which the shop states who the person is.
    pub(in crate::api) fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Turns the body into a submission. `trusted`: whether the sender is the shop's server, which may vouch for a
    /// customer. `identity`: the content of the identity token if it is valid. `home`: the shop's country. A telephone
    /// number without a country code is a number of the contact's country, or else of the shop's.
    pub(in crate::api) fn parse(
        &self,
        trusted: bool,
        identity: Option<&Identity>,
        home: Option<CountryCode>,
        fingerprint: impl FnOnce(&[u8]) -> Fingerprint,
    ) -> Result<ReadSubmission, Problem> {
        let (contact, source) = (&self.contact.0, &self.source.0);
        let assurance = optional("/assurance", self.assurance.as_deref(), Assurance::parse, ASSURANCE)?;
        let assurance = assurance.unwrap_or(Assurance::Claimed);
        // Only the shop's server may state these fields: on a page, any visitor can send anything.
        let private = [
            ("/assurance", assurance != Assurance::Claimed),
            ("/contact/external", contact.external.is_some()),
            ("/contact/relation", contact.relation.is_some()),
            ("/connection", self.connection.is_some()),
            ("/historic", self.historic.is_some()),
        ];
        if let Some((pointer, _)) = private.iter().find(|(_, said)| *said && !trusted) {
            return Err(Problem::field(*pointer, needs_secret_key()));
        }
        let connection = optional("/connection", self.connection.as_deref(), |text| text.parse().ok(), UUID)?;
        if connection.is_some() && assurance != Assurance::Reported {
            return Err(Problem::field("/connection", NOT_REPORTED));
        }
        // An opt-out that is only `claimed` opts nobody out. A page cannot state more. A shop's server can, and must
        // not lose a person's opt-out by omitting the field.
        let refuses = self.choices.iter().any(|choice| choice.0.choice == Choice::OptOut.as_str());
        if trusted && refuses && self.assurance.is_none() {
            return Err(Problem::field("/assurance", NO_ASSURANCE));
        }
        if !(1..=MAX_CHOICES).contains(&self.choices.len()) {
            let fault = Fault::new("wrong_number_of_choices", "send 1 to 64 choices");
            return Err(Problem::field("/choices", fault));
        }
        // A person's opt-out is taken, whatever else of the submission cannot be read.
        let person = match contact.person() {
            Err(_) if refuses => PersonFacts::default(),
            person => person?,
        };
        let read = |kind: &AddressKind| {
            let read = contact.address(*kind, person.country.or(home));
            // The storefront module sends neither, and both can be long.
            let is_long = matches!(kind, AddressKind::Push | AddressKind::Postal);
            let refused = || Problem::field(format!("/contact/{kind}"), needs_secret_key());
            (*kind, read.and_then(|read| if read.is_some() && is_long && !trusted { Err(refused()) } else { Ok(read) }))
        };
        let read: Vec<_> = AddressKind::ALL.iter().map(read).collect();
        let addresses: Vec<Address> = read.iter().filter_map(|(_, read)| read.as_ref().ok()?.clone()).collect();
        let address_fault = |chosen: &ChosenAct| {
            let kind = chosen.scope.channel?.address_kind();
            read.iter().find(|(own, _)| *own == kind)?.1.as_ref().err().cloned()
        };
        // A choice whose address cannot be read does not take the others with it. A word that is not known is a mistake of
        // the sender's program, and refuses the whole, unless that would lose an opt-out.
        let (mut choices, mut places, mut refused, mut mistakes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (at, choice) in self.choices.iter().enumerate() {
            match choice.0.parse(at, trusted).map(|chosen| (address_fault(&chosen), chosen)) {
                Ok((Some(problem), _)) => refused.push((at, problem)),
                Ok((None, chosen)) => {
                    choices.push(chosen);
                    places.push(at);
                }
                Err(problem) => mistakes.push((at, problem)),
            }
        }
        if choices.iter().any(|choice| matches!(choice.claim, Claim::OptOut { .. })) {
            refused.append(&mut mistakes);
            refused.sort_by_key(|(at, _)| *at);
        }
        let mistakes = mistakes.into_iter().map(|(_, problem)| problem).collect();
        if let Some(problem) = Problem::all(mistakes) {
            return Err(problem);
        }
        if choices.is_empty() {
            let problems = refused.into_iter().map(|(_, problem)| problem).collect();
            return Err(Problem::all(problems).unwrap_or(Problem::MalformedJson { line: 0, column: 0 }));
        }
        // An address that no choice needs must be readable too: the sender has made a mistake.
        if addresses.is_empty() || (refused.is_empty() && !refuses) {
            let faults = read.into_iter().filter_map(|(_, read)| read.err()).collect();
            if let Some(problem) = Problem::all(faults) {
                return Err(problem);
            }
        }
        let occurred_at = optional("/occurred_at", self.occurred_at.as_deref(), Timestamp::parse, TIME)?;
        let is_history = self.historic.unwrap_or(false);
        if is_history && occurred_at.is_none() {
            let fault = Fault::new("missing_field", "give the time of the act, because the submission is history");
            return Err(Problem::field("/occurred_at", fault));
        }
        let age = self.age_ms.map(|age| i64::try_from(age).unwrap_or(i64::MAX));
        let notice = self.notice.as_ref().map(|notice| notice.0.parse()).transpose()?;
        let external = optional("/contact/external", contact.external.as_deref(), ExternalId::parse, EXTERNAL)?;
        let named = |address: &&Address| identity.is_some_and(|identity| identity.names(address));
        let submission = Submission {
            id: field("/id", &self.id, |text| text.parse().ok(), UUID)?,
            identified: identity.map(|identity| Identified {
                kinds: addresses.iter().filter(named).map(Address::kind).collect(),
                late: identity.late,
            }),
            addresses,
            person,
            external: external.or_else(|| identity.filter(|identity| !identity.late)?.external.clone()),
            choices,
            notice,
            source: Source {
                kind: field("/source/kind", &source.kind, Token::parse, TOKEN)?,
                url: optional("/source/url", source.url.as_deref(), PageUrl::parse, URL)?
                    .map(|url| if trusted { url } else { url.cut() }),
                form: optional("/source/form", source.form.as_deref(), Line::parse, LINE)?,
                module: optional("/source/module", source.module.as_deref(), Token::parse, TOKEN)?,
                gpc: source.gpc.unwrap_or(false),
                ip: None,
                user_agent: None,
                provider: None,
            },
            time: ActTime::of(assurance, is_history, age, occurred_at),
            assurance,
            connection: connection.map(ConnectionId),
            // A page and a server never share a submission, so `trusted` is part of the fingerprint.
            fingerprint: fingerprint(&serde_json::to_vec(&(trusted, self))?),
            beside: None,
        };
        Ok(ReadSubmission { submission, places, refused })
    }

    /// Returns what the receipt says of each choice: its outcome, by its index, or the reason why it is refused.
    pub(in crate::api) fn receipts(
        &self,
        outcomes: &[(usize, ChoiceOutcome)],
        refused: &[(usize, Problem)],
        is_trusted: bool,
    ) -> Vec<ChoiceReceipt> {
        let numbered = self.choices.iter().enumerate();
        numbered
            .map(|(at, Object(choice))| {
                let problem = refused.iter().find(|(index, _)| *index == at).map(|(_, problem)| problem.told());
                let outcome = outcomes.iter().find(|(index, _)| *index == at).map(|(_, outcome)| outcome.clone());
                let outcome = outcome.unwrap_or(ChoiceOutcome::RECORDED);
                ChoiceReceipt {
                    // What is not a channel or purpose may be anything, such as an address.
                    channel: choice.channel.clone().filter(|text| Channel::parse(text).is_some()),
                    purpose: choice.purpose.clone().filter(|text| PurposeSlug::parse(text).is_some()),
                    outcome: if problem.is_some() { ChoiceResult::Refused } else { outcome.result },
                    record: outcome.record,
                    contact: outcome.contact.filter(|_| is_trusted),
                    problem,
                }
            })
            .collect()
    }
}

/// A submission with the choices that could be read.
pub(in crate::api) struct ReadSubmission {
    pub(in crate::api) submission: Submission,
    /// The index in the body of each choice of the submission.
    pub(in crate::api) places: Vec<usize>,
    /// The choices that could not be read, by their index in the body.
    pub(in crate::api) refused: Vec<(usize, Problem)>,
}

impl NoticeBody {
    pub(in crate::api) fn parse(&self) -> Result<NoticeShown, Problem> {
        // Ids that begin with `placet:` are notices of placet's own pages. No caller may claim that one of them was
        // shown.
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
