//! The columns of placet and of each platform, and what a row says in them.
//!
//! A platform's columns have its own names, in the order of its own files; of those that it has, the ones that placet can fill. A cell
//! that a row says nothing of is empty, which is no "no".

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

/// Shopify's template for the import of customers. Names of columns are compared with regard to case there.
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

/// The names of the columns, in their order.
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

/// What stands between two cells.
pub(crate) const fn separator(columns: Columns) -> u8 {
    match columns {
        Columns::Brevo | Columns::Prestashop => b';',
        _ => b',',
    }
}

/// All that a row says. The last four are of its decision.
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

/// All that a suppression says.
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

/// What is not opted in is a `no` here, whether they left or were never asked; Shopify's files do not tell these apart.
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
        // What they did instead has a time, but never having subscribed has none.
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

/// To be in the file is what is said, so no other status may be in it.
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

/// To be in the file is what is said, as with Mailchimp. A no has no time here: that at which somebody was added to Brevo is earlier,
/// and a no that is dated too early may lose against a yes.
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

/// Who was asked and did not say yes has no status here: to be unsubscribed, they would have had to be subscribed.
pub(crate) fn magento<'a>(row: &OutRow<'a>) -> Option<[Value<'a>; 3]> {
    let status = match row.status {
        "opted_in" => "Subscribed",
        "opted_out" => "Unsubscribed",
        "awaiting_confirmation" => "Not Activated",
        _ => return None,
    };
    is_of(row, Channel::Email).then_some([Value::Text(row.address), Value::Word("Guest"), Value::Word(status)])
}

/// `0` is whatever is not opted in, as with Shopify. The time is that of a subscription, which a no has none of.
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

/// Whether a row is about a channel: by its name, or as one of all that use its address.
fn is_of(row: &OutRow<'_>, channel: Channel) -> bool {
    row.kind == channel.address_kind() && row.channel.is_none_or(|own| own == channel)
}

fn is_opted_in(row: &OutRow<'_>) -> bool {
    row.status == ListKind::OptedIn.as_str()
}

fn is_opted_out(row: &OutRow<'_>) -> bool {
    row.status == ListKind::OptedOut.as_str()
}
