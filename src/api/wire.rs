//! The JSON that callers send, and how it becomes values of the domain: each field parsed once, at the door.

use serde::{Deserialize, Serialize};

use super::body::Object;
use super::problem::{Fault, Problem};
use crate::consent::{
    Act, Address, Assurance, Basis, Channel, Choice, CountryCode, EmailAddress, PhoneNumber, PurposeSlug, Timestamp,
};
use crate::ledger::text::{ExternalId, Line, Locale, Origin, PageUrl, Sha256Hex, Token};
use crate::ledger::{ChosenAct, Lookup, Notice, NoticeShown, Settings, Source, Submission};

/// Body of `POST /v1/consents`. Written back as JSON it is also what the fingerprint is taken of, so that a repetition is
/// known again whatever its spacing and order of fields. What is absent is left out there, so that a field that is added later
/// does not make another submission of one that is repeated.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionBody {
    id: String,
    contact: Object<ContactBody>,
    choices: Vec<Object<ChoiceBody>>,
    notice: Object<NoticeBody>,
    source: Object<SourceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ChoiceBody {
    channel: String,
    purpose: String,
    choice: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NoticeBody {
    id: String,
    version: String,
    locale: String,
    text_sha256: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SourceBody {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<String>,
}

/// Choices in one submission: more than channels times any sensible number of purposes on one form.
const MAX_CHOICES: usize = 64;

const EMAIL: Fault = Fault::new("invalid_email", "no mail could be sent to this; check the spelling");
const PHONE: Fault = Fault::new("invalid_phone", "write the number with + and its country code, E.164");
const COUNTRY: Fault = Fault::new("invalid_country", "use two upper-case letters, ISO 3166-1 alpha-2");
const EXTERNAL: Fault = Fault::new("invalid_external_id", "write platform:id, such as shopify:123");
const CHANNEL: Fault = Fault::new("unknown_channel", "use email, sms, phone, whatsapp, push or post");
const PURPOSE: Fault = Fault::new("invalid_purpose", "use 1 to 48 lower-case letters, digits and _, a letter first");
const CHOICE: Fault = Fault::new("unknown_choice", "use opt_in, opt_out or declined");
const BASIS: Fault = Fault::new("unknown_basis", "use consent, soft_opt_in, implied, legitimate_interest or contract");
const ASSURANCE: Fault = Fault::new("invalid_assurance", "use claimed or authenticated");
const NO_ASSURANCE: Fault = Fault::new(
    "missing_field",
    "say whether the shop vouches for an opt_out: authenticated, or claimed, which turns nobody off",
);
const TIME: Fault = Fault::new("invalid_time", "use RFC 3339 with an offset, such as 2026-11-23T10:00:00Z");
const UUID: Fault = Fault::new("invalid_id", "use a UUID, version 7 at best");
const TOKEN: Fault = Fault::new("invalid_token", "use 1 to 64 letters, digits and . _ : -");
const LOCALE: Fault = Fault::new("invalid_locale", "use a language tag, BCP 47, such as en-GB");
const SHA256: Fault = Fault::new("invalid_sha256", "use 64 hexadecimal digits in lower case");
const URL: Fault = Fault::new("invalid_url", "use an http or https address of at most 2048 characters");
const LINE: Fault = Fault::new("invalid_text", "use 1 to 200 characters on one line");
const ORIGIN: Fault = Fault::new("invalid_origin", "use scheme, host and port alone, such as https://shop.example");

/// Parses one field or names it.
fn field<T>(pointer: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>, fault: Fault) -> Result<T, Problem> {
    parse(text).ok_or_else(|| Problem::field(pointer, fault))
}

fn optional<T>(
    pointer: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
    fault: Fault,
) -> Result<Option<T>, Problem> {
    text.map(|text| field(pointer, text, parse, fault)).transpose()
}

fn email(text: &str) -> Option<Address> {
    EmailAddress::parse(text).map(Address::Email)
}

fn phone(text: &str) -> Option<Address> {
    PhoneNumber::parse(text).map(Address::Phone)
}

/// Reads every element of a list, with the pointer to it.
fn each<T>(
    pointer: &str,
    texts: &[String],
    parse: impl Fn(&str) -> Option<T>,
    fault: &Fault,
) -> Result<Vec<T>, Problem> {
    let numbered = texts.iter().enumerate();
    numbered.map(|(index, text)| field(&format!("{pointer}/{index}"), text, &parse, fault.clone())).collect()
}

impl SubmissionBody {
    /// Turns the body into a submission. `trusted` is whether the sender is the shop itself and may vouch for a customer.
    pub(super) fn parse(
        &self,
        trusted: bool,
        fingerprint: impl FnOnce(&[u8]) -> String,
    ) -> Result<Submission, Problem> {
        let (contact, notice, source) = (&self.contact.0, &self.notice.0, &self.source.0);
        let assurance = optional("/assurance", self.assurance.as_deref(), Assurance::parse, ASSURANCE)?;
        let assurance = match assurance.unwrap_or(Assurance::Claimed) {
            own @ Assurance::Claimed => own,
            own @ Assurance::Authenticated if trusted => own,
            Assurance::Authenticated => return Err(Problem::field("/assurance", needs_secret_key())),
            _ => return Err(Problem::field("/assurance", ASSURANCE)),
        };
        // An anonymous form's no turns nobody off. From a page that is all that can be said; a shop's server knows better, and
        // must not lose a person's no by leaving a field out.
        let refuses = self.choices.iter().any(|choice| choice.0.choice == Choice::OptOut.as_str());
        if trusted && refuses && self.assurance.is_none() {
            return Err(Problem::field("/assurance", NO_ASSURANCE));
        }
        if !trusted && contact.external.is_some() {
            return Err(Problem::field("/contact/external", needs_secret_key()));
        }
        let addresses = [
            optional("/contact/email", contact.email.as_deref(), email, EMAIL)?,
            optional("/contact/phone", contact.phone.as_deref(), phone, PHONE)?,
        ];
        let choices = match self.choices.len() {
            1..=MAX_CHOICES => {
                self.choices.iter().enumerate().map(|(at, choice)| choice.0.parse(at)).collect::<Result<_, _>>()?
            }
            _ => return Err(Problem::field("/choices", Fault::new("wrong_number_of_choices", "send 1 to 64 choices"))),
        };
        Ok(Submission {
            id: field("/id", &self.id, |text| text.parse().ok(), UUID)?,
            addresses: addresses.into_iter().flatten().collect(),
            country: optional("/contact/country", contact.country.as_deref(), CountryCode::parse, COUNTRY)?,
            external: optional("/contact/external", contact.external.as_deref(), ExternalId::parse, EXTERNAL)?,
            choices,
            notice: NoticeShown {
                id: field("/notice/id", &notice.id, Token::parse, TOKEN)?,
                version: field("/notice/version", &notice.version, Token::parse, TOKEN)?,
                locale: field("/notice/locale", &notice.locale, Locale::parse, LOCALE)?,
                text_sha256: field("/notice/text_sha256", &notice.text_sha256, Sha256Hex::parse, SHA256)?,
            },
            source: Source {
                kind: field("/source/kind", &source.kind, Token::parse, TOKEN)?,
                url: optional("/source/url", source.url.as_deref(), PageUrl::parse, URL)?,
                form: optional("/source/form", source.form.as_deref(), Line::parse, LINE)?,
            },
            occurred_at: optional("/occurred_at", self.occurred_at.as_deref(), Timestamp::parse, TIME)?,
            assurance,
            // Two senders of different trust never share a submission, so trust is part of the content.
            fingerprint: fingerprint(&serde_json::to_vec(&(trusted, self))?),
        })
    }
}

fn needs_secret_key() -> Fault {
    Fault::new(
        "needs_secret_key",
        "a publishable key may not say this; send it from the shop's server with a secret key",
    )
}

impl ChoiceBody {
    fn parse(&self, index: usize) -> Result<ChosenAct, Problem> {
        let at = |name: &str| format!("/choices/{index}/{name}");
        let basis = optional(&at("basis"), self.basis.as_deref(), Basis::parse, BASIS)?;
        let act = match field(&at("choice"), &self.choice, Choice::parse, CHOICE)? {
            Choice::OptIn => Act::OptIn { basis: basis.unwrap_or(Basis::Consent) },
            _ if basis.is_some() => {
                return Err(Problem::field(
                    at("basis"),
                    Fault::new("basis_without_opt_in", "only an opt-in has a basis"),
                ));
            }
            Choice::OptOut => Act::OptOut { objection: false },
            Choice::Declined => Act::Declined,
        };
        Ok(ChosenAct {
            channel: field(&at("channel"), &self.channel, Channel::parse, CHANNEL)?,
            purpose: field(&at("purpose"), &self.purpose, PurposeSlug::parse, PURPOSE)?,
            act,
        })
    }
}

/// Body of `POST /v1/contacts/lookup`: exactly one of the three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupBody {
    email: Option<String>,
    phone: Option<String>,
    external: Option<String>,
}

impl LookupBody {
    pub(super) fn parse(&self) -> Result<Lookup, Problem> {
        match (self.email.as_deref(), self.phone.as_deref(), self.external.as_deref()) {
            (Some(text), None, None) => field("/email", text, email, EMAIL).map(Lookup::Address),
            (None, Some(text), None) => field("/phone", text, phone, PHONE).map(Lookup::Address),
            (None, None, Some(text)) => field("/external", text, ExternalId::parse, EXTERNAL).map(Lookup::External),
            _ => {
                Err(Problem::field("", Fault::new("ambiguous_lookup", "send exactly one of email, phone and external")))
            }
        }
    }
}

/// Body of `POST /v1/shops`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopBody {
    name: String,
    country: Option<String>,
    origins: Vec<String>,
    channels: Vec<String>,
    purposes: Vec<String>,
    #[serde(default)]
    notices: Vec<Object<NoticeText>>,
    policy: Option<Object<PolicyBody>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeText {
    id: String,
    version: String,
    locale: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyBody {
    confirmation: Option<Vec<String>>,
}

impl ShopBody {
    pub(super) fn parse(&self) -> Result<Settings, Problem> {
        let empty = Fault::new("empty_list", "name at least one");
        if self.channels.is_empty() {
            return Err(Problem::field("/channels", empty));
        }
        if self.purposes.is_empty() {
            return Err(Problem::field("/purposes", empty));
        }
        let confirmation = self.policy.as_ref().and_then(|policy| policy.0.confirmation.as_deref());
        Ok(Settings {
            name: field("/name", &self.name, Line::parse, LINE)?,
            country: optional("/country", self.country.as_deref(), CountryCode::parse, COUNTRY)?,
            origins: each("/origins", &self.origins, Origin::parse, &ORIGIN)?,
            channels: each("/channels", &self.channels, Channel::parse, &CHANNEL)?,
            purposes: each("/purposes", &self.purposes, PurposeSlug::parse, &PURPOSE)?,
            notices: self
                .notices
                .iter()
                .enumerate()
                .map(|(at, notice)| notice.0.parse(at))
                .collect::<Result<_, _>>()?,
            confirmation: match confirmation {
                Some(channels) => each("/policy/confirmation", channels, Channel::parse, &CHANNEL)?,
                None => crate::consent::Policy::default().confirmation,
            },
        })
    }
}

impl NoticeText {
    fn parse(&self, index: usize) -> Result<Notice, Problem> {
        let at = |name: &str| format!("/notices/{index}/{name}");
        let words = |text: &str| (1..=8_000).contains(&text.len()).then(|| text.to_owned());
        Ok(Notice {
            id: field(&at("id"), &self.id, Token::parse, TOKEN)?,
            version: field(&at("version"), &self.version, Token::parse, TOKEN)?,
            locale: field(&at("locale"), &self.locale, Locale::parse, LOCALE)?,
            text: field(&at("text"), &self.text, words, Fault::new("invalid_text", "use 1 to 8000 bytes of text"))?,
        })
    }
}
