//! Files of profiles from Klaviyo.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email"]),
        (Field::Phone, &["phone number"]),
        (Field::External, &["klaviyo id"]),
        (Field::Country, &["country"]),
        (Field::Origin, &["source"]),
        (Field::Ip, &["ip address"]),
        (Field::EmailChoice, &["email marketing consent"]),
        (Field::EmailAt, &["email marketing consent timestamp"]),
        (Field::EmailSuppressions, &["email suppressions"]),
        (Field::SmsChoice, &["sms marketing consent"]),
        (Field::SmsAt, &["sms marketing consent timestamp"]),
    ],
    marks: &["klaviyo id", "email marketing consent", "sms marketing consent", "email suppressions"],
    external: Some("klaviyo"),
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};

const HEADER: [&str; 7] = [
    "Email",
    "Phone Number",
    "Country",
    "Email Marketing Consent",
    "Email Marketing Consent Timestamp",
    "SMS Marketing Consent",
    "SMS Marketing Consent Timestamp",
];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header: |_, _| &HEADER, separator: b',', row };

fn row<'a>(row: &OutRow<'a>, _: ListKind) -> Option<Values<'a>> {
    let (email, sms) = (row.is_of(Channel::Email), row.is_of(Channel::Sms));
    let address = Value::Text(row.address);
    let (consent, since) = if row.is_opted_in() {
        ("SUBSCRIBED", row.since)
    } else if row.is_opted_out() {
        ("UNSUBSCRIBED", row.since)
    } else {
        // The time of the status is not used, because "never subscribed" has no time.
        ("NEVER_SUBSCRIBED", None)
    };
    let (consent, since) = (Value::Word(consent), Value::time(since));
    (email || sms).then_some(Values::of([
        address.only_if(email),
        address.only_if(sms),
        Value::text(row.country),
        consent.only_if(email),
        since.only_if(email),
        consent.only_if(sms),
        since.only_if(sms),
    ]))
}
