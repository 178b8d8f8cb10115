//! The columns of placet and of each platform, and the values of a row in them.
//!
//! A platform's columns have the platform's names, in the order of its own files. Only those columns are written that
//! placet can fill. A cell for which the row has no value is empty; an empty cell is not an opt-out.

use crate::consent::{Assurance, Channel};
use crate::lists::kind::ListKind;
use crate::lists::write::value::Value;
use crate::lists::write::{Columns, OutRow};
use crate::model::suppression::SuppressedRow;

const PEOPLE: [&str; 12] = [
    "kind",
    "address",
    "channel",
    "purpose",
    "status",
    "basis",
    "objection",
    "assurance",
    "since",
    "country",
    "region",
    "contact",
];

const PEOPLE_WITH_DECISIONS: [&str; 16] = [
    "kind",
    "address",
    "channel",
    "purpose",
    "status",
    "basis",
    "objection",
    "assurance",
    "since",
    "country",
    "region",
    "contact",
    "allow",
    "reason",
    "rule",
    "until",
];

const SUPPRESSIONS: [&str; 7] = ["hash", "kind", "address", "sha256", "channel", "reason", "since"];

/// The columns of Shopify's template for the import of customers. Shopify compares their names case-sensitively.
const SHOPIFY: [&str; 7] = [
    "Email",
    "Accepts Email Marketing",
    "Default Address Province Code",
    "Default Address Country Code",
    "Phone",
    "Accepts SMS Marketing",
    "Accepts WhatsApp Marketing",
];

const KLAVIYO: [&str; 7] = [
    "Email",
    "Phone Number",
    "Country",
    "Email Marketing Consent",
    "Email Marketing Consent Timestamp",
    "SMS Marketing Consent",
    "SMS Marketing Consent Timestamp",
];

const MAILCHIMP_SUBSCRIBED: [&str; 6] = ["Email Address", "Phone Number", "OPTIN_TIME", "CONFIRM_TIME", "CC", "REGION"];

const MAILCHIMP_UNSUBSCRIBED: [&str; 5] = ["Email Address", "Phone Number", "CC", "REGION", "UNSUB_TIME"];

const BREVO: [&str; 4] = ["EMAIL", "SMS", "WHATSAPP", "ADDED_TIME"];

const MAGENTO: [&str; 3] = ["Email", "Type", "Status"];

const PRESTASHOP: [&str; 3] = ["email", "subscribed", "subscribed_on"];

/// Returns the names of the columns in their order.
pub(crate) fn header(columns: Columns, what: ListKind, with_decisions: bool) -> &'static [&'static str] {
    match (columns, what) {
        (Columns::Placet, ListKind::Suppressed) => &SUPPRESSIONS,
        (Columns::Placet, _) if with_decisions => &PEOPLE_WITH_DECISIONS,
        (Columns::Placet, _) => &PEOPLE,
        (Columns::Shopify, _) => &SHOPIFY,
        (Columns::Klaviyo, _) => &KLAVIYO,
        (Columns::Mailchimp, ListKind::OptedOut) => &MAILCHIMP_UNSUBSCRIBED,
        (Columns::Mailchimp, _) => &MAILCHIMP_SUBSCRIBED,
        (Columns::Brevo, _) => &BREVO,
        (Columns::Magento, _) => &MAGENTO,
        (Columns::Prestashop, _) => &PRESTASHOP,
    }
}

/// Returns the separator between two cells.
pub(crate) const fn separator(columns: Columns) -> u8 {
    match columns {
        Columns::Brevo | Columns::Prestashop => b';',
        _ => b',',
    }
}

/// Returns all values of a row. The last four belong to its decision.
pub(crate) fn placet<'a>(row: &OutRow<'a>) -> [Value<'a>; 16] {
    let decision = row.decision.as_ref();
    [
        Value::Word(row.kind.as_str()),
        Value::Text(row.address),
        every(row.channel),
        row.purpose.map_or(Value::Word("*"), Value::Text),
        Value::Word(row.status),
        Value::word(row.basis.map(|basis| basis.as_str())),
        Value::Flag(row.objection),
        Value::word(row.assurance.map(|assurance| assurance.as_str())),
        Value::time(row.since),
        Value::text(row.country),
        Value::text(row.region),
        Value::Text(row.contact),
        decision.map_or(Value::Absent, |decision| Value::Flag(decision.allow)),
        Value::text(decision.and_then(|decision| decision.reason)),
        Value::text(decision.map(|decision| decision.rule)),
        Value::time(decision.and_then(|decision| decision.until)),
    ]
}

/// Returns all values of a suppression.
pub(crate) fn suppression<'a>(suppression: &SuppressedRow<'a>) -> [Value<'a>; 7] {
    [
        Value::Text(suppression.hash),
        Value::word(suppression.kind.map(|kind| kind.as_str())),
        Value::text(suppression.address),
        Value::text(suppression.sha256),
        every(suppression.channel),
        Value::Text(suppression.reason),
        Value::Time(suppression.since),
    ]
}

