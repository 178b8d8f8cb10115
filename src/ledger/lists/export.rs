//! Lists of people according to their current standings, in pages. Each page shows the state at one instant, and the
//! order is that in which the addresses became known. So every address is read exactly once, whatever changes between
//! two pages, and an unchanged shop gives the same list again.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use crate::consent::{
    Act, AddressKind, Basis, Channel, Circumstances, ConditionVersions, CountryCode, Decision, Entry, Person, Place,
    Policy, PurposeSlug, RecordId, Refusal, RegionCode, Relation, RelevantRecords, Statement, Status, Timestamp,
    decide_under, statement_under, tightened,
};
use crate::ledger::people::profile::persons_claimed;
use crate::ledger::records::bearing::{OWN_IN_RANGE, WIDE_IN_RANGE};
use crate::ledger::records::standing::entry_in;
use crate::ledger::records::suppression::{Hasher, suppressions_of};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param, Value, from_json, to_json};
use crate::ledger::store::id::time_of_id;

/// The filters of a list.
#[derive(Clone, Debug)]
pub struct ListAsked {
    /// Whether to list the people who may receive messages (`true`) or those who may not (`false`).
    pub opted_in: bool,
    /// List this channel only. `None`: all channels that the shop uses.
    pub channel: Option<Channel>,
    /// List this purpose only. `None`: all purposes of the shop.
    pub purpose: Option<PurposeSlug>,
    /// List choices with this basis only. `None`: any basis.
    pub basis: Option<Basis>,
    /// List people in this country only. `None`: any country.
    pub country: Option<CountryCode>,
    /// List choices that reached the ledger at this time or later. `None`: at any time.
    pub since: Option<Timestamp>,
    /// Whether to apply the law as well. If so, the list contains those to whom a message may be sent now, or all
    /// others.
    pub decide: bool,
    /// The current time.
    pub now: Timestamp,
}

/// One line of a list.
#[derive(Clone, Debug)]
pub struct ListRow<'a> {
    /// The kind of the address.
    pub kind: AddressKind,
    /// The address itself.
    pub address: &'a str,
    /// The id of the contact that has the address.
    pub contact: &'a str,
    /// The country where the person lives.
    pub country: Option<&'a str>,
    /// The region of the country.
    pub region: Option<&'a str>,
    /// The channel. `None`: all channels.
    pub channel: Option<Channel>,
    /// The purpose. `None`: all purposes.
    pub purpose: Option<&'a PurposeSlug>,
    /// The choice of the person.
    pub statement: Statement,
    /// The decision whether a message may be sent. `None` if [`ListAsked::decide`] is not set.
    pub decision: Option<Decision<'a>>,
}

/// The position at which a list continues. A list ends at the last address that existed when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPlace {
    /// The row id of the last address that was read.
    pub after: i64,
    /// The row id of the last address of the list.
    pub until: i64,
}

/// Returns the position at which a list begins.
pub fn list_begin(database: &dyn Database) -> Result<ListPlace, DatabaseError> {
    let row = database.first("SELECT coalesce(max(id), 0) FROM address", &[])?;
    let until = row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)?;
    Ok(ListPlace { after: 0, until })
}

/// An address as SQLite writes it: row id, kind, match key, spelling, id of the contact, country, region, relation,
/// date of birth, whether restricted, claimed facts.
#[derive(Deserialize)]
struct PersonRow<'a>(
    i64,
    &'a str,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    u8,
    #[serde(borrow)] Option<Cow<'a, str>>,
);

/// A history as SQLite writes it: row id of the address it applies to, channel, purpose, choice, ground, whether it is
/// an objection, assurance, effective time, record.
#[derive(Deserialize)]
struct FoundTrack<'a>(i64, &'a str, &'a str, &'a str, &'a str, i64, &'a str, i64, &'a str);

/// The maximum number of questions per page, where a question is one address, channel and purpose. The answers to all
/// of them fit into memory many times over.
const QUESTIONS: usize = 2_000;
/// The minimum number of addresses per page that [`QUESTIONS`] may lead to.
const FEWEST: u16 = 16;

