//! The law of standings as SQL: one conditional upsert per record. The same law in Rust is `consent::Standing::add`.

use std::borrow::Cow;

use crate::consent::{
    Act, Activity, Assurance, Channel, Choice, ConnectionId, Entry, Ground, PurposeSlug, RecordId, Refusal, Scope,
    Standing, Timestamp, Track,
};
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;

/// The value of the columns `channel` and `purpose` that stands for all of them.
const ALL: &str = "*";
/// The value of the column `ground` for an act that has none.
const NONE: &str = "-";

/// The columns that the tables `track` and `record` share.
pub(crate) struct Columns<'a>(&'a Track, Cow<'static, str>);

impl<'a> Columns<'a> {
    pub(crate) fn of(track: &'a Track) -> Self {
        Self(track, assurance_text(track))
    }

    pub(crate) fn channel(&self) -> Param<'a> {
        Param::Text(self.0.scope.channel.map_or(ALL, Channel::as_str))
    }

    pub(crate) fn purpose(&self) -> Param<'a> {
        Param::Text(self.0.scope.purpose.as_ref().map_or(ALL, PurposeSlug::as_str))
    }

    pub(crate) const fn choice(&self) -> Param<'a> {
        Param::Text(self.choice_text())
    }

    pub(crate) const fn choice_text(&self) -> &'static str {
        match self.0.act {
            Act::OptIn { .. } => Choice::OptIn.as_str(),
            Act::OptOut { .. } => Choice::OptOut.as_str(),
            Act::Declined => Choice::Declined.as_str(),
            Act::Noted { activity } => activity.as_str(),
        }
    }

    pub(crate) fn ground(&self) -> Param<'a> {
        Param::Text(self.ground_text())
    }

    pub(crate) fn ground_text(&self) -> &'static str {
        self.0.act.ground().map_or(NONE, Ground::as_str)
    }

    pub(crate) fn objection(&self) -> Param<'a> {
        Param::Integer(self.0.act.is_objection().into())
    }

    pub(crate) fn assurance(&self) -> Param<'_> {
        Param::Text(&self.1)
    }

    pub(crate) const fn effective_at(&self) -> Param<'a> {
        Param::Integer(self.0.at.millis())
    }
}

/// The text between the assurance `reported` and the id of the connection that reported.
const BY: char = ':';

/// Returns the assurance as the column `assurance` contains it: `reported:` is followed by the id of the connection. So
/// the reports of each connection have a history of their own.
fn assurance_text(track: &Track) -> Cow<'static, str> {
    match track.connection {
        Some(ConnectionId(id)) => format!("{}{BY}{id}", track.assurance).into(),
        None => track.assurance.as_str().into(),
    }
}

/// Reads the column `assurance`.
pub(crate) fn assurance_in(text: &str) -> Option<(Assurance, Option<ConnectionId>)> {
    match text.split_once(BY) {
        Some((assurance, id)) => Some((Assurance::parse(assurance)?, Some(ConnectionId(parse_id(id)?)))),
        None => Some((Assurance::parse(text)?, None)),
    }
}

/// Adds one record to the standing of an address. Order and repetition of the calls do not change the result.
pub fn keep(database: &dyn Database, address: i64, track: &Track) -> Result<(), DatabaseError> {
    let columns = Columns::of(track);
    database.execute(
        "INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET effective_at = excluded.effective_at, record = excluded.record
         WHERE (excluded.effective_at, excluded.record) > (track.effective_at, track.record)",
        &[
            Param::Integer(address),
            columns.channel(),
            columns.purpose(),
            columns.choice(),
            columns.ground(),
            columns.objection(),
            columns.assurance(),
            columns.effective_at(),
            Param::Text(&track.record.0.to_string()),
        ],
    )
}

/// Reads the standing of an address.
pub fn standing_of(database: &dyn Database, address: i64) -> Result<Standing, DatabaseError> {
    let rows = database.query(
        "SELECT channel, purpose, choice, ground, objection, assurance, effective_at, record FROM track WHERE address = ?",
        &[Param::Integer(address)],
    )?;
    rows.iter().map(|row| track_in(row, 0)).collect::<Result<Vec<_>, _>>().map(Standing::of)
}

