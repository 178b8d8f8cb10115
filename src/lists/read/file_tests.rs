//! Tests any division into pieces, any limit, and malicious files.

use proptest::prelude::*;

use super::*;
use crate::consent::Channel;
use crate::lists::read::options::ImportOptions;
use crate::lists::tests::{described, layout, newsletter, read};
use crate::model::list_kind::ListKind;

fn listed() -> ImportOptions {
    ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() }
}

const CHOICES: &str = "name,email,choice\n";

fn of_choices() -> ImportOptions {
    ImportOptions { channel: Some(Channel::Email), ..newsletter() }
}

#[track_caller]
fn check(file: &[u8], options: &ImportOptions, rows: &[&str]) {
    assert_eq!(described(&read(file, options)), rows);
}

/// Reads a file in pieces: with each step some more bytes, and at most some rows.
fn in_pieces(layout: &Layout, start: Place, file: &[u8], pieces: &[(usize, usize)]) -> (Vec<ReadRow>, Place) {
    let (mut rows, mut place) = (Vec::new(), start);
    let mut held = usize::try_from(start.byte).unwrap();
    let mut pieces = pieces.iter().cycle();
    loop {
        let (more, limit) = pieces.next().unwrap();
        held = file.len().min(held + more);
        let is_end = held == file.len();
        let read = read_rows(layout, place, &file[usize::try_from(place.byte).unwrap()..held], is_end, *limit);
        assert!(read.rows.len() <= *limit);
        let is_stuck = read.place == place;
        rows.extend(read.rows);
        place = read.place;
        if is_end && is_stuck {
            return (rows, place);
        }
    }
}

