//! Deletes data whose retention period has expired (GDPR Art. 5(1)(e)), and lists in advance what will be deleted.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::consent::certificate::Requester;
use crate::ledger::capture::inbound::IDS_ARE_KEPT_FOR;
use crate::ledger::people::contact::members;
use crate::ledger::rights::erase::{ErasureAsked, erase_contact};
use crate::ledger::rights::requests::remind::lapse;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::first_id_of;
use crate::ledger::upkeep::idempotency::KEPT_FOR;
use crate::ledger::upkeep::unproven::let_unproven_go;

const DAY: i64 = 86_400_000;
/// The time for which outbound messages are stored, in milliseconds.
const MESSAGES: i64 = 7 * DAY;
/// The time for which a confirmation is stored after it has expired, in milliseconds, so that a late answer gets an
/// explanation.
const CONFIRMATIONS: i64 = 30 * DAY;
/// The time for which a request is stored after it has lapsed without a proof, in milliseconds.
const UNPROVEN_REQUESTS: i64 = 30 * DAY;
/// The time for which an incomplete upload is stored, and the time for which rejected rows stay available for
/// correction, in milliseconds.
const UPLOADS: i64 = DAY;
const IMPORT_ERRORS: i64 = 30 * DAY;
/// The maximum number of rows of one kind that one pass deletes.
const AT_ONCE: usize = 500;
/// The maximum numbers of contacts that one pass reads and erases.
const LOOKED_AT: usize = 2_000;
const ERASED_AT_ONCE: usize = 100;

vocabulary! {
    /// A kind of data whose retention period can expire.
    Overdue, "unknown" {
        /// Lines of the audit log.
        Audit = "audit",
        /// Answers stored for requests that are repeated with the same idempotency key.
        Idempotency = "idempotency",
        /// Events with no pending delivery: every webhook has received them or the ledger has given up.
        Events = "events",
        /// Messages that the shop had to send.
        Messages = "messages",
        /// Keyed hashes that identify inbound messages.
        Inbound = "inbound",
        /// Confirmations that can no longer be answered.
        Confirmations = "confirmations",
        /// Closed subject requests.
        Requests = "requests",
        /// Subject requests whose requester was never verified.
        UnprovenRequests = "unproven_requests",
        /// Uploads that were never completed.
        Uploads = "uploads",
        /// Rejected rows of imports.
        ImportErrors = "import_errors",
        /// Contacts that were inactive for longer than the shop's setting allows.
        Prospects = "prospects",
    }
}

/// The expired data of one kind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct OverdueEntry {
    /// The kind of data.
    pub what: Overdue,
    /// The limit: older data is deleted. `null` if data of this kind is never deleted.
    pub before: Option<Timestamp>,
    /// The number of expired items; 1,000 means 1,000 or more. For prospects it counts only among the 20,000 oldest
    /// contacts.
    pub count: usize,
    /// The first ids of the expired items, at most 50. Empty for kinds other than contacts, subject requests, events
    /// and uploads.
    pub ids: Vec<String>,
}

/// The limits of the overview: items counted, contacts read (oldest first), ids listed.
const COUNTED: usize = 1_000;
const LOOKED_AT_TO_TELL: usize = 20_000;
const NAMED: usize = 50;

/// A kind of rows, how expired rows are found and how they are deleted.
struct Rule {
    what: Overdue,
    before: Timestamp,
    /// The SQL that finds the keys of expired rows. Its one parameter is the bound.
    find: String,
    bound: Bound,
    /// The SQL statements that delete the rows. Their one parameter is the JSON array of keys.
    remove: &'static [&'static str],
    is_named: bool,
}

enum Bound {
    Time,
    Id,
}

