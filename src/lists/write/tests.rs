use crate::consent::{AddressKind, Assurance, Basis, Channel, EmailAddress, PhoneNumber, Timestamp};
use crate::lists::write::*;

const CONTACT: &str = "0199a1b2-0000-7000-8000-000000000001";

fn at(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse(text).unwrap())
}

/// Returns a confirmed opt-in by email.
fn yes() -> OutRow<'static> {
    OutRow {
        kind: AddressKind::Email,
        address: "ada@shop.example",
        contact: CONTACT,
        country: Some("US"),
        region: Some("FL"),
        channel: Some(Channel::Email),
        purpose: Some("newsletter"),
        status: "opted_in",
        basis: Some(Basis::Consent),
        objection: false,
        assurance: Some(Assurance::Confirmed),
        since: at("2026-11-23T10:00:00.125Z"),
        decision: None,
    }
}

fn by_phone(channel: Option<Channel>) -> OutRow<'static> {
    OutRow { kind: AddressKind::Phone, address: "+4915112345678", channel, ..yes() }
}

fn no(row: OutRow<'static>) -> OutRow<'static> {
    OutRow { status: "opted_out", basis: None, ..row }
}

/// Returns an objection to everything at one address.
fn objection() -> OutRow<'static> {
    OutRow { channel: None, purpose: None, objection: true, country: None, region: None, ..no(yes()) }
}

fn writer(form: Form, columns: Columns, what: ListKind) -> ListWriter {
    ListWriter::new(form, columns, Cells::Exact, what, false).unwrap()
}

