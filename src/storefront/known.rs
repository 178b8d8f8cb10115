//! Decides from the choices that this browser knows, by the conditions that the edge has sent.
//!
//! Question and verdict are passed as numbers; `words.js` converts them.

use wasm_bindgen::prelude::*;

use crate::consent::{Act, Assurance, Circumstances, Conditions, Entry, Refusal, Timestamp, judge};
use crate::storefront::page::thrown;
use crate::storefront::submission;

#[wasm_bindgen]
extern "C" {
    /// The part of a decision that is written in JavaScript.
    pub type Words;

    /// Returns the next number of the question.
    #[wasm_bindgen(method, structural)]
    fn next(this: &Words) -> f64;

    /// Builds the decision from the verdict. The parameters are: the number of the finding; the positions of the
    /// entries for and against (-1: none); the time when the ground expires; the position of the conditions; their
    /// minimum age; and the time until which the decision is valid (0: without end). Times are in milliseconds.
    #[wasm_bindgen(method, structural)]
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross as they are, an object would be several times the bytes"
    )]
    fn judged(
        this: &Words,
        finding: u8,
        entry: i32,
        against: i32,
        lapses: f64,
        conditions: i32,
        age: u16,
        until: f64,
    ) -> JsValue;
}

/// Decides whether the shop may send this, as far as this browser knows. `asked` is `channel:purpose:choice`; the
/// choice is ignored.
///
/// The question is read number by number, because passing a number takes few bytes. The order is: the time of the
/// question; the date of birth or NaN; whether the person is unreachable; whether restricted; the minimum age of the
/// law; the count of acts, then for each its number, assurance and time, ordered by time and id; the count of
/// conditions, then for each what [`Conditions::decode`] reads.
///
/// # Errors
/// Throws a `PlacetError` for an unknown channel or an invalid purpose.
#[wasm_bindgen]
pub fn decide(words: &Words, asked: &str) -> Result<JsValue, JsValue> {
    submission::chosen(asked).map_err(thrown)?;
    let next = || words.next();
    let (at, born) = (Timestamp::clamped(next()), next());
    let born = if born.is_nan() { None } else { Some(Timestamp::clamped(born)) };
    let person = Circumstances { reachable: next() == 0.0, restricted: next() > 0.0, born };
    let age = next() as u16;
    let mut entries = Vec::new();
    for _ in 0..next() as u32 {
        let (number, assurance, at) = (next(), next(), Timestamp::clamped(next()));
        // Any script may write to localStorage. An invalid entry keeps its position and becomes a claimed opt-out,
        // which has no effect. Without this check NaN would be cast to 0, which is an opt-in by consent.
        let made_here = number >= 0.0 && assurance >= 0.0;
        let known = Act::from_code(number as u8).zip(Assurance::from_code(assurance as u8)).filter(|_| made_here);
        let (act, assurance) = known.unwrap_or((Act::OptOut { refusal: Refusal::Plain }, Assurance::Claimed));
        entries.push(Entry { act, assurance, connection: None, at });
    }
    let mut versions = Vec::new();
    for _ in 0..next() as u32 {
        versions.push(Conditions::decode(next, age));
    }
    let verdict = judge(&entries, &person, &versions, at);
    let place = |place: Option<usize>| place.map_or(-1, |place| place as i32);
    Ok(words.judged(
        verdict.finding.code(),
        place(verdict.entry),
        place(verdict.other),
        verdict.lapses.millis() as f64,
        verdict.version as i32,
        versions.get(verdict.version).map_or(0, |conditions| conditions.minimum_age),
        verdict.until.map_or(0.0, |until| until.millis() as f64),
    ))
}
