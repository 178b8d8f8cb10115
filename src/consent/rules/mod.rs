//! The rules of each jurisdiction, as data: who may be written to on which grounds, by which law.
//!
//! A row is one jurisdiction and some channels. Where nothing more special is known the next wider row holds: region, country,
//! European Economic Area, anywhere; the last is the strictest of all. The page `www/docs/rules.html` prints this table; a
//! naive reading of the law in `tests/rules/` is held equal to it.
//!
//! | file | what it holds |
//! |---|---|
//! | `rule` | a row, and its parts |
//! | `anywhere` | the strictest rows, and messages that are no marketing |
//! | `eea` | the European Economic Area; the ages of its states that have no file of their own |
//! | `de`, `fr`, … | one jurisdiction each: its rows, its ages, its time for a request |

mod anywhere;
mod au;
mod br;
mod ca;
mod ch;
mod de;
mod eea;
mod es;
mod fr;
mod gb;
mod it;
mod nl;
mod pl;
pub(crate) mod rule;
mod us;

use crate::consent::channel::Channel;
use crate::consent::country::{CountryCode, Place};
use crate::consent::deadlines::limit::TimeLimit;
use crate::consent::words::Relation;

pub use self::rule::{Age, Confidence, Deadline, Limits, Reach, Rule};
#[cfg(feature = "serde")]
pub use self::rule::{WrittenLimits, WrittenRow};

/// The rows of every jurisdiction, in the order of the printed table.
const JURISDICTIONS: &[&[Rule]] = &[
    eea::RULES,
    de::RULES,
    fr::RULES,
    it::RULES,
    es::RULES,
    pl::RULES,
    nl::RULES,
    gb::RULES,
    ch::RULES,
    us::RULES,
    ca::RULES,
    br::RULES,
    au::RULES,
];

/// The minimum age in each country that the table knows, in the order of the country codes.
pub static AGES: [Age; 36] = in_order(&[
    eea::AGES,
    de::AGES,
    fr::AGES,
    it::AGES,
    es::AGES,
    pl::AGES,
    nl::AGES,
    gb::AGES,
    ch::AGES,
    us::AGES,
    ca::AGES,
    br::AGES,
    au::AGES,
]);

/// The time limits that each law sets for subject requests, in the order of
/// [`Regime`](crate::consent::deadlines::Regime).
pub static TIME_LIMITS: [TimeLimit; 7] =
    [eea::TIME_LIMIT, gb::TIME_LIMIT, ch::TIME_LIMIT, us::TIME_LIMIT, br::TIME_LIMIT, ca::TIME_LIMIT, au::TIME_LIMIT];

#[allow(clippy::indexing_slicing, reason = "the compiler runs it, and stops at a place that is not there")]
const fn in_order<const N: usize>(parts: &[&[Age]]) -> [Age; N] {
    let mut ages = [rule::age(b"ZZ", 0); N];
    let (mut part, mut count) = (0, 0);
    while part < parts.len() {
        let mut own = 0;
        while own < parts[part].len() {
            let mut place = count;
            while place > 0 && parts[part][own].country.is_before(ages[place - 1].country) {
                ages[place] = ages[place - 1];
                place -= 1;
            }
            ages[place] = parts[part][own];
            count += 1;
            own += 1;
        }
        part += 1;
    }
    assert!(count == N, "AGES has another length");
    ages
}

/// The age for a country that is not known or not in [`AGES`]: the highest age that GDPR Art. 8(1) allows.
pub const STRICTEST_AGE: u16 = 16;

/// Returns the age for a country, in years: 0 if its law sets none, [`STRICTEST_AGE`] if the country is not known.
pub fn minimum_age(country: Option<CountryCode>) -> u16 {
    AGES.iter().find(|age| Some(age.country) == country).map_or(STRICTEST_AGE, |age| age.years)
}

/// The states of the European Economic Area, in alphabetical order.
pub const EEA: [CountryCode; 30] = {
    const fn code(code: &[u8; 2]) -> CountryCode {
        CountryCode::of(*code)
    }
    [
        code(b"AT"),
        code(b"BE"),
        code(b"BG"),
        code(b"CY"),
        code(b"CZ"),
        code(b"DE"),
        code(b"DK"),
        code(b"EE"),
        code(b"ES"),
        code(b"FI"),
        code(b"FR"),
        code(b"GR"),
        code(b"HR"),
        code(b"HU"),
        code(b"IE"),
        code(b"IS"),
        code(b"IT"),
        code(b"LI"),
        code(b"LT"),
        code(b"LU"),
        code(b"LV"),
        code(b"MT"),
        code(b"NL"),
        code(b"NO"),
        code(b"PL"),
        code(b"PT"),
        code(b"RO"),
        code(b"SE"),
        code(b"SI"),
        code(b"SK"),
    ]
};

/// Returns every row.
pub fn rules() -> impl Iterator<Item = &'static Rule> + Clone {
    of_marketing().chain(core::iter::once(&anywhere::TRANSACTIONAL))
}

fn of_marketing() -> impl Iterator<Item = &'static Rule> + Clone {
    anywhere::STRICTEST.iter().chain(JURISDICTIONS.iter().copied().flatten())
}

/// Returns the row that applies if nothing is known.
pub const fn strictest() -> &'static Rule {
    &anywhere::ANYWHERE
}

/// Returns the row for transactional messages.
pub const fn transactional() -> &'static Rule {
    &anywhere::TRANSACTIONAL
}

/// The greatest number of versions of one rule in the table.
const VERSIONS: usize = 4;

/// Returns the narrowest rules for a place, a channel and a relation: all versions, in the order of time.
pub fn rules_on(place: &Place, channel: Channel, relation: Relation) -> impl Iterator<Item = &'static Rule> + use<> {
    let in_the_area = place.country.is_some_and(|country| EEA.binary_search(&country).is_ok());
    let mut narrowest = (0, false);
    let mut found = [None; VERSIONS];
    let mut free = found.iter_mut();
    for rule in of_marketing() {
        if !rule.channels.contains(&channel) || rule.relation.is_some_and(|own| own != relation) {
            continue;
        }
        let narrowness = match rule.reach {
            Reach::Anywhere => 0,
            Reach::EuropeanEconomicArea if in_the_area => 1,
            Reach::Country(own) if place.country == Some(own) => 2,
            Reach::Region(own, part) if place.country == Some(own) && place.region == Some(part) => 3,
            _ => continue,
        };
        let fit = (narrowness, rule.relation.is_some());
        if fit > narrowest {
            found = [None; VERSIONS];
            free = found.iter_mut();
            narrowest = fit;
        }
        if fit == narrowest
            && let Some(slot) = free.next()
        {
            *slot = Some(rule);
        }
    }
    found.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::time::Timestamp;

    #[test]
    fn the_eea_states_are_sorted() {
        assert!(EEA.is_sorted());
    }

    #[test]
    fn every_instant_has_exactly_one_version_of_a_rule() {
        for country in AGES.iter().map(|age| age.country) {
            for (channel, relation) in Channel::ALL.iter().zip(Relation::ALL.iter().cycle()) {
                let place = Place { country: Some(country), region: None };
                let versions: Vec<_> = rules_on(&place, *channel, *relation).collect();
                assert!((1..VERSIONS).contains(&versions.len()), "{place}");
                assert_eq!(versions.first().unwrap().from, Timestamp::BEGINNING);
                assert_eq!(versions.last().unwrap().to, Timestamp::NEVER);
                assert!(versions.windows(2).all(|two| two[0].to == two[1].from), "{place} {channel}");
            }
        }
    }
}
