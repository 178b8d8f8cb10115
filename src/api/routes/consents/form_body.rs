//! Reads what an HTML form without script posts and turns the fields into a submission like any other.
//!
//! The notice defines which choices were offered, so an unticked box is distinguished from a box that was not shown.
//! The hash of the notice text comes from the shop's settings.

use http::{HeaderMap, header};
use uuid::Uuid;

use crate::api::body::Object;
use crate::api::fields::{CHOICE, EMAIL, PHONE};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::consents::bodies::{NoticeBody, SourceBody, SubmissionBody};
use crate::api::routes::consents::choice_body::ChoiceBody;
use crate::api::routes::consents::contact_body::ContactBody;
use crate::consent::{AddressKind, Choice, CountryCode, EmailAddress, PhoneNumber};
use crate::ledger::{NoticeChoice, Settings};
use crate::model::text::{Origin, Sha256Hex};

const NO_NOTICE: Fault =
    Fault::new("missing_field", "send notice, version and locale of a notice of the shop's that has choices");
const NO_ADDRESS: Fault = Fault::new("no_address", "send email or phone, as the choices of the notice need them");

/// The posted fields. If a name occurs several times, the first field counts. An empty field counts as absent.
pub(in crate::api) struct FormBody(Vec<(String, String)>);

impl FormBody {
    /// Reads the body of a posted form.
    ///
    /// # Errors
    /// Returns [`Problem::UnsupportedMediaType`] if the body is not `application/x-www-form-urlencoded`.
    pub(in crate::api) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::UnsupportedMediaType);
        }
        Ok(Self(url::form_urlencoded::parse(body).into_owned().collect()))
    }

    /// Returns the trimmed value of a field, or `None` if it is absent or empty.
    pub(in crate::api) fn text(&self, name: &str) -> Option<&str> {
        let own = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim());
        own.filter(|value| !value.is_empty())
    }

    /// Returns the proof that somebody sits at the page, from the field that a widget of ALTCHA or Turnstile adds.
    pub(in crate::api) fn presence(&self) -> Option<&str> {
        self.text("altcha").or_else(|| self.text("cf-turnstile-response"))
    }

    /// Returns the URL of the page to go back to, if it is on one of the shop's origins. Anybody can put another URL
    /// into a form, so any other is ignored.
    pub(in crate::api) fn back(&self, origins: &[Origin]) -> Option<String> {
        let url = url::Url::parse(self.text("return")?).ok()?;
        let origin = url.origin().ascii_serialization();
        let is_own = origins.iter().any(|own| own.as_str() == origin);
        // A `blob:` URL has the origin of the page that made it.
        let is_web = matches!(url.scheme(), "https" | "http");
        (is_own && is_web && url.username().is_empty() && url.password().is_none()).then(|| url.into())
    }

    /// Turns the fields into the body that the storefront module would send. `id` is used if the form has no id.
    ///
    /// # Errors
    /// Returns [`Problem::Field`], which points to the name of the form field.
    pub(in crate::api) fn submission(&self, settings: &Settings, id: Uuid) -> Result<SubmissionBody, Problem> {
        let named = |name: &str| self.text(name).unwrap_or_default();
        let (id_of, version, locale) = (named("notice"), named("version"), named("locale"));
        let notice = settings.notices.iter().find(|own| {
            (own.id.as_str(), own.version.as_str(), own.locale.as_str()) == (id_of, version, locale)
                && !own.choices.is_empty()
        });
        let notice = notice.ok_or_else(|| Problem::field("/notice", NO_NOTICE))?;
        let ticked: Vec<&str> =
            self.0.iter().filter(|(name, _)| name == "choice").map(|(_, value)| value.trim()).collect();
        let is_ticked = |own: &NoticeChoice| ticked.contains(&&*format!("{}:{}", own.channel, own.purpose));
        let all = || notice.choices.iter();
        if ticked.iter().any(|text| !all().any(|own| format!("{}:{}", own.channel, own.purpose) == **text)) {
            return Err(Problem::field("/choice", CHOICE));
        }
        let wants = |kind: AddressKind| all().any(|own| own.channel.address_kind() == kind && is_ticked(own));
        // A bad country does not refuse the form: without a country the strictest rule applies.
        let country = self.text("country").map(str::to_ascii_uppercase).filter(|own| CountryCode::parse(own).is_some());
        let home = country.as_deref().and_then(CountryCode::parse).or(settings.country);
        let email = address(self.text("email"), |text| EmailAddress::parse(text).is_some());
        let phone = address(self.text("phone"), |text| PhoneNumber::of_country(text, home).is_ok());
        for (kind, given, pointer, fault) in
            [(AddressKind::Email, &email, "/email", EMAIL), (AddressKind::Phone, &phone, "/phone", PHONE)]
        {
            // An invalid address that no ticked choice needs is treated as empty, so that a typing error in a phone
            // number does not lose the opt-in to e-mail.
            if *given == Given::Bad && wants(kind) {
                return Err(Problem::field(pointer, fault));
            }
        }
        let has_address = |own: &&NoticeChoice| match own.channel.address_kind() {
            AddressKind::Email => matches!(email, Given::Good(_)),
            AddressKind::Phone => matches!(phone, Given::Good(_)),
            AddressKind::Push | AddressKind::Postal => false,
        };
        let choices: Vec<&NoticeChoice> = all().filter(has_address).collect();
        if choices.is_empty() {
            return Err(Problem::field("/email", NO_ADDRESS));
        }
        // Addresses that no choice uses are dropped (data minimisation, GDPR Art. 5(1)(c)).
        let asked = |kind: AddressKind| choices.iter().any(|own| own.channel.address_kind() == kind);
        Ok(SubmissionBody {
            connection: None,
            id: self.text("id").map_or_else(|| id.to_string(), str::to_owned),
            contact: Object(ContactBody {
                email: email.text().filter(|_| asked(AddressKind::Email)),
                phone: phone.text().filter(|_| asked(AddressKind::Phone)),
                country,
                ..ContactBody::default()
            }),
            choices: choices
                .iter()
                .map(|own| {
                    let choice = if is_ticked(own) { Choice::OptIn } else { Choice::Declined };
                    Object(ChoiceBody {
                        channel: Some(own.channel.to_string()),
                        purpose: Some(own.purpose.to_string()),
                        choice: choice.to_string(),
                        basis: None,
                        objection: None,
                        evidence: None,
                    })
                })
                .collect(),
            notice: Some(Object(NoticeBody {
                id: id_of.to_owned(),
                version: version.to_owned(),
                locale: locale.to_owned(),
                text_sha256: Sha256Hex::of(&notice.text).as_str().to_owned(),
                text: None,
            })),
            source: Object(SourceBody {
                kind: "form".to_owned(),
                url: None,
                form: self.text("form").map(str::to_owned),
                module: None,
                gpc: None,
            }),
            occurred_at: None,
            age_ms: None,
            historic: None,
            assurance: None,
            identity: self.text("identity").map(str::to_owned),
            presence: self.presence().map(str::to_owned),
        })
    }
}

/// The content of an address field.
#[derive(PartialEq, Eq)]
enum Given<'a> {
    Nothing,
    Bad,
    Good(&'a str),
}

impl Given<'_> {
    fn text(&self) -> Option<String> {
        if let Self::Good(text) = self { Some((*text).to_owned()) } else { None }
    }
}

fn address(text: Option<&str>, is_good: impl FnOnce(&str) -> bool) -> Given<'_> {
    match text {
        None => Given::Nothing,
        Some(text) if is_good(text) => Given::Good(text),
        Some(_) => Given::Bad,
    }
}