/// Returns the whole list as text.
fn written(mut list: ListWriter, rows: &[OutRow<'_>]) -> String {
    let mut out = Vec::new();
    list.begin(&mut out);
    for row in rows {
        let before = out.len();
        assert_eq!(list.row(&mut out, row), out.len() > before, "{row:?}");
    }
    list.end(&mut out);
    String::from_utf8(out).unwrap()
}

/// Returns the cells as another CSV reader finds them, including the header.
fn read_back(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn every_exported_list_has_its_header() {
    const PEOPLE: &str = "kind,address,channel,purpose,status,basis,objection,assurance,since,country,region,contact";
    const SHOPIFY: &str = "Email,Accepts Email Marketing,Default Address Province Code,Default Address Country Code,Phone,\
        Accepts SMS Marketing,Accepts WhatsApp Marketing";
    const KLAVIYO: &str = "Email,Phone Number,Country,Email Marketing Consent,Email Marketing Consent Timestamp,\
        SMS Marketing Consent,SMS Marketing Consent Timestamp";
    use Columns::*;
    use ListKind::{OptedIn, OptedOut, Suppressed};
    for (columns, what, expected) in [
        (Placet, OptedIn, PEOPLE),
        (Placet, OptedOut, PEOPLE),
        (Placet, Suppressed, "hash,kind,address,sha256,channel,reason,since"),
        (Shopify, OptedIn, SHOPIFY),
        (Shopify, OptedOut, SHOPIFY),
        (Klaviyo, OptedIn, KLAVIYO),
        (Klaviyo, OptedOut, KLAVIYO),
        (Mailchimp, OptedIn, "Email Address,Phone Number,OPTIN_TIME,CONFIRM_TIME,CC,REGION"),
        (Mailchimp, OptedOut, "Email Address,Phone Number,CC,REGION,UNSUB_TIME"),
        (Brevo, OptedIn, "EMAIL;SMS;WHATSAPP;ADDED_TIME"),
        (Brevo, OptedOut, "EMAIL;SMS;WHATSAPP;ADDED_TIME"),
        (Magento, OptedIn, "Email,Type,Status"),
        (Magento, OptedOut, "Email,Type,Status"),
        (Prestashop, OptedIn, "email;subscribed;subscribed_on"),
        (Prestashop, OptedOut, "email;subscribed;subscribed_on"),
    ] {
        assert_eq!(written(writer(Form::Csv, columns, what), &[]), format!("{expected}\r\n"), "{columns} {what}");
    }
    let decided = ListWriter::new(Form::Csv, Placet, Cells::Exact, OptedIn, true).unwrap();
    assert_eq!(written(decided, &[]), format!("{PEOPLE},allow,reason,rule,until\r\n"));
}

#[test]
fn every_unsupported_list_is_refused() {
    for &form in Form::ALL {
        for &columns in Columns::ALL {
            for &what in ListKind::ALL {
                for decides in [false, true] {
                    let is_ours = columns == Columns::Placet;
                    let expected = match what {
                        ListKind::Suppressed if !is_ours => Some(Unwritable::SuppressionsArePlacet),
                        _ if !is_ours && form != Form::Csv => Some(Unwritable::ColumnsAreCsv),
                        ListKind::Suppressed if decides => Some(Unwritable::SuppressionsDecide),
                        _ if !is_ours && decides => Some(Unwritable::DecisionsArePlacet),
                        _ => None,
                    };
                    let list = ListWriter::new(form, columns, Cells::Exact, what, decides);
                    assert_eq!(list.as_ref().err().copied(), expected, "{form} {columns} {what} {decides}");
                }
            }
        }
    }
}

#[test]
fn a_row_in_placets_own_columns_contains_everything() {
    let row = OutRow {
        decision: Some(OutDecision {
            allow: true,
            reason: None,
            rule: "us_fl.email",
            until: at("2027-05-23T10:00:00Z"),
        }),
        ..yes()
    };
    let denied = OutRow {
        decision: Some(OutDecision { allow: false, reason: Some("objected"), rule: "any", until: None }),
        ..OutRow { since: None, assurance: None, ..objection() }
    };
    let rows = [row, denied];
    let plain = [
        format!(
            "email,ada@shop.example,email,newsletter,opted_in,consent,false,confirmed,2026-11-23T10:00:00.125Z,US,FL,{CONTACT}"
        ),
        format!("email,ada@shop.example,*,*,opted_out,,true,,,,,{CONTACT}"),
    ];
    let lines = |text: String| text.split_terminator("\r\n").skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(written(writer(Form::Csv, Columns::Placet, ListKind::OptedIn), &rows)), plain);
    let list = ListWriter::new(Form::Csv, Columns::Placet, Cells::Exact, ListKind::OptedIn, true).unwrap();
    let decided = [
        format!("{},true,,us_fl.email,2027-05-23T10:00:00.000Z", plain[0]),
        format!("{},false,objected,any,", plain[1]),
    ];
    assert_eq!(lines(written(list, &rows)), decided);
}

#[test]
fn json_rows_have_the_names_and_values_of_the_cells() {
    let hostile = OutRow { address: "\"\\\u{1}\u{2028}é\r\n\t=1", kind: AddressKind::Postal, ..yes() };
    let decision = OutDecision { allow: false, reason: Some("objected"), rule: "any", until: None };
    let rows = [yes(), hostile, OutRow { since: None, assurance: None, decision: Some(decision), ..objection() }];
    for decides in [false, true] {
        let list = |form| ListWriter::new(form, Columns::Placet, Cells::Exact, ListKind::OptedOut, decides).unwrap();
        let text = written(list(Form::Json), &rows);
        let array: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
        let lines = written(list(Form::Ndjson), &rows);
        let objects: Vec<serde_json::Map<String, serde_json::Value>> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(array, objects);

        let cells = read_back(&written(list(Form::Csv), &rows), b',');
        let (header, cells) = cells.split_first().unwrap();
        assert_eq!(array.len(), cells.len());
        for (object, cells) in array.iter().zip(cells) {
            let mut names: Vec<_> = header.iter().collect();
            names.sort();
            assert!(object.keys().eq(names), "{object:?}");
            for (name, cell) in header.iter().zip(cells) {
                let value = match &object[name] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(&value, cell, "{name}");
            }
        }
    }
}

#[test]
fn every_page_in_json_is_an_array() {
    let mut list = writer(Form::Json, Columns::Placet, ListKind::OptedIn);
    for rows in [0, 1, 2, 0] {
        let mut page = Vec::new();
        if rows == 0 {
            list.begin(&mut page);
        }
        for _ in 0..rows {
            assert!(list.row(&mut page, &yes()));
        }
        list.end(&mut page);
        assert_eq!(serde_json::from_slice::<Vec<serde_json::Value>>(&page).unwrap().len(), rows);
    }
}

#[test]
fn suppressions_have_their_own_columns() {
    let by_hash = SuppressedRow {
        hash: "5f",
        kind: None,
        address: None,
        sha256: None,
        channel: None,
        reason: "erased",
        since: at("2026-11-23T10:00:00Z").unwrap(),
    };
    let by_address = SuppressedRow {
        kind: Some(AddressKind::Phone),
        address: Some("+4915112345678"),
        sha256: Some("ab"),
        channel: Some(Channel::Sms),
        reason: "asked",
        ..by_hash
    };
    let text = |form, cells| {
        let mut list = ListWriter::new(form, Columns::Placet, cells, ListKind::Suppressed, false).unwrap();
        let mut out = Vec::new();
        list.begin(&mut out);
        assert!(list.suppression(&mut out, &by_hash));
        assert!(list.suppression(&mut out, &by_address));
        assert!(!list.row(&mut out, &yes()), "people are of another list");
        list.end(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        text(Form::Csv, Cells::Exact),
        "hash,kind,address,sha256,channel,reason,since\r\n\
         5f,,,,*,erased,2026-11-23T10:00:00.000Z\r\n\
         5f,phone,+4915112345678,ab,sms,asked,2026-11-23T10:00:00.000Z\r\n"
    );
    assert!(text(Form::Csv, Cells::Spreadsheet).contains("\r\n5f,phone,\"'+4915112345678\",ab,"));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text(Form::Json, Cells::Exact)).unwrap(),
        serde_json::json!([
            { "hash": "5f", "kind": null, "address": null, "sha256": null, "channel": "*", "reason": "erased",
              "since": "2026-11-23T10:00:00.000Z" },
            { "hash": "5f", "kind": "phone", "address": "+4915112345678", "sha256": "ab", "channel": "sms",
              "reason": "asked", "since": "2026-11-23T10:00:00.000Z" },
        ])
    );
    assert_eq!(text(Form::Ndjson, Cells::Exact).lines().count(), 2);

    let mut out = Vec::new();
    assert!(!writer(Form::Csv, Columns::Placet, ListKind::OptedOut).suppression(&mut out, &by_hash) && out.is_empty());
}

