//! The law of standings as SQL: one conditional upsert per record. Its twin in Rust is `consent::Standing::add`.

use super::{Database, DatabaseError, Param, Row};
use crate::consent::{Act, Assurance, Basis, Channel, Choice, PurposeSlug, RecordId, Scope, Standing, Track};

/// In the columns `channel` and `purpose`: all of them.
const ALL: &str = "*";
/// In the column `basis`: the act has none.
const NONE: &str = "-";

/// The columns that a track has in the tables `track` and `record` alike.
pub(super) struct Columns<'a>(&'a Track);

impl<'a> Columns<'a> {
    pub(super) const fn of(track: &'a Track) -> Self {
        Self(track)
    }

    pub(super) fn channel(&self) -> Param<'a> {
        Param::Text(self.0.scope.channel.map_or(ALL, Channel::as_str))
    }

    pub(super) fn purpose(&self) -> Param<'a> {
        Param::Text(self.0.scope.purpose.as_ref().map_or(ALL, PurposeSlug::as_str))
    }

    pub(super) const fn choice(&self) -> Param<'a> {
        Param::Text(self.0.act.choice().as_str())
    }

    pub(super) fn basis(&self) -> Param<'a> {
        Param::Text(self.0.act.basis().map_or(NONE, Basis::as_str))
    }

    pub(super) fn objection(&self) -> Param<'a> {
        Param::Integer(self.0.act.is_objection().into())
    }

    pub(super) const fn assurance(&self) -> Param<'a> {
        Param::Text(self.0.assurance.as_str())
    }

    pub(super) const fn effective_at(&self) -> Param<'a> {
        Param::Integer(self.0.at.millis())
    }
}

/// Takes one record into the standing of an address. In any order, any number of times, with the same outcome.
///
/// # Errors
/// Those of the database.
pub fn keep<D: Database>(database: &D, address: i64, track: &Track) -> Result<(), DatabaseError> {
    let columns = Columns::of(track);
    database.execute(
        "INSERT INTO track (address, channel, purpose, choice, basis, objection, assurance, effective_at, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET effective_at = excluded.effective_at, record = excluded.record
         WHERE (excluded.effective_at, excluded.record) > (track.effective_at, track.record)",
        &[
            Param::Integer(address),
            columns.channel(),
            columns.purpose(),
            columns.choice(),
            columns.basis(),
            columns.objection(),
            columns.assurance(),
            columns.effective_at(),
            Param::Text(&track.record.0.to_string()),
        ],
    )
}

/// Reads the standing of an address.
///
/// # Errors
/// Those of the database.
pub fn standing_of<D: Database>(database: &D, address: i64) -> Result<Standing, DatabaseError> {
    let rows = database.query(
        "SELECT channel, purpose, choice, basis, objection, assurance, effective_at, record FROM track WHERE address = ?",
        &[Param::Integer(address)],
    )?;
    rows.iter().map(|row| track_in(row, 0)).collect::<Result<Vec<_>, _>>().map(Standing::of)
}

/// Reads a track from eight columns of a row, `from` on, in the order of [`standing_of`].
pub(super) fn track_in(row: &Row, from: usize) -> Result<Track, DatabaseError> {
    let channel = match row.text(from)? {
        ALL => None,
        _ => Some(row.parsed(from, Channel::parse)?),
    };
    let purpose = match row.text(from + 1)? {
        ALL => None,
        _ => Some(row.parsed(from + 1, PurposeSlug::parse)?),
    };
    let act = match row.parsed(from + 2, Choice::parse)? {
        Choice::OptIn => Act::OptIn { basis: row.parsed(from + 3, Basis::parse)? },
        Choice::OptOut => Act::OptOut { objection: row.integer(from + 4)? != 0 },
        Choice::Declined => Act::Declined,
    };
    Ok(Track {
        scope: Scope { channel, purpose },
        act,
        assurance: row.parsed(from + 5, Assurance::parse)?,
        at: row.time(from + 6)?,
        record: row.parsed(from + 7, parse_id).map(RecordId)?,
    })
}

pub(super) fn parse_id(text: &str) -> Option<uuid::Uuid> {
    text.parse().ok()
}
