//! The JSON bodies that callers send. This module parses every field once and turns the bodies into domain values.
//!
//! |---|---|
//! | `keys` | keys |
//! | `webhooks` | webhooks and their deliveries |

use crate::consent::Activity;
use crate::consent::Basis;
use crate::consent::Channel;
use crate::consent::Choice;
use crate::consent::Dealing;
use crate::consent::Relation;
use crate::model::request::RequestKind;
use serde::Deserialize;

use crate::api::problem::{Fault, Problem};
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{Address, CountryCode, EmailAddress, PhoneFault, PhoneNumber, PostalAddress, PushAddress};

pub(in crate::api) const EMAIL: Fault =
    Fault::new("invalid_email", "this is not a valid email address; check the spelling");
pub(in crate::api) const PHONE: Fault =
    Fault::new("invalid_phone", "write the number with + and its country code, E.164");
const NO_PHONE_COUNTRY: Fault = Fault::new(
    "invalid_phone",
    "write the number with + and its country code, E.164, or send the country to which the number belongs",
);
const NATIONAL_PHONE: Fault = Fault::new(
    "invalid_phone",
    "the country has no such number; correct it, or write the number with + and its country code, E.164",
);
const PUSH: Fault = Fault::new("invalid_push", "use the endpoint or token of 8 to 2048 visible ASCII characters");
const POSTAL: Fault = Fault::new("invalid_postal", "use 10 to 400 characters, in lines");
pub(in crate::api) const COUNTRY: Fault =
    Fault::new("invalid_country", "use two upper-case letters, ISO 3166-1 alpha-2");
pub(in crate::api) const EXTERNAL: Fault = Fault::new("invalid_external_id", "write platform:id, such as shopify:123");
pub(in crate::api) const CHANNEL: Fault = Fault::new("unknown_channel", Channel::USE_ONE);
pub(in crate::api) const PURPOSE: Fault =
    Fault::new("invalid_purpose", "use 1 to 48 lower-case letters, digits and _, a letter first");
pub(in crate::api) const CHOICE: Fault = Fault::new("unknown_choice", Choice::USE_ONE);
pub(in crate::api) const BASIS: Fault = Fault::new("unknown_basis", Basis::USE_ONE);
pub(in crate::api) const ASSURANCE: Fault =
    Fault::new("invalid_assurance", "use claimed, authenticated, confirmed, reported, listed or staff");
pub(in crate::api) const NO_ASSURANCE: Fault = Fault::new(
    "missing_field",
    "give the assurance of the opt_out: authenticated if the shop vouches for it, else claimed, which ends no opt-in",
);
pub(in crate::api) const DEALING: Fault = Fault::new("unknown_dealing", Dealing::USE_ONE);
pub(in crate::api) const RELATION: Fault = Fault::new("unknown_relation", Relation::USE_ONE);
pub(in crate::api) const REGION: Fault = Fault::new(
    "invalid_region",
    "use the part of the ISO 3166-2 code after the country, such as FL, together with the country",
);
pub(in crate::api) const BORN: Fault = Fault::new("invalid_date", "use a date, such as 2009-05-01");
pub(in crate::api) const ACTIVITY: Fault = Fault::new("unknown_activity", Activity::USE_ONE);
pub(in crate::api) const TIME: Fault =
    Fault::new("invalid_time", "use RFC 3339 with an offset, such as 2026-11-23T10:00:00Z");
pub(in crate::api) const CURSOR: Fault =
    Fault::new("invalid_cursor", "use the `after` of the link to the next page as it is");
pub(in crate::api) const UUID: Fault = Fault::new("invalid_id", "use a UUID, preferably version 7");
pub(in crate::api) const TOKEN: Fault = Fault::new("invalid_token", "use 1 to 64 letters, digits and . _ : -");
pub(in crate::api) const LOCALE: Fault = Fault::new("invalid_locale", "use a language tag, BCP 47, such as en-GB");
pub(in crate::api) const SHA256: Fault = Fault::new("invalid_sha256", "use 64 hexadecimal digits in lower case");
pub(in crate::api) const URL: Fault =
    Fault::new("invalid_url", "use an http or https address of at most 2048 characters");
pub(in crate::api) const LINE: Fault = Fault::new("invalid_text", "use 1 to 200 characters on one line");
pub(in crate::api) const KIND: Fault = Fault::new("unknown_request", RequestKind::USE_ONE);
pub(in crate::api) const ORIGIN: Fault =
    Fault::new("invalid_origin", "use scheme, host and port alone, such as https://shop.example");

/// Parses one field. On failure the problem points to the field.
pub(in crate::api) fn field<T>(
    pointer: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    fault: Fault,
) -> Result<T, Problem> {
    parse(text).ok_or_else(|| Problem::field(pointer, fault))
}