fn rules(shop: &Shop, now: Timestamp) -> Vec<Rule> {
    let settings = &shop.settings;
    let ago = |millis: i64| now.plus_millis(-millis);
    let days = |days: u16| ago(i64::from(days) * DAY);
    let rule = |what, before, find: &str, remove| Rule {
        what,
        before,
        find: find.to_owned(),
        bound: Bound::Time,
        remove,
        is_named: false,
    };
    vec![
        Rule {
            bound: Bound::Id,
            ..rule(
                Overdue::Audit,
                days(settings.privacy.audit_days()),
                "SELECT id FROM audit WHERE id < ? ORDER BY id",
                &["DELETE FROM audit WHERE id IN (SELECT value FROM json_each(?))"],
            )
        },
        rule(
            Overdue::Idempotency,
            ago(KEPT_FOR),
            "SELECT hash FROM idempotency WHERE created_at < ? ORDER BY created_at",
            &["DELETE FROM idempotency WHERE hash IN (SELECT value FROM json_each(?))"],
        ),
        Rule {
            bound: Bound::Id,
            is_named: true,
            ..rule(
                Overdue::Events,
                days(settings.retention.event_days()),
                "SELECT id FROM event e WHERE id < ?
                 AND NOT EXISTS (SELECT 1 FROM webhook w CROSS JOIN delivery d
                     WHERE d.webhook = w.id AND d.event = e.id AND d.state = 'pending') ORDER BY id",
                &[
                    "DELETE FROM delivery WHERE webhook IN (SELECT id FROM webhook)
                         AND event IN (SELECT value FROM json_each(?))",
                    "DELETE FROM inbound_text WHERE id IN (SELECT value FROM json_each(?))",
                    "DELETE FROM event WHERE id IN (SELECT value FROM json_each(?))",
                ],
            )
        },
        Rule {
            bound: Bound::Id,
            ..rule(
                Overdue::Messages,
                ago(MESSAGES),
                "SELECT id FROM message WHERE id < ? ORDER BY id",
                &["DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))"],
            )
        },
        rule(
            Overdue::Inbound,
            ago(IDS_ARE_KEPT_FOR),
            "SELECT hash FROM inbound WHERE at < ? AND kept = 0 ORDER BY at",
            &["DELETE FROM inbound WHERE hash IN (SELECT value FROM json_each(?))"],
        ),
        Rule {
            bound: Bound::Id,
            ..rule(
                Overdue::Confirmations,
                // No confirmation is valid for longer than 30 days.
                ago(CONFIRMATIONS + 30 * DAY),
                "SELECT id FROM confirmation WHERE id < ? ORDER BY id",
                &["DELETE FROM confirmation WHERE id IN (SELECT value FROM json_each(?))"],
            )
        },
        Rule {
            is_named: true,
            ..rule(
                Overdue::Requests,
                months_ago(now, settings.retention.request_months()),
                "SELECT id FROM subject_request WHERE closed_at IS NOT NULL AND closed_at < ? ORDER BY closed_at",
                &["DELETE FROM subject_request WHERE id IN (SELECT value FROM json_each(?))"],
            )
        },
        rule(
            Overdue::UnprovenRequests,
            ago(UNPROVEN_REQUESTS),
            "SELECT id FROM subject_request WHERE closed_at IS NOT NULL AND closed_at < ? AND verified_at IS NULL
             ORDER BY closed_at",
            &["DELETE FROM subject_request WHERE id IN (SELECT value FROM json_each(?))"],
        ),
        Rule {
            is_named: true,
            ..rule(
                Overdue::Uploads,
                ago(UPLOADS),
                "SELECT id FROM import WHERE state = 'receiving' AND touched_at < ? ORDER BY id",
                &[
                    "DELETE FROM import_chunk WHERE import IN (SELECT value FROM json_each(?))",
                    "DELETE FROM import WHERE id IN (SELECT value FROM json_each(?))",
                ],
            )
        },
        rule(
            Overdue::ImportErrors,
            ago(IMPORT_ERRORS),
            "SELECT json_array(import, row) FROM import_error
             WHERE import IN (SELECT id FROM import WHERE finished_at < ?) ORDER BY import, row",
            &[
                "DELETE FROM import_error_name WHERE (import, row) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
                "DELETE FROM import_error WHERE (import, row) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
            ],
        ),
    ]
}

