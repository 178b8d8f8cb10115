//! Opens a subject request and verifies the requester through their address.

use subtle::ConstantTimeEq;

use crate::consent::deadlines::{Deadlines, deadlines};
use crate::consent::{Address, AddressKind, Timestamp};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, medium_for, post, post_owed};
use crate::ledger::people::address::{find_address, written};
use crate::ledger::people::contact;
use crate::ledger::rights::requests::subject_request::{
    RequestEvent, RequestOrigin, RequestState, SubjectRequest, request_in, subject_request,
};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Cells, Database, DatabaseError, Param};
use crate::ledger::store::day_count::{count, counted};
use crate::model::request::RequestKind;

/// The time within which the requester must be verified, in milliseconds: 30 minutes.
const TO_VERIFY: i64 = 30 * 60 * 1_000;
/// The maximum number of verification messages to an address per day, besides the first message of each request.
const MESSAGES: i64 = 5;
/// The maximum number of unverified requests of one kind for an address that are opened within a day.
const OPEN_AT_ONCE: usize = 5;
/// The maximum number of requests that one visitor opens within a day in the shop's pages.
const OF_A_VISITOR: i64 = 100;
const DAY: i64 = 86_400_000;

/// A new subject request.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// The kind of the request.
    pub kind: RequestKind,
    /// The requester's address.
    pub address: Address,
    /// The language of the requester, a BCP 47 tag.
    pub locale: String,
    /// The data to correct, in the person's words.
    pub details: Option<String>,
    /// The place where the request is opened.
    pub origin: RequestOrigin,
    /// Whether the shop vouches for the requester's identity. Then no verification message is sent.
    pub vouched: bool,
    /// The pseudonym of the visitor who opens the request in a page of the shop.
    pub visitor: Option<String>,
}

/// The reason why a request cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The address is a postal address, to which no verification message can be sent.
    NotReachable,
    /// Strangers have opened as many requests of a day as the shop allows.
    OverBudget,
    /// The runtime does not know the shop's time zone.
    NoCalendar,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for OpenError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Opens a request. The same request again within a day is not a new one: the address gets another verification
/// message. A request with other details is a new request, so that a person never verifies details that somebody else
/// entered.
///
/// # Errors
/// Returns an [`OpenError`] if the request cannot be opened or the database fails; nothing is written then.
pub fn open_request(
    tx: &dyn Database,
    shop: &Shop,
    asked: &NewRequest,
    context: &Context<'_>,
) -> Result<SubjectRequest, OpenError> {
    let (kind, key) = (asked.address.kind(), asked.address.key());
    if kind == AddressKind::Postal && !asked.vouched {
        return Err(OpenError::NotReachable);
    }
    let pseudonym = written(&shop.pseudonym(kind, key));
    let known = find_address(tx, shop, &asked.address)?;
    let mut open = still_open(tx, asked, &pseudonym, context.now)?;
    if let Some(place) = open.iter().position(|request| request.details == asked.details) {
        let same = open.swap_remove(place);
        return if asked.vouched { Ok(same) } else { Ok(send(tx, shop, same, false, context)?) };
    }
    let is_own = asked.origin == RequestOrigin::Preferences;
    // A request from a page that a link opens comes from the person, so no stranger uses up their budget.
    if !asked.vouched && !is_own {
        spend_request(tx, shop, asked.visitor.as_deref(), context)?;
    }
    if !asked.vouched
        && open.len() >= OPEN_AT_ONCE
        && let Some(mut oldest) = open.pop()
    {
        // Somebody may have opened the others in the person's name. So the latest request takes the place of the oldest,
        // the person gets a message about it, and nobody learns how many there are.
        oldest.details.clone_from(&asked.details);
        tx.execute(
            "UPDATE subject_request SET details = ? WHERE id = ?",
            &[Param::text_or_null(asked.details.as_deref()), Param::Text(&oldest.id)],
        )?;
        // Requests from the own page have no budget, so the limit of messages holds for them.
        return Ok(send(tx, shop, oldest, !is_own, context)?);
    }
    let received = context.day(shop.settings.links.zone()).ok_or(OpenError::NoCalendar)?;
    // The place where the person lives, as far as the ledger knows.
    let place = contact::place_if_known(tx, known.as_ref().map(|known| &known.contact))?;
    let times = deadlines(&place, shop.settings.country, received);
    let id = context.next_id();
    insert(tx, asked, &id.to_string(), &pseudonym, &received.to_string(), &times, context.now)?;
    let opened = subject_request(tx, id)?.ok_or(DatabaseError::Shape { column: 0 })?;
    emit(tx, shop, EventType::RequestOpened, &RequestEvent::of(&opened), context)?;
    if asked.vouched { Ok(opened) } else { Ok(send(tx, shop, opened, true, context)?) }
}

