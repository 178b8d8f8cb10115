//! The rows of connections: their settings, their credentials, and their state.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::{Channel, PurposeSlug, Timestamp};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;
use crate::model::remote::MappedField;

vocabulary! {
    /// The mode of a connection.
    ConnectionMode, "unknown mode" {
        /// It reads what the platform holds, and shows what it would do. It changes nothing.
        Observe = "observe",
        /// It takes over what customers choose at the platform.
        Import = "import",
        /// It writes what the ledger knows to the platform. Opt-outs at the platform are taken over too, so that none is
        /// overwritten.
        Export = "export",
        /// It does both.
        Both = "both",
    }
}

impl ConnectionMode {
    /// Returns whether opt-ins at the platform are taken over.
    pub(crate) const fn imports(self) -> bool {
        matches!(self, Self::Import | Self::Both)
    }

    /// Returns whether the platform is written to.
    pub(crate) const fn exports(self) -> bool {
        matches!(self, Self::Export | Self::Both)
    }
}

vocabulary! {
    /// The state of a connection.
    ConnectionState, "unknown state of a connection" {
        /// It works.
        Ok = "ok",
        /// The shop has paused it. Nothing is read or written; what is owed is kept.
        Paused = "paused",
        /// The platform refuses the credentials. What is owed is kept.
        NeedsCredentials = "needs_credentials",
        /// It would change much at once, so it waits for an employee. Opt-outs at the platform are still taken over.
        NeedsApproval = "needs_approval",
    }
}

vocabulary! {
    /// The request to a platform when a person is erased.
    RemoteErasure, "unknown erasure" {
        /// To send no messages. The account stays.
        Unsubscribe = "unsubscribe",
        /// To erase the customer.
        Erase = "erase",
        /// Nothing.
        Nothing = "nothing",
    }
}

/// The shop's settings of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSettings {
    /// The fields of the platform, each with the choices that it stands for.
    pub mapping: Vec<(String, Vec<(Channel, PurposeSlug)>)>,
    /// How many changes at once need an approval.
    pub cap: u32,
    /// Whether opt-ins that only a list states are written to the platform.
    #[serde(default)]
    pub push_listed: bool,
    /// The request to the platform when a person is erased.
    pub erasure: RemoteErasure,
}

impl ConnectionSettings {
    /// The default of `cap`. A connection also needs an approval only above 5 % of its customers.
    pub const CAP: u32 = 500;

    /// Returns the mapped fields.
    pub fn fields(&self) -> Vec<MappedField> {
        self.mapping
            .iter()
            .map(|(field, scopes)| MappedField { field: field.clone(), scopes: scopes.clone() })
            .collect()
    }
}

/// A connection to a shop platform.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The id.
    pub id: Uuid,
    /// The name of the platform.
    pub platform: String,
    /// The start of the external ids of its customers.
    pub prefix: String,
    /// The address of the platform, without a trailing slash.
    pub base: String,
    /// Its mode.
    pub mode: ConnectionMode,
    /// Its state.
    pub state: ConnectionState,
    /// The shop's settings.
    pub settings: ConnectionSettings,
    /// The version of the settings.
    pub version: i64,
    /// Whether an employee has approved what it does now.
    pub is_approved: bool,
    /// How many times all customers were read, the present time included.
    pub sweep: i64,
    /// The place of the next page, while all customers are read.
    pub place: Option<String>,
    /// When all customers are read next.
    pub sweep_due: Timestamp,
    /// When all customers were read last.
    pub swept_at: Option<Timestamp>,
    /// How many opt-ins were taken over since the reading began.
    pub taken: i64,
    /// When the next request may be sent.
    pub due_at: Timestamp,
    /// How many requests in a row have failed.
    pub attempts: i64,
    /// The reason why it stands still, without personal data.
    pub fault: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The credentials of a connection, opened.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The credentials by name, as the shop gave them.
    pub given: Vec<(String, String)>,
    /// The access token that the platform gave.
    pub token: Option<String>,
    /// Until when the token is valid.
    pub token_until: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, platform, prefix, base, mode, state, settings, version, is_approved, sweep, place, sweep_due, swept_at,
    taken, due_at, attempts, fault, created_at";

fn connection_in(row: &Row) -> Result<Connection, DatabaseError> {
    Ok(Connection {
        id: row.parsed(0, parse_id)?,
        platform: row.text(1)?.to_owned(),
        prefix: row.text(2)?.to_owned(),
        base: row.text(3)?.to_owned(),
        mode: row.parsed(4, ConnectionMode::parse)?,
        state: row.parsed(5, ConnectionState::parse)?,
        settings: row.parsed(6, |text| crate::json::read(text))?,
        version: row.integer(7)?,
        is_approved: row.integer(8)? == 1,
        sweep: row.integer(9)?,
        place: row.optional_text(10)?.map(str::to_owned),
        sweep_due: row.time(11)?,
        swept_at: if row.is_null(12) { None } else { Some(row.time(12)?) },
        taken: row.integer(13)?,
        due_at: row.time(14)?,
        attempts: row.integer(15)?,
        fault: row.optional_text(16)?.map(str::to_owned),
        created_at: row.time(17)?,
    })
}

