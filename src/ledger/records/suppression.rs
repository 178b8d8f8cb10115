//! Addresses that are not to be written to, kept without the addresses: a keyed hash, a channel, a date.

use crate::consent::{Act, Address, AddressKind, Assurance, Channel, RecordId, Refusal, Scope, Timestamp, Track};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;
use crate::model::suppression::SuppressionReason;
use crate::model::text::Sha256Hex;

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
pub(crate) const AS_WELL: &str =
    "ON CONFLICT DO UPDATE SET import = iif(import IS excluded.import, import, NULL), created_at = max(created_at, excluded.created_at),
    reason = iif(
        CASE excluded.reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END
            >= CASE reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END,
        excluded.reason, reason)";

/// Suppresses an address on a channel, or on all. Again it counts from the later time: a person may ask a second time, after
/// they had said yes again.
///
/// # Errors
/// Those of the database.
pub fn suppress(
    database: &dyn Database,
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
pub(crate) fn keep_hash(
    database: &dyn Database,
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

/// The channels by which the owner of an address, or somebody who may say so, wants nothing sent to it; `None` is all of them.
pub(crate) fn unwelcome_channels(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
) -> Result<Vec<Option<Channel>>, DatabaseError> {
    let Some(hasher) = Hasher::of(tx, shop)? else { return Ok(Vec::new()) };
    let mut channels = Vec::new();
    for name in hasher.names(address.kind(), address.key()) {
        let found = tx.query(
            "SELECT channel FROM suppression WHERE hash = ? AND reason NOT IN ('erased', 'other')",
            &[Param::Text(&name)],
        )?;
        for row in &found {
            channels.push(Channel::parse(row.text(0)?));
        }
    }
    Ok(channels)
}

/// Lets what suppresses one address suppress another of the same person, from the same day on. That mail to the first came back
/// says nothing of the second.
pub(crate) fn carry_over(tx: &dyn Database, from: &str, to: &str, moment: &Moment<'_>) -> Result<(), DatabaseError> {
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
pub(crate) fn is_wide(tx: &dyn Database, hash: &str) -> Result<bool, DatabaseError> {
    let wide = tx.first("SELECT 1 FROM suppression WHERE hash = ? AND channel = '*'", &[Param::Text(hash)])?;
    Ok(wide.is_some())
}

/// The suppressions of some addresses, read at as little cost as there are of them: mostly none.
pub(crate) struct Suppressions<'a> {
    hasher: Option<Hasher<'a>>,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn of(database: &dyn Database, shop: &'a Shop) -> Result<Self, DatabaseError> {
        Ok(Self { hasher: Hasher::of(database, shop)? })
    }

    /// Those of one address, as refusals.
    pub(crate) fn on(
        &self,
        database: &dyn Database,
        kind: AddressKind,
        key: &str,
    ) -> Result<Vec<Track>, DatabaseError> {
        let mut tracks = Vec::new();
        for name in self.hasher.iter().flat_map(|hasher| hasher.names(kind, key)) {
            let rows = database
                .query("SELECT channel, id, created_at FROM suppression WHERE hash = ?", &[Param::Text(&name)])?;
            for row in &rows {
                tracks.push(refusal_in(row)?);
            }
        }
        Ok(tracks)
    }
}

/// The names under which addresses may be suppressed, made at as little cost as there are of them.
pub(crate) struct Hasher<'a> {
    shop: &'a Shop,
    has_hashes_of_hashes: bool,
}

impl<'a> Hasher<'a> {
    /// Nothing where nobody is suppressed.
    pub(crate) fn of(database: &dyn Database, shop: &'a Shop) -> Result<Option<Self>, DatabaseError> {
        if database.first("SELECT 1 FROM suppression LIMIT 1", &[])?.is_none() {
            return Ok(None);
        }
        let of_hash = database.first("SELECT 1 FROM suppression WHERE is_of_hash = 1 LIMIT 1", &[])?;
        Ok(Some(Self { shop, has_hashes_of_hashes: of_hash.is_some() }))
    }

