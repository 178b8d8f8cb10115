//! The rows of the rest of the world, the strictest rows, and the row of transactional messages.

use placet::consent::Activity::*;
use placet::consent::Channel::*;
use placet::consent::{Assurance, Basis, Finding, Ground, Policy, Reason, Refusal};

use super::cases::*;
use super::reference::{Question, Record};
use super::rows::{GIVEN, Row, rows};

const ANY_GROUND: &str = "consent soft_opt_in:purchase soft_opt_in:negotiation soft_opt_in:free_account soft_opt_in:support \
                          implied:purchase implied:contract implied:inquiry legitimate_interest";

/// Checks the TCPA rows: texts and calls need a written consent. For manually dialled calls the shop may accept more
/// bases by an override; then the time limits of the established business relationship and of the register apply.
fn calls_by_the_tcpa(row: &Row) {
    row.asks_no_more_than("consent", "10 business days");
    let by_hand = row.loosened(&[Basis::Implied, Basis::LegitimateInterest]);
    by_hand.accepts("consent implied:purchase implied:contract implied:inquiry legitimate_interest").keeps("consent");
    by_hand.lapses("implied:purchase", &[], "2028-02-29T10:00:00Z");
    by_hand.lapses("implied:contract", &[(Contacted, "2027-01-01T00:00:00Z")], "2028-02-29T10:00:00Z");
    by_hand.lapses("implied:inquiry", &[(Used, "2026-09-01T00:00:00Z")], "2026-11-30T10:00:00Z");
    by_hand.needs_a_look_up("2026-09-01T10:00:00Z", "2026-10-02T10:00:00Z");
}

