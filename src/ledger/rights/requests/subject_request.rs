//! Subject requests: what a person asks for under their rights, from the question to the answer, within the law's time.
//!
//! Who asks is settled by the address itself: a link, or a code, goes there, and nothing is told or done before it comes back
//! (GDPR Art. 12(6): no more than that is asked). Whether an address is known, no answer to the question tells.
//!
//! | file | idea |
//! |---|---|
//! | `mod` | what a request is, as it is kept and told |
//! | `open` | it is asked, and the address is asked whether it was they |
//! | `carry_out` | it was they: what is done, by the machine or by an employee |
//! | `download` | what the answer's link leads to |
//! | `remind` | what happens as days pass |

use serde::Serialize;
use uuid::Uuid;

use crate::consent::deadlines::limit::Regime;
use crate::consent::{Address, AddressKind, Timestamp};
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;
use crate::model::request::RequestKind;

vocabulary! {
    /// How far a request has come.
    RequestState, "unknown state" {
        /// The address has not said that it was they.
        Open = "open",
        /// It has; an employee has to act.
        Verified = "verified",
        /// It was done.
        Completed = "completed",
        /// It was refused, with a reason.
        Refused = "refused",
        /// The address never said that it was they.
        Lapsed = "lapsed",
    }
}

vocabulary! {
    /// Where a request was opened.
    RequestOrigin, "unknown origin" {
        /// On a page of the shop.
        Storefront = "storefront",
        /// On the person's preference page.
        Preferences = "preferences",
        /// By the shop's server, or an employee.
        Api = "api",
    }
}

/// A request as it is told.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SubjectRequest {
    /// Its id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// How far it has come.
    pub state: RequestState,
    /// Where it was opened.
    pub origin: RequestOrigin,
    /// The contact, once it is known that it was they; `null` also where nothing is held on them.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// The kind of address that it came from.
    pub address_kind: AddressKind,
    /// The address, until the request is answered.
    pub address: Option<String>,
    /// What is to be put right, in the person's words, until the request is answered.
    pub details: Option<String>,
    /// The language of its pages and messages.
    pub locale: String,
    /// The law by whose time it goes.
    pub regime: Regime,
    /// The day on which it came, in the shop's time zone.
    pub received_on: String,
    /// The last day on which its receipt has to be confirmed, where the law wants that.
    pub acknowledge_by: Option<String>,
    /// The last day for the answer.
    pub due: String,
    /// The last day, if the time is extended; `null` where it cannot be, or was.
    pub extendable_to: Option<String>,
    /// Whether the time was extended.
    pub is_extended: bool,
    /// When it came.
    pub opened_at: Timestamp,
    /// When the address said that it was they.
    pub verified_at: Option<Timestamp>,
    /// When it was answered.
    pub closed_at: Option<Timestamp>,
    /// Why it was refused, or its time extended.
    pub reason: Option<String>,
    /// Until when the answer can be downloaded.
    pub download_until: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) pseudonym: Option<String>,
    /// Until when the address can say that it was they.
    #[serde(skip)]
    pub verify_until: Timestamp,
    /// How many messages have asked the address.
    #[serde(skip)]
    pub sent: u8,
    /// How many wrong codes were entered on the page of the message.
    #[serde(skip)]
    pub(crate) tries: u8,
    /// How many on the page of who opened it, who need not be the person and must not use up what is theirs.
    #[serde(skip)]
    pub(crate) tries_of_opener: u8,
}

pub(crate) const COLUMNS: &str = "id, kind, state, origin, subject, to_kind, to_value, details, locale, regime, received_on, acknowledge_by,
    due, extended, is_extended, opened_at, verified_at, closed_at, reason, download_until, pseudonym, verify_until, sent, tries,
    tries_of_opener";

pub(crate) fn request_in(row: &Row) -> Result<SubjectRequest, DatabaseError> {
    let own = |column| Ok::<_, DatabaseError>(row.optional_text(column)?.map(str::to_owned));
    let time = |column| if row.is_null(column) { Ok(None) } else { row.time(column).map(Some) };
    let small = |column| u8::try_from(row.integer(column)?).map_err(|_| DatabaseError::Shape { column });
    Ok(SubjectRequest {
        id: row.text(0)?.to_owned(),
        kind: row.parsed(1, RequestKind::parse)?,
        state: row.parsed(2, RequestState::parse)?,
        origin: row.parsed(3, RequestOrigin::parse)?,
        contact: own(4)?,
        address_kind: row.parsed(5, AddressKind::parse)?,
        address: own(6)?,
        details: own(7)?,
        locale: row.text(8)?.to_owned(),
        regime: row.parsed(9, Regime::parse)?,
        received_on: row.text(10)?.to_owned(),
        acknowledge_by: own(11)?,
        due: row.text(12)?.to_owned(),
        extendable_to: own(13)?.filter(|_| row.integer(14) == Ok(0)),
        is_extended: row.integer(14)? == 1,
        opened_at: row.time(15)?,
        verified_at: time(16)?,
        closed_at: time(17)?,
        reason: own(18)?,
        download_until: time(19)?,
        pseudonym: own(20)?,
        verify_until: row.time(21)?,
        sent: small(22)?,
        tries: small(23)?,
        tries_of_opener: small(24)?,
    })
}

/// How many wrong codes are taken.
pub(crate) const TRIES: u8 = 5;

impl SubjectRequest {
    /// Its id.
    pub fn uuid(&self) -> Uuid {
        parse_id(&self.id).unwrap_or_default()
    }

    /// The contact that it is about.
    pub fn subject(&self) -> Option<Uuid> {
        self.contact.as_deref().and_then(parse_id)
    }

    /// How many more codes are taken on the page of a link, by the number of the message that it stood in; 0 is the opener's.
    pub fn tries_left(&self, sent: u8) -> u8 {
        TRIES.saturating_sub(if sent == 0 { self.tries_of_opener } else { self.tries })
    }

    /// The address that it came from, until it is answered.
    pub(crate) fn from(&self) -> Option<Address> {
        Address::parse(self.address_kind, self.address.as_deref()?)
    }

    /// The name of its address in links, until it is answered with an erasure.
    pub fn address_name(&self) -> Option<[u8; 16]> {
        base16ct::lower::decode_vec(self.pseudonym.as_deref()?).ok()?.try_into().ok()
    }
}

/// A request by its id.
///
/// # Errors
/// Those of the database.
pub fn subject_request(database: &dyn Database, id: Uuid) -> Result<Option<SubjectRequest>, DatabaseError> {
    let row = database
        .first(&format!("SELECT {COLUMNS} FROM subject_request WHERE id = ?"), &[Param::Text(&id.to_string())])?;
    row.as_ref().map(request_in).transpose()
}

/// Which requests are asked for. What is absent does not restrict them.
#[derive(Clone, Debug, Default)]
pub struct RequestQuery {
    /// In this state.
    pub state: Option<RequestState>,
    /// Of this kind.
    pub kind: Option<RequestKind>,
    /// Due on this day or before, and not answered.
    pub due_by: Option<String>,
    /// Older than this one: the last of the page before.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: u16,
}

/// A page of requests, the newest first.
///
/// # Errors
/// Those of the database.
pub fn list_requests(database: &dyn Database, query: &RequestQuery) -> Result<Vec<SubjectRequest>, DatabaseError> {
    let before = query.before.map(|id| id.to_string());
    let mut sql = format!("SELECT {COLUMNS} FROM subject_request WHERE 1 = 1");
    let mut params = Vec::new();
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
    database.query(&sql, &params)?.iter().map(request_in).collect()
}

/// What events tell of a request.
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
