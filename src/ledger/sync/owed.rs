//! What the platform is owed: the difference between what the ledger decides and what the mirror holds.

use crate::consent::{
    Address, AddressKind, Assurance, Channel, EmailAddress, PhoneNumber, PurposeSlug, Reason, Timestamp,
};
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::decisions::{Asked, Outcome, decide_contacts};
use crate::ledger::people::disclosure::note_disclosure;
use crate::ledger::records::standing::assurance_in;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::sync::connection::{Connection, ConnectionState};
use crate::ledger::sync::mirror::{Desired, Meaning, Mirror};
use crate::ledger::sync::remote_row::{ERASE, READ, RemoteRow, remote_row, store_mirror};
use crate::model::remote::{RemoteCustomer, Wanted};
use crate::model::text::Token;

/// The bits of the column `would`: the changes that a customer awaits.
pub(crate) const TAKES_ON: i64 = 1;
pub(crate) const TAKES_OUT: i64 = 2;
pub(crate) const PUSHES_ON: i64 = 4;
pub(crate) const PUSHES_OUT: i64 = 8;

/// The next task about a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteTask {
    /// The platform is asked what it holds.
    Read {
        /// The platform's id of the customer.
        id: String,
    },
    /// The platform is told what it has to hold.
    Write {
        /// The platform's id of the customer.
        id: String,
        /// The fields.
        wanted: Vec<Wanted>,
    },
    /// The platform is asked to erase the customer.
    Erase {
        /// The platform's id of the customer.
        id: String,
    },
}

/// How many customers are compared in one stretch.
const PAGE: i64 = 50;
/// The first pause after a failed write, in milliseconds. It doubles with each failure.
const FIRST_PAUSE: i64 = 60_000;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE: i64 = 6 * 3_600_000;

/// Compares a customer with the ledger, and notes what the platform is owed. `customer`: as the platform has just told them.
pub(crate) fn compare(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    row: &RemoteRow,
    customer: Option<&RemoteCustomer>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let wanted = wanted(tx, shop, connection, row, customer, context.now)?;
    let mut mirror = row.mirror.clone();
    let mut would = 0;
    for (_, own) in mirror.fields() {
        would |= match own.meaning() {
            Meaning::OptIn => TAKES_ON,
            Meaning::OptOut => TAKES_OUT,
            Meaning::Declined | Meaning::Nothing => 0,
        };
    }
    for one in &wanted {
        would |= if one.on { PUSHES_ON } else { PUSHES_OUT };
    }
    let is_owed = connection.mode.exports() && !wanted.is_empty() && row.fault.is_none();
    tx.execute(
        "UPDATE remote SET would = ?, task = ?, urgent = ? WHERE connection = ? AND remote = ?",
        &[
            Param::Integer(would),
            Param::text_or_null(is_owed.then_some("push")),
            Param::Integer((would & PUSHES_OUT).signum()),
            Param::Text(&connection.id.to_string()),
            Param::Text(&row.id),
        ],
    )
}

/// Compares a page of the customers about which the ledger has changed. Returns whether there were any.
pub fn compare_page(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let rows = tx.query(
        "SELECT remote FROM remote WHERE connection = ? AND task = 'compare' LIMIT ?",
        &[Param::Text(&connection.id.to_string()), Param::Integer(PAGE)],
    )?;
    for row in &rows {
        let id = row.text(0)?;
        tx.execute(
            "UPDATE remote SET fault = NULL WHERE connection = ? AND remote = ?",
            &[Param::Text(&connection.id.to_string()), Param::Text(id)],
        )?;
        if let Some(row) = remote_row(tx, connection, id)? {
            compare(tx, shop, connection, &row, None, context)?;
        }
    }
    Ok(!rows.is_empty())
}