/// Counts a request that a stranger may have opened. One visitor opens only a part of those that a shop takes in a day.
///
/// # Errors
/// Returns [`OpenError::OverBudget`] if a budget of the day is spent.
fn spend_request(
    tx: &dyn Database,
    shop: &Shop,
    visitor: Option<&str>,
    context: &Context<'_>,
) -> Result<(), OpenError> {
    let all = i64::from(shop.settings.limits.requests_day);
    // The last word stands for the widest network of the visitor.
    let own = visitor.and_then(|visitor| visitor.split(' ').next_back());
    let own = own.map(|visitor| (format!("requests {visitor}"), all.min(OF_A_VISITOR)));
    for (name, limit) in own.into_iter().chain([("requests".to_owned(), all)]) {
        if counted(tx, &name, context.now)? >= limit {
            return Err(OpenError::OverBudget);
        }
        count(tx, &name, context.now)?;
    }
    Ok(())
}

fn insert(
    tx: &dyn Database,
    asked: &NewRequest,
    id: &str,
    pseudonym: &str,
    received: &str,
    times: &Deadlines,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let [acknowledge_by, extended] = [times.acknowledge_by, times.extended].map(|day| day.map(|day| day.to_string()));
    let reminders: Vec<String> = times.reminders.iter().map(ToString::to_string).collect();
    let reminders = serde_json::to_string(&reminders).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "INSERT INTO subject_request (id, kind, state, origin, to_kind, to_value, pseudonym, locale, details, regime,
             received_on, acknowledge_by, due, extended, reminders, remind_on, opened_at, verify_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(id),
            Param::Text(asked.kind.as_str()),
            Param::Text(RequestState::Open.as_str()),
            Param::Text(asked.origin.as_str()),
            Param::Text(asked.address.kind().as_str()),
            Param::Text(asked.address.given()),
            Param::Text(pseudonym),
            Param::Text(&asked.locale),
            Param::text_or_null(asked.details.as_deref()),
            Param::Text(times.regime.as_str()),
            Param::Text(received),
            Param::text_or_null(acknowledge_by.as_deref()),
            Param::Text(&times.due.to_string()),
            Param::text_or_null(extended.as_deref()),
            Param::Text(&reminders),
            Param::Null,
            Param::Integer(now.millis()),
            Param::Integer(now.plus_millis(TO_VERIFY).millis()),
        ],
    )
}

/// Returns the unverified requests of one kind for an address from the last 24 hours, the newest first: those from the
/// person's own page, or those that a stranger may have opened.
fn still_open(
    tx: &dyn Database,
    asked: &NewRequest,
    pseudonym: &str,
    now: Timestamp,
) -> Result<Vec<SubjectRequest>, DatabaseError> {
    let columns = crate::ledger::rights::requests::subject_request::COLUMNS;
    tx.query(
        &format!(
            "SELECT {columns} FROM subject_request WHERE pseudonym = ? AND opened_at > ? AND kind = ? AND state = 'open'
                 AND (origin = 'preferences') = ?
             ORDER BY opened_at DESC LIMIT {OPEN_AT_ONCE}"
        ),
        &[
            Param::Text(pseudonym),
            Param::Integer(now.plus_millis(-DAY).millis()),
            Param::Text(asked.kind.as_str()),
            Param::Integer((asked.origin == RequestOrigin::Preferences).into()),
        ],
    )?
    .iter()
    .map(|row| request_in(&mut Cells::of(row)))
    .collect()
}

/// Sends the verification message again; the previous link stops working. Returns `None` if the address got too many
/// messages today.
pub fn resend(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    context: &Context<'_>,
) -> Result<Option<SubjectRequest>, DatabaseError> {
    if request.state != RequestState::Open {
        return Ok(Some(request));
    }
    let before = request.sent;
    if !may_write(tx, &request, context.now)? {
        return Ok(None);
    }
    send(tx, shop, request, false, context).map(|request| Some(request).filter(|request| request.sent > before))
}

