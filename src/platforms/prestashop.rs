//! Files of PrestaShop's newsletter module, and of its customers.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

/// The times are in the shop's own time zone, which no file names. They are read as UTC, which is wrong by about half a
/// day at most.
pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email", "email address"]),
        (Field::EmailChoice, &["subscribed", "newsletter"]),
        (Field::EmailAt, &["subscribed_on", "newsletter_date_add"]),
        (Field::Ip, &["ip_registration_newsletter"]),
        (Field::PartnerChoice, &["optin", "partner offers"]),
    ],
    marks: &["shop_name", "subscribed_on", "newsletter_date_add", "ip_registration_newsletter", "partner offers"],
    external: None,
    channel: Some(Channel::Email),
    is_no_ambiguous: true,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};

const HEADER: [&str; 3] = ["email", "subscribed", "subscribed_on"];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header: |_, _| &HEADER, separator: b';', row };

/// Returns the values for PrestaShop. Everything that is not an opt-in is `0`, as with Shopify. The time is that of the
/// subscription, so an opt-out has none.
fn row<'a>(row: &OutRow<'a>, _: ListKind) -> Option<Values<'a>> {
    let subscribed = row.is_opted_in();
    row.is_of(Channel::Email).then_some(Values::of([
        Value::Text(row.address),
        Value::Word(if subscribed { "1" } else { "0" }),
        Value::plain_time(row.since).only_if(subscribed),
    ]))
}