#[test]
fn each_row_is_written_in_the_terms_of_its_platform() {
    use Columns::*;
    let phone = |channel| by_phone(Some(channel));
    let awaiting = OutRow { status: "awaiting_confirmation", assurance: Some(Assurance::Claimed), ..yes() };
    let declined = OutRow { status: "declined", basis: None, ..yes() };
    let undated = OutRow { since: None, assurance: Some(Assurance::Listed), country: None, region: None, ..yes() };
    let wide = no(by_phone(None));
    // The expected line of each row, or `None` if the platform's columns cannot express the row.
    for (columns, what, row, expected) in [
        (Shopify, ListKind::OptedIn, yes(), Some("ada@shop.example,yes,FL,US,,,")),
        (Shopify, ListKind::OptedIn, undated, Some("ada@shop.example,yes,,,,,")),
        (Shopify, ListKind::OptedIn, phone(Channel::Sms), Some(",,FL,US,'+4915112345678,yes,")),
        (Shopify, ListKind::OptedIn, phone(Channel::Whatsapp), Some(",,FL,US,'+4915112345678,,yes")),
        (Shopify, ListKind::OptedIn, phone(Channel::Phone), None),
        (Shopify, ListKind::OptedIn, awaiting, Some("ada@shop.example,no,FL,US,,,")),
        (Shopify, ListKind::OptedOut, objection(), Some("ada@shop.example,no,,,,,")),
        (Shopify, ListKind::OptedOut, wide, Some(",,FL,US,'+4915112345678,no,no")),
        (Klaviyo, ListKind::OptedIn, yes(), Some("ada@shop.example,,US,SUBSCRIBED,2026-11-23T10:00:00.125Z,,")),
        (Klaviyo, ListKind::OptedIn, undated, Some("ada@shop.example,,,SUBSCRIBED,,,")),
        (Klaviyo, ListKind::OptedIn, awaiting, Some("ada@shop.example,,US,NEVER_SUBSCRIBED,,,")),
        (Klaviyo, ListKind::OptedOut, declined, Some("ada@shop.example,,US,NEVER_SUBSCRIBED,,,")),
        (Klaviyo, ListKind::OptedOut, wide, Some(",+4915112345678,US,,,UNSUBSCRIBED,2026-11-23T10:00:00.125Z")),
        (Klaviyo, ListKind::OptedIn, phone(Channel::Whatsapp), None),
        (Mailchimp, ListKind::OptedIn, yes(), Some("ada@shop.example,,2026-11-23 10:00:00,2026-11-23 10:00:00,US,FL")),
        (Mailchimp, ListKind::OptedIn, undated, Some("ada@shop.example,,,,,")),
        (Mailchimp, ListKind::OptedIn, awaiting, None),
        (Mailchimp, ListKind::OptedIn, no(yes()), None),
        (Mailchimp, ListKind::OptedIn, phone(Channel::Phone), None),
        (Mailchimp, ListKind::OptedOut, yes(), None),
        (Mailchimp, ListKind::OptedOut, declined, None),
        (Mailchimp, ListKind::OptedOut, wide, Some(",+4915112345678,US,FL,2026-11-23 10:00:00")),
        (Brevo, ListKind::OptedIn, yes(), Some("ada@shop.example;;;2026-11-23 10:00:00")),
        (Brevo, ListKind::OptedIn, phone(Channel::Sms), Some(";+4915112345678;;2026-11-23 10:00:00")),
        (Brevo, ListKind::OptedIn, phone(Channel::Whatsapp), Some(";;+4915112345678;2026-11-23 10:00:00")),
        (Brevo, ListKind::OptedIn, awaiting, None),
        (Brevo, ListKind::OptedOut, wide, Some(";+4915112345678;+4915112345678;")),
        (Magento, ListKind::OptedIn, yes(), Some("ada@shop.example,Guest,Subscribed")),
        (Magento, ListKind::OptedIn, awaiting, Some("ada@shop.example,Guest,Not Activated")),
        (Magento, ListKind::OptedOut, objection(), Some("ada@shop.example,Guest,Unsubscribed")),
        (Magento, ListKind::OptedOut, declined, None),
        (Magento, ListKind::OptedIn, phone(Channel::Sms), None),
        (Prestashop, ListKind::OptedIn, yes(), Some("ada@shop.example;1;2026-11-23 10:00:00")),
        (Prestashop, ListKind::OptedOut, objection(), Some("ada@shop.example;0;")),
        (Prestashop, ListKind::OptedIn, phone(Channel::Sms), None),
    ] {
        let mut list = writer(Form::Csv, columns, what);
        let mut out = Vec::new();
        assert_eq!(list.row(&mut out, &row), expected.is_some(), "{columns} {row:?}");
        let expected = expected.map(|line| format!("{line}\r\n")).unwrap_or_default();
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{columns}");
    }
}

