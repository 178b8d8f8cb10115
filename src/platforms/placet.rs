//! placet's own files.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::model::suppression::SuppressedRow;
use crate::platforms::cell::Value;
use crate::platforms::columns::{ReadColumns, Values, WrittenColumns};
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

/// Every field by its name, and other common headers for addresses.
pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[
        (Field::Email, &["email", "e-mail", "email address", "e-mail address", "email_address", "mail"]),
        (Field::Phone, &["phone", "phone number", "phone_number", "mobile", "telephone"]),
        (Field::Whatsapp, &["whatsapp"]),
        (Field::Push, &["push"]),
        (Field::Postal, &["postal"]),
        (Field::Address, &["address"]),
        (Field::Kind, &["kind"]),
        (Field::External, &["external"]),
        (Field::Country, &["country", "country code", "country_code"]),
        (Field::Region, &["region"]),
        (Field::Relation, &["relation"]),
        (Field::Born, &["born"]),
        (Field::Channel, &["channel"]),
        (Field::Purpose, &["purpose"]),
        (Field::Choice, &["choice"]),
        (Field::Status, &["status"]),
        (Field::Basis, &["basis"]),
        (Field::Dealing, &["dealing"]),
        (Field::Reference, &["reference"]),
        (Field::RefusalOffered, &["refusal_offered"]),
        (Field::OwnSimilarProducts, &["own_similar_products"]),
        (Field::Assessment, &["assessment"]),
        (Field::OccurredAt, &["occurred_at"]),
        (Field::Since, &["since"]),
        (Field::OptedInAt, &["opted_in_at"]),
        (Field::OptedOutAt, &["opted_out_at"]),
        (Field::Origin, &["origin"]),
        (Field::Ip, &["ip"]),
        (Field::ConfirmedAt, &["confirmed_at"]),
        (Field::ConfirmedIp, &["confirmed_ip"]),
        (Field::Reason, &["reason"]),
        (Field::Hash, &["hash"]),
        (Field::Sha256, &["sha256"]),
        (Field::EmailChoice, &["email_choice"]),
        (Field::EmailAt, &["email_at"]),
        (Field::EmailRefused, &["email_refused"]),
        (Field::EmailSuppressions, &["email_suppressions"]),
        (Field::SmsChoice, &["sms_choice"]),
        (Field::SmsAt, &["sms_at"]),
        (Field::SmsRefused, &["sms_refused"]),
        (Field::WhatsappChoice, &["whatsapp_choice"]),
        (Field::WhatsappAt, &["whatsapp_at"]),
        (Field::WhatsappRefused, &["whatsapp_refused"]),
        (Field::PartnerChoice, &["partner_choice"]),
        (Field::Objection, &["objection"]),
    ],
    marks: &["purpose", "choice", "occurred_at", "sha256", "hash", "assurance", "refusal_offered", "email_choice"],
    external: None,
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};

/// The other columns of placet's exports. They are for readers, and an import ignores them.
pub(crate) const EXPORTED: &[&str] = &["assurance", "allow", "until", "rule", "law", "article", "contact"];

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

pub(super) const WRITTEN: WrittenColumns = WrittenColumns { header, separator: b',', row };

fn header(kind: ListKind, with_decisions: bool) -> &'static [&'static str] {
    match kind {
        ListKind::Suppressed => &SUPPRESSIONS,
        _ if with_decisions => &PEOPLE_WITH_DECISIONS,
        _ => &PEOPLE,
    }
}

/// Returns all values of a row. The last four belong to its decision.
fn row<'a>(row: &OutRow<'a>, _: ListKind) -> Option<Values<'a>> {
    let decision = row.decision.as_ref();
    Some(Values::of([
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
    ]))
}

/// Returns all values of a suppression.
pub(crate) fn suppression<'a>(suppression: &SuppressedRow<'a>) -> Values<'a> {
    Values::of([
        Value::Text(suppression.hash),
        Value::word(suppression.kind.map(|kind| kind.as_str())),
        Value::text(suppression.address),
        Value::text(suppression.sha256),
        every(suppression.channel),
        Value::Text(suppression.reason),
        Value::Time(suppression.since),
    ])
}

fn every<'a>(channel: Option<Channel>) -> Value<'a> {
    Value::Word(channel.map_or("*", Channel::as_str))
}