/// Returns the time `months` ago. A month counts as 31 days, so that nothing is deleted too early.
fn months_ago(now: Timestamp, months: u16) -> Timestamp {
    now.plus_millis(-i64::from(months) * 31 * DAY)
}

impl Rule {
    fn keys(&self, database: &dyn Database, most: usize) -> Result<Vec<String>, DatabaseError> {
        let first_id = first_id_of(self.before);
        // Ids of events have a prefix and no dashes.
        let event_id = format!("evt_{}", first_id.replace('-', ""));
        let bound = match self.bound {
            Bound::Time => Param::Integer(self.before.millis()),
            Bound::Id if self.what == Overdue::Events => Param::Text(&event_id),
            Bound::Id => Param::Text(&first_id),
        };
        let rows = database.query(&format!("{} LIMIT {most}", self.find), &[bound])?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }
}

/// Returns the data that is expired now.
pub fn expired(database: &dyn Database, shop: &Shop, now: Timestamp) -> Result<Vec<OverdueEntry>, DatabaseError> {
    let mut entries = Vec::new();
    for rule in rules(shop, now) {
        let keys = rule.keys(database, COUNTED)?;
        let ids = if rule.is_named { keys.iter().take(NAMED).cloned().collect() } else { Vec::new() };
        entries.push(OverdueEntry { what: rule.what, before: Some(rule.before), count: keys.len(), ids });
    }
    let before = prospects_before(shop, now);
    let ids = match before {
        None => Vec::new(),
        Some(before) => prospects(database, before, "", LOOKED_AT_TO_TELL, COUNTED)?.0,
    };
    let named = ids.iter().take(NAMED).map(ToString::to_string).collect();
    entries.push(OverdueEntry { what: Overdue::Prospects, before, count: ids.len(), ids: named });
    Ok(entries)
}

/// Deletes expired data, a limited number of rows per call. Returns whether there is more to delete.
pub fn purge(database: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<bool, DatabaseError> {
    lapse(database, context)?;
    let mut is_left = false;
    for rule in rules(shop, context.now) {
        let keys = rule.keys(database, AT_ONCE)?;
        if keys.is_empty() {
            continue;
        }
        is_left |= keys.len() == AT_ONCE;
        let keys = serde_json::to_string(&keys).map_err(|_| DatabaseError::Json)?;
        for statement in rule.remove {
            database.execute(statement, &[Param::Text(&keys)])?;
        }
    }
    is_left |= let_unproven_go(database, shop, context)?;
    Ok(erase_prospects(database, shop, context)? || is_left)
}

fn prospects_before(shop: &Shop, now: Timestamp) -> Option<Timestamp> {
    shop.settings.retention.prospect_months.map(|months| months_ago(now, months))
}

/// A submission counts as activity, unless separating a contact has created it.
const SIGN: &str = "s.source_kind <> 'set_apart'";

/// Finds contacts with no activity since `before`: no record, no submission, no activity of the person, no open subject
/// request, and no external id. The same must hold for all contacts merged into them. Restricted contacts must be kept
/// (GDPR Art. 18).
/// Reads at most `looked_at` of the contacts that are old enough, from the id `from` on. Also returns the last id it
/// read, if there may be more.
fn prospects(
    database: &dyn Database,
    before: Timestamp,
    from: &str,
    looked_at: usize,
    most: usize,
) -> Result<(Vec<Uuid>, Option<String>), DatabaseError> {
    let since = Param::Integer(before.millis());
    let (mut found, mut from) = (Vec::new(), from.to_owned());
    let mut looked = 0;
    while looked < looked_at && found.len() < most {
        let page = LOOKED_AT.min(looked_at - looked);
        let rows = database.query(
            &format!(
                "SELECT c.uuid, c.merged_into IS NULL AND c.restricted_at IS NULL
                     AND NOT EXISTS (SELECT 1 FROM external_id e WHERE e.contact = c.id)
                     AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.contact = c.id AND s.received_at >= ? AND {SIGN})
                     AND NOT EXISTS (SELECT 1 FROM address a JOIN track t ON t.address = a.id
                         WHERE a.contact = c.id AND t.choice NOT IN ('used', 'screened') AND t.effective_at >= ?)
                     AND NOT EXISTS (SELECT 1 FROM subject_request r WHERE r.subject = c.uuid AND r.closed_at IS NULL)
                     AND NOT EXISTS (SELECT 1 FROM address a JOIN subject_request r ON r.pseudonym = a.pseudonym
                         WHERE a.contact = c.id AND r.closed_at IS NULL),
                     c.id, EXISTS (SELECT 1 FROM contact m WHERE m.merged_into = c.id)
                 FROM contact c WHERE c.uuid > ? AND c.uuid < ? ORDER BY c.uuid LIMIT {page}"
            ),
            &[since, since, Param::Text(&from), Param::Text(&first_id_of(before))],
        )?;
        for row in &rows {
            from = row.text(0)?.to_owned();
            let is_quiet = row.integer(1)? == 1 && found.len() < most;
            if is_quiet && (row.integer(3)? == 0 || parts_are_quiet(database, row.integer(2)?, before)?) {
                found.push(row.parsed(0, crate::ledger::store::id::parse_id)?);
            }
        }
        looked += rows.len();
        if rows.len() < page {
            return Ok((found, None));
        }
    }
    Ok((found, Some(from)))
}

