//! Addresses that must not receive messages. Only a keyed hash, a channel and a date are stored, not the address.

use crate::consent::{Act, Address, AddressKind, Assurance, Channel, RecordId, Refusal, Scope, Timestamp, Track};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;
use crate::model::suppression::SuppressionReason;
use crate::model::text::Sha256Hex;

/// A suppression as the ledger stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The id of the suppression. Decisions name it as the deciding record.
    pub id: RecordId,
    /// The time since which the address is suppressed.
    pub created_at: Timestamp,
}

/// Merges a suppression into an existing one: the stronger reason wins, or the later one of two equals. So a bounce or
/// an erasure never replaces the reason that somebody does not want messages or must not get them.
pub(crate) const AS_WELL: &str =
    "ON CONFLICT DO UPDATE SET import = iif(import IS excluded.import, import, NULL), created_at = max(created_at, excluded.created_at),
    reason = iif(
        CASE excluded.reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END
            >= CASE reason WHEN 'erased' THEN 0 WHEN 'other' THEN 0 WHEN 'bounced' THEN 1 ELSE 2 END,
        excluded.reason, reason)";

/// Suppresses an address on one channel, or on all. A repeated suppression counts from the later time: a person may ask
/// a second time after a new opt-in.
pub fn suppress(
    database: &dyn Database,
    shop: &Shop,
    address: &Address,
    channel: Option<Channel>,
    reason: SuppressionReason,
    context: &Context<'_>,
) -> Result<Suppression, DatabaseError> {
    let hash = hash_of(shop, address.kind(), address.key());
    // The account at a connected platform is compared again, as for any other change.
    let pseudonym = base16ct::lower::encode_string(&shop.pseudonym(address.kind(), address.key()));
    database.execute(
        "UPDATE remote SET task = 'compare', due_at = 0
         WHERE (email = ?1 OR phone = ?1) AND (task IS NULL OR task = 'push')",
        &[Param::Text(&pseudonym)],
    )?;
    context.note_event();
    store_hash(database, &hash, channel, (reason, context.now), context)
}

/// Suppresses an address like [`suppress`], by its hash, because the address itself may be deleted.
pub(crate) fn store_hash(
    database: &dyn Database,
    hash: &str,
    channel: Option<Channel>,
    (reason, since): (SuppressionReason, Timestamp),
    context: &Context<'_>,
) -> Result<Suppression, DatabaseError> {
    let channel = Param::Text(channel.map_or("*", Channel::as_str));
    database.execute(
        &format!("INSERT INTO suppression (hash, channel, id, reason, created_at) VALUES (?, ?, ?, ?, ?) {AS_WELL}"),
        &[
            Param::Text(hash),
            channel,
            Param::Text(&context.next_id().to_string()),
            Param::Text(reason.as_str()),
            Param::Integer(since.millis()),
        ],
    )?;
    let kept = "SELECT id, created_at FROM suppression WHERE hash = ? AND channel = ?";
    let row = database.first(kept, &[Param::Text(hash), channel])?.ok_or(DatabaseError::Shape { column: 0 })?;
    Ok(Suppression { id: row.parsed(0, parse_id).map(RecordId)?, created_at: row.time(1)? })
}

/// Returns the channels on which the owner of an address, or somebody entitled to say so, wants no messages; `None`
/// stands for all channels.
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

/// Copies the suppressions of one address to another address of the same person, with the same date. Bounces are left
/// out: a bounce of the first address says nothing about the second.
pub(crate) fn copy_to(tx: &dyn Database, from: &str, to: &str, context: &Context<'_>) -> Result<(), DatabaseError> {
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
                Param::Text(&context.next_id().to_string()),
                Param::Text(row.text(1)?),
                Param::Integer(row.integer(2)?),
            ],
        )?;
    }
    Ok(())
}

/// Returns whether an address is suppressed on every channel.
pub(crate) fn is_wide(tx: &dyn Database, hash: &str) -> Result<bool, DatabaseError> {
    let wide = tx.first("SELECT 1 FROM suppression WHERE hash = ? AND channel = '*'", &[Param::Text(hash)])?;
    Ok(wide.is_some())
}