/// Returns whether the address may get another message. Those from the person's own page are counted apart from those
/// that a stranger may have opened.
fn may_write(tx: &dyn Database, request: &SubjectRequest, now: Timestamp) -> Result<bool, DatabaseError> {
    let row = tx.first(
        "SELECT count(*) FROM message m JOIN subject_request r ON r.id = m.about
         WHERE m.pseudonym = ? AND m.created_at > ? AND m.kind = 'request' AND (r.origin = 'preferences') = ?",
        &[
            Param::text_or_null(request.pseudonym.as_deref()),
            Param::Integer(now.plus_millis(-DAY).millis()),
            Param::Integer((request.origin == RequestOrigin::Preferences).into()),
        ],
    )?;
    Ok(row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)? < MESSAGES)
}

/// Sends the verification message and restarts its period. The message of a new request is always sent: otherwise anybody
/// could block a person's rights by opening other requests in their name. If the address got too many other messages
/// today, only the period of the last message restarts, so that nobody can make it expire for the person.
fn send(
    tx: &dyn Database,
    shop: &Shop,
    mut request: SubjectRequest,
    is_new: bool,
    context: &Context<'_>,
) -> Result<SubjectRequest, DatabaseError> {
    let medium = medium_for(shop, request.address_kind, &[]);
    let (Some(value), Some(pseudonym), Some(medium)) =
        (request.address.as_deref(), request.pseudonym.as_deref(), medium)
    else {
        return Ok(request);
    };
    request.verify_until = context.now.plus_millis(TO_VERIFY);
    if is_new || may_write(tx, &request, context.now)? {
        request.sent = request.sent.saturating_add(1);
        (request.tries, request.tries_of_opener) = (0, 0);
        let to = Recipient { medium, value, pseudonym, locale: &request.locale };
        // The person asks on their own page. No act of a stranger may hold the message.
        let post = if request.origin == RequestOrigin::Preferences { post_owed } else { post };
        post(tx, shop, MessageKind::Request, &to, Some(&request.id), &MessageDetail::default(), context)?;
    }
    tx.execute(
        "UPDATE subject_request SET sent = ?, tries = ?, tries_of_opener = ?, verify_until = ? WHERE id = ?",
        &[
            Param::Integer(request.sent.into()),
            Param::Integer(request.tries.into()),
            Param::Integer(request.tries_of_opener.into()),
            Param::Integer(request.verify_until.millis()),
            Param::Text(&request.id),
        ],
    )?;
    Ok(request)
}

/// Returns the code in the latest message of a request: eight digits. A message allows ten attempts in total: five on
/// the page of its link, five on the page of the one who opened the request.
pub fn code_of(shop: &Shop, request: &SubjectRequest) -> String {
    let bytes =
        shop.secret.keyed(KeyUse::Code, &[request.id.to_string().as_bytes(), request.sent.to_string().as_bytes()]);
    let number = bytes.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes)) % 100_000_000;
    format!("{number:08}")
}

/// The result of checking a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The code is the one that was sent.
    Right,
    /// The code is wrong.
    Wrong {
        /// The number of attempts left.
        left: u8,
    },
    /// Codes are no longer accepted: the time is over, or too many were wrong.
    TooLate,
}

/// Checks a code that was entered on the page of the link from message number `sent`. After five wrong codes a new
/// message has to be sent.
pub fn check_code(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    (code, sent): (&str, u8),
    now: Timestamp,
) -> Result<Checked, DatabaseError> {
    let left = request.tries_left(sent);
    if request.state != RequestState::Open || request.verify_until <= now || left == 0 || request.sent == 0 {
        return Ok(Checked::TooLate);
    }
    let given: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if bool::from(given.as_bytes().ct_eq(code_of(shop, request).as_bytes())) {
        return Ok(Checked::Right);
    }
    let column = if sent == 0 { "tries_of_opener" } else { "tries" };
    tx.execute(
        &format!("UPDATE subject_request SET {column} = {column} + 1 WHERE id = ?"),
        &[Param::Text(&request.id)],
    )?;
    Ok(if left == 1 { Checked::TooLate } else { Checked::Wrong { left: left - 1 } })
}
