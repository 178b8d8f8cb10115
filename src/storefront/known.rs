//! What this browser knows of the person's choices, judged by the terms that the edge has handed over.
//!
//! All of it crosses as numbers, and so does the verdict: `words.js` has the rest.

use wasm_bindgen::prelude::*;

use crate::consent::{Act, Activity, Assurance, Circumstances, Entry, Ground, Refusal, Terms, Timestamp, judge};
use crate::storefront::page::thrown;
use crate::storefront::submission;

#[wasm_bindgen]
extern "C" {
    /// The half of a decision that is written in JavaScript.
    pub type Words;

    /// The next number of the question.
    #[wasm_bindgen(method, structural)]
    fn next(this: &Words) -> f64;

    /// Makes the decision of a verdict: the number of the finding, those of the entries on either side (-1 for none), when the
    /// ground lapses, the number of the terms, the age in them, and until when the answer holds (0 for ever).
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
        terms: i32,
        age: u16,
        until: f64,
    ) -> JsValue;
}

/// The act of a number: the grounds, then the refusals, declined, and the activities, each in the order of its definition.
fn act(number: usize) -> Option<Act> {
    const REFUSALS: usize = Ground::ALL.len();
    const DECLINED: usize = REFUSALS + Refusal::ALL.len();
    if let Some(ground) = Ground::ALL.get(number) {
        return Some(Act::OptIn { ground: *ground });
    }
    if let Some(refusal) = Refusal::ALL.get(number - REFUSALS) {
        return Some(Act::OptOut { refusal: *refusal });
    }
    match number - DECLINED {
        0 => Some(Act::Declined),
        number => Some(Act::Noted { activity: *Activity::ALL.get(number - 1)? }),
    }
}

/// May we send this, as far as this browser knows? `asked` is `channel:purpose:` and whatever choice.
///
/// The question is drawn number by number, since each crosses for a few bytes: the time of the question, the date of birth or
/// NaN, whether the person is out of reach and whether restricted, the age of the law; how many acts, and of each its number,
/// assurance and time, in the order of times and ids; how many terms, and of each what [`Terms::decode`] reads.
///
/// # Errors
/// A `PlacetError` for an unknown channel or what is no purpose.
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
        // What is not of our making (anyone may write to localStorage) keeps its place and says nothing: a claimed no bears on
        // nothing. As an integer, what is no number would be 0, which is a consent.
        let made_here = number >= 0.0 && assurance >= 0.0;
        let known = act(number as usize).zip(Assurance::ALL.get(assurance as usize)).filter(|_| made_here);
        let (act, assurance) = known.unwrap_or((Act::OptOut { refusal: Refusal::Plain }, &Assurance::Claimed));
        entries.push(Entry { act, assurance: *assurance, at });
    }
    let mut versions = Vec::new();
    for _ in 0..next() as u32 {
        versions.push(Terms::decode(next, age));
    }
    let verdict = judge(&entries, &person, &versions, at);
    let place = |place: Option<usize>| place.map_or(-1, |place| place as i32);
    Ok(words.judged(
        verdict.finding as u8,
        place(verdict.entry),
        place(verdict.other),
        verdict.lapses.millis() as f64,
        verdict.version as i32,
        versions.get(verdict.version).map_or(0, |terms| terms.minimum_age),
        verdict.until.map_or(0.0, |until| until.millis() as f64),
    ))
}
