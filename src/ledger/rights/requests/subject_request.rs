//! Subject requests: a person's requests under their rights, from opening to the answer, within the legal deadline.
//!
//! The address itself verifies the requester: a link or a code is sent there, and no data is disclosed and nothing is
//! done before it comes back (GDPR Art. 12(6): no more is requested than that). The answer to an opened request never
//! tells whether the address is known.
//!
//! | file | contents |
//! |---|---|
//! | `mod` | the request as it is stored and shown |
//! | `open` | opening a request and verifying the requester |
//! | `carry_out` | carrying out a verified request, automatically or after an employee's decision |
//! | `download` | the download of the answer |
//! | `remind` | reminders and expiry |

use serde::Serialize;
use uuid::Uuid;

use crate::consent::deadlines::limit::Regime;
use crate::consent::{Address, AddressKind, Timestamp};
use crate::ledger::store::database::{Cells, Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;
use crate::model::request::RequestKind;

vocabulary! {
    /// The state of a subject request.
    RequestState, "unknown state" {
        /// The requester is not verified yet.
        Open = "open",
        /// The requester is verified; an employee has to act.
        Verified = "verified",
        /// The request was carried out.
        Completed = "completed",
        /// The request was refused, with a reason.
        Refused = "refused",
        /// The requester was never verified in time.
        Lapsed = "lapsed",
    }
}

vocabulary! {
    /// The place where a request was opened.
    RequestOrigin, "unknown origin" {
        /// A page of the shop.
        Storefront = "storefront",
        /// The person's preference page.
        Preferences = "preferences",
        /// The shop's server, or an employee.
        Api = "api",
    }
}

/// A subject request.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SubjectRequest {
    /// The id of the request.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The kind of request.
    pub kind: RequestKind,
    /// The state of the request.
    pub state: RequestState,
    /// The place where the request was opened.
    pub origin: RequestOrigin,
    /// The id of the contact. `null` until the requester is verified, or if no data is held about them.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// The kind of the requester's address.
    pub address_kind: AddressKind,
    /// The requester's address; `null` once the request is closed.
    pub address: Option<String>,
    /// The data to correct, in the person's words; `null` once the request is closed.
    pub details: Option<String>,
    /// The language of the pages and messages of the request, a BCP 47 tag.
    pub locale: String,
    /// The law that sets the deadlines.
    pub regime: Regime,
    /// The day of receipt, in the shop's time zone.
    pub received_on: String,
    /// The last day on which the receipt must be acknowledged; `null` if the law does not require it.
    pub acknowledge_by: Option<String>,
    /// The last day for the answer.
    pub due: String,
    /// The last day for the answer if the deadline is extended; `null` if it cannot be, or already was.
    pub extendable_to: Option<String>,
    /// Whether the deadline was extended.
    pub is_extended: bool,
    /// The time when the request was opened.
    pub opened_at: Timestamp,
    /// The time when the requester was verified.
    pub verified_at: Option<Timestamp>,
    /// The time when the request was closed.
    pub closed_at: Option<Timestamp>,
    /// The reason why the request was refused, or its deadline extended.
    pub reason: Option<String>,
    /// The time until which the answer can be downloaded.
    pub download_until: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) pseudonym: Option<String>,
    /// The time until which the requester can be verified.
    #[serde(skip)]
    pub verify_until: Timestamp,
    /// The number of verification messages sent to the address.
    #[serde(skip)]
    pub sent: u8,
    /// The number of wrong codes entered on the page of the message's link.
    #[serde(skip)]
    pub(crate) tries: u8,
    /// The number of wrong codes entered on the page of the one who opened the request. They need not be the person, so
    /// they must not use up the person's attempts.
    #[serde(skip)]
    pub(crate) tries_of_opener: u8,
}

pub(crate) const COLUMNS: &str = "id, kind, state, origin, subject, to_kind, to_value, details, locale, regime, received_on, acknowledge_by,
    due, extended, is_extended, opened_at, verified_at, closed_at, reason, download_until, pseudonym, verify_until, sent, tries,
    tries_of_opener";