#[test]
fn no_platform_list_contains_postal_or_push_addresses() {
    for &columns in Columns::ALL.iter().filter(|columns| **columns != Columns::Placet) {
        for &what in [ListKind::OptedIn, ListKind::OptedOut].iter() {
            for (kind, address) in
                [(AddressKind::Postal, "1 High Street\nLondon"), (AddressKind::Push, "https://push.example/1")]
            {
                let rows = [Channel::Post, Channel::Push].map(Some).into_iter().chain([None]);
                for channel in rows {
                    let row = OutRow { kind, address, channel, status: what.as_str(), ..yes() };
                    let mut out = Vec::new();
                    assert!(!writer(Form::Csv, columns, what).row(&mut out, &row) && out.is_empty(), "{columns}");
                }
            }
        }
    }
}

#[test]
fn written_cells_are_read_back_unchanged() {
    for address in
        ["a,b", "a;b", "a\tb", "say \"yes\"", "\"", "1 High Street\nLondon", "a\r\nb", " a ", "é", "=1+1", "'a"]
    {
        let row = OutRow { kind: AddressKind::Postal, address, channel: Some(Channel::Post), ..yes() };
        let text = written(writer(Form::Csv, Columns::Placet, ListKind::OptedIn), &[row]);
        assert_eq!(read_back(&text, b',')[1][1], address);
        // No platform receives such an address, but no cell may break its line.
        let row = OutRow { address, ..yes() };
        for &columns in Columns::ALL {
            let text = written(writer(Form::Csv, columns, ListKind::OptedIn), &[row]);
            let cells = read_back(&text, columns.written().separator);
            assert_eq!(cells.len(), 2, "{columns}");
            assert!(cells[1].iter().any(|cell| cell == address), "{columns} {text:?}");
        }
    }
}

