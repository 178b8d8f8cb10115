//! Rows that are JSON objects: their fields in the order of the layout's columns.

use std::borrow::Cow;

use super::fault::{RowFault, Wrong};
use super::values::Values;
use super::{Layout, Profile};
use crate::json::{self, Json};

/// The fields of an object by what they are about.
pub(super) fn values<'a>(layout: &Layout, text: &'a str) -> Result<Values<'a>, RowFault> {
    let (Json::Object(fields), None) = json::parse(text.as_bytes()) else {
        return Err(RowFault::of_row(Wrong::NotJson));
    };
    let mut values = Values::new();
    let mut seen: Vec<usize> = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let place = layout.columns.iter().position(|column| column.header == name);
        let Some(place) = place else {
            // Whoever maps fields by hand leaves the others out by that.
            if layout.profile == Some(Profile::Placet) && !name.starts_with("placet_") && !is_mapped(layout) {
                return Err(RowFault::of_row(Wrong::UnknownKey));
            }
            continue;
        };
        let fault = |what| RowFault { column: Some(place + 1), what };
        if seen.contains(&place) {
            return Err(fault(Wrong::RepeatedKey));
        }
        seen.push(place);
        let Some(field) = layout.columns.get(place).and_then(|column| column.field) else { continue };
        let cell = cell(value).ok_or(fault(Wrong::NotText))?;
        if cell.len() > super::MAX_CELL {
            return Err(fault(Wrong::CellTooLong));
        }
        values.put(field, place, cell)?;
    }
    Ok(values)
}

/// The fields of an object as cells, as far as it is one.
pub(super) fn cells<'a>(layout: &Layout, text: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let mut cells = vec![Cow::Borrowed(""); layout.columns.len()];
    if let (Json::Object(fields), None) = json::parse(text.as_bytes()) {
        for (name, value) in fields {
            let place = layout.columns.iter().position(|column| column.header == name);
            if let Some(own) = place.and_then(|place| cells.get_mut(place)) {
                *own = cell(value).unwrap_or_default();
            }
        }
    }
    cells.into_iter()
}

fn cell(value: Json<'_>) -> Option<Cow<'_, str>> {
    match value {
        Json::Null => Some(Cow::Borrowed("")),
        Json::Text(text) => Some(text),
        Json::Bool(true) => Some(Cow::Borrowed("true")),
        Json::Bool(false) => Some(Cow::Borrowed("false")),
        Json::Unsigned(number) => Some(number.to_string().into()),
        Json::Negative(number) => Some(number.to_string().into()),
        Json::Fraction(_) | Json::List(_) | Json::Object(_) | Json::Broken => None,
    }
}

/// Whether the columns were given by hand: our own are every field, and what exports have besides.
fn is_mapped(layout: &Layout) -> bool {
    layout.columns.len() <= super::Field::COUNT
}