/// A reader for the suppressions of single addresses. It costs almost nothing if the shop has no suppressions, which is
/// the usual case.
pub(crate) struct Suppressions<'a> {
    hasher: Option<Hasher<'a>>,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn of(database: &dyn Database, shop: &'a Shop) -> Result<Self, DatabaseError> {
        Ok(Self { hasher: Hasher::of(database, shop)? })
    }

    /// Returns the suppressions of one address, as refusals.
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

/// A generator of the hashes under which an address may be suppressed. It makes no hash that the shop does not need.
pub(crate) struct Hasher<'a> {
    shop: &'a Shop,
    has_hashes_of_hashes: bool,
}

impl<'a> Hasher<'a> {
    /// Returns `None` if no address is suppressed.
    pub(crate) fn of(database: &dyn Database, shop: &'a Shop) -> Result<Option<Self>, DatabaseError> {
        if database.first("SELECT 1 FROM suppression LIMIT 1", &[])?.is_none() {
            return Ok(None);
        }
        let of_hash = database.first("SELECT 1 FROM suppression WHERE is_of_hash = 1 LIMIT 1", &[])?;
        Ok(Some(Self { shop, has_hashes_of_hashes: of_hash.is_some() }))
    }

    /// Returns the hashes of one address, usually one.
    pub(crate) fn names(&self, kind: AddressKind, key: &str) -> Vec<String> {
        let mut names = vec![hash_of(self.shop, kind, key)];
        if self.has_hashes_of_hashes {
            names.push(hash_of_hash(self.shop, kind, Sha256Hex::of(key).as_str()));
        }
        names
    }
}

/// Reads the suppressions of many addresses at once, as refusals, each with the index of its address in `addresses`.
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
    let names = serde_json::to_string(&names).map_err(|_| DatabaseError::Json)?;
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

/// Returns the hashes of an address, as a JSON array.
pub(crate) fn names_of(
    database: &dyn Database,
    shop: &Shop,
    address: Option<(AddressKind, &str)>,
) -> Result<String, DatabaseError> {
    let hasher = Hasher::of(database, shop)?;
    let names = address.zip(hasher).map(|((kind, key), hasher)| hasher.names(kind, key)).unwrap_or_default();
    serde_json::to_string(&names).map_err(|_| DatabaseError::Json)
}

/// Reads a suppression as a refusal: channel, id and time are the first columns of the row.
fn refusal_in(row: &crate::ledger::store::database::Row) -> Result<Track, DatabaseError> {
    Ok(Track {
        scope: Scope { channel: Channel::parse(row.text(0)?), purpose: None },
        act: Act::OptOut { refusal: Refusal::Suppression },
        assurance: Assurance::Authenticated,
        connection: None,
        at: row.time(2)?,
        record: row.parsed(1, parse_id).map(RecordId)?,
    })
}

/// Returns a hash as it appears in exported lists, with a prefix that identifies the shop.
pub(crate) fn listed_name(shop: &Shop, name: &str) -> String {
    format!("{}.{name}", mark_of(shop))
}

/// Returns the hash from an exported list, if the prefix is that of this shop.
pub(crate) fn name_listed<'a>(shop: &Shop, listed: &'a str) -> Option<&'a str> {
    listed.split_once('.').filter(|(mark, _)| *mark == mark_of(shop)).map(|(_, name)| name)
}

fn mark_of(shop: &Shop) -> String {
    shop.secret.fingerprint(KeyUse::Hashes, &[]).chars().take(8).collect()
}

/// Returns the hash for an address that another provider supplied as a SHA-256.
pub(crate) fn hash_of_hash(shop: &Shop, kind: AddressKind, sha256: &str) -> String {
    shop.secret.fingerprint(KeyUse::SuppressionByHash, &[kind.as_str().as_bytes(), sha256.as_bytes()])
}

/// Returns the hash for an address. The kind and a separator keep it distinct from every other hash made with the
/// shop's secret.
pub(crate) fn hash_of(shop: &Shop, kind: AddressKind, key: &str) -> String {
    shop.secret.fingerprint(KeyUse::Suppression, &[kind.as_str().as_bytes(), key.as_bytes()])
}
