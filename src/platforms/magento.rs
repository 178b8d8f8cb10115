//! Files of newsletter subscribers from Magento.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[(Field::Email, &["email"]), (Field::EmailChoice, &["status"])],
    marks: &["customer first name", "customer last name", "web site", "store view", "type"],
    external: None,
    channel: Some(Channel::Email),
    is_no_ambiguous: true,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};

const HEADER: [&str; 3] = ["Email", "Type", "Status"];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header: |_, _| &HEADER, separator: b',', row };

/// Returns the values for Magento. A person who declined has no status there: only a subscriber can be unsubscribed.
fn row<'a>(row: &OutRow<'a>, _: ListKind) -> Option<Values<'a>> {
    let status = match row.status {
        "opted_in" => "Subscribed",
        "opted_out" => "Unsubscribed",
        "awaiting_confirmation" => "Not Activated",
        _ => return None,
    };
    row.is_of(Channel::Email).then_some(Values::of([
        Value::Text(row.address),
        Value::Word("Guest"),
        Value::Word(status),
    ]))
}