/// Returns the values for Shopify. Everything that is not an opt-in is a `no`, because Shopify's files do not
/// distinguish an opt-out from a person who was never asked.
pub(crate) fn shopify<'a>(row: &OutRow<'a>) -> Option<[Value<'a>; 7]> {
    let (email, sms, whatsapp) = (is_of(row, Channel::Email), is_of(row, Channel::Sms), is_of(row, Channel::Whatsapp));
    let accepts = Value::Word(if is_opted_in(row) { "yes" } else { "no" });
    (email || sms || whatsapp).then_some([
        Value::Text(row.address).only_if(email),
        accepts.only_if(email),
        Value::text(row.region),
        Value::text(row.country),
        Value::Apostrophe(row.address).only_if(!email),
        accepts.only_if(sms),
        accepts.only_if(whatsapp),
    ])
}

pub(crate) fn klaviyo<'a>(row: &OutRow<'a>) -> Option<[Value<'a>; 7]> {
    let (email, sms) = (is_of(row, Channel::Email), is_of(row, Channel::Sms));
    let address = Value::Text(row.address);
    let (consent, since) = if is_opted_in(row) {
        ("SUBSCRIBED", row.since)
    } else if is_opted_out(row) {
        ("UNSUBSCRIBED", row.since)
    } else {
        // The time of the status is not used, because "never subscribed" has no time.
        ("NEVER_SUBSCRIBED", None)
    };
    let (consent, since) = (Value::Word(consent), Value::time(since));
    (email || sms).then_some([
        address.only_if(email),
        address.only_if(sms),
        Value::text(row.country),
        consent.only_if(email),
        since.only_if(email),
        consent.only_if(sms),
        since.only_if(sms),
    ])
}

/// Returns the values for Mailchimp. Being in the file is itself the status, so rows with another status are left out.
pub(crate) fn mailchimp<'a>(row: &OutRow<'a>, what: ListKind) -> Option<[Value<'a>; 6]> {
    let (email, sms) = (is_of(row, Channel::Email), is_of(row, Channel::Sms));
    if !(email || sms) || row.status != what.as_str() {
        return None;
    }
    let email = Value::Text(row.address).only_if(email);
    let phone = Value::Text(row.address).only_if(sms);
    let since = Value::plain_time(row.since);
    let (country, region) = (Value::text(row.country), Value::text(row.region));
    Some(if what == ListKind::OptedOut {
        [email, phone, country, region, since, Value::Absent]
    } else {
        let confirmed = since.only_if(row.assurance == Some(Assurance::Confirmed));
        [email, phone, since, confirmed, country, region]
    })
}

/// Returns the values for Brevo. Being in the file is itself the status, as with Mailchimp. An opt-out gets no time:
/// the column holds the time when the contact was added to Brevo, which is earlier, and an opt-out with too early a
/// time might lose against an opt-in.
pub(crate) fn brevo<'a>(row: &OutRow<'a>, what: ListKind) -> Option<[Value<'a>; 4]> {
    let (email, sms, whatsapp) = (is_of(row, Channel::Email), is_of(row, Channel::Sms), is_of(row, Channel::Whatsapp));
    let address = Value::Text(row.address);
    ((email || sms || whatsapp) && row.status == what.as_str()).then_some([
        address.only_if(email),
        address.only_if(sms),
        address.only_if(whatsapp),
        Value::plain_time(row.since).only_if(what == ListKind::OptedIn),
    ])
}

/// Returns the values for Magento. A person who declined has no status there: only a subscriber can be unsubscribed.
pub(crate) fn magento<'a>(row: &OutRow<'a>) -> Option<[Value<'a>; 3]> {
    let status = match row.status {
        "opted_in" => "Subscribed",
        "opted_out" => "Unsubscribed",
        "awaiting_confirmation" => "Not Activated",
        _ => return None,
    };
    is_of(row, Channel::Email).then_some([Value::Text(row.address), Value::Word("Guest"), Value::Word(status)])
}

/// Returns the values for PrestaShop. Everything that is not an opt-in is `0`, as with Shopify. The time is that of the
/// subscription, so an opt-out has none.
pub(crate) fn prestashop<'a>(row: &OutRow<'a>) -> Option<[Value<'a>; 3]> {
    let subscribed = is_opted_in(row);
    is_of(row, Channel::Email).then_some([
        Value::Text(row.address),
        Value::Word(if subscribed { "1" } else { "0" }),
        Value::plain_time(row.since).only_if(subscribed),
    ])
}

fn every<'a>(channel: Option<Channel>) -> Value<'a> {
    Value::Word(channel.map_or("*", Channel::as_str))
}

/// Returns whether a row is about a channel: it names the channel, or it is for all channels that use its address.
fn is_of(row: &OutRow<'_>, channel: Channel) -> bool {
    row.kind == channel.address_kind() && row.channel.is_none_or(|own| own == channel)
}

fn is_opted_in(row: &OutRow<'_>) -> bool {
    row.status == ListKind::OptedIn.as_str()
}

fn is_opted_out(row: &OutRow<'_>) -> bool {
    row.status == ListKind::OptedOut.as_str()
}
