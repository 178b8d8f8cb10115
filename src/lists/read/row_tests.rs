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
            ("a@example.com,sms,,opt_out", "no_address"),
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
fn an_opt_out_in_a_column_that_is_not_read_is_told() {
    let of_list = |list| ImportOptions { list: Some(list), channel: Some(Channel::Email), ..newsletter() };
    let yes = "a@example.com [email/newsletter yes:consent]";
    check(
        &of_list(ListKind::OptedIn),
        "email,HasOptedOutOfEmail",
        &[
            ("a@example.com,true", "unread_opt_out in 2"),
            ("a@example.com,2024-05-01", "unread_opt_out in 2"),
            ("a@example.com,false", yes),
            ("a@example.com,", yes),
            ("a@example.com,https://shop.example/u", yes),
        ],
    );
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    check(
        &options,
        "email,choice,Unsubscribed from all email",
        &[
            ("a@example.com,yes,true", "unread_opt_out in 3"),
            ("a@example.com,,true", "unread_opt_out in 3"),
            ("a@example.com,unconfirmed,true", "unread_opt_out in 3"),
            ("a@example.com,no,true", "a@example.com [email/newsletter no]"),
            ("a@example.com,yes,no", yes),
        ],
    );
    check(
        &of_list(ListKind::OptedOut),
        "email,Opt-out reason",
        &[("a@example.com,too many", "a@example.com [email/newsletter no]")],
    );
    check(&options, "email,choice,placet_unsubscribed", &[("a@example.com,yes,true", yes)]);
}

#[test]
fn a_status_that_is_no_opt_in_contradicts_one() {
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    check(
        &options,
        "email,choice,status",
        &[
            ("a@example.com,yes,declined", "contradiction in 3"),
            ("a@example.com,yes,never_subscribed", "contradiction in 3"),
            ("a@example.com,yes,awaiting_confirmation", "contradiction in 3"),
            ("a@example.com,yes,subscribed", "a@example.com [email/newsletter yes:consent]"),
        ],
    );
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
                r#"a@example.com [email/newsletter no@2025-01-02T23:59:59.999Z{"reason":"moved"}]"#,
            ),
            ("a@example.com,2025-01-02,yes,", "contradiction in 2"),
            ("a@example.com,,yes,", "list_contradicted"),
        ],
    );
    check(
        &ImportOptions { list: Some(ListKind::OptedOut), ..ImportOptions::default() },
        "email",
        &[("a@example.com", "a@example.com [*/* no]")],
    );
}

