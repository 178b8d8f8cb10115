//! Reads the beginning of a file: its format and its header line.

use crate::lists::read::column::{Column, Format, MAX_COLUMNS, MAX_HEADER};
use crate::lists::read::encoding;
use crate::lists::read::layout_error::LayoutError;
use crate::lists::read::options::ImportOptions;
use crate::lists::read::place::Place;
use crate::lists::read::scan::{Cell, Scanned, line_end, scan, unquoted};
use crate::platforms::Profile;
use crate::platforms::columns::ReadColumns;
use crate::platforms::field::Field;
use crate::platforms::placet::EXPORTED;

/// The header of a CSV file. A file of JSON lines has no header texts.
pub(crate) struct ListHeader {
    pub(crate) format: Format,
    pub(crate) separator: Option<char>,
    /// The headers as written, without surrounding space.
    pub(crate) texts: Vec<String>,
    /// The position of the first row.
    pub(crate) place: Place,
}

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// The weight of a known header. It is higher than that of any number of unknown headers.
const KNOWN: usize = 1_000_000;

/// Reads the header of a file.
///
/// # Errors
/// An error if the file is not text, or its first line does not consist of headers.
pub(crate) fn header(head: &[u8], is_whole: bool, options: &ImportOptions) -> Result<ListHeader, LayoutError> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(LayoutError::Utf16);
    }
    // A ZIP archive, such as a spreadsheet of Excel or LibreOffice.
    if head.starts_with(b"PK\x03\x04") {
        return Err(LayoutError::Binary);
    }
    let mut place =
        Place { byte: if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, line: 1, row: 0, skipping: false };
    let mut rest = from(head, &place);
    let blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
    let mut stated = None;
    while let Some((end, next)) = line_end(rest, is_whole) {
        let line = rest.get(..end).unwrap_or_default();
        // Excel writes this line to name the separator.
        if let [b's', b'e', b'p', b'=', separator] = line {
            stated = Some(*separator);
        } else if !blank(line) {
            break;
        }
        place.byte += next as u64;
        place.line += 1;
        rest = from(head, &place);
    }
    if blank(rest) {
        return Err(LayoutError::Empty);
    }
    is_text(rest)?;
    if rest.trim_ascii_start().starts_with(b"{") {
        return Ok(ListHeader { format: Format::Ndjson, separator: None, texts: Vec::new(), place });
    }
    let window = rest.get(..MAX_HEADER + 2).unwrap_or(rest);
    let is_end = is_whole && window.len() == rest.len();
    let mut best: Option<(usize, Vec<String>, u8, usize)> = None;
    let mut failure = LayoutError::HeaderTooLong;
    for separator in stated.map_or(SEPARATORS.to_vec(), |separator| vec![separator]) {
        let mut cells = Vec::new();
        let (end, next) = match scan(window, separator, is_end, &mut cells) {
            Scanned::Row { end, next } if end <= MAX_HEADER => (end, next),
            Scanned::Open { in_quotes: true } | Scanned::Misplaced { .. } => {
                failure = LayoutError::BrokenHeader;
                continue;
            }
            _ => continue,
        };
        let texts = texts(rest.get(..end).unwrap_or_default(), separator, &cells);
        let worth = texts.iter().filter(|text| is_known(text, options)).count() * KNOWN + texts.len();
        if best.as_ref().is_none_or(|(best, ..)| worth > *best) {
            best = Some((worth, texts, separator, next));
        }
    }
    // A line can have an open quote with one separator and be complete with another. The complete reading counts only
    // if it contains a known header.
    let is_found =
        |(worth, ..): &(usize, Vec<String>, u8, usize)| *worth >= KNOWN || failure == LayoutError::HeaderTooLong;
    let (_, texts, separator, next) = best.filter(is_found).ok_or(failure.clone())?;
    if texts.len() > MAX_COLUMNS {
        return Err(LayoutError::TooManyColumns { columns: texts.len() });
    }
    place.line += crate::lists::read::scan::line_breaks(rest.get(..next).unwrap_or_default()).max(1);
    place.byte += next as u64;
    Ok(ListHeader { format: Format::Csv, separator: Some(char::from(separator)), texts, place })
}

fn from<'a>(head: &'a [u8], place: &Place) -> &'a [u8] {
    usize::try_from(place.byte).ok().and_then(|byte| head.get(byte..)).unwrap_or_default()
}

/// Refuses a first line that contains a NUL. In UTF-16 every second byte of a Western text is a NUL.
fn is_text(head: &[u8]) -> Result<(), LayoutError> {
    let line = head.iter().take(MAX_HEADER).take_while(|byte| **byte != b'\n');
    let (mut length, mut nuls) = (0_usize, 0_usize);
    for byte in line {
        length += 1;
        nuls += usize::from(*byte == 0);
    }
    match nuls {
        0 => Ok(()),
        nuls if nuls * 3 > length => Err(LayoutError::Utf16),
        _ => Err(LayoutError::Binary),
    }
}