rows! {
    "any", "JP", [Email, Sms, Whatsapp, Push, Post], "the strictest of all rules here", "each as in its own row" =>
    fn in_unknown_places_a_confirmed_consent_lapses_after_3_years_without_contact(row) {
        row.accepts("consent").waits_for_confirmation().honours_a_no("at once");
        row.lapses("consent", &[], "2029-08-31T10:00:00Z");
        row.lapses("consent", &[(Contacted, "2028-02-29T12:00:00Z")], "2031-02-28T12:00:00Z");
        row.lapses("consent", &[(Used, "2028-02-29T12:00:00Z")], "2029-08-31T10:00:00Z");
        // The row also applies where the country is known, but not its law for the channel.
        for (place, channels) in [("", &[Email, Push][..]), ("BR", &[Push, Post]), ("US-FL", &[Push]), ("GB", &[Push])] {
            let row = Row::new("any", "the strictest of all rules here", "each", place, channels);
            row.accepts("consent").waits_for_confirmation().lapses("consent", &[], "2029-08-31T10:00:00Z");
        }
    }

    "any-phone", "JP", [Phone], "the strictest of all rules here", "each as in its own row" =>
    fn in_unknown_places_calls_need_a_confirmed_consent_that_is_used(row) {
        row.accepts("consent").waits_for_confirmation().honours_a_no("at once");
        row.lapses("consent", &[], "2029-08-31T10:00:00Z");
        // Both time limits apply: the person's last contact and the shop's last use.
        row.lapses("consent", &[(Contacted, "2029-08-01T00:00:00Z")], "2031-08-31T10:00:00Z");
        row.lapses("consent", &[(Used, "2029-08-01T00:00:00Z")], "2029-08-31T10:00:00Z");
        row.lapses("consent", &[(Contacted, "2029-08-01T00:00:00Z"), (Used, "2028-02-29T12:00:00Z")], "2032-08-01T00:00:00Z");
    }

    "us-email", "US-NY", [Email], "CAN-SPAM Act", "15 USC 7704" =>
    fn can_spam_7704_email_in_the_usa_is_allowed_until_the_person_objects(row) {
        row.asks_no_more_than(ANY_GROUND, "10 business days");
    }

    "us-messaging", "US", [Sms, Whatsapp], "TCPA", "47 USC 227" =>
    fn tcpa_227_texts_in_the_usa_need_consent(row) {
        row.asks_no_more_than("consent", "10 business days");
        // No law sets a time limit for bases that the shop accepts by an override.
        row.loosened(&[Basis::Implied, Basis::LegitimateInterest]).keeps("implied:purchase implied:inquiry legitimate_interest");
    }

    "us-phone", "US", [Phone], "TCPA", "47 CFR 64.1200" =>
    fn tcpa_64_1200_calls_in_the_usa_need_consent_or_a_relationship_if_dialled_by_hand(row) {
        calls_by_the_tcpa(&row);
    }

    "us-post", "US-FL", [Post], "none", "no federal law" =>
    fn no_law_requires_consent_for_letters_in_the_usa(row) {
        row.asks_no_more_than(ANY_GROUND, "at once");
    }

    "us-ca-email", "US-CA", [Email], "CAN-SPAM Act; CCPA", "Civ. 1798.100" =>
    fn ccpa_1798_100_email_in_california_is_allowed_until_the_person_objects(row) {
        row.asks_no_more_than(ANY_GROUND, "10 business days");
    }

    "us-ct-calls", "US-CT", [Sms, Whatsapp, Phone], "Connecticut telemarketing law", "42-288a" =>
    fn conn_42_288a_texts_and_calls_in_connecticut_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-fl-calls", "US-FL", [Sms, Whatsapp, Phone], "Florida Telephone Solicitation Act", "501.059" =>
    fn fla_501_059_texts_and_calls_in_florida_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-md-calls", "US-MD", [Sms, Whatsapp, Phone], "Maryland Stop the Spam Calls Act", "14-4501" =>
    fn md_14_4501_texts_and_calls_in_maryland_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-ms-calls", "US-MS", [Sms, Whatsapp, Phone], "Mississippi telephone solicitation law", "77-3-701" =>
    fn miss_77_3_701_texts_and_calls_in_mississippi_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-nj-calls", "US-NJ", [Sms, Whatsapp, Phone], "New Jersey telemarketing law", "56:8-119" =>
    fn njsa_56_8_119_texts_and_calls_in_new_jersey_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-ok-calls", "US-OK", [Sms, Whatsapp, Phone], "Oklahoma Telephone Solicitation Act", "775C" =>
    fn okla_15_775c_texts_and_calls_in_oklahoma_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-ri-calls", "US-RI", [Sms, Whatsapp, Phone], "Rhode Island telephone sales law", "5-61" =>
    fn ri_5_61_texts_and_calls_in_rhode_island_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "us-tx-calls", "US-TX", [Sms, Whatsapp, Phone], "Texas Business & Commerce Code", "SB 140" =>
    fn tex_sb_140_texts_and_calls_in_texas_need_consent(row) {
        calls_by_the_tcpa(&row);
    }

    "ca-mail", "CA", [Email, Sms, Whatsapp], "CASL", "10(9)-(10)" =>
    fn casl_10_9_mail_in_canada_may_rest_on_a_purchase_for_24_months_and_an_inquiry_for_6(row) {
        row.accepts("consent implied:purchase implied:contract implied:inquiry").keeps("consent");
        row.leaves_confirmation_to_the_shop().honours_a_no("10 business days");
        row.lapses("implied:purchase", &[], "2028-08-31T10:00:00Z");
        row.lapses("implied:contract", &[(Contacted, "2027-01-01T00:00:00Z")], "2028-08-31T10:00:00Z");
        // Six months after 31 August is the last day of February.
        row.lapses("implied:inquiry", &[(Used, "2026-09-01T00:00:00Z")], "2027-02-28T10:00:00Z");
    }

    "ca-phone", "CA", [Phone], "CRTC Unsolicited Telecommunications Rules", "s. 41, 41.2" =>
    fn telecommunications_act_41_calls_in_canada_need_consent_or_a_look_up_within_31_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-10-02T10:00:00Z");
    }

    "ca-post", "CA", [Post], "PIPEDA", "Sch. 1, 4.3" =>
    fn pipeda_4_3_letters_in_canada_may_rest_on_a_legitimate_interest(row) {
        let grounds = "consent legitimate_interest";
        row.asks_no_more_than(grounds, "at once");
    }

    "br-mail", "BR", [Email, Sms, Whatsapp], "LGPD", "Art. 7, 8, 18" =>
    fn lgpd_7_mail_in_brazil_may_rest_on_a_legitimate_interest(row) {
        let grounds = "consent legitimate_interest";
        row.asks_no_more_than(grounds, "at once");
    }

    "br-phone", "BR", [Phone], "LGPD", "Art. 7, 8, 18" =>
    fn lgpd_7_calls_in_brazil_need_consent_or_a_look_up_within_30_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z");
    }

    "au-mail", "AU", [Email, Sms, Whatsapp], "Spam Act 2003", "s. 16-18, Sch. 2" =>
    fn spam_act_16_mail_in_australia_may_rest_on_an_ongoing_relationship(row) {
        let grounds = "consent implied:purchase implied:contract";
        row.asks_no_more_than(grounds, "5 business days");
    }

    "au-phone", "AU", [Phone], "Do Not Call Register Act 2006", "s. 11" =>
    fn do_not_call_register_act_11_calls_in_australia_need_consent_or_a_look_up_within_30_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z");
    }

    "au-post", "AU", [Post], "Privacy Act 1988", "APP 7" =>
    fn app_7_letters_in_australia_may_rest_on_a_legitimate_interest(row) {
        let grounds = "consent legitimate_interest";
        row.asks_no_more_than(grounds, "at once");
    }

    "transactional", "DE", [Email, Sms, Phone, Whatsapp, Push, Post], "GDPR", "Art. 6(1)(b)" =>
    fn gdpr_6_1_b_transactional_messages_are_allowed_in_spite_of_an_objection(row) {
        let shop = Policy { transactional: vec![slug("offers")], bases: vec![Basis::Consent], ..Policy::default() };
        // Of the shop's policy only the confirmation applies, because an anonymous form may contain somebody else's
        // address.
        row.clone().with_shop(shop.clone()).waits_for_confirmation();
        let row = row.with_shop(Policy { confirmation: Vec::new(), ..shop });
        row.asks_no_more_than("consent contract", "at once");
        let contract = opt_in(Ground::Contract, Assurance::Staff, millis(GIVEN));
        let child = Some(millis("2020-01-01T00:00:00Z"));
        for (refusal, reason) in [
            (Refusal::Objection, None),
            (Refusal::Suppression, None),
            (Refusal::Plain, Some(Reason::OptedOut)),
        ] {
            let records: [Record; 2] = [contract, opt_out(refusal, Assurance::Authenticated, millis(GIVEN) - 1)];
            row.each_of(&records, child, |decision, case| assert_eq!(decision.reason(), reason, "{case}"));
        }
    }
}

#[test]
fn a_contract_is_never_a_ground_for_marketing() {
    for row in placet::consent::rules::rules().filter(|row| row.id != "transactional") {
        let accept = Basis::ALL.to_vec();
        let own = placet::consent::Override { rule: row.id.into(), accept, waive: Vec::new(), reason: "ours".into() };
        let shop = Policy { overrides: vec![own], ..Policy::default() };
        for (country, region) in every_place() {
            for channel in row.channels {
                let records = [opt_in(Ground::Contract, Assurance::Staff, millis(GIVEN))];
                let question = Question {
                    country,
                    region,
                    business: row.relation.is_some(),
                    channel: *channel,
                    purpose: "offers",
                    shop: &shop,
                    reachable: true,
                    restricted: false,
                    born: None,
                    records: &records,
                };
                let finding = Asked::new(question).decide(millis(GIVEN)).verdict.finding;
                assert_eq!(finding, Finding::BasisNotAccepted, "{} in {country}-{region}", row.id);
            }
        }
    }
}