#[test]
fn an_opt_in_needs_everything_that_limits_it() {
    let options = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
    check(
        &options,
        "email,phone",
        &[
            ("a@example.com,020 7946 0018", "a@example.com +442079460018 [email/newsletter yes:consent]"),
            ("a@example.com,12", "a@example.com [email/newsletter yes:consent] (warned: bad_phone in 2)"),
            ("a@example.com,+44", "a@example.com [email/newsletter yes:consent] (warned: bad_phone in 2)"),
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
            ("a@example.com,1,,,,", "a@example.com [email/newsletter yes:consent] (warned: bad_external in 2)"),
            ("a@example.com,,,3.2.2001,,", "bad_birth in 4"),
            ("a@example.com,,,,friend,", "a@example.com [email/newsletter yes:consent] (warned: unknown_word in 5)"),
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
            ("a@example.com,yes,no", "contradiction"),
            ("a@example.com,yes,yes", "said_twice"),
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
fn a_suppression_row_names_each_of_its_addresses() {
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
            ("a@example.com,,just because,,", "a@example.com suppressed on *: asked (warned: bad_reason in 3)"),
            (
                "a@example.com,+447700900108,,,",
                "a@example.com suppressed on *: asked, +447700900108 suppressed on *: asked",
            ),
            ("a@example.com,n/a,,,", "a@example.com suppressed on *: asked (warned: bad_phone in 2)"),
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

#[test]
fn nothing_else_in_a_row_takes_an_opt_out_away() {
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    let no = "a@example.com [email/newsletter no]";
    let at = "a@example.com [email/newsletter no@2025-01-02T23:59:59.999Z]";
    let warned = |what: &str| format!("{no} (warned: {what})");
    // What the row says of the choice in several cells.
    check(
        &options,
        "email,choice,status,objection,opted_out_at",
        &[
            ("a@example.com,,declined,,2025-01-02", at),
            ("a@example.com,,unconfirmed,,2025-01-02", at),
            ("a@example.com,never_subscribed,,,2025-01-02", at),
            ("a@example.com,,awaiting_confirmation,,2025-01-02", at),
            ("a@example.com,yes,unsubscribed,,", "contradiction in 2"),
            ("a@example.com,yes,,yes,", "contradiction in 2"),
            ("a@example.com,yes,,,2025-01-02", "contradiction in 5"),
            ("a@example.com,yes,,,last spring 2025", "contradiction in 5"),
            ("a@example.com,no,subscribed,,", no),
            ("a@example.com,,declined,yes,", "a@example.com [email/newsletter objection]"),
            ("a@example.com,whatever,,,2025-01-02", &format!("{at} (warned: bad_choice in 2)")),
            ("a@example.com,no,,perhaps,", &warned("bad_flag in 4")),
            ("a@example.com,yes,,perhaps,", "bad_flag in 4"),
            ("a@example.com,,,,04/03/2025 5 pm", &warned("bad_time in 5")),
            ("a@example.com,no,,,n/a", &warned("bad_time in 5")),
            ("a@example.com,yes,,,n/a", "bad_time in 5"),
        ],
    );
    // Junk in cells that the opt-out does not need.
    check(
        &options,
        "email,choice,phone,born,external,reason,occurred_at",
        &[
            ("a@example.com,no,n/a,,,,", &warned("bad_phone in 3")),
            ("a@example.com,no,-,,,,", &warned("bad_phone in 3")),
            ("a@example.com,no,4.47701E+11,,,,", &warned("bad_phone in 3")),
            ("a@example.com,no,\"+447700900123, +447700900124\",,,,", &warned("bad_phone in 3")),
            ("a@example.com,no,,00/00/0000,,,", &warned("bad_birth in 4")),
            ("a@example.com,no,,,12345,,", &warned("bad_external in 5")),
            ("a@example.com,no,,,,,whenever", &warned("bad_time in 7")),
            ("a@example.com,no,,,,,45720", "a@example.com [email/newsletter no@2025-03-04T23:59:59.999Z]"),
            ("a@example.com,no,,,,,,,,", no),
            ("a@example.com,no,,,,,,x", "too_many_cells"),
        ],
    );
    // An opt-out from a channel whose address cannot be read is rejected, so that somebody corrects the row.
    check(&options, "email,channel,choice,phone", &[("a@example.com,sms,no,n/a", "bad_phone in 4")]);
    // What the sender says of the file holds for every row.
    check(
        &ImportOptions { list: Some(ListKind::OptedOut), ..options.clone() },
        "email,status",
        &[
            ("a@example.com,unconfirmed", no),
            ("a@example.com,enabled", &warned("bad_choice in 2")),
            ("a@example.com,opted_out", no),
            ("a@example.com,", no),
            ("a@example.com,subscribed", "list_contradicted"),
            ("a@example.com,yes", "list_contradicted"),
            ("a@example.com,1", "list_contradicted"),
        ],
    );
}

#[test]
fn a_no_counts_until_the_end_of_the_day_or_minute_that_it_names() {
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    let at = |at: &str| format!("a@example.com [email/newsletter no@{at}]");
    check(
        &options,
        "email,choice,occurred_at",
        &[
            ("a@example.com,no,2026-11-20", &at("2026-11-20T23:59:59.999Z")),
            ("a@example.com,no,20.11.2026", &at("2026-11-20T23:59:59.999Z")),
            ("a@example.com,no,46346", &at("2026-11-20T23:59:59.999Z")),
            ("a@example.com,no,2026-11-20 10:00", &at("2026-11-20T10:00:59.999Z")),
            ("a@example.com,no,2026-11-20 10:00:30", &at("2026-11-20T10:00:30.000Z")),
            ("a@example.com,no,1763632830", &at("2025-11-20T10:00:30.000Z")),
            // Programs write these for "no time".
            ("a@example.com,no,1970-01-01 00:00:00", "a@example.com [email/newsletter no]"),
            ("a@example.com,no,1900-01-01", "a@example.com [email/newsletter no]"),
            ("a@example.com,no,0001-01-01", "a@example.com [email/newsletter no]"),
        ],
    );
}

#[test]
fn what_an_opt_in_of_the_row_lacks_does_not_take_its_opt_out_away() {
    check(
        &newsletter(),
        "email,phone,email_choice,sms_choice,sms_at",
        &[(
            "a@example.com,+447700900123,no,yes,garbage",
            "a@example.com +447700900123 [email/newsletter no] (warned: bad_time in 5)",
        )],
    );
    // A row with two numbers says which of them it is about.
    check(
        &newsletter(),
        "phone,whatsapp,channel,choice",
        &[
            ("+447700900123,+447700900124,whatsapp,no", "+447700900124 [whatsapp/newsletter no]"),
            ("+447700900123,+447700900124,sms,no", "+447700900123 [sms/newsletter no]"),
            ("+447700900123,+447700900124,*,no", "two_numbers in 2"),
        ],
    );
    // A hash beside an address is an identifier of the platform.
    let options = ImportOptions { channel: Some(Channel::Email), ..newsletter() };
    check(&options, "email,choice,sha256", &[("a@example.com,no,n/a", "a@example.com [email/newsletter no]")]);
    check(
        &options,
        "email,choice,reason",
        &[(
            "a@example.com,no,\"too many\nmails\"",
            r#"a@example.com [email/newsletter no{"reason":"too many mails"}]"#,
        )],
    );
}

#[test]
fn a_column_in_which_every_cell_begins_with_an_apostrophe_is_unwrapped() {
    let options = ImportOptions { list: Some(ListKind::OptedOut), channel: Some(Channel::Email), ..newsletter() };
    let rows = |file: &[u8]| described(&read(file, &options));
    let no = |line, address| format!("{line}: {address} [email/newsletter no]");
    assert_eq!(
        rows(b"email\n'a@example.com\n'b@example.com\n'o'hara@example.com'\n"),
        [no(2, "a@example.com"), no(3, "b@example.com"), no(4, "o'hara@example.com")]
    );
    // In such a column the apostrophe may belong to the address.
    assert_eq!(rows(b"email\n'tis@example.com\nb@example.com\n"), [no(2, "'tis@example.com"), no(3, "b@example.com")]);
}

#[test]
fn each_cell_has_its_own_encoding() {
    let options = ImportOptions { list: Some(ListKind::OptedOut), channel: Some(Channel::Email), ..newsletter() };
    let file = [&b"email,origin\nb"[..], "ü".as_bytes(), b"cher@example.com,\"M\xfcller, \"\"x\"\"\"\n"].concat();
    assert_eq!(
        described(&read(&file, &options)),
        [r#"2: bücher@example.com [email/newsletter no{"origin":"Müller, \"x\""}]"#]
    );
}

#[test]
fn a_file_of_mailchimp_says_by_its_name_what_it_lists() {
    use crate::lists::read::layout::Layout;
    let file = b"Email Address,LEID\na@example.com,1\n";
    for (name, is_refused) in [
        ("subscribed_segment_1.csv", false),
        ("nonsubscribed_segment_1.csv", true),
        ("archived_segment_1.csv", true),
        ("cleaned_segment_1.csv", true),
        ("unsubscribed_segment_1.csv", true),
    ] {
        let name = Some(name.to_owned());
        let options =
            ImportOptions { name, list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
        let layout = Layout::of(file, true, &options, &crate::lists::tests::scopes());
        assert_eq!(layout.is_err(), is_refused, "{:?}", options.name);
    }
}

mod junk {
    use proptest::prelude::*;

    use super::*;
    use crate::model::listed::Listed;

    /// What is found in cells: by mistake, by spreadsheets, and by other programs.
    const JUNK: &[&str] = &[
        "",
        " ",
        "n/a",
        "N/A",
        "-",
        "?",
        "null",
        "NULL",
        "0",
        "1",
        "yes",
        "no",
        "true",
        "false",
        "x",
        "#REF!",
        "#N/A",
        "4.47701E+11",
        "+447700900123",
        "07700 900123",
        "+44",
        "12",
        "2025-03-04 05:06",
        "45720.2126",
        "00/00/0000",
        "04/03/2025",
        "31.12.2025",
        "b@example.com",
        "ada@",
        "\"a, b\"",
        "\"two\nlines\"",
        "declined",
        "unconfirmed",
        "subscribed",
        "unsubscribed",
        "opt_in",
        "opt_out",
        "enabled",
        "[]",
        "{}",
        "DE",
        "Atlantis",
        "\u{200b}",
        "'x",
        "FALSCH",
        "SMS",
        "email",
        "newsletter",
        "gossip",
        "00000",
        "99999",
        "Müller",
    ];

    /// A statement of the file or of a cell that is a clear no.
    fn noes(profile: Profile) -> Vec<(Option<Field>, &'static str)> {
        let cells: [(Field, &str); 6] = [
            (Field::Choice, "opt_out"),
            (Field::Status, "unsubscribed"),
            (Field::EmailChoice, "unsubscribed"),
            (Field::EmailRefused, "true"),
            (Field::EmailSuppressions, "UNSUBSCRIBE"),
            (Field::OptedOutAt, "2025-01-02"),
        ];
        let has = |field: Field| profile.table().columns.iter().any(|(own, _)| *own == field);
        let of_cells = cells.into_iter().filter(|(field, _)| has(*field)).map(|(field, text)| (Some(field), text));
        of_cells.chain([(None, "")]).collect()
    }

    /// One row: the profile, the number of its no, and the cells with junk.
    type Row = (usize, usize, Vec<(usize, usize)>, bool);

    fn check_row((profile, no, junk, is_damaged): Row) -> Result<(), TestCaseError> {
        let profile = Profile::ALL[profile % Profile::ALL.len()];
        let noes = noes(profile);
        let (said, text) = noes[no % noes.len()];
        let columns: Vec<(Field, &str)> =
            profile.table().columns.iter().map(|(field, names)| (*field, names[0])).collect();
        let mut cells: Vec<String> = columns
            .iter()
            .map(|(field, _)| match field {
                Field::Email => "a@example.com".to_owned(),
                field if Some(*field) == said => text.to_owned(),
                _ => String::new(),
            })
            .collect();
        // The address, the statement and what the row is about stay. Hashes would make it a row of another kind.
        let keeps = |field: Field| {
            let about = [Field::Email, Field::Channel, Field::Purpose, Field::Hash, Field::Sha256, Field::Address];
            about.contains(&field) || Some(field) == said
        };
        for (column, text) in junk {
            let column = column % cells.len();
            if !keeps(columns[column].0) {
                cells[column] = JUNK[text % JUNK.len()].to_owned();
            }
        }
        let mut file = columns.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(",").into_bytes();
        file.push(b'\n');
        file.extend(cells.join(",").into_bytes());
        if is_damaged {
            file.extend(b",,\n");
        } else {
            file.push(b'\n');
        }
        let list = if said.is_none() { Some(ListKind::OptedOut) } else { None };
        let options = ImportOptions { list, channel: Some(Channel::Email), profile: Some(profile), ..newsletter() };
        let rows = read(&file, &options);
        let text = String::from_utf8_lossy(&file);
        // A row of several lines that is rejected is read on from its second line.
        let is_rejected = rows.iter().any(|row| row.outcome.is_err());
        for row in &rows {
            match &row.outcome {
                Err(_) => {}
                Ok(Listed::Suppressed(_)) => {}
                Ok(Listed::Person(person)) => {
                    let covers = |scope: &crate::consent::Scope| {
                        scope.channel.is_none_or(|channel| channel == Channel::Email)
                            && scope.purpose.as_ref().is_none_or(|purpose| purpose.as_str() == "newsletter")
                    };
                    let about: Vec<_> = person.choices.iter().filter(|choice| covers(&choice.scope)).collect();
                    let is_no = about.iter().any(|choice| choice.is_no());
                    prop_assert!(is_no || is_rejected, "no opt-out in {}", text);
                    prop_assert!(!about.iter().any(|choice| choice.is_yes()), "an opt-in in {}", text);
                }
            }
        }
        prop_assert!(!rows.is_empty());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn a_clear_no_is_recorded_or_rejected_whatever_stands_beside_it(
            row in (any::<usize>(), any::<usize>(), prop::collection::vec((any::<usize>(), any::<usize>()), 1..4), any::<bool>()),
        ) {
            check_row(row)?;
        }
    }
}
