//! Disclosures: which data was given to which recipient. A person may ask for the recipients (GDPR Art. 15(1)(c); the
//! actual ones, CJEU C-154/21), and the shop has to inform them of a rectification or an erasure (Art. 19).

use serde::Serialize;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::people::contact::{Contact, Lookup, find, members};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::text::Token;

/// A recipient of a person's data, and the data that it received.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct DisclosureEntry {
    /// The shop's id for the recipient, as in the recipients of its settings.
    pub recipient: String,
    /// The name of the recipient; `null` if the shop's settings do not contain it.
    pub name: Option<String>,
    /// The data that was disclosed, in the shop's words, such as `email` or `newsletter_choice`.
    pub data: Vec<String>,
    /// The time of the first disclosure.
    pub first_at: Timestamp,
    /// The time of the latest disclosure.
    pub last_at: Timestamp,
    /// The number of disclosures.
    pub times: i64,
}

/// Records that data of a contact was disclosed to a recipient. A repeated disclosure of the same data increases its
/// count. `at` is the time of the disclosure; default and latest possible value: now. Returns the id of the contact;
/// `None` if it is unknown.
pub fn note_disclosure(
    tx: &dyn Database,
    contact: &Lookup,
    recipient: &Token,
    data: &[Token],
    at: Option<Timestamp>,
    context: &Context<'_>,
) -> Result<Option<uuid::Uuid>, DatabaseError> {
    let Some(contact) = find(tx, contact)? else { return Ok(None) };
    let mut data: Vec<&str> = data.iter().map(Token::as_str).collect();
    data.sort_unstable();
    data.dedup();
    let data = serde_json::to_string(&data).map_err(|_| DatabaseError::Json)?;
    let at = Param::Integer(at.map_or(context.now, |at| at.min(context.now)).millis());
    tx.execute(
        "INSERT INTO disclosure (contact, recipient, data, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, 1)
         ON CONFLICT DO UPDATE SET first_at = iif(inherited, excluded.first_at, min(first_at, excluded.first_at)),
             last_at = iif(inherited, excluded.last_at, max(last_at, excluded.last_at)),
             times = iif(inherited, 1, times + 1), inherited = 0",
        &[contact.param(), Param::Text(recipient.as_str()), Param::Text(&data), at, at],
    )?;
    Ok(Some(contact.uuid))
}

/// Copies the disclosures of a contact to a contact that is separated from it. Nobody knows which of the two persons
/// they were about, so each recipient has to be informed of a rectification or an erasure of either. They are shown to
/// the shop, and to neither of the two persons.
pub(crate) fn inherit(tx: &dyn Database, from: &Contact, to: i64) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO disclosure (contact, recipient, data, first_at, last_at, times, inherited)
         SELECT ?1, recipient, data, min(first_at), max(last_at), sum(times), 1 FROM disclosure
         WHERE contact IN (SELECT value FROM json_each(?2)) GROUP BY recipient, data",
        &[Param::Integer(to), Param::Text(&members(tx, from.row)?)],
    )
}

/// Returns the disclosures of a contact and of the contacts merged into it. With `for_person`, leaves out those that
/// may have been about another person.
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
