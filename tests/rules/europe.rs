//! The rows of the European Economic Area, the United Kingdom and Switzerland, each named by its article.

use placet::consent::Activity::*;
use placet::consent::Channel::*;
use placet::consent::Relation::*;

use super::rows::rows;

const EXISTING_CUSTOMER: &str = "consent soft_opt_in:purchase soft_opt_in:free_account";
const LETTERS: &str = "consent legitimate_interest";

rows! {
    "eu-email", "AT", [Email], "ePrivacy Directive 2002/58/EC", "Art. 13(1), 13(2)" =>
    fn eprivacy_13_2_email_in_europe_needs_consent_or_an_existing_customer(row) {
        row.asks_no_more_than(EXISTING_CUSTOMER, "at once");
    }

    "eu-messaging", "SE", [Sms, Whatsapp], "ePrivacy Directive 2002/58/EC", "Art. 13(1), 13(2)" =>
    fn eprivacy_13_2_texts_in_europe_are_electronic_mail(row) {
        row.asks_no_more_than(EXISTING_CUSTOMER, "at once");
    }

    "eu-phone", "BE", [Phone], "ePrivacy Directive 2002/58/EC", "Art. 13(3)" =>
    fn eprivacy_13_3_calls_in_europe_need_consent_where_no_state_says_otherwise(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "eu-push", "FR", [Push], "ePrivacy Directive 2002/58/EC", "Art. 5(3), 13(1)" =>
    fn eprivacy_5_3_notifications_in_europe_need_consent(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "eu-post", "NO", [Post], "GDPR", "Art. 6(1)(f), 21(2)-(3)" =>
    fn gdpr_6_1_f_letters_in_europe_may_rest_on_a_legitimate_interest(row) {
        row.asks_no_more_than(LETTERS, "at once");
    }

    "de-email", "DE", [Email], "UWG", "§ 7(2) no. 2, § 7(3)" =>
    fn uwg_7_2_no_2_email_in_germany_needs_a_confirmed_consent(row) {
        row.accepts(EXISTING_CUSTOMER).keeps(EXISTING_CUSTOMER).waits_for_confirmation().honours_a_no("at once");
    }

    "de-messaging", "DE", [Sms, Whatsapp], "UWG", "§ 7(2) no. 2, § 7(3)" =>
    fn uwg_7_2_no_2_texts_in_germany_need_a_confirmed_consent(row) {
        row.accepts(EXISTING_CUSTOMER).keeps(EXISTING_CUSTOMER).waits_for_confirmation().honours_a_no("at once");
    }

    "de-phone", "DE", [Phone], "UWG", "§ 7(2) no. 1, § 7a" =>
    fn uwg_7a_calls_in_germany_need_a_consent_used_within_5_years(row) {
        let row = row.towards(Consumer);
        row.accepts("consent").waits_for_confirmation().honours_a_no("at once");
        row.lapses("consent", &[], "2031-08-31T10:00:00Z");
        // Each use starts the five years again. A contact by the person does not.
        row.lapses("consent", &[(Used, "2028-02-29T12:00:00Z")], "2033-02-28T12:00:00Z");
        row.lapses("consent", &[(Contacted, "2028-02-29T12:00:00Z")], "2031-08-31T10:00:00Z");
    }

    "de-phone-business", "DE", [Phone], "UWG", "§ 7(2) no. 1" =>
    fn uwg_7_2_no_1_a_business_in_germany_is_presumed_to_want_calls_from_those_it_deals_with(row) {
        let grounds = "consent implied:purchase implied:contract implied:inquiry";
        row.towards(Business).asks_no_more_than(grounds, "at once");
    }

    "de-post", "DE", [Post], "UWG; GDPR", "§ 7(1); Art. 6(1)(f)" =>
    fn uwg_7_1_letters_in_germany_may_rest_on_a_legitimate_interest(row) {
        row.asks_no_more_than(LETTERS, "at once");
    }

    "fr-mail", "FR", [Email, Sms, Whatsapp], "CPCE", "L.34-5" =>
    fn cpce_l34_5_mail_in_france_lapses_3_years_after_the_last_contact(row) {
        let row = row.towards(Consumer);
        row.accepts(EXISTING_CUSTOMER).leaves_confirmation_to_the_shop().honours_a_no("at once");
        row.lapses("consent", &[], "2029-08-31T10:00:00Z");
        row.lapses("soft_opt_in:purchase", &[], "2029-08-31T10:00:00Z");
        // A contact by the person starts the three years again. A use by the shop does not.
        row.lapses("consent", &[(Contacted, "2028-02-29T12:00:00Z")], "2031-02-28T12:00:00Z");
        row.lapses("consent", &[(Used, "2028-02-29T12:00:00Z")], "2029-08-31T10:00:00Z");
    }

    "fr-mail-business", "FR", [Email, Sms, Whatsapp], "CPCE", "L.34-5" =>
    fn cpce_l34_5_a_professional_address_in_france_may_be_written_to_until_it_objects(row) {
        let row = row.towards(Business);
        row.accepts("consent soft_opt_in:purchase soft_opt_in:free_account legitimate_interest");
        row.leaves_confirmation_to_the_shop().honours_a_no("at once");
        row.lapses("legitimate_interest", &[], "2029-08-31T10:00:00Z");
        row.lapses("legitimate_interest", &[(Contacted, "2026-12-31T00:00:00Z")], "2029-12-31T00:00:00Z");
    }

    "fr-phone-until-2026", "FR", [Phone], "Code de la consommation", "L.223-1" =>
    fn conso_l223_1_calls_in_france_needed_a_look_up_in_bloctel_until_11_august_2026(row) {
        let row = row.on("2026-02-28T10:00:00Z");
        row.accepts("consent legitimate_interest").leaves_confirmation_to_the_shop().honours_a_no("at once");
        row.needs_a_look_up("2026-03-01T10:00:00Z", "2026-03-31T10:00:00Z");
        row.clone().on("2023-01-31T10:00:00Z").lapses("consent", &[], "2026-01-31T10:00:00Z");
        // Midnight in Paris.
        let row = row.on("2026-08-01T10:00:00Z");
        row.changes("legitimate_interest", true, "2026-08-10T22:00:00Z");
        row.changes("implied:contract", false, "2026-08-10T22:00:00Z");
    }

    "fr-phone", "FR", [Phone], "Code de la consommation", "L.223-1 (loi 2025-594" =>
    fn conso_l223_1_calls_in_france_need_consent_or_a_running_contract(row) {
        row.clone().on("2026-08-10T22:00:00Z").accepts("consent implied:contract");
        row.accepts("consent implied:contract").leaves_confirmation_to_the_shop().honours_a_no("at once");
        row.lapses("consent", &[], "2029-08-31T10:00:00Z");
        row.lapses("implied:contract", &[(Contacted, "2027-01-01T00:00:00Z")], "2030-01-01T00:00:00Z");
    }

    "fr-post", "FR", [Post], "GDPR; CNIL", "référentiel gestion commerciale" =>
    fn gdpr_6_1_f_letters_in_france_lapse_3_years_after_the_last_contact(row) {
        row.accepts(LETTERS).leaves_confirmation_to_the_shop().honours_a_no("at once");
        row.lapses("legitimate_interest", &[], "2029-08-31T10:00:00Z");
        row.lapses("consent", &[(Contacted, "2028-02-29T12:00:00Z")], "2031-02-28T12:00:00Z");
    }

    "it-email", "IT", [Email], "Codice privacy", "Art. 130(1)-(2), 130(4)" =>
    fn codice_privacy_130_4_email_in_italy_needs_consent_or_an_existing_customer(row) {
        row.asks_no_more_than(EXISTING_CUSTOMER, "at once");
    }

    "it-messaging", "IT", [Sms, Whatsapp], "Codice privacy", "Art. 130(1)-(2)" =>
    fn codice_privacy_130_2_texts_in_italy_need_consent_also_from_customers(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "it-phone", "IT", [Phone], "Codice privacy", "Art. 130(3-bis); DPR 26/2022" =>
    fn codice_privacy_130_3_bis_calls_in_italy_need_consent_or_a_look_up_within_15_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-09-16T10:00:00Z");
    }

    "it-post", "IT", [Post], "Codice privacy; GDPR", "Art. 130(3-bis); Art. 6(1)(f)" =>
    fn codice_privacy_130_3_bis_letters_in_italy_need_consent_or_a_look_up_within_30_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z");
    }

    "es-mail", "ES", [Email, Sms, Whatsapp], "LSSI", "Art. 21" =>
    fn lssi_21_mail_in_spain_needs_consent_or_an_existing_customer(row) {
        row.asks_no_more_than(EXISTING_CUSTOMER, "at once");
    }

    "es-phone", "ES", [Phone], "LGTel", "Art. 66" =>
    fn lgtel_66_calls_in_spain_need_consent(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "pl-all", "PL", [Email, Sms, Whatsapp, Phone], "Prawo komunikacji elektronicznej", "Art. 398" =>
    fn pke_398_all_electronic_marketing_in_poland_needs_consent_also_of_businesses(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "nl-phone", "NL", [Phone], "Telecommunicatiewet", "Art. 11.7" =>
    fn telecommunicatiewet_11_7_calls_in_the_netherlands_need_consent(row) {
        row.asks_no_more_than("consent", "at once");
    }

    "gb-mail", "GB", [Email, Sms, Whatsapp], "PECR 2003", "reg. 22, 23" =>
    fn pecr_22_3_mail_in_the_united_kingdom_may_rest_on_talks_about_a_sale(row) {
        let row = row.on("2026-01-31T10:00:00Z");
        let grounds = "consent soft_opt_in:purchase soft_opt_in:negotiation soft_opt_in:free_account";
        row.asks_no_more_than(grounds, "at once");
        row.changes("soft_opt_in:support", false, "2026-02-05T00:00:00Z");
    }

    "gb-mail-2026", "GB", [Email, Sms, Whatsapp], "PECR 2003", "22(3A)" =>
    fn pecr_22_3a_charities_in_the_united_kingdom_may_write_to_supporters_since_5_february_2026(row) {
        let grounds = "consent soft_opt_in:purchase soft_opt_in:negotiation soft_opt_in:free_account soft_opt_in:support";
        row.asks_no_more_than(grounds, "at once");
        row.clone().on("2026-02-05T00:00:00Z").accepts(grounds).keeps(grounds);
    }

    "gb-phone", "GB", [Phone], "PECR 2003", "reg. 21" =>
    fn pecr_21_calls_in_the_united_kingdom_need_consent_or_a_look_up_within_28_days(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-09-29T10:00:00Z");
    }

    "gb-post", "GB", [Post], "UK GDPR", "Art. 6(1)(f), 21(2)-(3)" =>
    fn uk_gdpr_6_1_f_letters_in_the_united_kingdom_may_rest_on_a_legitimate_interest(row) {
        row.asks_no_more_than(LETTERS, "at once");
    }

    "ch-mail", "CH", [Email, Sms, Whatsapp], "UWG (CH)", "Art. 3(1)(o)" =>
    fn uwg_ch_3_1_o_mail_in_switzerland_needs_consent_or_a_purchase(row) {
        let grounds = "consent soft_opt_in:purchase";
        row.asks_no_more_than(grounds, "at once");
    }

    "ch-phone", "CH", [Phone], "UWG (CH)", "Art. 3(1)(u), (v)" =>
    fn uwg_ch_3_1_u_calls_in_switzerland_need_consent_or_a_look_up_of_the_star(row) {
        row.asks_for_consent_or_a_look_up("2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z");
    }

    "ch-post", "CH", [Post], "nFADP; UWG (CH)", "Art. 25, 30" =>
    fn ndsg_30_letters_in_switzerland_may_rest_on_a_legitimate_interest(row) {
        row.asks_no_more_than(LETTERS, "at once");
    }
}