/// Reads a request from the columns [`COLUMNS`].
pub(crate) fn request_in(cells: &mut Cells<'_>) -> Result<SubjectRequest, DatabaseError> {
    let mut request = SubjectRequest {
        id: cells.text()?,
        kind: cells.parsed(RequestKind::parse)?,
        state: cells.parsed(RequestState::parse)?,
        origin: cells.parsed(RequestOrigin::parse)?,
        contact: cells.optional_text()?,
        address_kind: cells.parsed(AddressKind::parse)?,
        address: cells.optional_text()?,
        details: cells.optional_text()?,
        locale: cells.text()?,
        regime: cells.parsed(Regime::parse)?,
        received_on: cells.text()?,
        acknowledge_by: cells.optional_text()?,
        due: cells.text()?,
        extendable_to: cells.optional_text()?,
        is_extended: cells.flag()?,
        opened_at: cells.time()?,
        verified_at: cells.optional_time()?,
        closed_at: cells.optional_time()?,
        reason: cells.optional_text()?,
        download_until: cells.optional_time()?,
        pseudonym: cells.optional_text()?,
        verify_until: cells.time()?,
        sent: cells.count()?,
        tries: cells.count()?,
        tries_of_opener: cells.count()?,
    };
    // A deadline is extended once.
    request.extendable_to = request.extendable_to.filter(|_| !request.is_extended);
    Ok(request)
}

/// The maximum number of wrong codes.
pub(crate) const TRIES: u8 = 5;

impl SubjectRequest {
    /// Returns the id of the request.
    pub fn uuid(&self) -> Uuid {
        parse_id(&self.id).unwrap_or_default()
    }

    /// Returns the id of the contact that the request is about.
    pub fn subject(&self) -> Option<Uuid> {
        self.contact.as_deref().and_then(parse_id)
    }

    /// Returns how many more codes are accepted on the page of the link from message number `sent`; 0 is the page of
    /// the one who opened the request.
    pub fn tries_left(&self, sent: u8) -> u8 {
        TRIES.saturating_sub(if sent == 0 { self.tries_of_opener } else { self.tries })
    }

    /// Returns the requester's address; `None` once the request is closed.
    pub(crate) fn from(&self) -> Option<Address> {
        Address::parse(self.address_kind, self.address.as_deref()?)
    }

    /// Returns the pseudonym of the requester's address in links. An erasure removes it, and so does a correction of
    /// the address unless the request is verified and not closed.
    pub fn address_name(&self) -> Option<[u8; 16]> {
        base16ct::lower::decode_vec(self.pseudonym.as_deref()?).ok()?.try_into().ok()
    }
}

/// Returns a request by its id.
pub fn subject_request(database: &dyn Database, id: Uuid) -> Result<Option<SubjectRequest>, DatabaseError> {
    let row = database
        .first(&format!("SELECT {COLUMNS} FROM subject_request WHERE id = ?"), &[Param::Text(&id.to_string())])?;
    row.map(|row| request_in(&mut Cells::of(&row))).transpose()
}

/// A filter for requests. An absent field does not restrict them.
#[derive(Clone, Debug, Default)]
pub struct RequestQuery {
    /// Only requests in this state.
    pub state: Option<RequestState>,
    /// Only requests of this kind.
    pub kind: Option<RequestKind>,
    /// Only requests that are due on or before this day and not closed.
    pub due_by: Option<String>,
    /// Only requests older than this one, the last of the previous page.
    pub before: Option<Uuid>,
    /// The maximum number of requests to return.
    pub limit: u16,
}

/// Returns a page of requests, the newest first.
pub fn list_requests(database: &dyn Database, query: &RequestQuery) -> Result<Vec<SubjectRequest>, DatabaseError> {
    let before = query.before.map(|id| id.to_string());
    let mut sql = format!("SELECT {COLUMNS} FROM subject_request WHERE 1 = 1");
    let mut params = Vec::new();
    if query.state.is_none() {
        // Anybody can open a request. It counts once its requester is verified.
        sql.push_str(" AND verified_at IS NOT NULL");
    }
    let mut restrict = |condition: &str, param| {
        if param != Param::Null {
            sql.push_str(condition);
            params.push(param);
        }
    };
    restrict(" AND state = ?", Param::text_or_null(query.state.map(RequestState::as_str)));
    restrict(" AND kind = ?", Param::text_or_null(query.kind.map(RequestKind::as_str)));
    restrict(" AND state IN ('open', 'verified') AND due <= ?", Param::text_or_null(query.due_by.as_deref()));
    restrict(" AND id < ?", Param::text_or_null(before.as_deref()));
    sql.push_str(" ORDER BY id DESC LIMIT CAST(? AS INTEGER)");
    params.push(Param::Integer(query.limit.into()));
    database.query(&sql, &params)?.iter().map(|row| request_in(&mut Cells::of(row))).collect()
}

/// The data of an event about a request.
#[derive(Serialize)]
pub(crate) struct RequestEvent<'a> {
    request: &'a str,
    kind: RequestKind,
    state: RequestState,
    due: &'a str,
    contact: Option<&'a str>,
}

impl<'a> RequestEvent<'a> {
    pub(crate) fn of(request: &'a SubjectRequest) -> Self {
        Self {
            request: &request.id,
            kind: request.kind,
            state: request.state,
            due: &request.due,
            contact: request.contact.as_deref(),
        }
    }
}
