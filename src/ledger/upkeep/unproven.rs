//! Contacts that nobody has proven: a form named an address, and its owner never answered. Anybody can make them, so they
//! end some weeks after the question ran out. Nobody is suppressed and no certificate is signed, because no person has
//! asked for it. The shop can let a flood of them go earlier.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::consent::{Address, AddressKind, Channel, PurposeSlug, Timestamp};
use crate::ledger::capture::confirmation::NEVER;
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::decisions::{Asked, Outcome, decide_contacts};
use crate::ledger::rights::erase::forget_contact;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;

const DAY: i64 = 86_400_000;
/// The number of contacts that one step looks at.
const PAGE: usize = 200;
/// How long the next look at all of them waits, in milliseconds. What is still used then stays.
const LOOKS_AGAIN_AFTER: i64 = 30 * DAY;
/// The maximum number of contacts that an overview counts.
const COUNTED: usize = 10_000;
/// The maximum numbers of ids and of groups in an overview.
const NAMED: usize = 50;

/// The unproven contacts that the shop asks about. A field that is `None` does not restrict the result.
#[derive(Clone, Debug, Default)]
pub struct UnprovenQuery {
    /// Entered from this time on.
    pub since: Option<Timestamp>,
    /// Entered before this time, and not asked since.
    pub until: Option<Timestamp>,
    /// Entered under the notice with this id.
    pub notice: Option<String>,
    /// Entered from this network, as the ledger stores it, such as `192.0.2.0`.
    pub network: Option<String>,
}

/// A number of unproven contacts that have something in common.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct UnprovenCount {
    /// What they have in common: a day (UTC), the id of a notice, or a network. `null`: it is not known.
    pub of: Option<String>,
    /// Their number.
    pub count: usize,
}

/// What the shop sees of a flood.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct UnprovenOverview {
    /// The number of contacts; 10,000 means 10,000 or more.
    pub count: usize,
    /// The time from which the ledger has not looked: one request looks at 20,000 addresses. To go on, send it as
    /// `since`. `null`: it has looked at all.
    pub next: Option<Timestamp>,
    /// Their ids, the oldest first, at most 50.
    pub contacts: Vec<String>,
    /// Their number by the day on which they were entered (UTC), at most 50 days.
    pub by_day: Vec<UnprovenCount>,
    /// Their number by the id of the notice, the largest first, at most 50.
    pub by_notice: Vec<UnprovenCount>,
    /// Their number by the network, the largest first, at most 50. The ledger knows networks only if the shop stores
    /// them as evidence.
    pub by_network: Vec<UnprovenCount>,
}

/// One unproven contact, with the address that makes it one.
struct Candidate {
    at: Timestamp,
    address: i64,
    kind: AddressKind,
    value: String,
    row: i64,
    contact: Uuid,
    notice: String,
    network: Option<String>,
}

/// The place of an address, in the order of entry.
#[derive(Clone, Copy)]
struct Place {
    at: Timestamp,
    address: i64,
}

impl Place {
    /// The place before all addresses.
    const BEFORE_ALL: Self = Self { at: Timestamp::BEGINNING, address: 0 };
}

impl Candidate {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            at: row.time(0)?,
            address: row.integer(1)?,
            kind: row.parsed(2, AddressKind::parse)?,
            value: row.text(3)?.to_owned(),
            row: row.integer(4)?,
            contact: row.parsed(5, parse_id)?,
            notice: row.text(7)?.to_owned(),
            network: row.optional_text(8)?.map(str::to_owned),
        })
    }
}

/// Some of the addresses for which nobody has vouched, and which were never proven.
struct Page {
    /// The unproven contacts among them.
    found: Vec<Candidate>,
    /// The place of the last address.
    last: Place,
    is_left: bool,
}

