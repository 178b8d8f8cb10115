//! What a form posts that runs no script: fields as browsers write them, and how they become a submission like any other.
//!
//! The notice decides what was offered, so that a box which was not ticked is told from one that was not there; of the words the
//! shop's own settings have the hash.

use http::{HeaderMap, header};
use uuid::Uuid;

use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::api::wire::submission::{ChoiceBody, ContactBody, NoticeBody, SourceBody, SubmissionBody};
use crate::api::wire::{CHOICE, EMAIL, PHONE};
use crate::consent::{AddressKind, Choice, CountryCode, EmailAddress, PhoneNumber};
use crate::ledger::{NoticeChoice, Settings};
use crate::model::text::{Origin, Sha256Hex};

const NO_NOTICE: Fault =
    Fault::new("missing_field", "send notice, version and locale of a notice of the shop's that has choices");
const NO_ADDRESS: Fault = Fault::new("no_address", "send email or phone, as the choices of the notice need them");

/// The fields that were posted. Of several of a name the first counts, and one that is empty says nothing.
pub(in crate::api) struct FormBody(Vec<(String, String)>);

impl FormBody {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Problem::UnsupportedMediaType`] for any other encoding.
    pub(in crate::api) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::UnsupportedMediaType);
        }
        Ok(Self(url::form_urlencoded::parse(body).into_owned().collect()))
    }

    /// A field.
    pub(in crate::api) fn text(&self, name: &str) -> Option<&str> {
        let own = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim());
        own.filter(|value| !value.is_empty())
    }

    /// Where the person came from, if that is a page of the shop's: anybody can write another address into a form.
    pub(in crate::api) fn back(&self, origins: &[Origin]) -> Option<String> {
        let url = url::Url::parse(self.text("return")?).ok()?;
        let origin = url.origin().ascii_serialization();
        let is_own = origins.iter().any(|own| own.as_str() == origin);
        (is_own && url.username().is_empty() && url.password().is_none()).then(|| url.into())
    }

    /// What it says, as the module in a page would say it. `id` is that of a form that has none.
    ///
    /// # Errors
    /// [`Problem::Field`], by the name of the form's field.
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
        let email = address(self.text("email"), |text| EmailAddress::parse(text).is_some());
        let phone = address(self.text("phone"), |text| PhoneNumber::parse(text).is_some());
        for (kind, given, pointer, fault) in
            [(AddressKind::Email, &email, "/email", EMAIL), (AddressKind::Phone, &phone, "/phone", PHONE)]
        {
            // One that nothing was ticked for is left out like an empty one: a slip in a number does not cost the yes for mail.
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
        // An address that no choice is about is none of our business, GDPR Art. 5(1)(c).
        let asked = |kind: AddressKind| choices.iter().any(|own| own.channel.address_kind() == kind);
        // A country is a help and no reason to be refused: without one the strictest rule applies.
        let country = self.text("country").map(str::to_ascii_uppercase).filter(|own| CountryCode::parse(own).is_some());
        Ok(SubmissionBody {
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
            assurance: None,
            identity: self.text("identity").map(str::to_owned),
        })
    }
}

/// What a field for an address has.
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
