//! Addresses that are not to be written to, kept without the addresses: a keyed hash, a channel, a date.

use super::track::parse_id;
use super::{Database, DatabaseError, Moment, Param, Shop};
use crate::consent::{Act, Address, AddressKind, Assurance, Channel, RecordId, Refusal, Scope, Timestamp, Track};

vocabulary! {
    /// Why an address is suppressed: a class and no text, which might tell of the person.
    SuppressionReason, "unknown reason" {
        /// The person was erased.
        Erased = "erased",
        /// They asked for no more advertising in a way that placet did not see: a call, a letter, a lawyer.
        Asked = "asked",
        /// They complained, to the shop or by the button of their mail provider.
        Complained = "complained",
        /// What is sent there comes back.
        Bounced = "bounced",
        /// They are dead.
        Deceased = "deceased",
        /// A court or an authority said so.
        Ordered = "ordered",
        /// Something else.
        Other = "other",
    }
}

/// A suppression as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Its id; decisions name it as the record that decides.
    pub id: RecordId,
    /// Since when.
    pub created_at: Timestamp,
}

/// Of two reasons the one stays that says more, the later of equals: that somebody did not want to be written to, or may not be, is
/// forgotten over no bounce and no erasure.
const AS_WELL: &str = "ON CONFLICT DO UPDATE SET created_at = max(created_at, excluded.created_at),
    reason = iif(
        CASE excluded.reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END
            >= CASE reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END,
        excluded.reason, reason)";

/// Suppresses an address on a channel, or on all. Again it counts from the later time: a person may ask a second time, after
/// they had said yes again.
///
/// # Errors
/// Those of the database.
pub fn suppress<D: Database>(
    database: &D,
    shop: &Shop,
    address: &Address,
    channel: Option<Channel>,
    reason: SuppressionReason,
    moment: &Moment<'_>,
) -> Result<Suppression, DatabaseError> {
    let hash = hash_of(shop, address.kind(), address.key());
    keep_hash(database, &hash, channel, (reason, moment.now), moment)
}

/// As [`suppress`], by the hash of an address, of which nothing else may be left.
pub(super) fn keep_hash<D: Database>(
    database: &D,
    hash: &str,
    channel: Option<Channel>,
    (reason, since): (SuppressionReason, Timestamp),
    moment: &Moment<'_>,
) -> Result<Suppression, DatabaseError> {
    let channel = Param::Text(channel.map_or("*", Channel::as_str));
    database.execute(
        &format!("INSERT INTO suppression (hash, channel, id, reason, created_at) VALUES (?, ?, ?, ?, ?) {AS_WELL}"),
        &[
            Param::Text(hash),
            channel,
            Param::Text(&moment.next_id().to_string()),
            Param::Text(reason.as_str()),
            Param::Integer(since.millis()),
        ],
    )?;
    let kept = "SELECT id, created_at FROM suppression WHERE hash = ? AND channel = ?";
    let row = database.first(kept, &[Param::Text(hash), channel])?.ok_or(DatabaseError::Shape { column: 0 })?;
    Ok(Suppression { id: row.parsed(0, parse_id).map(RecordId)?, created_at: row.time(1)? })
}

/// Whether the owner of an address, or somebody who may say so, wants nothing sent to it by a channel.
pub(super) fn is_unwelcome<D: Database>(tx: &D, hash: &str, channel: Channel) -> Result<bool, DatabaseError> {
    let found = tx.first(
        "SELECT 1 FROM suppression WHERE hash = ? AND channel IN ('*', ?) AND reason NOT IN ('erased', 'other') LIMIT 1",
        &[Param::Text(hash), Param::Text(channel.as_str())],
    )?;
    Ok(found.is_some())
}

/// Lets what suppresses one address suppress another of the same person, from the same day on. That mail to the first came back
/// says nothing of the second.
pub(super) fn carry_over<D: Database>(tx: &D, from: &str, to: &str, moment: &Moment<'_>) -> Result<(), DatabaseError> {
    let rows = tx.query(
        "SELECT channel, reason, created_at FROM suppression WHERE hash = ? AND reason <> 'bounced'",
        &[Param::Text(from)],
    )?;
    for row in &rows {
        tx.execute(
            &format!(
                "INSERT INTO suppression (hash, channel, id, reason, created_at) VALUES (?, ?, ?, ?, ?) {AS_WELL}"
            ),
            &[
                Param::Text(to),
                Param::Text(row.text(0)?),
                Param::Text(&moment.next_id().to_string()),
                Param::Text(row.text(1)?),
                Param::Integer(row.integer(2)?),
            ],
        )?;
    }
    Ok(())
}

/// Whether an address is suppressed on every channel.
pub(super) fn is_wide<D: Database>(tx: &D, hash: &str) -> Result<bool, DatabaseError> {
    let wide = tx.first("SELECT 1 FROM suppression WHERE hash = ? AND channel = '*'", &[Param::Text(hash)])?;
    Ok(wide.is_some())
}

/// The suppressions of some addresses, read at as little cost as there are of them: mostly none.
pub(super) struct Suppressions {
    any: bool,
}

impl Suppressions {
    pub(super) fn of<D: Database>(database: &D) -> Result<Self, DatabaseError> {
        let any = database.first("SELECT 1 FROM suppression LIMIT 1", &[])?.is_some();
        Ok(Self { any })
    }

    /// Those of one address, as refusals.
    pub(super) fn on<D: Database>(
        &self,
        database: &D,
        shop: &Shop,
        kind: AddressKind,
        key: &str,
    ) -> Result<Vec<Track>, DatabaseError> {
        if !self.any {
            return Ok(Vec::new());
        }
        let hash = hash_of(shop, kind, key);
        let rows =
            database.query("SELECT channel, id, created_at FROM suppression WHERE hash = ?", &[Param::Text(&hash)])?;
        rows.iter()
            .map(|row| {
                Ok(Track {
                    scope: Scope { channel: Channel::parse(row.text(0)?), purpose: None },
                    act: Act::OptOut { refusal: Refusal::Suppression },
                    assurance: Assurance::Authenticated,
                    at: row.time(2)?,
                    record: row.parsed(1, parse_id).map(RecordId)?,
                })
            })
            .collect()
    }
}

/// The kind and a separator keep this hash apart from every other that is made with the shop's secret.
pub(super) fn hash_of(shop: &Shop, kind: AddressKind, key: &str) -> String {
    shop.fingerprint(format!("suppression\0{kind}\0{key}").as_bytes())
}