/// Reads the next addresses behind a place. A contact is kept while a question is open, and if its owner has said that
/// nobody may ask again.
fn page(database: &dyn Database, from: Place, until: Timestamp) -> Result<Page, DatabaseError> {
    let rows = database.query(
        "SELECT a.created_at, a.id, a.kind, a.value, c.id, c.uuid,
             c.merged_into IS NULL AND c.restricted_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM contact m WHERE m.merged_into = c.id)
                 AND NOT EXISTS (SELECT 1 FROM external_id e WHERE e.contact = c.id)
                 AND NOT EXISTS (SELECT 1 FROM rights_act r WHERE r.contact = c.id)
                 AND NOT EXISTS (SELECT 1 FROM disclosure d WHERE d.contact = c.id)
                 AND NOT EXISTS (SELECT 1 FROM address o WHERE o.contact = c.id
                     AND (o.assurance <> 'claimed' OR o.linked = 1 OR o.asked >= ?4
                         OR EXISTS (SELECT 1 FROM confirmation q WHERE q.address = o.id AND q.created_at >= ?1)
                         OR EXISTS (SELECT 1 FROM track t WHERE t.address = o.id AND t.assurance <> 'claimed')
                         OR EXISTS (SELECT 1 FROM subject_request r WHERE r.pseudonym = o.pseudonym AND r.closed_at IS NULL))),
             coalesce((SELECT s.notice_id FROM submission s WHERE s.contact = c.id ORDER BY s.id LIMIT 1), ''),
             (SELECT s.source_ip FROM submission s WHERE s.contact = c.id ORDER BY s.id LIMIT 1)
         FROM address a CROSS JOIN contact c ON c.id = a.contact
         WHERE a.assurance = 'claimed' AND a.linked = 0 AND (a.created_at, a.id) > (?2, ?3) AND a.created_at < ?1
         ORDER BY a.created_at, a.id LIMIT 200",
        &[
            Param::Integer(until.millis()),
            Param::Integer(from.at.millis()),
            Param::Integer(from.address),
            Param::Integer(NEVER),
        ],
    )?;
    let last = match rows.last() {
        Some(row) => Place { at: row.time(0)?, address: row.integer(1)? },
        None => from,
    };
    let mut found = Vec::new();
    for row in &rows {
        if row.integer(6)? == 1 && AddressKind::parse(row.text(2)?).is_some() {
            found.push(Candidate::read(row)?);
        }
    }
    Ok(Page { found, last, is_left: rows.len() == PAGE })
}