/// Returns the fields that the platform holds otherwise than the ledger decides.
fn wanted(
    database: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    row: &RemoteRow,
    customer: Option<&RemoteCustomer>,
    now: Timestamp,
) -> Result<Vec<Wanted>, DatabaseError> {
    let mut all = Vec::new();
    for (field, scopes) in &connection.settings.mapping {
        let held = row.mirror.get(field);
        // What the platform has changed is taken over first, unless it is a yes that the ledger does not take.
        if held.is_some_and(|own| own.meaning() == Meaning::OptOut) {
            continue;
        }
        let desired = desired(database, shop, connection, row, customer, scopes, now)?;
        if !row.mirror.owes(field, desired) {
            continue;
        }
        let at = match desired {
            Desired::On(at) => at,
            // Later than the time at the platform, or the platform would ignore it.
            _ => held.and_then(|own| own.at).map_or(now, |at| now.max(at.plus_millis(1))),
        };
        all.push(Wanted { field: field.clone(), on: desired != Desired::Out, at });
    }
    Ok(all)
}

/// Returns what the ledger wants the platform to hold in one field: on if every choice is a yes that counts, out if any is a
/// no. In any other case the platform keeps what it holds.
fn desired(
    database: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    row: &RemoteRow,
    customer: Option<&RemoteCustomer>,
    scopes: &[(Channel, PurposeSlug)],
    now: Timestamp,
) -> Result<Desired, DatabaseError> {
    let mut on = None;
    let mut is_open = scopes.is_empty();
    for (channel, purpose) in scopes {
        let kind = channel.address_kind();
        let told = customer.and_then(|customer| customer.address(kind));
        let pseudonym = if kind == AddressKind::Email { &row.email } else { &row.phone };
        let address = match (told, pseudonym) {
            (Some(address), _) => Some(address),
            (None, Some(pseudonym)) => address_of(database, pseudonym)?,
            (None, None) => None,
        };
        let Some(address) = address else {
            is_open = true;
            continue;
        };
        let asked = Asked { channel: *channel, purpose: purpose.clone(), at: now, now, explain: false };
        let decided = decide_contacts(database, shop, &asked, &[&Lookup::Address(address)])?;
        let Some(Outcome::Decided(decided)) = decided.into_iter().next() else {
            is_open = true;
            continue;
        };
        match decided.decision.reason {
            None => {
                let since =
                    decided.decision.record.as_deref().map(|record| since(database, record)).transpose()?.flatten();
                match since {
                    Some((at, by)) if may_write(connection, &by) => on = on.max(Some(at)),
                    _ => is_open = true,
                }
            }
            Some(Reason::OptedOut | Reason::Objected | Reason::Suppressed) => return Ok(Desired::Out),
            Some(_) => is_open = true,
        }
    }
    Ok(on.filter(|_| !is_open).map_or(Desired::Leave, Desired::On))
}

fn address_of(database: &dyn Database, pseudonym: &str) -> Result<Option<Address>, DatabaseError> {
    let row = database.first("SELECT kind, value FROM address WHERE pseudonym = ?", &[Param::Text(pseudonym)])?;
    let Some(row) = row else { return Ok(None) };
    let value = row.text(1)?;
    Ok(match AddressKind::parse(row.text(0)?) {
        Some(AddressKind::Email) => EmailAddress::parse(value).map(Address::Email),
        Some(AddressKind::Phone) => PhoneNumber::parse(value).map(Address::Phone),
        _ => None,
    })
}

/// Returns whether an opt-in of this assurance is written to the platform. What the platform itself has reported is not: it
/// knows better what became of that.
fn may_write(connection: &Connection, assurance: &str) -> bool {
    match assurance_in(assurance) {
        Some((Assurance::Listed, _)) => connection.settings.push_listed,
        Some((Assurance::Reported, Some(by))) => by.0 != connection.id,
        _ => true,
    }
}

/// Returns since when a record counts, and its assurance as it is stored.
fn since(database: &dyn Database, record: &str) -> Result<Option<(Timestamp, String)>, DatabaseError> {
    let row =
        database.first("SELECT effective_at, assurance FROM track WHERE record = ? LIMIT 1", &[Param::Text(record)])?;
    row.map(|row| Ok((row.time(0)?, row.text(1)?.to_owned()))).transpose()
}