pub(in crate::api) fn optional<T>(
    pointer: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
    fault: Fault,
) -> Result<Option<T>, Problem> {
    text.map(|text| field(pointer, text, parse, fault)).transpose()
}

fn email(text: &str, _: Option<CountryCode>) -> Result<Address, Fault> {
    EmailAddress::parse(text).map(Address::Email).ok_or(EMAIL)
}

fn phone(text: &str, country: Option<CountryCode>) -> Result<Address, Fault> {
    PhoneNumber::of_country(text, country).map(Address::Phone).map_err(|fault| match fault {
        PhoneFault::International => PHONE,
        PhoneFault::NoCountry => NO_PHONE_COUNTRY,
        PhoneFault::National(_) => NATIONAL_PHONE,
    })
}

fn push(text: &str, _: Option<CountryCode>) -> Result<Address, Fault> {
    PushAddress::parse(text).map(Address::Push).ok_or(PUSH)
}

fn postal(text: &str, _: Option<CountryCode>) -> Result<Address, Fault> {
    PostalAddress::parse(text).map(Address::Postal).ok_or(POSTAL)
}

/// One address. Exactly one of the four fields is present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
pub(in crate::api) struct AddressBody {
    /// The e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// The push endpoint or push token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// The postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
}

impl AddressBody {
    /// Parses the address. `home` is the country of a telephone number without a country code.
    pub(in crate::api) fn parse(&self, pointer: &str, home: Option<CountryCode>) -> Result<Address, Problem> {
        one_of(pointer, addresses(pointer, [&self.email, &self.phone, &self.push, &self.postal], home)?)
    }
}

/// Returns the only address of a list.
pub(in crate::api) fn one_of(pointer: &str, addresses: Vec<Address>) -> Result<Address, Problem> {
    let fault = Fault::new("ambiguous_lookup", "send exactly one address");
    <[Address; 1]>::try_from(addresses).map(|[address]| address).map_err(|_| Problem::field(pointer, fault))
}

/// Parses the addresses that are present, in the order email, phone, push, postal. `country` is the country of a
/// telephone number without a country code.
pub(in crate::api) fn addresses(
    pointer: &str,
    given: [&Option<String>; 4],
    country: Option<CountryCode>,
) -> Result<Vec<Address>, Problem> {
    type Parse = fn(&str, Option<CountryCode>) -> Result<Address, Fault>;
    let kinds: [(&str, Parse); 4] = [("email", email), ("phone", phone), ("push", push), ("postal", postal)];
    let mut read = Vec::new();
    for (text, (name, parse)) in given.into_iter().zip(kinds) {
        if let Some(text) = text {
            let address = parse(text, country).map_err(|fault| Problem::field(format!("{pointer}/{name}"), fault))?;
            read.push(address);
        }
    }
    Ok(read)
}

/// The faults of a body, collected so that the caller can correct all of them at once.
#[derive(Default)]
pub(in crate::api) struct Faults(Vec<Problem>);

impl Faults {
    /// Returns the value, or keeps the fault.
    pub(in crate::api) fn keep<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Returns the value if there were no faults.
    ///
    /// # Errors
    /// Returns all faults as one problem.
    pub(in crate::api) fn or<T>(self, read: Option<T>) -> Result<T, Problem> {
        match (Problem::all(self.0), read) {
            (Some(problem), _) => Err(problem),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(Problem::Internal { cause: "a field without a value and without a fault".into() }),
        }
    }
}

/// Parses every element of a list. The problem points to each element that is wrong.
pub(in crate::api) fn each<T>(
    pointer: &str,
    texts: &[String],
    parse: impl Fn(&str) -> Option<T>,
    fault: &Fault,
) -> Result<Vec<T>, Problem> {
    let numbered = texts.iter().enumerate();
    gather(numbered.map(|(index, text)| field(&format!("{pointer}/{index}"), text, &parse, fault.clone())))
}

/// Collects the values, or the faults of all that are wrong.
///
/// # Errors
/// Returns all faults as one problem.
pub(in crate::api) fn gather<T>(all: impl Iterator<Item = Result<T, Problem>>) -> Result<Vec<T>, Problem> {
    let mut faults = Faults::default();
    let values: Vec<T> = all.filter_map(|read| faults.keep(read)).collect();
    faults.or(Some(values))
}

/// The fault of a field that requires a secret key.
pub(in crate::api) fn needs_secret_key() -> Fault {
    Fault::new(
        "needs_secret_key",
        "a publishable key may not send this field; send it from the shop's server with a secret key",
    )
}