/// Returns whether the shop may already use an opt-in of the address unconfirmed, so that the contact is more than a
/// claim.
fn is_used(database: &dyn Database, shop: &Shop, of: &Candidate, now: Timestamp) -> Result<bool, DatabaseError> {
    let Some(address) = Address::parse(of.kind, &of.value) else { return Ok(false) };
    let scopes = database.query(
        "SELECT DISTINCT channel, purpose FROM track WHERE address = ? AND choice = 'opt_in'",
        &[Param::Integer(of.address)],
    )?;
    for scope in &scopes {
        let (Some(channel), Some(purpose)) = (Channel::parse(scope.text(0)?), PurposeSlug::parse(scope.text(1)?))
        else {
            continue;
        };
        let asked = Asked { channel, purpose, at: now, now, explain: false };
        let outcome = decide_contacts(database, shop, &asked, &[&Lookup::Address(address.clone())])?.pop();
        if matches!(outcome, Some(Outcome::Decided(decided)) if decided.decision.allow) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of pages that one overview looks at.
const SEEN: usize = 100;

/// How far the look at unproven contacts has come, as the job stores it: when it began, and the place.
type Look = (i64, i64, i64);

/// Lets go of contacts whose question ran out long ago. Looks at some of them and goes on from there the next time.
/// Returns whether there are more.
pub(crate) fn let_unproven_go(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<bool, DatabaseError> {
    let now = context.now;
    let row = tx.first("SELECT place FROM job WHERE name = 'unproven'", &[])?;
    let look: Option<Look> = match &row {
        Some(row) => row.optional_text(0)?.and_then(crate::json::read),
        None => None,
    };
    // What was used then may be used no longer.
    let look = look.filter(|(began, ..)| now.millis() < began + LOOKS_AGAIN_AFTER);
    let (began, from) = match look {
        Some((began, at, address)) => {
            (began, Place { at: Timestamp::from_millis(at).unwrap_or(Timestamp::BEGINNING), address })
        }
        None => (now.millis(), Place::BEFORE_ALL),
    };
    let Page { found, last, is_left } = page(tx, from, unproven_before(shop, now))?;
    for candidate in &found {
        if !is_used(tx, shop, candidate, now)? {
            forget_contact(tx, shop, candidate.row)?;
        }
    }
    let look: Look = (began, last.at.millis(), last.address);
    tx.execute(
        "INSERT INTO job (name, due_at, place) VALUES ('unproven', 0, ?)
         ON CONFLICT DO UPDATE SET place = excluded.place",
        &[Param::Text(&serde_json::to_string(&look).map_err(|_| DatabaseError::Json)?)],
    )?;
    Ok(is_left)
}

/// Returns the time before which a contact must have been entered to be let go.
pub(crate) fn unproven_before(shop: &Shop, now: Timestamp) -> Timestamp {
    now.plus_millis(-i64::from(shop.settings.retention.unproven_days()) * DAY)
}

impl UnprovenQuery {
    fn fits(&self, candidate: &Candidate) -> bool {
        self.since.is_none_or(|since| candidate.at >= since)
            && self.notice.as_ref().is_none_or(|notice| candidate.notice == *notice)
            && self.network.as_ref().is_none_or(|network| candidate.network.as_ref() == Some(network))
    }

    fn from(&self) -> Place {
        // The address ids are above 0, so this is before all that were entered at that time.
        self.since.map_or(Place::BEFORE_ALL, |at| Place { at, address: 0 })
    }

    fn until(&self, now: Timestamp) -> Timestamp {
        self.until.unwrap_or_else(|| now.plus_millis(1))
    }
}

/// Returns how many unproven contacts there are, and where they came from.
pub fn unproven_overview(
    database: &dyn Database,
    query: &UnprovenQuery,
    now: Timestamp,
) -> Result<UnprovenOverview, DatabaseError> {
    let (mut from, mut contacts, mut count) = (query.from(), Vec::new(), 0);
    let [mut days, mut notices, mut networks] = [const { BTreeMap::<Option<String>, usize>::new() }; 3];
    let mut next = None;
    for _ in 0..SEEN {
        let Page { found, last, is_left } = page(database, from, query.until(now))?;
        next = is_left.then_some(last.at);
        for candidate in found.iter().filter(|candidate| query.fits(candidate)) {
            count += 1;
            if contacts.len() < NAMED {
                contacts.push(candidate.contact.to_string());
            }
            let day = candidate.at.to_string().split('T').next().map(str::to_owned);
            *days.entry(day).or_default() += 1;
            *notices.entry(Some(candidate.notice.clone()).filter(|notice| !notice.is_empty())).or_default() += 1;
            *networks.entry(candidate.network.clone()).or_default() += 1;
        }
        if !is_left || count >= COUNTED {
            break;
        }
        from = last;
    }
    let by_size = |counts: BTreeMap<Option<String>, usize>| {
        let mut counts = counted(counts);
        counts.sort_by_key(|one| std::cmp::Reverse(one.count));
        counts.truncate(NAMED);
        counts
    };
    let mut by_day = counted(days);
    by_day.truncate(NAMED);
    Ok(UnprovenOverview {
        count: count.min(COUNTED),
        next,
        contacts,
        by_day,
        by_notice: by_size(notices),
        by_network: by_size(networks),
    })
}

fn counted(counts: BTreeMap<Option<String>, usize>) -> Vec<UnprovenCount> {
    counts.into_iter().map(|(of, count)| UnprovenCount { of, count }).collect()
}

/// Lets go of some unproven contacts that the shop names by where they came from, used or not. Returns how many, and the
/// time from which it has not looked, if any are left.
pub fn drop_unproven(
    tx: &dyn Database,
    shop: &Shop,
    query: &UnprovenQuery,
    context: &Context<'_>,
) -> Result<(usize, Option<Timestamp>), DatabaseError> {
    /// The number of pages that one request looks at.
    const PAGES: usize = 10;
    let (mut from, mut gone) = (query.from(), 0);
    for _ in 0..PAGES {
        let Page { found, last, is_left } = page(tx, from, query.until(context.now))?;
        for candidate in found.iter().filter(|candidate| query.fits(candidate)) {
            forget_contact(tx, shop, candidate.row)?;
            gone += 1;
        }
        if !is_left {
            return Ok((gone, None));
        }
        from = last;
    }
    Ok((gone, Some(from.at)))
}
