//! `make bench`: the time of one decision in native code.

use std::hint::black_box;
use std::time::Instant;

use placet::consent::*;

/// The number of decisions in a round.
const TIMES: u32 = 200_000;
const ROUNDS: usize = 15;

fn main() {
    let (Some(newsletter), Some(offers)) = (PurposeSlug::parse("newsletter"), PurposeSlug::parse("offers")) else {
        return;
    };
    let at = |days: i64| Timestamp::from_millis(1_790_000_000_000 - days * 86_400_000).unwrap_or(Timestamp::BEGINNING);
    let track = |number: i64, channel, purpose: &PurposeSlug, act, assurance| Track {
        scope: Scope::specific(channel, purpose.clone()),
        act,
        assurance,
        connection: None,
        at: at(number * 30),
        record: RecordId(uuid::Uuid::from_u128(number.unsigned_abs().into())),
    };
    let yes = Act::OptIn { ground: Ground::Consent };
    let sale = Act::OptIn { ground: Ground::SoftPurchase };
    let no = Act::OptOut { refusal: Refusal::Plain };
    // A long-standing customer with two channels and two purposes.
    let mixed = [
        track(12, Channel::Email, &newsletter, sale, Assurance::Authenticated),
        track(11, Channel::Email, &newsletter, Act::Declined, Assurance::Claimed),
        track(10, Channel::Email, &newsletter, no, Assurance::Confirmed),
        track(9, Channel::Email, &newsletter, yes, Assurance::Claimed),
        track(8, Channel::Email, &newsletter, yes, Assurance::Confirmed),
        track(7, Channel::Email, &newsletter, Act::Noted { activity: Activity::Contacted }, Assurance::Authenticated),
        track(6, Channel::Email, &offers, yes, Assurance::Confirmed),
        track(5, Channel::Email, &offers, no, Assurance::Confirmed),
        track(4, Channel::Sms, &newsletter, yes, Assurance::Claimed),
        track(3, Channel::Sms, &newsletter, Act::Declined, Assurance::Claimed),
        track(2, Channel::Sms, &offers, yes, Assurance::Confirmed),
        track(1, Channel::Sms, &offers, no, Assurance::Staff),
    ];
    // The worst case: all twelve entries apply to the question.
    let all: Vec<Track> = Assurance::ALL
        .iter()
        .flat_map(|assurance| {
            [(yes, 2), (no, 9)].map(|(act, number)| track(number, Channel::Email, &newsletter, act, *assurance))
        })
        .collect();
    let policy = Policy::default();
    let person = Person { place: Place { country: CountryCode::parse("FR"), region: None }, ..Person::default() };
    for (name, tracks) in [("6 of 12 bear", mixed.to_vec()), ("12 of 12 bear", all)] {
        let standing = Standing::of(tracks);
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let begin = Instant::now();
                for _ in 0..TIMES {
                    let standing = black_box(&standing);
                    black_box(decide(standing, &policy, &person, Channel::Email, &newsletter, at(0)));
                }
                begin.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        if let (Some(median), Some(least), Some(most)) = (rounds.get(ROUNDS / 2), rounds.first(), rounds.last()) {
            println!("  natively, {name:<14} {median:.2} µs  ({least:.2} to {most:.2})");
        }
    }
}
