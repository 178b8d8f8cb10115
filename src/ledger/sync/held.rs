//! The accounts of one person at connected shop platforms, for the contact report.

use serde::Serialize;

use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A field of the person's account at a connected shop platform, as placet knows it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RemoteEntry {
    /// The platform.
    pub platform: String,
    /// The address of the platform.
    pub base: String,
    /// The platform's id of the account.
    pub account: String,
    /// The name of the field; `null` if the account has none that counts here.
    pub field: Option<String>,
    /// The content of the field: `on`, `out`, or another state of the platform.
    pub state: Option<String>,
    /// The platform's own time of the choice; `null` if the platform has none.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::consent::Timestamp>"))]
    pub at: Option<String>,
}

/// Returns the accounts with an address of these contacts.
pub(crate) fn accounts_of(database: &dyn Database, members: &str) -> Result<Vec<RemoteEntry>, DatabaseError> {
    let rows = database.query(
        "SELECT DISTINCT c.platform, c.base, r.remote, f.key, f.value ->> 's', f.value ->> 't'
         FROM json_each(?1) m CROSS JOIN address a ON a.contact = m.value
             CROSS JOIN remote r ON r.email = a.pseudonym OR r.phone = a.pseudonym
             CROSS JOIN connection c ON c.id = r.connection LEFT JOIN json_each(r.mirror) f ORDER BY 2, 3, 4",
        &[Param::Text(members)],
    )?;
    let entry = |row: &crate::ledger::store::database::Row| {
        let optional = |at| row.optional_text(at).map(|text| text.map(str::to_owned));
        Ok(RemoteEntry {
            platform: row.text(0)?.to_owned(),
            base: row.text(1)?.to_owned(),
            account: row.text(2)?.to_owned(),
            field: optional(3)?,
            state: optional(4)?,
            at: optional(5)?,
        })
    };
    rows.iter().map(entry).collect()
}
