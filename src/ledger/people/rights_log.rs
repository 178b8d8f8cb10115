//! Stores each act that is done for a person under their rights, with the key, the time and the reason, so that the
//! report can show restrictions, corrections and merges and they can be undone where possible.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::people::contact::Contact;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::text::Line;

vocabulary! {
    /// An act under a person's rights.
    RightsAct, "unknown act" {
        /// The data of the person was exported, GDPR Art. 15 and 20.
        Exported = "exported",
        /// Data was corrected, Art. 16.
        Rectified = "rectified",
        /// The use of the data was restricted, Art. 18.
        Restricted = "restricted",
        /// The restriction was lifted, Art. 18(3).
        RestrictionLifted = "restriction_lifted",
        /// Another contact of the same person was merged into this one.
        Merged = "merged",
        /// A merge was undone, or an address was separated from the contact.
        Unmerged = "unmerged",
    }
}

impl RightsAct {
    /// Returns the article of the GDPR on which the act is based.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Exported => "GDPR Art. 15, 20",
            Self::Rectified | Self::Merged | Self::Unmerged => "GDPR Art. 5(1)(d), 16",
            Self::Restricted | Self::RestrictionLifted => "GDPR Art. 18",
        }
    }
}

/// Details of an act. Absent details are left out. They contain no address, because a corrected address is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ActDetail {
    /// The exported sections of the report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// The format of the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The corrected fields: `email`, `phone`, `country`, `region`, `relation`, `born`; or the fields that a merge
    /// filled in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The other contact of a merge, or the new contact of an address that was separated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// Whether a merge brought a restriction with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
}

/// One act under a person's rights, as the report shows it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RightsEntry {
    /// The id of the act.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The act that was done.
    pub act: RightsAct,
    /// The articles of the GDPR on which the act is based.
    pub article: &'static str,
    /// The time of the act.
    pub at: Timestamp,
    /// The id of the API key that did the act; the nil UUID if the ledger did it by itself.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// The reason that the shop gave.
    pub reason: Option<String>,
    /// The details of the act.
    pub detail: ActDetail,
}

/// The API key that acts, and the reason.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    /// The id of the API key.
    pub key: Uuid,
    /// The reason that was given.
    pub reason: Option<&'a Line>,
}

/// Stores an act.
pub(crate) fn note(
    tx: &dyn Database,
    contact: &Contact,
    act: RightsAct,
    by: &Acting<'_>,
    detail: &ActDetail,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let detail = if *detail == ActDetail::default() { None } else { serde_json::to_string(detail).ok() };
    tx.execute(
        "INSERT INTO rights_act (id, contact, kind, at, key, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&context.next_id().to_string()),
            contact.param(),
            Param::Text(act.as_str()),
            Param::Integer(context.now.millis()),
            Param::Text(&by.key.to_string()),
            Param::text_or_null(by.reason.map(Line::as_str)),
            Param::text_or_null(detail.as_deref()),
        ],
    )
}

/// Returns the acts for a contact and for the contacts merged into it, oldest first.
pub(crate) fn acts_for(database: &dyn Database, members: &str) -> Result<Vec<RightsEntry>, DatabaseError> {
    let rows = database.query(
        "SELECT id, kind, at, key, reason, detail FROM rights_act WHERE contact IN (SELECT value FROM json_each(?))
         ORDER BY id",
        &[Param::Text(members)],
    )?;
    rows.iter()
        .map(|row| {
            let act = row.parsed(1, RightsAct::parse)?;
            Ok(RightsEntry {
                id: row.text(0)?.to_owned(),
                act,
                article: act.article(),
                at: row.time(2)?,
                key: row.text(3)?.to_owned(),
                reason: row.optional_text(4)?.map(str::to_owned),
                detail: match row.optional_text(5)? {
                    None => ActDetail::default(),
                    Some(text) => json::read(text).ok_or(DatabaseError::Json)?,
                },
            })
        })
        .collect()
}
