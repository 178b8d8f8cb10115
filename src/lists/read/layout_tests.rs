use proptest::prelude::*;

use super::*;
use crate::lists::read::column::MAX_HEADER;
use crate::lists::read::options::own_columns;
use crate::lists::tests::{described, layout, newsletter, read, scopes};

fn fails(head: &[u8], options: &ImportOptions) -> LayoutError {
    Layout::of(head, true, options, &scopes()).unwrap_err()
}

fn listed(list: ListKind) -> ImportOptions {
    ImportOptions { list: Some(list), channel: Some(Channel::Email), ..newsletter() }
}

#[test]
fn an_unreadable_file_reports_the_reason() {
    let opted_in = listed(ListKind::OptedIn);
    let utf_16: Vec<u8> = "email,name\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (head, code) in [
        (&b""[..], "empty_file"),
        (b"\xef\xbb\xbf\r\n \n", "empty_file"),
        (b"\xff\xfee\0m\0", "utf_16"),
        (&utf_16, "utf_16"),
        (b"PK\x03\x04\x14\0", "not_text"),
        (b"email,na\0me\nann@example.com,Ann\n", "not_text"),
        (b"ann@example.com,Ann\nbob@example.com,Bob\n", "header_missing"),
        (b"name,city\n", "header_missing"),
        (b"email,\"name\nann@example.com,Ann\n", "broken_header"),
        (b"email,Email\n", "duplicate_header"),
    ] {
        let error = fails(head, &opted_in);
        assert_eq!(error.code(), code);
        assert!(!error.message().contains("Ann") && !error.message().contains('@'), "{error}");
    }
    assert_eq!(fails("x,".repeat(10_000).as_bytes(), &opted_in), LayoutError::TooManyColumns { columns: 10_001 });
    assert_eq!(fails("x".repeat(MAX_HEADER + 1).as_bytes(), &opted_in), LayoutError::HeaderTooLong);
    let twice = LayoutError::DuplicateHeader { field: Field::Email, columns: [2, 3] };
    assert_eq!(fails(b"name;E-Mail;e-mail\n", &opted_in), twice);
    assert!(Layout::of(b"name,email,name,placet_error,placet_error\n", true, &opted_in, &scopes()).is_ok());
}

#[test]
fn missing_facts_about_a_file_are_reported() {
    let options = ImportOptions::default;
    let sms = || ImportOptions { channel: Some(Channel::Sms), ..newsletter() };
    for (head, options, code) in [
        ("email", newsletter(), Some("no_choice")),
        ("email,choice", options(), Some("no_purpose")),
        ("email,choice", newsletter(), Some("no_channel")),
        ("email,choice,channel", newsletter(), None),
        ("email,choice,channel,purpose", options(), None),
        ("email,choice", sms(), Some("no_address_column")),
        ("phone,choice", sms(), None),
        ("email", listed(ListKind::OptedIn), None),
        ("email", ImportOptions { list: Some(ListKind::OptedOut), ..options() }, None),
        ("email", ImportOptions { list: Some(ListKind::Suppressed), ..options() }, None),
        ("sha256,kind", options(), None),
        ("sha256,kind", listed(ListKind::OptedIn), Some("list_contradicted")),
        ("Email,Accepts Email Marketing", options(), Some("no_purpose")),
        ("Email,Accepts Email Marketing", newsletter(), None),
        ("Email Address,OPTIN_TIME,LEID", newsletter(), Some("no_choice")),
        ("Email Address,UNSUB_TIME,LEID", options(), None),
        ("Email Address,UNSUB_TIME,LEID", listed(ListKind::OptedIn), Some("list_contradicted")),
        ("EMAIL;SMS;ADDED_TIME", newsletter(), Some("no_choice")),
        ("EMAIL;SMS;emailBlacklisted", options(), None),
        ("email", ImportOptions { purpose: PurposeSlug::parse("gossip"), ..options() }, Some("unknown_purpose")),
        ("email", ImportOptions { channel: Some(Channel::Push), ..newsletter() }, Some("channel_off")),
        ("{\"email\":\"ann@example.com\"}", options(), None),
        (
            "{\"email\":\"ann@example.com\"}",
            ImportOptions { profile: Some(Profile::Shopify), ..options() },
            Some("not_csv"),
        ),
    ] {
        let found = Layout::of(head.as_bytes(), true, &options, &scopes());
        assert_eq!(found.err().map(|error| error.code()), code, "{head} {options:?}");
    }
}

