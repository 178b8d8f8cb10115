//! ADAPTER to any JavaScript runtime: the pure logic as functions over plain objects.
//!
//! Times are RFC 3339, ids are UUIDs, words are those of [`crate::consent`]. Nothing is kept between two calls. A call that
//! cannot be understood is refused with a code and the place of the mistake; `logic.d.ts` is the contract.
//!
//! | file | idea |
//! |---|---|
//! | `call` | what is asked, parsed |
//! | `error` | what can be wrong with it |

mod call;
mod error;

use std::collections::BTreeSet;

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::prelude::*;

use crate::consent::{Address, AddressKind, Decision, EmailAddress, PhoneNumber, Standing};

pub use error::{Code, Error};

#[derive(Serialize)]
struct DecisionAnswer {
    allow: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

#[derive(Serialize)]
struct StandingAnswer {
    channel: &'static str,
    purpose: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

#[derive(Serialize)]
struct AddressAnswer {
    kind: &'static str,
    value: String,
    key: String,
}

/// What is thrown; `api.js` makes a `PlacetError` of it.
#[derive(Serialize)]
struct Thrown {
    #[serde(flatten)]
    error: Error,
    message: &'static str,
}

fn read<T: DeserializeOwned>(call: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(call).map_err(|_| Error::at(Code::BadInput, ""))
}

/// Carries an answer or an error over to JavaScript.
fn answer<T: Serialize>(outcome: Result<T, Error>) -> Result<JsValue, JsValue> {
    // Maps become plain objects, so that a flattened error is one too.
    let plain = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    match outcome {
        Ok(value) => Ok(value.serialize(&plain)?),
        Err(error) => Err(Thrown { message: error.code.message(), error }.serialize(&plain)?),
    }
}

/// May we send this? For one address: its records, and a channel and purpose.
///
/// # Errors
/// `{code, pointer, message}`.
#[wasm_bindgen]
pub fn decide(call: JsValue) -> Result<JsValue, JsValue> {
    answer(decision(call))
}

fn decision(call: JsValue) -> Result<DecisionAnswer, Error> {
    let asked = read::<call::Question>(call)?.read()?;
    let channel = asked.channel.ok_or_else(|| Error::at(Code::BadInput, "/channel"))?;
    let purpose = asked.purpose.ok_or_else(|| Error::at(Code::BadInput, "/purpose"))?;
    let decision = crate::consent::decide(&Standing::of(asked.tracks), &asked.policy, channel, &purpose);
    Ok(DecisionAnswer {
        allow: matches!(decision, Decision::Allow { .. }),
        reason: decision.reason().map(|reason| reason.as_str()),
        record: decision.record().and_then(|record| asked.ids.get(&record).cloned()),
    })
}

/// What the records of one address amount to, for each channel and purpose that they name or that is asked for.
///
/// # Errors
/// `{code, pointer, message}`.
#[wasm_bindgen]
pub fn standing(call: JsValue) -> Result<JsValue, JsValue> {
    answer(standings(call))
}

fn standings(call: JsValue) -> Result<Vec<StandingAnswer>, Error> {
    let asked = read::<call::Question>(call)?.read()?;
    let channels: BTreeSet<_> = match asked.channel {
        Some(channel) => [channel].into(),
        None => asked.tracks.iter().filter_map(|track| track.scope.channel).collect(),
    };
    let purposes: BTreeSet<_> = match &asked.purpose {
        Some(purpose) => [purpose.clone()].into(),
        None => asked.tracks.iter().filter_map(|track| track.scope.purpose.clone()).collect(),
    };
    let standing = Standing::of(asked.tracks);
    let mut answers = Vec::new();
    for channel in channels {
        for purpose in &purposes {
            let decision = crate::consent::decide(&standing, &asked.policy, channel, purpose);
            answers.push(StandingAnswer {
                channel: channel.as_str(),
                purpose: purpose.to_string(),
                status: decision.status().as_str(),
                record: decision.record().and_then(|record| asked.ids.get(&record).cloned()),
            });
        }
    }
    Ok(answers)
}

/// An address in the form it is shown in and the form it is matched by.
///
/// # Errors
/// `{code, pointer, message}`.
#[wasm_bindgen]
pub fn normalise(call: JsValue) -> Result<JsValue, JsValue> {
    answer(address(call))
}

fn address(call: JsValue) -> Result<AddressAnswer, Error> {
    let written: call::Written = read(call)?;
    written.check()?;
    let (address, code) = match AddressKind::parse(&written.kind) {
        Some(AddressKind::Email) => (EmailAddress::parse(&written.value).map(Address::Email), Code::BadEmail),
        Some(AddressKind::Phone) => (PhoneNumber::parse(&written.value).map(Address::Phone), Code::BadPhone),
        Some(AddressKind::Push | AddressKind::Postal) | None => return Err(Error::at(Code::UnknownKind, "/kind")),
    };
    let address = address.ok_or_else(|| Error::at(code, "/value"))?;
    Ok(AddressAnswer { kind: address.kind().as_str(), value: address.given().into(), key: address.key().into() })
}