/// Returns all connections, oldest first.
pub fn list_connections(database: &dyn Database) -> Result<Vec<Connection>, DatabaseError> {
    let rows = database.query(&format!("SELECT {COLUMNS} FROM connection ORDER BY id"), &[])?;
    rows.iter().map(connection_in).collect()
}

/// Returns one connection.
pub fn connection(database: &dyn Database, id: Uuid) -> Result<Option<Connection>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM connection WHERE id = ?");
    database.first(&sql, &[Param::Text(&id.to_string())])?.map(|row| connection_in(&row)).transpose()
}

/// The shop's statements about a new connection.
#[derive(Clone)]
pub struct NewConnection {
    /// The name of the platform.
    pub platform: String,
    /// The address of the platform.
    pub base: String,
    /// Its mode.
    pub mode: ConnectionMode,
    /// The shop's settings.
    pub settings: ConnectionSettings,
    /// The credentials.
    pub credentials: Vec<(String, String)>,
}

/// Adds a connection. It reads all customers at once, and waits for an approval then.
pub fn add_connection(
    tx: &dyn Database,
    shop: &Shop,
    new: &NewConnection,
    context: &Context<'_>,
) -> Result<Connection, DatabaseError> {
    let id = context.next_id();
    // The ids of two shops of one platform must not be taken for each other.
    let others = tx.query("SELECT 1 FROM connection WHERE platform = ?", &[Param::Text(&new.platform)])?.len();
    let prefix = if others == 0 { new.platform.clone() } else { format!("{}{}", new.platform, id.simple()) };
    let settings = serde_json::to_string(&new.settings).map_err(|_| DatabaseError::Json)?;
    let sealed = sealed(shop, id, &new.credentials, context)?;
    let now = Param::Integer(context.now.millis());
    tx.execute(
        "INSERT INTO connection (id, platform, prefix, base, mode, state, settings, credentials, sweep_due, created_at)
         VALUES (?, ?, ?, ?, ?, 'ok', ?, ?, ?, ?)",
        &[
            Param::Text(&id.to_string()),
            Param::Text(&new.platform),
            Param::Text(&prefix),
            Param::Text(&new.base),
            Param::Text(new.mode.as_str()),
            Param::Text(&settings),
            Param::Text(&sealed),
            now,
            now,
        ],
    )?;
    connection(tx, id)?.ok_or(DatabaseError::Shape { column: 0 })
}

fn place_of(id: Uuid, column: &str) -> String {
    format!("connection {id} {column}")
}

fn sealed(
    shop: &Shop,
    id: Uuid,
    credentials: &[(String, String)],
    context: &Context<'_>,
) -> Result<String, DatabaseError> {
    let text = serde_json::to_vec(credentials).map_err(|_| DatabaseError::Json)?;
    shop.secret.seal(&place_of(id, "credentials"), &text, context)
}

/// Returns the credentials of a connection.
pub fn credentials_of(database: &dyn Database, shop: &Shop, id: Uuid) -> Result<Credentials, DatabaseError> {
    let sql = "SELECT credentials, token, token_until FROM connection WHERE id = ?";
    let Some(row) = database.first(sql, &[Param::Text(&id.to_string())])? else { return Ok(Credentials::default()) };
    let open = |column: &str, stored: &str| {
        shop.secret.open(&place_of(id, column), stored).ok_or(DatabaseError::Shape { column: 0 })
    };
    let given = crate::json::read(&open("credentials", row.text(0)?)?).ok_or(DatabaseError::Json)?;
    let token = row.optional_text(1)?.map(|stored| open("token", stored)).transpose()?;
    let until = row.time(2)?;
    Ok(Credentials {
        given,
        token: token.and_then(|bytes| String::from_utf8(bytes).ok()),
        token_until: (until > Timestamp::BEGINNING).then_some(until),
    })
}

/// Replaces the credentials. The access token that came of the old ones goes with them.
pub fn set_credentials(
    tx: &dyn Database,
    shop: &Shop,
    id: Uuid,
    credentials: &[(String, String)],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let sealed = sealed(shop, id, credentials, context)?;
    tx.execute(
        "UPDATE connection SET credentials = ?, token = NULL, token_until = 0, attempts = 0, due_at = 0, fault = NULL,
             state = iif(state = 'needs_credentials', 'ok', state)
         WHERE id = ?",
        &[Param::Text(&sealed), Param::Text(&id.to_string())],
    )
}

