//! How a row is tested with literal dates: what it accepts and denies, what needs confirmation, what lapses and when.

use std::collections::{BTreeMap, BTreeSet};

use placet::consent::rules::{AGES, minimum_age, rules};
use placet::consent::*;

use super::cases::*;
use super::reference::{Question, Record};

/// Makes the tests of rows. Each entry has the row's id, its place and channels, its law and a part of its article, and
/// a test named by the article. `COVERED` lists the ids.
macro_rules! rows {
    ($(
        $id:literal, $place:literal, $channels:expr, $law:literal, $article:literal =>
        fn $name:ident($row:ident) $body:block
    )+) => {
        pub const COVERED: &[&str] = &[$($id,)+];
        $(
            #[test]
            fn $name() {
                let $row = crate::rows::Row::new($id, $law, $article, $place, &$channels);
                $body
            }
        )+
    };
}
pub(crate) use rows;

/// The time of every opt-in, unless a test sets another. Both laws with a starting date are in force.
pub const GIVEN: &str = "2026-08-31T10:00:00Z";

/// A row, and a place and channels where it applies.
#[derive(Clone)]
pub struct Row {
    id: &'static str,
    law: &'static str,
    article: &'static str,
    country: &'static str,
    region: &'static str,
    channels: Vec<Channel>,
    business: Vec<bool>,
    given: i64,
    shop: Policy,
}

impl Row {
    pub fn new(
        id: &'static str,
        law: &'static str,
        article: &'static str,
        place: &'static str,
        on: &[Channel],
    ) -> Self {
        let (country, region) = place.split_once('-').unwrap_or((place, ""));
        let (channels, business) = (on.to_vec(), vec![false, true]);
        // The shop adds no conditions of its own.
        let shop = Policy { confirmation: Vec::new(), ..Policy::default() };
        Self { id, law, article, country, region, channels, business, given: millis(GIVEN), shop }
    }

    /// Limits the test to consumers or to businesses.
    pub fn towards(self, relation: Relation) -> Self {
        Self { business: vec![relation == Relation::Business], ..self }
    }

    pub fn on(self, given: &str) -> Self {
        Self { given: millis(given), ..self }
    }

    /// Adds the shop's override that accepts more bases.
    pub fn loosened(&self, accept: &[Basis]) -> Self {
        let (rule, accept, reason) = (self.id.into(), accept.to_vec(), "ours".into());
        let own = Override { rule, accept, waive: Vec::new(), reason };
        Self { shop: Policy { overrides: vec![own], ..self.shop.clone() }, ..self.clone() }
    }

    pub fn with_shop(self, shop: Policy) -> Self {
        Self { shop, ..self }
    }

