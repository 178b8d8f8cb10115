use crate::consent::{Channel, CountryCode};
use crate::lists::read::fault::Wrong;
use crate::lists::read::options::{ImportOptions, own_columns};
use crate::lists::tests::{described, newsletter, read};
use crate::model::list_kind::ListKind;
use crate::platforms::Profile;
use crate::platforms::field::Field;

/// Returns the content of one row of a file in placet's own columns.
fn row(header: &str, row: &str, options: &ImportOptions) -> String {
    let rows = described(&read(format!("{header}\n{row}\n").as_bytes(), options));
    assert_eq!(rows.len(), 1);
    rows[0].trim_start_matches("2: ").to_owned()
}

#[track_caller]
fn check(options: &ImportOptions, header: &str, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(row(header, text, options), *expected, "{header}\n{text}");
    }
}

#[test]
fn only_an_opt_out_may_have_a_wide_scope() {
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    check(
        &options,
        "email,channel,purpose,choice",
        &[
            ("a@example.com,email,offers,opt_in", "a@example.com [email/offers yes:consent]"),
            ("a@example.com,,,opt_in", "a@example.com [email/newsletter yes:consent]"),
            ("a@example.com,*,*,opt_out", "a@example.com [*/* no]"),
            ("a@example.com,EMAIL,,no", "a@example.com [email/* no]"),
            ("a@example.com,,offers,objection", "a@example.com [*/offers objection]"),
            ("a@example.com,,,declined", "a@example.com"),
            ("a@example.com,,,", "a@example.com"),
            ("a@example.com,fax,,opt_out", "unknown_channel in 2"),
            ("a@example.com,push,,opt_out", "channel_off in 2"),
            ("a@example.com,,gossip,opt_out", "unknown_purpose in 3"),
            ("a@example.com,sms,,opt_in", "no_address"),
            ("a@example.com,sms,,opt_out", "a@example.com"),
            ("a@example.com,,,maybe", "bad_choice in 4"),
            (",,,opt_in", "no_address"),
        ],
    );
    check(
        &ImportOptions::default(),
        "email,channel,purpose,choice",
        &[("a@example.com,,newsletter,yes", "no_channel in 2"), ("a@example.com,email,,yes", "no_purpose in 3")],
    );
    // Without such a column, the import options decide.
    check(&options, "email,choice", &[("a@example.com,no", "a@example.com [email/newsletter no]")]);
}

#[test]
fn the_kind_of_the_list_applies_to_rows_without_a_choice() {
    let listed = |list| ImportOptions { list: Some(list), channel: Some(Channel::Email), ..newsletter() };
    check(
        &listed(ListKind::OptedIn),
        "email,choice",
        &[
            ("a@example.com,", "a@example.com [email/newsletter yes:consent]"),
            ("a@example.com,no", "a@example.com [email/newsletter no]"),
            ("a@example.com,declined", "a@example.com"),
        ],
    );
    check(
        &listed(ListKind::OptedOut),
        "email,opted_out_at,choice,reason",
        &[
            ("a@example.com,,,", "a@example.com [email/newsletter no]"),
            (
                "a@example.com,2025-01-02,,moved",
                r#"a@example.com [email/newsletter no@2025-01-02T00:00:00.000Z{"reason":"moved"}]"#,
            ),
            ("a@example.com,2025-01-02,yes,", "contradiction in 2"),
            ("a@example.com,,yes,", "a@example.com [email/newsletter yes:consent]"),
        ],
    );
    check(
        &ImportOptions { list: Some(ListKind::OptedOut), ..ImportOptions::default() },
        "email",
        &[("a@example.com", "a@example.com [*/* no]")],
    );
}

#[test]
fn a_row_is_imported_as_a_whole_or_not_at_all() {
    let options = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
    check(
        &options,
        "email,phone",
        &[
            ("a@example.com,020 7946 0018", "a@example.com +442079460018 [email/newsletter yes:consent]"),
            ("a@example.com,12", "bad_phone in 2"),
            ("a@example.com,+44", "bad_phone in 2"),
            ("a@example,+447700900106", "bad_email in 1"),
            (",+447700900106", "no_address"),
        ],
    );
    let german = ImportOptions { country: CountryCode::parse("DE"), ..options.clone() };
    check(
        &german,
        "email,phone,country",
        &[
            ("a@example.com,030 23125 001,", "a@example.com +493023125001 [email/newsletter yes:consent]"),
            ("a@example.com,020 7946 0018,uk", "a@example.com +442079460018 GB [email/newsletter yes:consent]"),
            ("a@example.com,030 23125 001,Atlantis", "a@example.com +493023125001 [email/newsletter yes:consent]"),
        ],
    );
    check(
        &options,
        "email,external,region,born,relation,occurred_at",
        &[
            (
                "a@example.com,crm:1,FL,2001-02-03,business,",
                "a@example.com crm:1 business 2001-02-03 [email/newsletter yes:consent]",
            ),
            ("a@example.com,1,,,,", "bad_external in 2"),
            ("a@example.com,,,3.2.2001,,", "bad_birth in 4"),
            ("a@example.com,,,,friend,", "unknown_word in 5"),
            ("a@example.com,,,,,yesterday", "bad_time in 6"),
            ("a@example.com,,,,,0000-00-00 00:00:00", "a@example.com [email/newsletter yes:consent]"),
        ],
    );
    check(
        &options,
        "email,basis,dealing,refusal_offered,origin",
        &[
            ("a@example.com,hope,,,", "unknown_word in 2"),
            ("a@example.com,,theft,,", "unknown_word in 3"),
            ("a@example.com,,,perhaps,", "bad_flag in 4"),
            (&format!("a@example.com,,,,{}", "x".repeat(201)), "bad_text in 5"),
        ],
    );
    let mapped = ImportOptions { columns: own_columns("email:e,choice:c,email_choice:d"), ..options };
    check(
        &mapped,
        "e,c,d",
        &[
            ("a@example.com,yes,no", "said_twice"),
            ("a@example.com,yes,", "a@example.com [email/newsletter yes:consent]"),
        ],
    );
}