/// Reads a page of a list, with at most the given number of addresses. Passes its lines to `emit` in order. Returns the
/// position of the next page; `None` at the end.
pub fn list_page(
    database: &dyn Database,
    shop: &Shop,
    asked: &ListAsked,
    (place, at_once): (ListPlace, u16),
    emit: &mut dyn FnMut(&ListRow<'_>),
) -> Result<Option<ListPlace>, DatabaseError> {
    let settings = &shop.settings;
    let channels = settings.channels.iter().filter(|own| asked.channel.is_none_or(|asked| asked == **own));
    let purposes = || settings.purposes.iter().filter(|own| asked.purpose.as_ref().is_none_or(|asked| asked == *own));
    let questions: Vec<(Channel, &PurposeSlug)> =
        channels.flat_map(|channel| purposes().map(|purpose| (*channel, purpose))).collect();
    let fitting = u16::try_from(QUESTIONS / questions.len().max(1)).unwrap_or(u16::MAX).max(FEWEST);
    let at_once = i64::from(at_once.min(fitting));
    let mut kinds: Vec<AddressKind> = questions.iter().map(|(channel, _)| channel.address_kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kinds = to_json(&kinds)?;
    let (after, until) = (Param::Integer(place.after), Param::Integer(place.until));
    // The match key is needed only if the shop has suppressions.
    let is_anybody_suppressed = Hasher::of(database, shop)?.is_some();
    let asked_of =
        [after, until, Param::Text(&kinds), Param::Integer(at_once), Param::Integer(is_anybody_suppressed.into())];
    let text = one_text(database, ADDRESSES, &asked_of)?;
    // Reads the rows directly, without a JSON tree in between, because there are many.
    let found: Vec<PersonRow<'_>> = from_json(&text)?;
    let Some(last) = found.last() else { return Ok(None) };
    let channel = Param::Text(asked.channel.map_or("", Channel::as_str));
    let purpose = Param::Text(asked.purpose.as_ref().map_or("", PurposeSlug::as_str));
    let span = [after, Param::Integer(last.0), channel, purpose];
    let text = one_text(database, OWN_IN_RANGE, &span)?;
    let mut tracks: Vec<FoundTrack<'_>> = from_json(&text)?;
    // An opt-out of every channel is rare, so this query is skipped if there is none.
    let wide = match database.first("SELECT 1 FROM track WHERE channel = '*' LIMIT 1", &[])? {
        Some(_) => one_text(database, WIDE_IN_RANGE, &[after, Param::Integer(last.0), purpose])?,
        None => b"[]".to_vec(),
    };
    let wide: Vec<FoundTrack<'_>> = from_json(&wide)?;
    if !wide.is_empty() {
        tracks.extend(wide);
        tracks.sort_by_key(|track| track.0);
    }
    let kind_of = |row: &PersonRow<'_>| AddressKind::parse(row.1).ok_or(DatabaseError::Shape { column: 1 });
    let addresses = found.iter().map(|row| Ok((kind_of(row)?, &*row.2))).collect::<Result<Vec<_>, DatabaseError>>()?;
    let mut refusals = if is_anybody_suppressed { suppressions_of(database, shop, &addresses)? } else { Vec::new() };
    refusals.sort_unstable_by_key(|(place, _)| *place);
    let policy = settings.policy();
    let mut reader = ListReader {
        asked,
        questions,
        policy: &policy,
        conditions: HashMap::new(),
        known: Vec::new(),
        relevant: RelevantRecords::default(),
    };
    let (mut tracks, mut refusals) = (tracks.iter().peekable(), refusals.iter().peekable());
    let mut bearing: Vec<Bearing<'_>> = Vec::new();
    for (at, (row, (kind, _))) in found.iter().zip(&addresses).enumerate() {
        bearing.clear();
        // Addresses of other kinds lie in the same range of row ids, so their histories are skipped.
        while tracks.next_if(|track| track.0 < row.0).is_some() {}
        while let Some(track) = tracks.next_if(|track| track.0 == row.0) {
            bearing.push(bearing_of(track).ok_or(DatabaseError::Shape { column: 0 })?);
        }
        while let Some((_, track)) = refusals.next_if(|(place, _)| *place == at) {
            let (channel, entry, record) = (track.scope.channel, track.entry(), track.record);
            bearing.push(Bearing { channel, purpose: None, entry, record });
        }
        reader.push_row(row, *kind, &bearing, emit)?;
    }
    let is_full = i64::try_from(found.len()).is_ok_and(|found| found == at_once);
    Ok(is_full.then_some(ListPlace { after: last.0, ..place }))
}

/// Returns the one text that a statement results in, as bytes: as text, JavaScript would recode it twice.
fn one_text(database: &dyn Database, sql: &str, params: &[Param<'_>]) -> Result<Vec<u8>, DatabaseError> {
    let row = database.first(sql, params)?.ok_or(DatabaseError::Shape { column: 0 })?;
    match row.0.into_iter().next() {
        Some(Value::Bytes(text)) => Ok(text),
        _ => Err(DatabaseError::Shape { column: 0 }),
    }
}

/// A history that applies to an address.
struct Bearing<'a> {
    channel: Option<Channel>,
    purpose: Option<&'a str>,
    entry: Entry,
    record: RecordId,
}

impl Bearing<'_> {
    /// Returns whether this is an opt-out of every purpose on this channel. With `None`: on every channel.
    fn is_wide_no(&self, channel: Option<Channel>) -> bool {
        let is_no = matches!(self.entry.act, Act::OptOut { refusal } if refusal != Refusal::Suppression);
        is_no && self.entry.assurance.may_opt_out() && self.purpose.is_none() && self.channel == channel
    }
}

fn bearing_of<'a>(track: &FoundTrack<'a>) -> Option<Bearing<'a>> {
    let FoundTrack(_, channel, purpose, choice, ground, objection, assurance, at, record) = *track;
    let (entry, record) = entry_in((choice, ground, objection, assurance, at, record))?;
    let channel = if channel == "*" { None } else { Some(Channel::parse(channel)?) };
    Some(Bearing { channel, purpose: Some(purpose).filter(|purpose| *purpose != "*"), entry, record })
}

