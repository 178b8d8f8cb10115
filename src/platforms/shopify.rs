//! Files of customers from Shopify.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email"]),
        // The telephone number of the default address is not used, because it belongs to the person who receives the
        // parcel.
        (Field::Phone, &["phone"]),
        (Field::External, &["customer id"]),
        (Field::Country, &["default address country code", "country code", "country"]),
        (Field::Region, &["default address province code", "province code"]),
        (Field::EmailChoice, &["accepts email marketing", "accepts marketing"]),
        (Field::SmsChoice, &["accepts sms marketing"]),
        (Field::WhatsappChoice, &["accepts whatsapp marketing"]),
    ],
    marks: &["accepts email marketing", "accepts marketing", "accepts sms marketing", "accepts whatsapp marketing"],
    external: Some("shopify"),
    channel: None,
    is_no_ambiguous: true,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};

/// The columns of Shopify's template for the import of customers. Shopify compares their names case-sensitively.
const HEADER: [&str; 7] = [
    "Email",
    "Accepts Email Marketing",
    "Default Address Province Code",
    "Default Address Country Code",
    "Phone",
    "Accepts SMS Marketing",
    "Accepts WhatsApp Marketing",
];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header: |_, _| &HEADER, separator: b',', row };

/// Returns the values for Shopify. Everything that is not an opt-in is a `no`, because Shopify's files do not
/// distinguish an opt-out from a person who was never asked.
fn row<'a>(row: &OutRow<'a>, _: ListKind) -> Option<Values<'a>> {
    let (email, sms, whatsapp) = (row.is_of(Channel::Email), row.is_of(Channel::Sms), row.is_of(Channel::Whatsapp));
    let accepts = Value::Word(if row.is_opted_in() { "yes" } else { "no" });
    (email || sms || whatsapp).then_some(Values::of([
        Value::Text(row.address).only_if(email),
        accepts.only_if(email),
        Value::text(row.region),
        Value::text(row.country),
        Value::Apostrophe(row.address).only_if(!email),
        accepts.only_if(sms),
        accepts.only_if(whatsapp),
    ]))
}