    /// The names of one address: mostly one.
    pub(crate) fn names(&self, kind: AddressKind, key: &str) -> Vec<String> {
        let mut names = vec![hash_of(self.shop, kind, key)];
        if self.has_hashes_of_hashes {
            names.push(hash_of_hash(self.shop, kind, Sha256Hex::of(key).as_str()));
        }
        names
    }
}

/// The suppressions of many addresses, read at once, as refusals: each with the place of its address among them.
pub(crate) fn suppressions_of(
    database: &dyn Database,
    shop: &Shop,
    addresses: &[(AddressKind, &str)],
) -> Result<Vec<(usize, Track)>, DatabaseError> {
    let Some(hasher) = Hasher::of(database, shop)? else { return Ok(Vec::new()) };
    let named = addresses.iter().enumerate();
    let named =
        named.flat_map(|(place, (kind, key))| hasher.names(*kind, key).into_iter().map(move |name| (place, name)));
    let (places, names): (Vec<usize>, Vec<String>) = named.unzip();
    let names = serde_json::to_string(&names).map_err(|_| DatabaseError::Shape { column: 0 })?;
    let rows = database.query(
        "SELECT s.channel, s.id, s.created_at, q.key FROM json_each(?) q CROSS JOIN suppression s ON s.hash = q.value",
        &[Param::Text(&names)],
    )?;
    rows.iter()
        .map(|row| {
            let place = usize::try_from(row.integer(3)?).ok().and_then(|place| places.get(place));
            Ok((*place.ok_or(DatabaseError::Shape { column: 3 })?, refusal_in(row)?))
        })
        .collect()
}

/// The names of an address, as a JSON list.
pub(crate) fn names_of(
    database: &dyn Database,
    shop: &Shop,
    address: Option<(AddressKind, &str)>,
) -> Result<String, DatabaseError> {
    let hasher = Hasher::of(database, shop)?;
    let names = address.zip(hasher).map(|((kind, key), hasher)| hasher.names(kind, key)).unwrap_or_default();
    serde_json::to_string(&names).map_err(|_| DatabaseError::Shape { column: 0 })
}

/// A suppression as a refusal: channel, id and time in the first columns of a row.
fn refusal_in(row: &crate::ledger::store::database::Row) -> Result<Track, DatabaseError> {
    Ok(Track {
        scope: Scope { channel: Channel::parse(row.text(0)?), purpose: None },
        act: Act::OptOut { refusal: Refusal::Suppression },
        assurance: Assurance::Authenticated,
        at: row.time(2)?,
        record: row.parsed(1, parse_id).map(RecordId)?,
    })
}

/// A name as it stands in lists, with what tells whose it is.
pub(crate) fn listed_name(shop: &Shop, name: &str) -> String {
    format!("{}.{name}", mark_of(shop))
}

/// The name that stands in a list, where it is of this shop.
pub(crate) fn name_listed<'a>(shop: &Shop, listed: &'a str) -> Option<&'a str> {
    listed.split_once('.').filter(|(mark, _)| *mark == mark_of(shop)).map(|(_, name)| name)
}

fn mark_of(shop: &Shop) -> String {
    shop.fingerprint(b"whose hashes these are").chars().take(8).collect()
}

/// The name of an address of which only the SHA-256 is known, as another provider gave it.
pub(crate) fn hash_of_hash(shop: &Shop, kind: AddressKind, sha256: &str) -> String {
    shop.fingerprint(format!("suppression by hash\0{kind}\0{sha256}").as_bytes())
}

/// The kind and a separator keep this hash apart from every other that is made with the shop's secret.
pub(crate) fn hash_of(shop: &Shop, kind: AddressKind, key: &str) -> String {
    shop.fingerprint(format!("suppression\0{kind}\0{key}").as_bytes())
}