/// Returns the next task about a customer that is due: reading first, then what must not go on, then what may.
pub fn next_task(
    database: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    now: Timestamp,
) -> Result<Option<RemoteTask>, DatabaseError> {
    let id = connection.id.to_string();
    let due = |task: &str| {
        let sql = "SELECT remote FROM remote WHERE connection = ? AND task = ? AND due_at <= ?
                   ORDER BY urgent DESC, due_at LIMIT 1";
        let row = database.first(sql, &[Param::Text(&id), Param::Text(task), Param::Integer(now.millis())])?;
        row.map(|row| row.text(0).map(str::to_owned)).transpose()
    };
    if let Some(id) = due(READ)? {
        return Ok(Some(RemoteTask::Read { id }));
    }
    if !connection.mode.exports() || !connection.is_approved || connection.state != ConnectionState::Ok {
        return Ok(None);
    }
    if let Some(id) = due("push")?
        && let Some(row) = remote_row(database, connection, &id)?
    {
        // What is wanted is decided now, and not when the change came.
        let wanted = wanted(database, shop, connection, &row, None, now)?;
        return Ok(Some(RemoteTask::Write { id, wanted }));
    }
    Ok(due(ERASE)?.map(|id| RemoteTask::Erase { id }))
}

/// Returns when the next task about a customer is due, whatever the state of the connection is.
pub fn next_due(database: &dyn Database, connection: &Connection) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = if connection.mode.exports() && connection.is_approved && connection.state == ConnectionState::Ok {
        "SELECT min(due_at) FROM remote WHERE connection = ? AND task IN ('read', 'push', 'erase')"
    } else {
        "SELECT min(due_at) FROM remote WHERE connection = ? AND task = 'read'"
    };
    let row = database.first(sql, &[Param::Text(&connection.id.to_string())])?;
    row.filter(|row| !row.is_null(0)).map(|row| row.time(0)).transpose()
}

/// Returns whether customers wait to be compared.
pub fn has_changes(database: &dyn Database, connection: &Connection) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM remote WHERE connection = ? AND task = 'compare' LIMIT 1";
    Ok(database.first(sql, &[Param::Text(&connection.id.to_string())])?.is_some())
}

/// Returns how many customers are owed a write.
pub(crate) fn count_owed(database: &dyn Database, connection: &Connection) -> Result<i64, DatabaseError> {
    let sql = "SELECT count(*) FROM remote WHERE connection = ? AND task = 'push'";
    database.first(sql, &[Param::Text(&connection.id.to_string())])?.map_or(Ok(0), |row| row.integer(0))
}

/// Notes that there is nothing to write about a customer any more.
pub fn nothing_owed(tx: &dyn Database, connection: &Connection, id: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE remote SET task = NULL, would = 0, urgent = 0, attempts = 0 WHERE connection = ? AND remote = ? AND task = 'push'",
        &[Param::Text(&connection.id.to_string()), Param::Text(id)],
    )
}

