//! Reads rows that are JSON objects: their fields in the order of the layout's columns.

use std::borrow::Cow;

use crate::json;
use crate::json::Json;
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::scan::MAX_CELL;
use crate::lists::read::values::Values;
use crate::platforms::Profile;

/// Returns the values of an object, by field.
pub(crate) fn values<'a>(layout: &Layout, text: &'a str) -> Result<Values<'a>, RowFault> {
    let (Json::Object(fields), None) = json::parse(text.as_bytes()) else {
        return Err(RowFault::of_row(Wrong::NotJson));
    };
    let mut values = Values::new();
    let mut seen: Vec<usize> = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let place = layout.columns.iter().position(|column| column.header == name);
        let Some(place) = place else {
            // If the sender mapped the columns, a field that is not mapped is ignored.
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
        if cell.len() > MAX_CELL {
            return Err(fault(Wrong::CellTooLong));
        }
        values.put(field, place, cell)?;
    }
    Ok(values)
}

/// Returns the values of an object as cells. They are empty if the text is not an object.
pub(crate) fn cells<'a>(layout: &Layout, text: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
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

/// Returns whether the sender mapped the columns. Without a mapping the layout has a column for every field and for
/// every additional field of exports, so it has more columns than there are fields.
fn is_mapped(layout: &Layout) -> bool {
    layout.columns.len() <= crate::platforms::field::Field::COUNT
}
