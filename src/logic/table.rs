//! Tables to look up: the rules, the ages and the reasons.

use super::error::Code;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::consent::rules::AGES;
use crate::consent::rules::{Confidence, WrittenRow, rules_on};
use crate::consent::{Channel, CountryCode, Place, Reason, RegionCode, Relation};
use crate::logic::error::Error;
use crate::logic::object::{Text, from_value};
use crate::logic::value::{plain, thrown};

/// Selects rules. An absent field means unknown.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct Query<'a> {
    // `Option` and not `Given`: an absent field may be `undefined` here, which serde cannot distinguish from `null` in
    // a JavaScript object.
    country: Option<Text<'a>>,
    region: Option<Text<'a>>,
    channel: Option<Text<'a>>,
    relation: Option<Text<'a>>,
}

/// Returns the rows of the rule table in its order: all of them, or those that apply to a place, a channel and a
/// relation.
///
/// # Errors
/// Throws `{code, pointer, message}` if the query is invalid.
#[wasm_bindgen]
pub fn rules(query: JsValue) -> Result<JsValue, JsValue> {
    let rows = if query.is_undefined() {
        crate::consent::rules::rules().map(|rule| rule.written()).collect()
    } else {
        from_value(query).and_then(applying).map_err(thrown)?
    };
    plain(&rows)
}

fn applying(query: Query<'_>) -> Result<Vec<WrittenRow>, Error> {
    fn parse<T>(text: Option<Text<'_>>, read: fn(&str) -> Option<T>, code: Code, at: &str) -> Result<Option<T>, Error> {
        text.map(|text| text.parse(read, code).map_err(|error| error.below(at))).transpose()
    }
    let place = Place {
        country: parse(query.country, CountryCode::parse, Code::BadCountry, "/country")?,
        region: parse(query.region, RegionCode::parse, Code::BadRegion, "/region")?,
    };
    let channel = parse(query.channel, Channel::parse, Code::UnknownChannel, "/channel")?;
    let relation = parse(query.relation, Relation::parse, Code::UnknownRelation, "/relation")?;
    let relation = relation.unwrap_or(Relation::Consumer);
    let channels = channel.as_ref().map_or(Channel::ALL, std::slice::from_ref);
    let found: Vec<_> =
        channels.iter().flat_map(|channel| rules_on(&place, *channel, relation)).map(|rule| rule.id).collect();
    // In the order of the table, and each row once, even if it applies to several channels.
    Ok(crate::consent::rules::rules().filter(|rule| found.contains(&rule.id)).map(|rule| rule.written()).collect())
}

#[derive(Serialize)]
struct AgeAnswer {
    country: &'static str,
    years: Option<u16>,
    confidence: Confidence,
    note: &'static str,
}

/// Returns for each country the age from which a person's own act counts.
///
/// # Errors
/// Throws only if the answer cannot be converted to JavaScript. No caller can cause this.
#[wasm_bindgen]
pub fn ages() -> Result<JsValue, JsValue> {
    let age = |age: &'static crate::consent::rules::Age| AgeAnswer {
        country: age.country.as_str(),
        years: (age.years > 0).then_some(age.years),
        confidence: age.confidence,
        note: age.note,
    };
    plain(&AGES.iter().map(age).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct ReasonAnswer {
    reason: Reason,
    meaning: &'static str,
}

/// Returns the reasons of a deny and their meaning.
///
/// # Errors
/// Throws only if the answer cannot be converted to JavaScript. No caller can cause this.
#[wasm_bindgen]
pub fn reasons() -> Result<JsValue, JsValue> {
    let reason = |reason: &Reason| ReasonAnswer { reason: *reason, meaning: reason.meaning() };
    plain(&Reason::ALL.iter().map(reason).collect::<Vec<_>>())
}