/// Notes what the platform holds after a write. A field that it holds otherwise is a fault of this customer, and is not
/// written again until something changes.
pub fn note_written(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    id: &str,
    wanted: &[Wanted],
    held: &RemoteCustomer,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(mut row) = remote_row(tx, connection, id)? else { return Ok(()) };
    let mut refused = false;
    // Some answers tell nothing of the customer.
    let has_all = !held.id.is_empty() && !held.is_partial;
    for one in wanted {
        let now = held.fields.iter().find(|field| field.name == one.field);
        let took = now.map_or(!(has_all && one.on), |field| field.state.is_on() == one.on);
        refused |= !took;
        if took {
            row.mirror.wrote(&one.field, one.on);
        }
        if let Some(field) = now {
            let is_same = took && row.mirror.get(&one.field).is_some_and(|own| own.state.is_on() == one.on);
            if !is_same || field.at.is_some() {
                note_state(&mut row.mirror, field, is_same);
            }
        }
    }
    store_mirror(tx, connection, id, &row.mirror)?;
    if refused {
        return note_fault(tx, connection, id, "the platform holds something else after the write");
    }
    tx.execute(
        "UPDATE remote SET attempts = 0, fault = NULL, version = max(coalesce(version, 0), ?) WHERE connection = ? AND remote = ?",
        &[
            Param::Integer(held.version.map_or(0, Timestamp::millis)),
            Param::Text(&connection.id.to_string()),
            Param::Text(id),
        ],
    )?;
    disclose(tx, connection, &row, wanted, context)?;
    // The person may have changed their mind while the request was under way.
    let row = RemoteRow { fault: None, ..row };
    compare(tx, shop, connection, &row, None, context)
}

/// Notes that the platform was told the person's choices (GDPR Art. 15(1)(c), 19).
fn disclose(
    tx: &dyn Database,
    connection: &Connection,
    row: &RemoteRow,
    wanted: &[Wanted],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(recipient) = Token::parse(&connection.prefix) else { return Ok(()) };
    let channels = |one: &Wanted| {
        let scopes =
            connection.settings.mapping.iter().find(|(field, _)| *field == one.field).map(|(_, scopes)| scopes);
        scopes.into_iter().flatten().filter_map(|(channel, _)| Token::parse(&format!("{channel}_choice"))).collect()
    };
    let data: Vec<Token> = wanted.iter().flat_map(|one| -> Vec<Token> { channels(one) }).collect();
    for pseudonym in [&row.email, &row.phone].into_iter().flatten() {
        if let Some(address) = address_of(tx, pseudonym)? {
            note_disclosure(tx, &Lookup::Address(address), &recipient, &data, None, context)?;
            return Ok(());
        }
    }
    Ok(())
}

fn note_state(mirror: &mut Mirror, field: &crate::model::remote::RemoteField, is_same: bool) {
    if is_same {
        // The same state in the platform's own word and with its time.
        for (name, own) in mirror.fields() {
            if *name == field.name {
                own.at = field.at;
            }
        }
    } else {
        mirror.note(field);
    }
}

/// Notes that the platform never accepts a write about a customer. It is not repeated until something changes.
pub fn note_fault(tx: &dyn Database, connection: &Connection, id: &str, fault: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE remote SET task = iif(task IN ('push', 'read', 'erase'), NULL, task), fault = ? WHERE connection = ? AND remote = ?",
        &[Param::Text(fault), Param::Text(&connection.id.to_string()), Param::Text(id)],
    )
}

/// Notes that a task about a customer has failed for now. Each failure doubles the pause. Where the platform has asked to wait,
/// the pause begins with that, and is no longer than a minute or than what it has asked for.
///
/// # Errors
/// Returns a [`DatabaseError`] if the database fails.
pub fn note_failure(
    tx: &dyn Database,
    connection: &Connection,
    id: &str,
    asked: Option<i64>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let row = tx.first(
        "UPDATE remote SET attempts = attempts + 1 WHERE connection = ? AND remote = ? RETURNING attempts",
        &[Param::Text(&connection.id.to_string()), Param::Text(id)],
    )?;
    let attempts = row.map_or(Ok(1), |row| row.integer(0))?;
    // A platform that asks to wait means everybody. A minute, so that one customer does not hold up the others.
    let (first, longest) = asked.map_or((FIRST_PAUSE, LONGEST_PAUSE), |asked| (asked, asked.max(FIRST_PAUSE)));
    let pause = (first << attempts.saturating_sub(1).clamp(0, 12)).min(longest);
    tx.execute(
        "UPDATE remote SET due_at = ? WHERE connection = ? AND remote = ?",
        &[Param::Integer(now.plus_millis(pause).millis()), Param::Text(&connection.id.to_string()), Param::Text(id)],
    )
}