/// Returns whether the merged contacts are inactive too. Their addresses and external ids are with the merge target,
/// but their submissions and subject requests stay with them.
fn parts_are_quiet(database: &dyn Database, contact: i64, before: Timestamp) -> Result<bool, DatabaseError> {
    let sign = database.first(
        &format!(
            "SELECT 1 FROM json_each(?1) m CROSS JOIN contact c ON c.id = m.value
         WHERE c.created_at >= ?2
             OR EXISTS (SELECT 1 FROM submission s WHERE s.contact = c.id AND s.received_at >= ?2 AND {SIGN})
             OR EXISTS (SELECT 1 FROM subject_request r WHERE r.subject = c.uuid AND r.closed_at IS NULL) LIMIT 1"
        ),
        &[Param::Text(&members(database, contact)?), Param::Integer(before.millis())],
    )?;
    Ok(sign.is_none())
}

/// Erases some inactive contacts, starting where the last call ended.
fn erase_prospects(database: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<bool, DatabaseError> {
    let Some(before) = prospects_before(shop, context.now) else { return Ok(false) };
    let place = database.first("SELECT place FROM job WHERE name = 'prospects'", &[])?;
    let place = match &place {
        None => String::new(),
        Some(row) => row.optional_text(0)?.unwrap_or_default().to_owned(),
    };
    let (ids, next) = prospects(database, before, &place, LOOKED_AT, ERASED_AT_ONCE)?;
    let asked = ErasureAsked { requested_by: Requester::Shop, key: Uuid::nil() };
    for id in &ids {
        erase_contact(database, shop, *id, &asked, context)?;
    }
    // If more contacts were found than one pass may erase, the next pass starts at the same place. At the end of the
    // table it starts again from the beginning.
    let next = if ids.len() == ERASED_AT_ONCE { Some(place) } else { next };
    database.execute(
        "INSERT INTO job (name, due_at, place) VALUES ('prospects', 0, ?)
         ON CONFLICT DO UPDATE SET place = excluded.place",
        &[Param::text_or_null(next.as_deref())],
    )?;
    Ok(next.is_some())
}
