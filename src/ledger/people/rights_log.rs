//! What is done for a person under their rights, each act kept with who did it, when and why: so that restrictions, corrections
//! and merges can be told from the report, and undone where they can be.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::people::contact::Contact;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::text::Line;

vocabulary! {
    /// An act under a person's rights.
    RightsAct, "unknown act" {
        /// What is held was handed out, GDPR Art. 15 and 20.
        Exported = "exported",
        /// Something was corrected, Art. 16.
        Rectified = "rectified",
        /// The use of the data was restricted, Art. 18.
        Restricted = "restricted",
        /// The restriction was lifted, Art. 18(3).
        RestrictionLifted = "restriction_lifted",
        /// Another contact turned out to be the same person.
        Merged = "merged",
        /// And then not.
        Unmerged = "unmerged",
    }
}

impl RightsAct {
    /// The article of the GDPR behind it.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Exported => "GDPR Art. 15, 20",
            Self::Rectified | Self::Merged | Self::Unmerged => "GDPR Art. 5(1)(d), 16",
            Self::Restricted | Self::RestrictionLifted => "GDPR Art. 18",
        }
    }
}

/// What else is known of an act; what is absent is left out. It names no address: a corrected one is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ActDetail {
    /// The sections that were exported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// In which format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What was corrected: `email`, `phone`, `country`, `region`, `relation`, `born`; or what a merge filled in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The other contact of a merge, or the one that an address was set apart to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// Whether a merge brought a restriction with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
}

/// One act, as it is told.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RightsEntry {
    /// Its id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// What was done.
    pub act: RightsAct,
    /// The law behind it.
    pub article: &'static str,
    /// When.
    pub at: Timestamp,
    /// The id of the API key that did it.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// Why.
    pub reason: Option<String>,
    /// What else is known.
    pub detail: ActDetail,
}

/// Who acts, and why.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    /// The id of the key.
    pub key: Uuid,
    /// The reason that was given.
    pub reason: Option<&'a Line>,
}

/// Writes an act down.
pub(crate) fn note(
    tx: &dyn Database,
    contact: &Contact,
    act: RightsAct,
    by: &Acting<'_>,
    detail: &ActDetail,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let detail = if *detail == ActDetail::default() { None } else { serde_json::to_string(detail).ok() };
    tx.execute(
        "INSERT INTO rights_act (id, contact, kind, at, key, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&moment.next_id().to_string()),
            contact.param(),
            Param::Text(act.as_str()),
            Param::Integer(moment.now.millis()),
            Param::Text(&by.key.to_string()),
            Param::text_or_null(by.reason.map(Line::as_str)),
            Param::text_or_null(detail.as_deref()),
        ],
    )
}

/// The acts for a contact and for those merged into it, oldest first.
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
                    Some(text) => json::read(text).ok_or(DatabaseError::Shape { column: 5 })?,
                },
            })
        })
        .collect()
}