fn as_text(rows: &[ReadRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {} {:?} {:?}", row.row, row.line, row.outcome, row.cells)).collect()
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("jane@example.com".to_owned()),
        Just("yes".to_owned()),
        Just("opt_out".to_owned()),
        Just("\"quoted, cell\"".to_owned()),
        Just("\"two\r\nlines\"".to_owned()),
        Just("\"a \"\"b\"\"\"".to_owned()),
        Just("\"open".to_owned()),
        Just("\"mis\"placed".to_owned()),
        Just("Zürich".to_owned()),
        Just(String::new()),
        "[a-z\",;\\r\\n \u{e9}]{0,12}",
    ]
}

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n")];
    let row = (proptest::collection::vec(any_cell(), 1..5), end).prop_map(|(cells, end)| cells.join(",") + end);
    let tail = prop_oneof![Just(Vec::new()), Just(b"last,last@example.com,yes".to_vec()), Just(b"\xe9\r".to_vec())];
    (proptest::collection::vec(row, 0..12), tail).prop_map(|(rows, tail)| {
        let mut file = CHOICES.as_bytes().to_vec();
        file.extend(rows.concat().into_bytes());
        file.extend(tail);
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_file_is_read_the_same_however_it_is_cut(
        file in any_file(),
        pieces in proptest::collection::vec((1_usize..40, 1_usize..5), 1..8),
    ) {
        let (layout, start) = layout(&file, &of_choices());
        let whole = in_pieces(&layout, start, &file, &[(file.len(), usize::MAX)]);
        let pieces = in_pieces(&layout, start, &file, &pieces);
        prop_assert_eq!(as_text(&pieces.0), as_text(&whole.0));
        prop_assert_eq!(pieces.1, whole.1);
        prop_assert_eq!(pieces.1.byte, file.len() as u64);
        for (number, row) in pieces.0.iter().enumerate() {
            prop_assert_eq!(row.row, number as u64 + 1);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"email\n".to_vec();
        file.extend(bytes);
        let rows = read(&file, &listed());
        for row in rows {
            let text = row.outcome.err().map(|fault| fault.message()).unwrap_or_default();
            prop_assert!(text.is_ascii());
        }
    }
}

#[test]
fn every_line_ending_and_a_byte_order_mark_are_accepted() {
    for (begin, end) in [("", "\n"), ("", "\r\n"), ("", "\r"), ("\u{feff}", "\r\n")] {
        let lines = ["email,name", "ann@example.com,A", "", "bob@example.com,\"B\"", " , "].join(end);
        let rows =
            ["2: ann@example.com [email/newsletter yes:consent]", "4: bob@example.com [email/newsletter yes:consent]"];
        check(format!("{begin}{lines}").as_bytes(), &listed(), &rows);
        check(format!("{begin}{lines}{end}").as_bytes(), &listed(), &rows);
    }
}

#[test]
fn a_header_alone_has_no_rows() {
    for file in ["email", "email\n", "email\r\n\r\n"] {
        check(file.as_bytes(), &listed(), &[]);
    }
}

#[test]
fn an_unclosed_quote_spoils_only_its_own_row() {
    let file = format!("{CHOICES}Ann,ann@example.com,yes\n\"Bob,bob@example.com,yes\nCid,cid@example.com,no\n");
    let rows = read(file.as_bytes(), &of_choices());
    assert_eq!(
        described(&rows),
        [
            "2: ann@example.com [email/newsletter yes:consent]",
            "3: unclosed_quote",
            "4: cid@example.com [email/newsletter no]",
        ]
    );
    assert_eq!(rows[1].cells, ["\"Bob", "bob@example.com", "yes"]);
    // A quote in a later row does not close it.
    let file = format!("{file}Dot,dot@example.com,yes\n\"Eli\",eli@example.com,yes\n");
    check(
        file.as_bytes(),
        &of_choices(),
        &[
            "2: ann@example.com [email/newsletter yes:consent]",
            "3: misplaced_quote",
            "4: cid@example.com [email/newsletter no]",
            "5: dot@example.com [email/newsletter yes:consent]",
            "6: eli@example.com [email/newsletter yes:consent]",
        ],
    );
    // If a later quote closes it by chance, the number of cells shows the mistake.
    let file = format!("{CHOICES}\"Bob,bob@example.com,yes\nCid,cid@example.com,no\nx,\",dot@example.com,yes,\n");
    check(
        file.as_bytes(),
        &of_choices(),
        &["2: unclosed_quote", "3: cid@example.com [email/newsletter no]", "4: unclosed_quote"],
    );
}

#[test]
fn an_overlong_line_is_skipped_and_not_held_in_memory() {
    let mut file = CHOICES.as_bytes().to_vec();
    file.extend(b"Ann,ann@example.com,yes\n");
    file.extend(std::iter::repeat_n(b'x', 3 * 1024 * 1024));
    file.extend(b"\nBob,bob@example.com,yes\n\"");
    file.extend(std::iter::repeat_n(b'y', 5 * 1024 * 1024));
    file.extend(b"\",cid@example.com,yes\nDot,dot@example.com,yes\n");
    let rows = [
        "2: ann@example.com [email/newsletter yes:consent]",
        "3: row_too_long",
        "4: bob@example.com [email/newsletter yes:consent]",
        "5: unclosed_quote",
        "6: dot@example.com [email/newsletter yes:consent]",
    ];
    check(&file, &of_choices(), &rows);
    let (layout, start) = layout(&file, &of_choices());
    let (pieces, end) = in_pieces(&layout, start, &file, &[(50_000, 1), (7, 3)]);
    assert_eq!(described(&pieces), rows);
    assert_eq!(end.byte, file.len() as u64);
    // However long a line is, a call needs no more than the window before it releases the bytes.
    let (mut place, mut held) = (start, usize::try_from(start.byte).unwrap());
    while held < file.len() {
        held = file.len().min(usize::try_from(place.byte).unwrap() + WINDOW);
        let read =
            read_rows(&layout, place, &file[usize::try_from(place.byte).unwrap()..held], held == file.len(), 100);
        assert_ne!(read.place, place);
        place = read.place;
    }
}

#[test]
fn rows_and_cells_are_bounded() {
    let mut file = CHOICES.as_bytes().to_vec();
    file.extend(std::iter::repeat_n(b'x', MAX_CELL + 1));
    file.extend(b",ann@example.com,yes\n1,2,3,4,5\n,,,\nBob,bob@example.com\n,bob@example.com,yes,\"\n\"\n");
    let rows = read(&file, &of_choices());
    assert_eq!(
        described(&rows),
        ["2: cell_too_long in 1", "3: too_many_cells", "5: bob@example.com", "6: unclosed_quote", "7: unclosed_quote",]
    );
    assert_eq!(rows[0].cells[0].len(), MAX_RETURNED);
    assert_eq!(rows[1].outcome.as_ref().unwrap_err().problem(), "the row has 5 cells, but the header has 3");
    assert_eq!(rows[1].cells.len(), 5);
}

#[test]
fn a_malicious_file_is_read_in_bounded_steps() {
    let mut file = CHOICES.as_bytes().to_vec();
    for _ in 0..200_000 {
        file.extend(b"a\",\"c\n");
    }
    let (layout, place) = layout(&file, &of_choices());
    let read = read_rows(&layout, place, &file[usize::try_from(place.byte).unwrap()..], true, 1_000);
    assert!((10..100).contains(&read.rows.len()), "{}", read.rows.len());
    assert!(read.rows.iter().all(|row| row.outcome.as_ref().unwrap_err().code() == "unclosed_quote"));
}

#[test]
fn the_content_of_a_cell_is_read_as_text() {
    let file = "name,email,choice\n=cmd|' /C calc'!A0,ann@example.com,yes\nBob,bob@exa\0mple.com,yes\nC\0id,cid@example.com,yes\n\
                Dot,'dot@example.com,'yes\nEli,eli@example.com,yes please\nFay,=1+1,yes\n\"Gus \"\"G\"\"\",gus@example.com,\"yes\"\n\
                Hua 5\" tall,hua@example.com,yes\n";
    check(
        file.as_bytes(),
        &of_choices(),
        &[
            "2: ann@example.com [email/newsletter yes:consent]",
            "3: control_character in 2",
            "4: cid@example.com [email/newsletter yes:consent]",
            "5: 'dot@example.com [email/newsletter yes:consent]",
            "6: bad_choice in 3",
            "7: bad_email in 2",
            "8: gus@example.com [email/newsletter yes:consent]",
            "9: hua@example.com [email/newsletter yes:consent]",
        ],
    );
}