fn texts(line: &[u8], separator: u8, cells: &[Cell]) -> Vec<String> {
    let read = encoding::read(line);
    let mut again = Vec::new();
    // After the change of encoding the cells are at other positions.
    let cells = if read.len() == line.len() {
        cells
    } else {
        scan(read.as_bytes(), separator, true, &mut again);
        &again
    };
    cells.iter().map(|cell| bare(&unquoted(&read, cell)).to_owned()).collect()
}

/// Returns a header without surrounding space, a byte order mark or an apostrophe.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_start_matches('\u{feff}').trim();
    text.strip_prefix('\'').unwrap_or(text).trim()
}

fn is_known(text: &str, options: &ImportOptions) -> bool {
    let text = text.to_lowercase();
    let own = options.columns.iter().any(|(_, header)| header.trim().to_lowercase() == text);
    own || Profile::tables().any(|(_, table)| table.field(&text).is_some() || table.marks.contains(&text.as_str()))
}

/// Returns the platform that uses these headers. Returns placet's own profile if no platform does.
pub(crate) fn detect(texts: &[String]) -> Profile {
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let score = |table: &ReadColumns| {
        let marks = lower.iter().filter(|text| table.marks.contains(&text.as_str())).count();
        let known = lower.iter().filter(|text| table.field(text).is_some()).count();
        if marks == 0 { 0 } else { marks + known }
    };
    let mut best = (Profile::Placet, 0);
    for (profile, table) in Profile::tables() {
        let score = score(table);
        if score > best.1 {
            best = (profile, score);
        }
    }
    best.0
}

/// Finds the field of each header in the table of a platform.
///
/// # Errors
/// An error if two columns are for the same field.
pub(crate) fn columns(texts: Vec<String>, table: &ReadColumns) -> Result<Vec<Column>, LayoutError> {
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let found: Vec<Option<(Field, usize)>> = lower.iter().map(|text| table.field(text)).collect();
    let mut columns: Vec<Column> = texts.into_iter().map(|header| Column::new(header, None)).collect();
    for field in Field::ALL {
        let ranked = found.iter().enumerate().filter_map(|(place, found)| match found {
            Some((own, rank)) if own == field => Some((*rank, place)),
            _ => None,
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_unstable();
        match *ranked.as_slice() {
            [] => {}
            [(first, one), (second, other), ..] if first == second => {
                return Err(LayoutError::DuplicateHeader { field: *field, columns: [one + 1, other + 1] });
            }
            [(_, place), ..] => assign(&mut columns, place, *field),
        }
    }
    Ok(columns)
}

/// Finds the field of each header in the mapping that the sender gave.
///
/// # Errors
/// An error if the mapping names a field or a header that does not exist, or names one twice.
pub(crate) fn own_columns(
    texts: Vec<String>,
    format: Format,
    options: &ImportOptions,
) -> Result<Vec<Column>, LayoutError> {
    let mut columns: Vec<Column> = texts.into_iter().map(|header| Column::new(header, None)).collect();
    for (name, header) in &options.columns {
        let unknown = || LayoutError::UnknownField { field: name.chars().take(64).collect() };
        let field = Field::parse(name).ok_or_else(unknown)?;
        let header = bare(header);
        if format == Format::Ndjson && !header.is_empty() && columns.iter().all(|column| column.header != header) {
            columns.push(Column::new(header.to_owned(), None));
        }
        let lower = header.to_lowercase();
        let mut places = columns.iter().enumerate().filter(|(_, column)| column.header.to_lowercase() == lower);
        let (place, taken) =
            places.next().map(|(place, column)| (place, column.field)).ok_or(LayoutError::UnknownHeader { field })?;
        if let Some((other, _)) = places.next() {
            return Err(LayoutError::DuplicateHeader { field, columns: [place + 1, other + 1] });
        }
        if taken.is_some() || columns.iter().any(|column| column.field == Some(field)) {
            return Err(LayoutError::MappedTwice { field });
        }
        assign(&mut columns, place, field);
    }
    Ok(columns)
}

fn assign(columns: &mut [Column], place: usize, field: Field) {
    if let Some(column) = columns.get_mut(place) {
        column.field = Some(field);
    }
}

/// Returns the names that an object of placet may have.
pub(crate) fn keys() -> Vec<Column> {
    let fields = Field::ALL.iter().map(|field| Column::new(field.as_str().to_owned(), Some(*field)));
    fields.chain(EXPORTED.iter().map(|header| Column::new((*header).to_owned(), None))).collect()
}
