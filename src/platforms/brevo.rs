//! Files of contacts from Brevo.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email"]),
        (Field::Phone, &["sms"]),
        (Field::Whatsapp, &["whatsapp"]),
        (Field::External, &["ext_id"]),
        // The time when the contact was added to Brevo. An opt-in that existed then is at least as old.
        (Field::OptedInAt, &["added_time"]),
        (Field::EmailRefused, &["email_blacklisted", "emailblacklisted", "email blacklisted"]),
        (Field::SmsRefused, &["sms_blacklisted", "smsblacklisted", "sms blacklisted"]),
        (Field::WhatsappRefused, &["whatsapp_blacklisted", "whatsappblacklisted", "whatsapp blacklisted"]),
    ],
    marks: &[
        "sms",
        "ext_id",
        "added_time",
        "modified_time",
        "landline_number",
        "email_blacklisted",
        "emailblacklisted",
        "sms_blacklisted",
        "smsblacklisted",
    ],
    external: Some("brevo"),
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: true,
    is_day_first: true,
    kinds: &[],
};

const HEADER: [&str; 4] = ["EMAIL", "SMS", "WHATSAPP", "ADDED_TIME"];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header: |_, _| &HEADER, separator: b';', row };

/// Returns the values for Brevo. Being in the file is itself the status, as with Mailchimp. An opt-out gets no time:
/// the column holds the time when the contact was added to Brevo, which is earlier, and an opt-out with too early a
/// time might lose against an opt-in.
fn row<'a>(row: &OutRow<'a>, kind: ListKind) -> Option<Values<'a>> {
    let (email, sms, whatsapp) = (row.is_of(Channel::Email), row.is_of(Channel::Sms), row.is_of(Channel::Whatsapp));
    let address = Value::Text(row.address);
    ((email || sms || whatsapp) && row.status == kind.as_str()).then_some(Values::of([
        address.only_if(email),
        address.only_if(sms),
        address.only_if(whatsapp),
        Value::plain_time(row.since).only_if(kind == ListKind::OptedIn),
    ]))
}
