//! ADAPTER to any JavaScript runtime: the pure logic as functions over plain objects.
//!
//! Times are RFC 3339, ids are UUIDs, words are those of [`crate::consent`]. Nothing is kept between two calls. A call that
//! cannot be understood is refused with a code and the place of the mistake; `logic.d.ts` is the contract.
//!
//! What crosses the boundary is chosen by what it costs. `decide` is called for every message that a shop sends, so its call
//! and its answer are JSON texts, which `api.js` writes and reads; `standing` shares the call. All else crosses as the objects
//! it is.
//!
//! | file | idea |
//! |---|---|
//! | `call`, `person`, `policy` | what is asked, parsed |
//! | `object` | how objects are read, and places in them named |
//! | `table` | what is known without asking: rules, ages, reasons |
//! | `certificate` | whether a certificate of erasure is one |
//! | `value` | values as JavaScript knows them |
//! | `error` | what can be wrong with a call |
//! | `bench` | the time of a decision inside the module; not shipped |

#[cfg(feature = "bench")]
mod bench;
mod call;
mod certificate;
mod error;
mod object;
mod person;
mod policy;
mod table;
mod value;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use self::call::Asked;
use self::object::{Given, Text};
use self::value::{plain, thrown};
use crate::consent::{
    Address, AddressKind, Channel, EmailAddress, PhoneNumber, PurposeSlug, Relation, WrittenDecision, statement,
};

#[cfg(feature = "bench")]
pub use bench::repeat_decide;
pub use certificate::verify_certificate;
pub use error::Code;
pub use error::Error;
pub use table::{ages, reasons, rules};

#[derive(Serialize)]
struct StandingAnswer {
    channel: Channel,
    purpose: String,
    status: &'static str,
    record: Option<String>,
}

#[derive(Serialize)]
struct AddressAnswer {
    kind: &'static str,
    value: String,
    key: String,
}

/// Decides whether a message may be sent to one address, from its records, a channel and a purpose. Call and answer are
/// JSON; the answer is a [`WrittenDecision`].
///
/// # Errors
/// Throws `{code, pointer, message}` if the call is invalid.
#[wasm_bindgen]
pub fn decide(call: &[u8]) -> Result<String, JsValue> {
    let decision = decision(call).map_err(thrown)?;
    // Texts and booleans can always be written as JSON.
    serde_json::to_string(&decision).map_err(|error| error.to_string().into())
}

fn decision(call: &[u8]) -> Result<WrittenDecision, Error> {
    let (asked, channel, purpose) = Asked::to_decide(call)?;
    let decision = crate::consent::decide(&asked.standing, &asked.policy, &asked.person, channel, &purpose, asked.at);
    // The caller does not know the ids that this module has assigned.
    Ok(WrittenDecision { record: asked.name(decision.record()), ..decision.written(asked.explain) })
}

/// Returns the standing of one address for each channel and purpose that its records name or that the call asks for.
/// The call is JSON, the answer plain objects.
///
/// # Errors
/// Throws `{code, pointer, message}` if the call is invalid.
#[wasm_bindgen]
pub fn standing(call: &[u8]) -> Result<JsValue, JsValue> {
    plain(&standings(call).map_err(thrown)?)
}

fn standings(call: &[u8]) -> Result<Vec<StandingAnswer>, Error> {
    let asked = Asked::to_list(call)?;
    let scopes = || asked.standing.tracks().iter().map(|track| &track.scope);
    let channels: BTreeSet<Channel> = match asked.channel {
        Some(channel) => [channel].into(),
        None => scopes().filter_map(|scope| scope.channel).collect(),
    };
    let purposes: BTreeSet<&PurposeSlug> = match &asked.purpose {
        Some(purpose) => [purpose].into(),
        None => scopes().filter_map(|scope| scope.purpose.as_ref()).collect(),
    };
    let mut lines = Vec::with_capacity(channels.len() * purposes.len());
    for channel in channels {
        lines.extend(purposes.iter().map(|purpose| line(&asked, channel, purpose)));
    }
    Ok(lines)
}

fn line(asked: &Asked, channel: Channel, purpose: &PurposeSlug) -> StandingAnswer {
    let relation = asked.person.relation.unwrap_or(Relation::Consumer);
    let conditions = asked.policy.conditions(&asked.person.place, relation, channel, purpose);
    let statement = statement(&conditions, &asked.standing.entries(channel, purpose), asked.at);
    StandingAnswer {
        channel,
        purpose: purpose.to_string(),
        status: statement.status.as_str(),
        record: asked.name(statement.record),
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct AddressCall<'a> {
    kind: Given<Text<'a>>,
    value: Given<Text<'a>>,
}

/// Returns an address as it is displayed and as it is matched.
///
/// # Errors
/// Throws `{code, pointer, message}` if the call is invalid.
#[wasm_bindgen]
pub fn normalise(call: JsValue) -> Result<JsValue, JsValue> {
    plain(&address(call).map_err(thrown)?)
}

fn address(call: JsValue) -> Result<AddressAnswer, Error> {
    let call: AddressCall<'_> = object::from_value(call)?;
    let value = call.value.required("/value")?;
    let address = match call.kind.parse(AddressKind::parse, Code::UnknownKind, "/kind")? {
        Some(AddressKind::Email) => value.parse(EmailAddress::parse, Code::BadEmail).map(Address::Email),
        Some(AddressKind::Phone) => value.parse(PhoneNumber::parse, Code::BadPhone).map(Address::Phone),
        Some(AddressKind::Push | AddressKind::Postal) => return Err(Error::at(Code::UnknownKind, "/kind")),
        None => return Err(Error::at(Code::BadInput, "/kind")),
    };
    let address = address.map_err(|error| error.below("/value"))?;
    Ok(AddressAnswer { kind: address.kind().as_str(), value: address.given().into(), key: address.key().into() })
}
