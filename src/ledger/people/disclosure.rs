//! What was handed to whom: the recipients that a person may ask for (GDPR Art. 15(1)(c); the actual ones, CJEU C-154/21) and
//! that have to be told of a correction or an erasure (Art. 19).

use serde::Serialize;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::people::contact::{Contact, Lookup, find, members};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::text::Token;

/// One recipient of a person's data, and what it got.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct DisclosureEntry {
    /// The shop's name for the recipient, see the recipients of its settings.
    pub recipient: String,
    /// Who that is, where the shop has told it.
    pub name: Option<String>,
    /// What was handed over: the shop's words, such as `email` or `newsletter_choice`.
    pub data: Vec<String>,
    /// For the first time.
    pub first_at: Timestamp,
    /// For the last time.
    pub last_at: Timestamp,
    /// How often.
    pub times: i64,
}

/// Notes that some data of a contact was handed to a recipient. The same again counts on. `false` where the contact is not known.
///
/// # Errors
/// Those of the database.
pub fn note_disclosure(
    database: &dyn Database,
    contact: &Lookup,
    recipient: &Token,
    data: &[Token],
    at: Option<Timestamp>,
    moment: &Moment<'_>,
) -> Result<Option<uuid::Uuid>, DatabaseError> {
    database.transaction(|tx| {
        let Some(contact) = find(tx, contact)? else { return Ok(None) };
        let mut data: Vec<&str> = data.iter().map(Token::as_str).collect();
        data.sort_unstable();
        data.dedup();
        let data = serde_json::to_string(&data).map_err(|_| DatabaseError::Shape { column: 0 })?;
        let at = Param::Integer(at.map_or(moment.now, |at| at.min(moment.now)).millis());
        tx.execute(
            "INSERT INTO disclosure (contact, recipient, data, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, 1)
             ON CONFLICT DO UPDATE SET first_at = iif(inherited, excluded.first_at, min(first_at, excluded.first_at)),
                 last_at = iif(inherited, excluded.last_at, max(last_at, excluded.last_at)),
                 times = iif(inherited, 1, times + 1), inherited = 0",
            &[contact.param(), Param::Text(recipient.as_str()), Param::Text(&data), at, at],
        )?;
        Ok(Some(contact.uuid))
    })
}

/// Gives a contact that was set apart from another what stands there: of which of them it was nobody knows, so whoever got it has
/// to hear of a correction or an erasure of either. It is told to the shop, and of neither person to the other.
pub(crate) fn inherit(tx: &dyn Database, from: &Contact, to: i64) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO disclosure (contact, recipient, data, first_at, last_at, times, inherited)
         SELECT ?1, recipient, data, min(first_at), max(last_at), sum(times), 1 FROM disclosure
         WHERE contact IN (SELECT value FROM json_each(?2)) GROUP BY recipient, data",
        &[Param::Integer(to), Param::Text(&members(tx, from.row)?)],
    )
}

/// What was handed over of a contact and of those merged into it; to a person without what may have been another's.
pub(crate) fn disclosures_of(
    database: &dyn Database,
    shop: &Shop,
    members: &str,
    for_person: bool,
) -> Result<Vec<DisclosureEntry>, DatabaseError> {
    let rows = database.query(
        "SELECT recipient, data, min(first_at), max(last_at), sum(times) FROM disclosure
         WHERE contact IN (SELECT value FROM json_each(?)) AND NOT (inherited AND ?)
         GROUP BY recipient, data ORDER BY 3, 1, 2",
        &[Param::Text(members), Param::Integer(for_person.into())],
    )?;
    rows.iter()
        .map(|row| {
            let recipient = row.text(0)?;
            let known = shop.settings.privacy.recipients.iter().find(|known| known.id.as_str() == recipient);
            Ok(DisclosureEntry {
                recipient: recipient.to_owned(),
                name: known.map(|known| known.name.as_str().to_owned()),
                data: row.parsed(1, |text| json::read(text))?,
                first_at: row.time(2)?,
                last_at: row.time(3)?,
                times: row.integer(4)?,
            })
        })
        .collect()
}