#[test]
fn the_kind_column_sets_the_kind_of_an_address() {
    let options = ImportOptions { list: Some(ListKind::OptedOut), ..ImportOptions::default() };
    check(
        &options,
        "address,kind,channel",
        &[
            ("a@example.com,,", "a@example.com [*/* no]"),
            ("a@example.com,email,", "a@example.com [*/* no]"),
            ("+447700900107,,sms", "+447700900107 [sms/* no]"),
            ("+447700900107,,", "no_kind in 1"),
            ("+447700900107,pigeon,", "bad_kind in 2"),
            ("\"1 Example Road\r\nLondon N1 0AA\",postal,post", "1 Example Road\nLondon N1 0AA [post/* no]"),
            ("1 Ex,postal,post", "bad_address in 1"),
        ],
    );
    check(
        &options,
        "email,address",
        &[
            ("a@example.com,A@example.com", "a@example.com [*/* no]"),
            ("a@example.com,b@example.com", "several_addresses in 2"),
        ],
    );
}

#[test]
fn a_suppression_row_names_exactly_one_address() {
    let options = ImportOptions { list: Some(ListKind::Suppressed), ..ImportOptions::default() };
    let hash = "a".repeat(64);
    check(
        &options,
        "email,phone,reason,channel,since",
        &[
            ("a@example.com,,,,", "a@example.com suppressed on *: asked"),
            (
                "a@example.com,,hardBounce,email,2025-01-02",
                "a@example.com suppressed on email: bounced@2025-01-02T00:00:00.000Z",
            ),
            ("a@example.com,,contactFlaggedAsSpam,,", "a@example.com suppressed on *: complained"),
            ("a@example.com,,just because,,", "bad_reason in 3"),
            ("a@example.com,+447700900108,,,", "several_addresses"),
            ("a@example.com,+447700900108,,sms,", "+447700900108 suppressed on sms: asked"),
            (",,asked,,", "no_address"),
        ],
    );
    check(
        &options,
        "sha256,kind",
        &[
            (&format!("{hash},"), "no_kind"),
            (&format!("{hash},phone"), "phone:aaaaaaaa… suppressed on *: asked"),
            ("aaaa,phone", "bad_hash in 1"),
        ],
    );
}

#[test]
fn two_phone_numbers_in_a_row_belong_to_two_channels() {
    let sms = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Sms), ..newsletter() };
    let whatsapp = ImportOptions { channel: Some(Channel::Whatsapp), ..sms.clone() };
    let header = "EMAIL;SMS;WHATSAPP;ADDED_TIME;WHATSAPP_BLACKLISTED";
    let both = ";447700900109;447700900110;;";
    check(
        &sms,
        header,
        &[
            (both, "+447700900109 [sms/newsletter yes:consent]"),
            (";447700900109;447700900109;;true", "+447700900109 [sms/newsletter yes:consent]"),
            (";447700900109;447700900110;;true", "two_numbers in 3"),
        ],
    );
    check(
        &whatsapp,
        header,
        &[
            (both, "+447700900110 [whatsapp/newsletter yes:consent]"),
            (";447700900109;447700900109;;true", "+447700900109 [whatsapp/newsletter no]"),
        ],
    );
    assert_eq!(Profile::parse("brevo").map(Profile::as_str), Some("brevo"));
}

#[test]
fn each_row_fault_has_its_own_message() {
    let described = |what| crate::lists::read::fault::RowFault { column: None, what }.message();
    assert_eq!(
        described(Wrong::BadNationalPhone { country: CountryCode::parse("FR").unwrap() }),
        "not a telephone number in FR: correct it, or write it with + and its country code"
    );
    assert_eq!(
        described(Wrong::UnknownWord { field: Field::Relation }),
        "not an allowed value of relation: write consumer or business"
    );
}
