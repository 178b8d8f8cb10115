//! Files of an audience from Mailchimp.

use crate::consent::{Assurance, Channel};
use crate::model::list_kind::ListKind;
use crate::model::suppression::SuppressionReason;
use crate::platforms::cell::Value;
use crate::platforms::columns::{KindMark, ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email address"]),
        (Field::External, &["euid"]),
        (Field::Country, &["cc"]),
        (Field::Region, &["region"]),
        (Field::OptedInAt, &["optin_time"]),
        (Field::Ip, &["optin_ip"]),
        (Field::ConfirmedAt, &["confirm_time"]),
        (Field::ConfirmedIp, &["confirm_ip"]),
        (Field::OptedOutAt, &["unsub_time"]),
        (Field::Reason, &["unsub_reason"]),
        (Field::Since, &["clean_time"]),
    ],
    marks: &[
        "member_rating",
        "optin_time",
        "optin_ip",
        "confirm_time",
        "confirm_ip",
        "leid",
        "euid",
        "unsub_time",
        "unsub_campaign_title",
        "unsub_reason",
        "clean_time",
        "clean_campaign_title",
    ],
    external: Some("mailchimp"),
    channel: Some(Channel::Email),
    is_no_ambiguous: false,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[
        KindMark {
            kind: Some(ListKind::Suppressed),
            headers: &["clean_time", "clean_campaign_title"],
            file: "cleaned",
            reason: Some(SuppressionReason::Bounced),
        },
        KindMark { kind: Some(ListKind::OptedOut), headers: &["unsub_time"], file: "unsubscribed", reason: None },
        KindMark { kind: Some(ListKind::OptedIn), headers: &[], file: "subscribed", reason: None },
        // Customers who bought and never subscribed, and contacts that the shop has put away.
        KindMark { kind: None, headers: &[], file: "nonsubscribed", reason: None },
        KindMark { kind: None, headers: &[], file: "non-subscribed", reason: None },
        KindMark { kind: None, headers: &[], file: "archived", reason: None },
    ],
};

const SUBSCRIBED: [&str; 6] = ["Email Address", "Phone Number", "OPTIN_TIME", "CONFIRM_TIME", "CC", "REGION"];

const UNSUBSCRIBED: [&str; 5] = ["Email Address", "Phone Number", "CC", "REGION", "UNSUB_TIME"];

pub(super) const WRITTEN: WrittenColumns = WrittenColumns {
    header: |kind, _| if kind == ListKind::OptedOut { &UNSUBSCRIBED } else { &SUBSCRIBED },
    separator: b',',
    row,
};

/// Returns the values for Mailchimp. Being in the file is itself the status, so rows with another status are left out.
fn row<'a>(row: &OutRow<'a>, kind: ListKind) -> Option<Values<'a>> {
    let (email, sms) = (row.is_of(Channel::Email), row.is_of(Channel::Sms));
    if !(email || sms) || row.status != kind.as_str() {
        return None;
    }
    let email = Value::Text(row.address).only_if(email);
    let phone = Value::Text(row.address).only_if(sms);
    let since = Value::plain_time(row.since);
    let (country, region) = (Value::text(row.country), Value::text(row.region));
    Some(if kind == ListKind::OptedOut {
        Values::of([email, phone, country, region, since])
    } else {
        let confirmed = since.only_if(row.assurance == Some(Assurance::Confirmed));
        Values::of([email, phone, since, confirmed, country, region])
    })
}
