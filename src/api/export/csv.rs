//! Writes each table as a CSV file (RFC 4180, UTF-8) with a header line, and puts the files into a ZIP archive. A table
//! without rows becomes an empty file. For spreadsheets a file begins with a byte order mark, and a cell that would be
//! read as a formula begins with an apostrophe: anybody can write one into a form. A program asks for the exact values.

use std::io::Write;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use csv::{Terminator, WriterBuilder};
use rawzip::{DataDescriptorOutput, ZipArchiveWriter};

use crate::api::export::Table;
use crate::api::problem::Problem;
use crate::platforms::cell::Cells;
use crate::platforms::cell::is_formula;

/// Tells a spreadsheet that the file is UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// The CRC-32, computed without tables: those that rawzip would use are 16 KB of numbers that do not compress.
const CRC_32: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// Returns the ZIP archive.
pub(in crate::api) fn archive(tables: &[Table], cells: Cells) -> Result<Vec<u8>, Problem> {
    let mut archive = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut archive);
    for table in tables {
        let text = file(table, cells).map_err(|error| failed(&error))?;
        let (mut entry, _) =
            zip.new_file(format!("{}.csv", table.about.name)).start().map_err(|error| failed(&error))?;
        entry.write_all(&text).map_err(|error| failed(&error))?;
        let descriptor = DataDescriptorOutput::new(CRC_32.checksum(&text), text.len() as u64);
        entry.finish(descriptor).map_err(|error| failed(&error))?;
    }
    zip.finish().map_err(|error| failed(&error))?;
    Ok(archive)
}

/// Converts an error of the archive. Writing into memory fails only if there is no memory.
fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::Internal { cause: format!("an archive could not be written: {error}") }
}

fn file(table: &Table, cells: Cells) -> csv::Result<Vec<u8>> {
    // An entry leaves out the fields that it does not have, so the columns are collected from all entries.
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in table.rows.iter().flatten() {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let is_read_by_people = cells == Cells::Spreadsheet;
    let begin = if is_read_by_people { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    let mut file = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(begin);
    file.write_record(&columns)?;
    for row in &table.rows {
        let cell = |column: &&str| row.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str());
        let safe = |text: &str| -> String {
            if is_read_by_people && is_formula(text) { format!("'{text}") } else { text.to_owned() }
        };
        file.write_record(columns.iter().map(cell).map(safe))?;
    }
    file.into_inner().map_err(|error| error.into_error().into())
}
