//! What bears on an address: its own histories, and the histories for every channel of any address of the same contact.
//!
//! Each query of the ledger that asks what applies to an address is made here, from one condition. Suppressions are
//! kept apart, as hashes: [`super::suppression`].

use crate::consent::Standing;
use crate::ledger::records::standing::track_in;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The condition for a row of `track` or `record` that bears on the address `a`. (`+` keeps SQLite from looking up each
/// history separately.)
macro_rules! bears {
    () => {
        "address IN (SELECT id FROM address WHERE contact = a.contact) AND (address = a.id OR +channel = '*')"
    };
}

/// Selects all histories that bear on the address `a`, as a JSON array of
/// [`StoredTrack`](super::standing::StoredTrack)s.
pub(crate) const TRACKS: &str = concat!(
    "(SELECT json_group_array(json_array(channel, purpose, choice, ground, objection, assurance, effective_at, record))
        FROM track WHERE ",
    bears!(),
    ")"
);

/// Selects the histories that bear on the address `a`, a channel and a purpose, as a JSON array of
/// [`WrittenEntry`](super::standing::WrittenEntry)s. The parameters are the channel and the purpose.
pub(crate) const ENTRIES: &str = concat!(
    "(SELECT json_group_array(json_array(choice, ground, objection, assurance, effective_at, record)) FROM track WHERE ",
    bears!(),
    " AND +channel IN (?, '*') AND +purpose IN (?, '*'))"
);

/// Selects the same as [`ENTRIES`], but as it was at an earlier time. It reads the table `record` and takes the latest
/// record of each channel, purpose, choice, ground, objection and assurance. The parameters are the channel, the
/// purpose, the time for records, and the same time for reversals.
pub(crate) const ENTRIES_THEN: &str = concat!(
    "(SELECT json_group_array(json_array(choice, ground, objection, assurance, effective_at, id))
        FROM (SELECT *, row_number() OVER (PARTITION BY channel, purpose, choice, ground, objection, assurance
                ORDER BY effective_at DESC, id DESC) AS nth
            FROM record WHERE ",
    bears!(),
    " AND +channel IN (?, '*') AND +purpose IN (?, '*') AND effective_at <= ?
                AND NOT EXISTS (SELECT 1 FROM reversal v WHERE v.address = record.address AND v.record = record.id
                    AND v.at <= ?)) WHERE nth = 1)"
);

/// Selects the activities of an earlier time as [`ENTRIES`] does. Only the latest activity of each kind is stored, so an
/// activity with a later time is left out. The parameters are the channel, the purpose, and the time.
pub(crate) const ACTIVITIES_THEN: &str = concat!(
    "(SELECT json_group_array(json_array(choice, ground, objection, assurance, effective_at, record)) FROM track WHERE ",
    bears!(),
    " AND +channel IN (?, '*') AND +purpose IN (?, '*') AND effective_at <= ?
            AND choice IN ('used', 'contacted', 'screened'))"
);

/// Selects the own histories of a range of addresses: after row id `?1`, up to `?2`; of channel `?3` and purpose `?4`,
/// where `''` stands for any. With [`WIDE_IN_RANGE`], these are all histories that bear on the addresses. A list reads
/// the two parts one after the other, because own histories are stored next to each other and wide ones are rare.
pub(crate) const OWN_IN_RANGE: &str =
    "SELECT CAST(json_group_array(json_array(address, channel, purpose, choice, ground, objection, assurance,
        effective_at, record)) AS BLOB)
    FROM (SELECT * FROM track WHERE address > ?1 AND address <= ?2 AND (?3 = '' OR channel IN (?3, '*'))
        AND (?4 = '' OR purpose IN (?4, '*')) ORDER BY address)";

/// Selects the histories for every channel that come from another address of the same contact; of purpose `?3`.
pub(crate) const WIDE_IN_RANGE: &str =
    "SELECT CAST(json_group_array(json_array(a.id, t.channel, t.purpose, t.choice, t.ground, t.objection, t.assurance,
        t.effective_at, t.record)) AS BLOB)
    FROM address a CROSS JOIN address o ON o.contact = a.contact AND o.id <> a.id
    CROSS JOIN track t ON t.address = o.id AND t.channel = '*'
    WHERE a.id > ?1 AND a.id <= ?2 AND (?3 = '' OR t.purpose IN (?3, '*'))";

/// Returns the standing that applies to an address: all histories that bear on it.
pub(crate) fn bearing_on(database: &dyn Database, address: i64) -> Result<Standing, DatabaseError> {
    let rows = database.query(
        concat!(
            "SELECT t.channel, t.purpose, t.choice, t.ground, t.objection, t.assurance, t.effective_at, t.record
             FROM address a CROSS JOIN track t WHERE a.id = ? AND t.",
            bears!()
        ),
        &[Param::Integer(address)],
    )?;
    rows.iter().map(|row| track_in(row, 0)).collect::<Result<Vec<_>, _>>().map(Standing::of)
}