type Shared<'a> = HashMap<(Place, Relation, usize), (ConditionVersions<'a>, ConditionVersions<'a>)>;

struct ListReader<'a> {
    asked: &'a ListAsked,
    questions: Vec<(Channel, &'a PurposeSlug)>,
    policy: &'a Policy,
    /// The conditions, cached because many contacts share them. The first are for the decision, the second for the
    /// choice of the person (as if the shop used every channel).
    conditions: Shared<'a>,
    /// A buffer that is reused for each question.
    known: Vec<(Entry, RecordId)>,
    relevant: RelevantRecords,
}

impl<'a> ListReader<'a> {
    fn push_row(
        &mut self,
        row: &PersonRow<'_>,
        kind: AddressKind,
        bearing: &[Bearing<'_>],
        emit: &mut dyn FnMut(&ListRow<'_>),
    ) -> Result<(), DatabaseError> {
        let country = row.5.and_then(CountryCode::parse);
        if self.asked.country.is_some_and(|asked| country != Some(asked)) {
            return Ok(());
        }
        let person = Person {
            place: Place { country, region: row.6.and_then(RegionCode::parse) },
            relation: row.7.and_then(Relation::parse),
            circumstances: Circumstances {
                reachable: true,
                restricted: row.9 != 0,
                born: row.8.and_then(Timestamp::parse_birth),
            },
        };
        let claimed = persons_claimed(row.10.as_deref(), &person)?;
        let relation = person.relation.unwrap_or(Relation::Consumer);
        let Self { asked, questions, policy, conditions, known, relevant } = self;
        let mut listed: Vec<(Channel, &PurposeSlug, Statement, Option<Decision<'_>>)> = Vec::new();
        let mut asked_of_it = 0;
        for (at, (channel, purpose)) in questions.iter().enumerate() {
            if channel.address_kind() != kind {
                continue;
            }
            asked_of_it += 1;
            let (to_decide, as_stated) = conditions.entry((person.place, relation, at)).or_insert_with(|| {
                let conditions = policy.conditions(&person.place, relation, *channel, purpose);
                let statement = conditions.whatever_is_used();
                (conditions, statement)
            });
            let covers = |own: &&Bearing<'_>| {
                own.channel.is_none_or(|own| own == *channel) && own.purpose.is_none_or(|own| own == purpose.as_str())
            };
            known.extend(bearing.iter().filter(covers).map(|own| (own.entry, own.record)));
            relevant.refill(known);
            let statement = statement_under(as_stated, relevant, asked.now);
            let decision = asked.decide.then(|| {
                let base = decide_under(to_decide, relevant, &person.circumstances, asked.now);
                tightened(base, &claimed, policy, (*channel, purpose), relevant, asked.now)
            });
            if Self::is_wanted(asked, &statement, decision.as_ref()) {
                listed.push((*channel, purpose, statement, decision));
            }
        }
        let line = |channel, purpose, statement, decision| ListRow {
            kind,
            address: &row.3,
            contact: row.4,
            country: row.5,
            region: row.6,
            channel,
            purpose,
            statement,
            decision,
        };
        // An opt-out of every purpose is one line. It also covers purposes that the shop adds later; separate lines for
        // each purpose would not.
        let mut listed_channels: Vec<Channel> = Vec::new();
        if !asked.opted_in && !asked.decide && asked.purpose.is_none() {
            let wide_no = |channel: Option<Channel>| bearing.iter().find(|own| own.is_wide_no(channel));
            let all_of = |channel: Channel| {
                let asked_of_it = questions.iter().filter(|(own, _)| *own == channel).count();
                asked_of_it > 0 && listed.iter().filter(|(own, ..)| *own == channel).count() == asked_of_it
            };
            let statement = |no: &Bearing<'_>| Statement {
                status: Status::OptedOut,
                decided_by: Some(no.entry),
                record: Some(no.record),
            };
            if let Some(no) = wide_no(None).filter(|_| asked.channel.is_none() && listed.len() == asked_of_it) {
                emit(&line(None, None, statement(no), None));
                return Ok(());
            }
            for channel in Channel::ALL.iter().filter(|channel| all_of(**channel)) {
                if let Some(no) = wide_no(Some(*channel)).or(wide_no(None)) {
                    emit(&line(Some(*channel), None, statement(no), None));
                    listed_channels.push(*channel);
                }
            }
        }
        for (channel, purpose, statement, decision) in
            listed.into_iter().filter(|(own, ..)| !listed_channels.contains(own))
        {
            emit(&line(Some(channel), Some(purpose), statement, decision));
        }
        Ok(())
    }

    fn is_wanted(asked: &ListAsked, statement: &Statement, decision: Option<&Decision<'_>>) -> bool {
        let is_of_kind = match decision {
            Some(decision) => decision.allows() == asked.opted_in,
            None => statement.status == if asked.opted_in { Status::OptedIn } else { Status::OptedOut },
        };
        let basis = || statement.decided_by.and_then(|entry| entry.act.ground()).map(crate::consent::Ground::basis);
        let received = || statement.record.map(|record| time_of_id(record.0));
        is_of_kind
            && asked.basis.is_none_or(|asked| basis() == Some(asked))
            && asked.since.is_none_or(|since| received().is_some_and(|received| received >= since))
    }
}

/// Selects the addresses of a page. (`+` keeps SQLite from reading all addresses of a kind for each page.)
const ADDRESSES: &str =
    "SELECT CAST(json_group_array(json_array(a.id, a.kind, iif(?5, a.match_key, ''), a.value, c.uuid, c.country,
        c.region, c.relation, c.born, c.restricted_at IS NOT NULL, c.claimed)) AS BLOB)
    FROM (SELECT id, kind, match_key, value, contact FROM address
        WHERE id > ?1 AND id <= ?2 AND +kind IN (SELECT value FROM json_each(?3)) ORDER BY id LIMIT ?4) a
    CROSS JOIN contact c ON c.id = a.contact";

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::ledger::store::native::Sqlite;
    use crate::ledger::store::schema::migrate;

    /// Every page costs the same, whatever its position in the list: SQLite reads only the rows of the page.
    #[test]
    fn a_page_of_a_list_is_read_by_index_from_its_cursor() {
        let database = Sqlite::in_memory().unwrap();
        migrate(&database).unwrap();
        for (sql, names) in [
            (
                ADDRESSES,
                [
                    "SEARCH address USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                    "SEARCH c USING INTEGER PRIMARY KEY",
                ],
            ),
            (OWN_IN_RANGE, ["SEARCH track USING PRIMARY KEY (address>? AND address<?)"; 2]),
            (WIDE_IN_RANGE, ["SEARCH a USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "SEARCH o USING"]),
        ] {
            let [number, text] = [Param::Integer(9), Param::Text("[]")];
            let params: &[Param<'_>] = match sql {
                ADDRESSES => &[number, number, text, number, number],
                OWN_IN_RANGE => &[number, number, text, text],
                _ => &[number, number, text],
            };
            let rows = database.query(&format!("EXPLAIN QUERY PLAN {sql}"), params).unwrap();
            let plan: Vec<&str> = rows.iter().map(|row| row.text(3).unwrap()).collect();
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
            for name in names {
                assert!(plan.iter().any(|step| step.contains(name)), "{name}: {plan:?}");
            }
        }
    }
}