#[test]
fn separators_and_headers_are_found() {
    let opted_in = listed(ListKind::OptedIn);
    for (file, separator) in [
        ("email,name\n", ','),
        ("name;\"e-mail\"\n", ';'),
        ("NAME\t EMAIL \n", '\t'),
        ("\u{feff}\"'Email\";a,b,c\n", ';'),
        ("sep=|\nemail|name\n", '|'),
        ("\n\nemail\n", ','),
    ] {
        let (layout, place) = layout(file.as_bytes(), &opted_in);
        assert_eq!(layout.separator, Some(separator), "{file:?}");
        assert!(layout.has(Field::Email));
        assert_eq!(place.byte, file.len() as u64);
        assert_eq!(place.line, file.matches('\n').count() as u64 + 1);
    }
}

#[test]
fn the_callers_column_mapping_wins() {
    let mapped = |text| ImportOptions { columns: own_columns(text), channel: Some(Channel::Email), ..newsletter() };
    let file = "Correo,Acepta,Email,Straße\nann@example.com,no,x,y\n".as_bytes();
    let options = mapped("email:correo,choice: ACEPTA ,postal:STRASSE");
    assert_eq!(fails(file, &options), LayoutError::UnknownHeader { field: Field::Postal });
    let options = mapped("email:correo,choice: ACEPTA");
    assert_eq!(layout(file, &options).0.profile, None);
    assert_eq!(described(&read(file, &options)), ["2: ann@example.com [email/newsletter no]"]);
    assert_eq!(fails(file, &mapped("mail:Correo")), LayoutError::UnknownField { field: "mail".into() });
    assert_eq!(fails(file, &mapped("email:Correo,email:Email")), LayoutError::MappedTwice { field: Field::Email });
    assert_eq!(fails(file, &mapped("email:Correo,phone:Correo")), LayoutError::MappedTwice { field: Field::Phone });
    // With the profile of a platform whose `no` is ambiguous, it stays ambiguous.
    let options = ImportOptions { profile: Some(Profile::Shopify), ..options };
    assert_eq!(described(&read(file, &options)), ["2: ann@example.com [email/newsletter not_opted_in]"]);
    // With a mapping, objects may have fields of any name.
    let file = br#"{"mail":"ann@example.com","ok":true,"more":[]}"#;
    assert_eq!(
        described(&read(file, &mapped("email:mail,choice:ok"))),
        ["1: ann@example.com [email/newsletter yes:consent]"]
    );
}

#[test]
fn a_layout_is_restored_from_its_stored_form() {
    let file = b"Email;Accepts Email Marketing\n";
    let (layout, place) = layout(file, &newsletter());
    let written = serde_json::to_string(&(&layout, place)).unwrap();
    assert_eq!(serde_json::from_str::<(Layout, Place)>(&written).unwrap(), (layout, place));
}

proptest! {
    #[test]
    fn any_beginning_of_a_file_is_read_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in "[email,;\t\"\r\n\u{feff}\u{e9}\u{0}{}=]{0,60}",
        is_whole in any::<bool>(),
    ) {
        for head in [&bytes[..], text.as_bytes()] {
            match Layout::of(head, is_whole, &listed(ListKind::OptedIn), &scopes()) {
                Ok((_, place)) => prop_assert!(place.byte <= head.len() as u64),
                Err(error) => prop_assert!(error.message().is_ascii()),
            }
        }
    }
}