/// Returns the opt-outs from all channels that came through any address of a contact, each with the row id of that
/// address. They apply to all addresses of the contact. Opt-outs claimed by an anonymous form are left out.
pub(crate) fn wide_noes_of(database: &dyn Database, contact: i64) -> Result<Vec<(i64, Track)>, DatabaseError> {
    let rows = database.query(
        "SELECT channel, purpose, choice, ground, objection, assurance, effective_at, record, address FROM track
         WHERE address IN (SELECT id FROM address WHERE contact = ?) AND channel = '*' AND choice = 'opt_out'
             AND assurance <> 'claimed'",
        &[Param::Integer(contact)],
    )?;
    rows.iter().map(|row| Ok((row.integer(8)?, track_in(row, 0)?))).collect()
}

/// The number of columns that [`track_in`] reads.
pub(crate) const TRACK_COLUMNS: usize = 8;

/// Reads a history from eight columns of a row, starting at `from`, in the order of [`standing_of`].
pub(crate) fn track_in(row: &Row, from: usize) -> Result<Track, DatabaseError> {
    let channel = match row.text(from)? {
        ALL => None,
        _ => Some(row.parsed(from, Channel::parse)?),
    };
    let purpose = match row.text(from + 1)? {
        ALL => None,
        _ => Some(row.parsed(from + 1, PurposeSlug::parse)?),
    };
    let act = act_in(row.text(from + 2)?, row.text(from + 3)?, row.integer(from + 4)?);
    let act = act.ok_or(DatabaseError::Shape { column: from + 2 })?;
    let (assurance, connection) = row.parsed(from + 5, assurance_in)?;
    Ok(Track {
        scope: Scope { channel, purpose },
        act,
        assurance,
        connection,
        at: row.time(from + 6)?,
        record: row.parsed(from + 7, parse_id).map(RecordId)?,
    })
}

fn act_in(choice: &str, ground: &str, objection: i64) -> Option<Act> {
    Some(match Choice::parse(choice) {
        Some(Choice::OptIn) => Act::OptIn { ground: Ground::parse(ground)? },
        Some(Choice::OptOut) if objection == 0 => Act::OptOut { refusal: Refusal::Plain },
        Some(Choice::OptOut) => Act::OptOut { refusal: Refusal::Objection },
        Some(Choice::Declined) => Act::Declined,
        None => Act::Noted { activity: Activity::parse(choice)? },
    })
}

/// A history as SQLite returns it in JSON: choice, ground, objection, assurance, effective time, record.
pub(crate) type WrittenEntry<'a> = (&'a str, &'a str, i64, &'a str, i64, &'a str);

/// A [`WrittenEntry`] with channel and purpose in front.
pub(crate) type StoredTrack<'a> = (&'a str, &'a str, &'a str, &'a str, i64, &'a str, i64, &'a str);

/// Reads a history from JSON.
pub(crate) fn track_of(
    (channel, purpose, choice, ground, objection, assurance, at, record): StoredTrack<'_>,
) -> Option<Track> {
    let (Entry { act, assurance, connection, at }, record) =
        entry_in((choice, ground, objection, assurance, at, record))?;
    let channel = if channel == ALL { None } else { Some(Channel::parse(channel)?) };
    let purpose = if purpose == ALL { None } else { Some(PurposeSlug::parse(purpose)?) };
    Some(Track { scope: Scope { channel, purpose }, act, assurance, connection, at, record })
}

/// Returns a history in the form in which it is written to JSON.
pub(crate) fn written(track: &Track) -> (&str, &str, &str, &str, i64, Cow<'static, str>, i64, String) {
    let columns = Columns::of(track);
    let text = |param| if let Param::Text(text) = param { text } else { "" };
    (
        text(columns.channel()),
        text(columns.purpose()),
        text(columns.choice()),
        text(columns.ground()),
        track.act.is_objection().into(),
        assurance_text(track),
        track.at.millis(),
        track.record.0.to_string(),
    )
}

/// Reads an entry from JSON.
pub(crate) fn entry_in(
    (choice, ground, objection, assurance, at, record): WrittenEntry<'_>,
) -> Option<(Entry, RecordId)> {
    let act = act_in(choice, ground, objection)?;
    let (assurance, connection) = assurance_in(assurance)?;
    let entry = Entry { act, assurance, connection, at: Timestamp::from_millis(at)? };
    Some((entry, RecordId(parse_id(record)?)))
}