    /// Decides with these records on each channel and for each relation, for a person born at `born`. Checks that this
    /// row decides each time.
    pub fn each_of(&self, records: &[Record], born: Option<i64>, check: impl Fn(&Decision<'_>, &str)) {
        self.each_at(records, self.given, born, check);
    }

    fn each(&self, records: &[Record], now: i64, check: impl Fn(&Decision<'_>, &str)) {
        self.each_at(records, now, None, check);
    }

    fn each_at(&self, records: &[Record], now: i64, born: Option<i64>, check: impl Fn(&Decision<'_>, &str)) {
        for channel in &self.channels {
            for business in &self.business {
                let question = Question {
                    country: self.country,
                    region: self.region,
                    business: *business,
                    channel: *channel,
                    purpose: "offers",
                    shop: &self.shop,
                    reachable: true,
                    restricted: false,
                    born,
                    records,
                };
                let decision = Asked::new(question).decide(now);
                let case = format!("{} {channel}, business: {business}, {records:?} at {}", self.id, time(now));
                assert_eq!((decision.rule.id, decision.rule.law), (self.id, self.law), "{case}");
                assert!(decision.rule.article.contains(self.article), "{case}: {}", decision.rule.article);
                check(&decision, &case);
            }
        }
    }

    /// Checks that the row accepts exactly these grounds.
    pub fn accepts(&self, grounds: &str) -> &Self {
        let accepted: Vec<Ground> = grounds.split(' ').map(|ground| Ground::parse(ground).unwrap()).collect();
        for ground in Ground::ALL {
            let yes = opt_in(*ground, Assurance::Authenticated, self.given);
            let reason = (!accepted.contains(ground)).then_some(Reason::BasisNotAccepted);
            self.each(&[yes, noted(Activity::Screened, self.given)], self.given, |decision, case| {
                assert_eq!((decision.reason(), decision.basis()), (reason, Some(ground.basis())), "{case}");
            });
        }
        self
    }

    /// Checks the reason for an anonymous consent before the address confirms it.
    fn confirmation(&self, reason: Option<Reason>) -> &Self {
        let claimed = opt_in(Ground::Consent, Assurance::Claimed, self.given);
        self.each(&[claimed], self.given, |decision, case| assert_eq!(decision.reason(), reason, "{case}"));
        let confirmed = opt_in(Ground::Consent, Assurance::Confirmed, self.given);
        self.each(&[claimed, confirmed], self.given, |decision, case| assert!(decision.allows(), "{case}"));
        self
    }

    pub fn waits_for_confirmation(&self) -> &Self {
        self.confirmation(Some(Reason::AwaitingConfirmation))
    }

    pub fn leaves_confirmation_to_the_shop(&self) -> &Self {
        self.confirmation(None)
    }

    /// Checks that an opt-in with these later activities counts until an instant, exclusive.
    pub fn lapses(&self, ground: &str, since: &[(Activity, &str)], until: &str) -> &Self {
        let (records, last) = self.yes(ground, since);
        let until = millis(until);
        self.each(&records, last, |decision, case| {
            assert!(decision.allows(), "{case}");
            assert_eq!(decision.until(), Some(time(until)), "{case}");
        });
        self.each(&records, until - 1, |decision, case| assert!(decision.allows(), "{case}"));
        self.each(&records, until, |decision, case| {
            assert_eq!(decision.reason(), Some(Reason::Expired), "{case}");
            assert_eq!(decision.until(), None, "{case}");
        });
        self
    }

    /// Checks that an opt-in on these grounds has no time limit in this row.
    pub fn keeps(&self, grounds: &str) -> &Self {
        for ground in grounds.split(' ') {
            let (records, last) = self.yes(ground, &[]);
            self.each(&records, last, |decision, case| {
                assert!(decision.allows() && decision.until().is_none(), "{case}");
            });
        }
        self
    }

    /// Checks that a legitimate interest needs a look-up in the register, which counts until an instant.
    pub fn needs_a_look_up(&self, screened: &str, until: &str) -> &Self {
        let interest = opt_in(Ground::LegitimateInterest, Assurance::Staff, self.given);
        self.each(&[interest], self.given, |decision, case| {
            assert_eq!(decision.verdict.finding, Finding::NotScreened, "{case}");
            assert_eq!(decision.reason(), Some(Reason::BasisNotAccepted), "{case}");
        });
        self.lapses("legitimate_interest", &[(Activity::Screened, screened)], until)
    }

    /// Checks that the answer changes when this version of the law ends or the next begins.
    pub fn changes(&self, ground: &str, allowed: bool, until: &str) -> &Self {
        let (records, last) = self.yes(ground, &[(Activity::Screened, &time(self.given).to_string())]);
        let until = millis(until);
        for now in [last, until - 1] {
            self.each(&records, now, |decision, case| {
                assert_eq!((decision.allows(), decision.until()), (allowed, Some(time(until))), "{case}");
            });
        }
        self
    }

    /// Checks that an opt-out denies at once, and the time limit that the law gives for it.
    pub fn honours_a_no(&self, deadline: &str) -> &Self {
        let yes = opt_in(Ground::Consent, Assurance::Confirmed, self.given);
        self.each(&[yes, opt_out(Refusal::Plain, Assurance::Reported, self.given)], self.given, |decision, case| {
            assert_eq!(decision.reason(), Some(Reason::OptedOut), "{case}");
            assert_eq!(decision.rule.deadline.to_string(), deadline, "{case}");
        });
        self
    }

    /// Checks that the row accepts exactly these grounds, without a time limit and without confirmation.
    pub fn asks_no_more_than(&self, grounds: &str, deadline: &str) -> &Self {
        self.accepts(grounds).keeps(grounds).leaves_confirmation_to_the_shop().honours_a_no(deadline)
    }

    /// Checks that a consent has no time limit, and that a legitimate interest lasts as long as its look-up in the
    /// register.
    pub fn asks_for_consent_or_a_look_up(&self, screened: &str, until: &str) -> &Self {
        self.accepts("consent legitimate_interest").keeps("consent").leaves_confirmation_to_the_shop();
        self.needs_a_look_up(screened, until).honours_a_no("at once")
    }

    fn yes(&self, ground: &str, since: &[(Activity, &str)]) -> (Vec<Record>, i64) {
        let mut records = vec![opt_in(Ground::parse(ground).unwrap(), Assurance::Authenticated, self.given)];
        records.extend(since.iter().map(|(activity, at)| noted(*activity, millis(at))));
        let last = records.iter().map(|record| record.at).max().unwrap();
        (records, last)
    }
}

#[test]
fn every_row_has_a_test_and_every_test_has_a_row() {
    let mut tested: Vec<&str> = [super::europe::COVERED, super::world::COVERED].concat();
    let mut ids: Vec<&str> = rules().map(|rule| rule.id).collect();
    tested.sort_unstable();
    ids.sort_unstable();
    assert_eq!(tested, ids);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
}

#[test]
fn a_person_with_unknown_relation_is_treated_as_a_consumer() {
    let (policy, standing) = (Policy::default(), Standing::default());
    for (relation, row) in
        [(None, "de-phone"), (Some(Relation::Consumer), "de-phone"), (Some(Relation::Business), "de-phone-business")]
    {
        let person = Person { place: place("DE", ""), relation, ..Person::default() };
        let decision = decide(&standing, &policy, &person, Channel::Phone, &slug("offers"), time(millis(GIVEN)));
        assert_eq!((decision.rule.id, decision.reason()), (row, Some(Reason::NeverAsked)));
    }
}

#[test]
fn gdpr_8_1_a_childs_opt_in_counts_from_the_minimum_age_of_its_country() {
    let ages = [
        (0, "AU CA CH"),
        (12, "BR"),
        (13, "BE DK EE FI GB IS LV MT PT SE US"),
        (14, "AT BG CY ES IT LT"),
        (15, "CZ FR GR NO SI"),
        (16, "DE HR HU IE LI LU NL PL RO SK"),
    ];
    let written: BTreeMap<&str, u16> =
        ages.iter().flat_map(|(years, countries)| countries.split(' ').map(move |country| (country, *years))).collect();
    assert_eq!(AGES.iter().map(|age| (age.country.as_str(), age.years)).collect::<BTreeMap<_, _>>(), written);
    assert_eq!((minimum_age(None), minimum_age(CountryCode::parse("JP"))), (16, 16));

    // A person who reaches the age on 31 August 2026 may opt in from noon UTC on.
    for (country, years) in written.into_iter().chain([("JP", 16), ("", 16)]) {
        for (turning, at, grown_up) in [
            (years, "2026-08-31T12:00:00Z", true),
            (years, "2026-08-31T11:59:59.999Z", years == 0),
            (years + 1, "2026-08-31T12:00:00Z", true),
            (years.saturating_sub(1), "2026-08-31T12:00:00Z", years == 0),
        ] {
            let born = millis(&format!("{}-08-31T00:00:00Z", 2026 - turning));
            let yes = opt_in(Ground::Consent, Assurance::Confirmed, millis(at));
            let records = [track(&yes, Channel::Email, "offers")];
            let circumstances = Circumstances { born: Some(time(born)), ..Circumstances::default() };
            let person = Person { place: place(country, ""), relation: None, circumstances };
            let (policy, standing) = (Policy::default(), Standing::of(records));
            // Being older at the time of the decision does not help.
            for now in [at, "2029-08-31T11:59:59Z"] {
                let decision = decide(&standing, &policy, &person, Channel::Email, &slug("offers"), time(millis(now)));
                let reason = (!grown_up).then_some(Reason::UnderAge);
                assert_eq!(decision.reason(), reason, "{country}: {turning} on {at}, asked on {now}");
            }
        }
    }
}
