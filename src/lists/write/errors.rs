//! Writes the rejected rows: as CSV that can be corrected and imported again, or as JSON for a program.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::lists::read::fault::RowFault;
use crate::lists::read::layout::Layout;
use crate::lists::write::csv_cell;

/// A fault of a row, as it is stored and returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ToldFault<'a> {
    /// The number of the column, counted from 1. `null` if the row as a whole is wrong.
    pub column: Option<usize>,
    /// The code of the fault, such as `bad_email`.
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    /// The problem, in words.
    #[serde(borrow)]
    pub problem: Cow<'a, str>,
    /// The way to correct it, in words.
    #[serde(borrow)]
    pub fix: Cow<'a, str>,
}

impl ToldFault<'static> {
    /// Makes the written form of a fault.
    pub fn of(fault: &RowFault) -> Self {
        Self { column: fault.column, code: fault.code().into(), problem: fault.problem(), fix: fault.fix().into() }
    }
}

/// The columns that are added to those of the file. A later import of the file ignores them.
const ADDED: [&str; 4] = ["placet_line", "placet_column", "placet_error", "placet_fix"];

/// Writes the rejected rows of an import.
#[derive(Clone, Debug)]
pub struct ErrorWriter {
    headers: Vec<String>,
    separator: u8,
    is_json: bool,
    is_first: bool,
}

/// A rejected row, or a warning about a row that was imported, as JSON.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "RejectedRow"))]
pub struct ErrorEntry<'a> {
    /// The line of the file in which the row begins, counted from 1.
    pub line: u64,
    /// The header of the column that is wrong. `null` if the row as a whole is wrong.
    pub column: Option<&'a str>,
    /// The code of the fault, such as `bad_email`.
    pub code: &'a str,
    /// The problem, in words.
    pub problem: &'a str,
    /// The way to correct it, in words.
    pub fix: &'a str,
    /// Whether the row was imported without the cell. `false`: the row was rejected.
    pub warning: bool,
}

impl ErrorWriter {
    /// Makes a writer for a file of this layout.
    pub fn new(layout: Option<&Layout>, is_json: bool) -> Self {
        let headers = layout.map(|layout| layout.columns.iter().map(|column| column.header.clone()).collect());
        let separator = layout.and_then(|layout| u8::try_from(layout.separator?).ok()).unwrap_or(b',');
        Self { headers: headers.unwrap_or_default(), separator, is_json, is_first: true }
    }

    /// Writes the beginning: the header line of CSV, or the start of the JSON array.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if self.is_json {
            out.push(b'[');
            return;
        }
        let kept = self.headers.iter().map(String::as_str).filter(|header| !is_added(header));
        let names: Vec<&str> = kept.chain(ADDED).collect();
        self.line(out, &names);
    }

    /// Writes a row: the line in which it begins, its fault and its cells as they were stored. The warnings of a row that
    /// was taken are only in JSON: the CSV has the rows to correct and to import again.
    ///
    /// # Errors
    /// An error if `fault` or `cells` is not the JSON that was stored.
    pub fn row(&mut self, out: &mut Vec<u8>, line: u64, fault: &str, cells: &str) -> Result<(), serde_json::Error> {
        if fault.starts_with('[') {
            let warnings: Vec<ToldFault<'_>> = serde_json::from_str(fault)?;
            let mut told = warnings.iter().take(if self.is_json { usize::MAX } else { 0 });
            return told.try_for_each(|warning| self.entry(out, line, warning, true));
        }
        let fault: ToldFault<'_> = serde_json::from_str(fault)?;
        if self.is_json {
            return self.entry(out, line, &fault, false);
        }
        let header = self.header(&fault);
        let cells: Vec<Cow<'_, str>> = serde_json::from_str(cells)?;
        let number = line.to_string();
        let error = format!("{}: {}", fault.code, fault.problem);
        let mut written: Vec<&str> = Vec::with_capacity(self.headers.len() + ADDED.len());
        // Every column gets a cell, so that the added cells stand below their headers.
        for (place, name) in self.headers.iter().enumerate() {
            if !is_added(name) {
                written.push(cells.get(place).map_or("", |cell| cell));
            }
        }
        written.extend([number.as_str(), header.unwrap_or_default(), &error, &fault.fix]);
        self.line(out, &written);
        Ok(())
    }

    /// Returns the header of the column that is wrong.
    fn header(&self, fault: &ToldFault<'_>) -> Option<&str> {
        let column = fault.column.and_then(|column| self.headers.get(column.checked_sub(1)?));
        column.map(String::as_str)
    }

    fn entry(
        &mut self,
        out: &mut Vec<u8>,
        line: u64,
        fault: &ToldFault<'_>,
        warning: bool,
    ) -> Result<(), serde_json::Error> {
        out.extend_from_slice(if std::mem::replace(&mut self.is_first, false) { b"\n" } else { b",\n" });
        let ToldFault { code, problem, fix, .. } = fault;
        serde_json::to_writer(out, &ErrorEntry { line, column: self.header(fault), code, problem, fix, warning })
    }

    /// Writes the end of the JSON array.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.is_json {
            out.extend_from_slice(b"\n]\n");
        }
    }

    /// Returns the media type of the file.
    pub const fn media_type(&self) -> &'static str {
        if self.is_json { "application/json" } else { "text/csv; charset=utf-8" }
    }

    fn line(&self, out: &mut Vec<u8>, cells: &[&str]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                out.push(self.separator);
            }
            csv_cell(out, cell, self.separator);
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn is_added(header: &str) -> bool {
    header.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("placet_"))
}