/// Stores an access token, and the refresh token that takes the place of the one used.
pub fn set_token(
    tx: &dyn Database,
    shop: &Shop,
    id: Uuid,
    (token, until): (&str, Timestamp),
    refresh: Option<&str>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    if let Some(refresh) = refresh {
        let mut given = credentials_of(tx, shop, id)?.given;
        given.retain(|(name, _)| name != "refresh_token");
        given.push(("refresh_token".into(), refresh.to_owned()));
        let sealed = sealed(shop, id, &given, context)?;
        tx.execute(
            "UPDATE connection SET credentials = ? WHERE id = ?",
            &[Param::Text(&sealed), Param::Text(&id.to_string())],
        )?;
    }
    let sealed = shop.secret.seal(&place_of(id, "token"), token.as_bytes(), context)?;
    tx.execute(
        "UPDATE connection SET token = ?, token_until = ?, attempts = 0, fault = NULL WHERE id = ?",
        &[Param::Text(&sealed), Param::Integer(until.millis()), Param::Text(&id.to_string())],
    )
}

/// Returns the secret with which the platform signs its hooks, if placet makes it.
pub fn hook_secret(shop: &Shop, id: Uuid) -> [u8; 32] {
    shop.secret.keyed(KeyUse::ConnectionHook, &[id.as_bytes()])
}

/// The shop's changes of a connection.
#[derive(Clone, Default)]
pub struct ConnectionChange {
    /// The mode.
    pub mode: Option<ConnectionMode>,
    /// Whether it is paused.
    pub paused: Option<bool>,
    /// The settings.
    pub settings: Option<ConnectionSettings>,
}

/// Changes a connection. After a changed mode or mapping all customers are read again, and it waits for an approval then.
pub fn change_connection(
    tx: &dyn Database,
    own: &Connection,
    change: &ConnectionChange,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let id = own.id.to_string();
    let mode = change.mode.unwrap_or(own.mode);
    let settings = change.settings.as_ref().unwrap_or(&own.settings);
    let is_other = mode != own.mode || settings.mapping != own.settings.mapping;
    let written = serde_json::to_string(settings).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "UPDATE connection SET mode = ?, settings = ?, version = version + ? WHERE id = ?",
        &[
            Param::Text(mode.as_str()),
            Param::Text(&written),
            Param::Integer((*settings != own.settings).into()),
            Param::Text(&id),
        ],
    )?;
    if is_other {
        tx.execute(
            "UPDATE connection SET is_approved = 0, place = NULL, sweep_due = ?,
                 state = iif(state = 'needs_approval', 'ok', state) WHERE id = ?",
            &[Param::Integer(now.millis()), Param::Text(&id)],
        )?;
    }
    match change.paused {
        Some(true) => tx.execute("UPDATE connection SET state = 'paused' WHERE id = ?", &[Param::Text(&id)]),
        Some(false) => tx.execute(
            "UPDATE connection SET state = 'ok', attempts = 0, due_at = 0, fault = NULL, sweep_due = ?, place = NULL
             WHERE id = ? AND state = 'paused'",
            &[Param::Integer(now.millis()), Param::Text(&id)],
        ),
        None => Ok(()),
    }
}

/// Deletes a connection with its credentials and its mirror. The ledger's records stay. Returns whether there was one.
pub fn remove_connection(tx: &dyn Database, id: Uuid) -> Result<bool, DatabaseError> {
    let id = id.to_string();
    tx.execute("DELETE FROM remote WHERE connection = ?", &[Param::Text(&id)])?;
    Ok(!tx.query("DELETE FROM connection WHERE id = ? RETURNING 1", &[Param::Text(&id)])?.is_empty())
}

/// Sets the state of a connection, with the reason why it stands still.
pub(crate) fn set_state(
    tx: &dyn Database,
    id: Uuid,
    state: ConnectionState,
    fault: Option<&str>,
) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE connection SET state = ?, fault = ? WHERE id = ?",
        &[Param::Text(state.as_str()), Param::text_or_null(fault), Param::Text(&id.to_string())],
    )
}

/// Notes that the next request may be sent at a time, and whether the last one has failed.
pub fn pace(tx: &dyn Database, id: Uuid, due_at: Timestamp, failed: Option<&str>) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE connection SET due_at = ?1, attempts = iif(?2 IS NULL, 0, attempts + 1), fault = ?2 WHERE id = ?3",
        &[Param::Integer(due_at.millis()), Param::text_or_null(failed), Param::Text(&id.to_string())],
    )
}