#[test]
fn cells_are_quoted_only_where_needed() {
    let line = |columns, address| {
        let text = written(writer(Form::Csv, columns, ListKind::OptedIn), &[OutRow { address, ..yes() }]);
        text.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(line(Columns::Prestashop, "a;b"), "\"a;b\";1;2026-11-23 10:00:00");
    assert_eq!(line(Columns::Prestashop, "a,b"), "a,b;1;2026-11-23 10:00:00");
    assert_eq!(line(Columns::Magento, "a,b"), "\"a,b\",Guest,Subscribed");
    assert_eq!(line(Columns::Magento, "a;b"), "a;b,Guest,Subscribed");
    assert_eq!(line(Columns::Magento, "a\"b"), "\"a\"\"b\",Guest,Subscribed");
}

#[test]
fn spreadsheet_cells_are_never_formulas() {
    for address in ["=cmd|' /C calc'!A0", "+4915112345678", "-2+3@shop.example", "@sum(1)", "\t=1", "\r=1", "=\"1\""] {
        for &columns in Columns::ALL {
            let list = |cells| ListWriter::new(Form::Csv, columns, cells, ListKind::OptedIn, false).unwrap();
            let row = OutRow { address, ..yes() };
            let separator = columns.written().separator;
            let exact = written(list(Cells::Exact), &[row]);
            assert!(read_back(&exact, separator)[1].iter().any(|cell| cell == address));
            let safe = written(list(Cells::Spreadsheet), &[row]);
            let quoted = format!("\"'{}\"", address.replace('"', "\"\""));
            assert!(safe.starts_with('\u{feff}') && safe.contains(&quoted), "{safe}");
            for cell in read_back(&safe, separator).concat() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
        }
    }
    // A harmless text stays as it is. So does the apostrophe that Shopify itself writes.
    let list = |columns| ListWriter::new(Form::Csv, columns, Cells::Spreadsheet, ListKind::OptedIn, false).unwrap();
    assert!(written(list(Columns::Magento), &[yes()]).ends_with("\r\nada@shop.example,Guest,Subscribed\r\n"));
    let phone = by_phone(Some(Channel::Sms));
    assert!(written(list(Columns::Shopify), &[phone]).ends_with("\r\n,,FL,US,'+4915112345678,yes,\r\n"));
    // JSON has no cells, so nothing is changed.
    let list = ListWriter::new(Form::Ndjson, Columns::Placet, Cells::Spreadsheet, ListKind::OptedIn, false).unwrap();
    assert!(written(list, &[phone]).starts_with("{\"kind\":\"phone\",\"address\":\"+4915112345678\","));
    // Valid addresses may begin with these characters.
    assert!(EmailAddress::parse("=1@shop.example").is_some() && PhoneNumber::parse("+4915112345678").is_some());
}

#[test]
fn file_names_have_the_extension_of_their_format() {
    for (form, media_type, ending) in [
        (Form::Csv, "text/csv; charset=utf-8", "csv"),
        (Form::Ndjson, "application/x-ndjson", "ndjson"),
        (Form::Json, "application/json", "json"),
    ] {
        let list = writer(form, Columns::Placet, ListKind::OptedIn);
        assert_eq!((list.media_type(), list.ending()), (media_type, ending));
    }
}

#[test]
fn a_plain_time_is_cut_to_the_second() {
    for (millis, expected) in [
        (0, "1970-01-01 00:00:00"),
        (-1, "1969-12-31 23:59:59"),
        (951_868_799_999, "2000-02-29 23:59:59"),
        (1_795_428_000_125, "2026-11-23 10:00:00"),
        // A year with more than four digits is not written.
        (Timestamp::NEVER.millis(), "9999-12-31 23:59:59"),
        (Timestamp::BEGINNING.millis(), "0000-01-01 00:00:00"),
        (-70_000_000_000_000, ""),
    ] {
        let mut out = b"before;".to_vec();
        Value::PlainTime(Timestamp::from_millis(millis).unwrap()).write_cell(&mut out, b';', Cells::Exact);
        assert_eq!(String::from_utf8(out).unwrap(), format!("before;{expected}"), "{millis}");
    }
}
