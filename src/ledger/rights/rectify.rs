//! Corrects wrong data about a person (GDPR Art. 16).
//!
//! A corrected address is a new address: evidence for the old address proves nothing for the new one. So the records
//! stay under the old address, whose value is deleted. The new address starts with the records that an employee may
//! carry over: every opt-out unchanged, suppressions included; every opt-in with its own time, but only as claimed, so
//! that the new address is asked to confirm it where the law asks for that. So a correction never gives an opt-in to an
//! address that had opted out, and a person's opt-out is never lost with the old address.

use uuid::Uuid;

use crate::consent::{Act, ActTime, Address, Assurance, Channel, RecordId, Timestamp, Track};
use crate::json;
use crate::ledger::capture::confirmation::{Whose, ask};
use crate::ledger::people::contact::{Contact, Lookup, find, last_locale};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::people::{address, profile};
use crate::ledger::records::bearing::bearing_on;
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::{record, standing, suppression};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::submission::Submission;
use crate::model::suppression::SuppressionReason;

/// A correction of a contact's data.
#[derive(Clone, Debug)]
pub struct Rectification {
    /// An address of the contact and its corrected value. Both have the same kind.
    pub address: Option<(Address, Address)>,
    /// The facts to replace. Absent facts stay unchanged.
    pub person: PersonFacts,
    /// The facts to delete.
    pub forget: Vec<Fact>,
}

vocabulary! {
    /// A fact about a person that legal rules and age limits depend on.
    Fact, "unknown fact" {
        /// The country where the person lives. Deleting it also deletes the region.
        Country = "country",
        /// The region of the country where the person lives.
        Region = "region",
        /// Whether the person is addressed as a consumer or as a business.
        Relation = "relation",
        /// The person's date of birth.
        Born = "born",
    }
}

/// The reason why a correction is refused. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RectifyError {
    /// The contact is not known.
    Unknown,
    /// The contact does not have the address that is to be corrected.
    NotTheirs,
    /// The new address is already stored, for this contact or another one. In the second case the contacts have to be
    /// merged.
    Taken,
    /// The date of birth is in the future.
    NotBornYet,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for RectifyError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Corrects the data of a contact.
///
/// # Errors
/// Returns a [`RectifyError`] if the correction is refused or the database fails.
pub fn rectify_contact(
    tx: &dyn Database,
    shop: &Shop,
    contact: Uuid,
    asked: &Rectification,
    by: &Acting<'_>,
    context: &Context<'_>,
) -> Result<(), RectifyError> {
    let contact = find(tx, &Lookup::Id(contact))?.ok_or(RectifyError::Unknown)?;
    let born = asked.person.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
    if born.is_some_and(|born| born > context.now) {
        return Err(RectifyError::NotBornYet);
    }
    let mut detail = ActDetail::default();
    if let Some((from, to)) = &asked.address {
        detail.fields.push(from.kind().to_string());
        let (old, new) = rekey(tx, shop, &contact, from, to, context)?;
        copy_histories(tx, shop, &contact, old, new, by, context)?;
    }
    for fact in &asked.forget {
        detail.fields.push(fact.to_string());
        let columns = match fact {
            Fact::Country => "country = NULL, region = NULL",
            Fact::Region => "region = NULL",
            Fact::Relation => "relation = NULL",
            Fact::Born => "born = NULL",
        };
        tx.execute(&format!("UPDATE contact SET {columns} WHERE id = ?"), &[contact.param()])?;
    }
    if asked.person != PersonFacts::default() {
        let person = &asked.person;
        let given = [
            (person.country.is_some(), Fact::Country),
            (person.region.is_some(), Fact::Region),
            (person.relation.is_some(), Fact::Relation),
            (person.born.is_some(), Fact::Born),
        ];
        detail.fields.extend(given.iter().filter(|(given, _)| *given).map(|(_, fact)| fact.to_string()));
        profile::learned(tx, contact.param(), person, true)?;
    }
    if !detail.fields.is_empty() {
        // An employee has looked into the facts, so what forms have claimed does not count any more.
        tx.execute("UPDATE contact SET claimed = NULL WHERE id = ?", &[contact.param()])?;
    }
    note(tx, &contact, RightsAct::Rectified, by, &detail, context)?;
    Ok(())
}

/// Deletes the value of the old address and adds the new address. Returns the row ids of both.
fn rekey(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    from: &Address,
    to: &Address,
    context: &Context<'_>,
) -> Result<(i64, i64), RectifyError> {
    let own = tx.first(
        "SELECT id FROM address WHERE contact = ? AND kind = ? AND match_key = ?",
        &[contact.param(), Param::Text(from.kind().as_str()), Param::Text(from.key())],
    )?;
    let old = own.ok_or(RectifyError::NotTheirs)?.integer(0)?;
    if from.key() == to.key() {
        // Only the spelling of the same address changes, so nothing has to be proved again.
        tx.execute("UPDATE address SET value = ? WHERE id = ?", &[Param::Text(to.given()), Param::Integer(old)])?;
        return Ok((old, old));
    }
    if find(tx, &Lookup::Address(to.clone()))?.is_some() {
        return Err(RectifyError::Taken);
    }
    let [wrong, right] = [from, to].map(|address| suppression::hash_of(shop, address.kind(), address.key()));
    // The suppressions of the person apply to the new address too. An old address that had opted out is suppressed, so
    // that an old list which still contains it cannot re-subscribe it.
    suppression::copy_to(tx, &wrong, &right, context)?;
    if bearing_on(tx, old)?.opt_outs().next().is_some() && !suppression::is_wide(tx, &wrong)? {
        suppression::store_hash(tx, &wrong, None, (SuppressionReason::Other, context.now), context)?;
    }
    // The kind `rectified` excludes the row from every query. A keyed hash of the address stays, so that an erasure can
    // suppress it as well. The id after it only makes the key unique.
    let gone = format!("{wrong} {}", context.next_id());
    forget_name(tx, shop, from, context)?;
    tx.execute(
        "UPDATE address SET kind = 'rectified', match_key = ?, value = '', pseudonym = NULL WHERE id = ?",
        &[Param::Text(&gone), Param::Integer(old)],
    )?;
    // The links that were sent to the old address name it. If its owner opts out by one, the hash is suppressed.
    let pseudonym = address::written(&shop.pseudonym(from.kind(), from.key()));
    tx.execute(
        "INSERT INTO former_pseudonym (pseudonym, address) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET address = excluded.address",
        &[Param::Text(&pseudonym), Param::Integer(old)],
    )?;
    let new = record::inserted(
        tx,
        "INSERT INTO address (contact, kind, match_key, value, assurance, created_at, pseudonym, linked,
             vouched_at, home)
         SELECT contact, ?1, ?2, ?3, 'staff', ?4, ?5, linked, iif(linked, ?4, NULL), home FROM address WHERE id = ?6
         RETURNING id",
        &[
            Param::Text(to.kind().as_str()),
            Param::Text(to.key()),
            Param::Text(to.given()),
            Param::Integer(context.now.millis()),
            Param::Text(&address::written(&shop.pseudonym(to.kind(), to.key()))),
            Param::Integer(old),
        ],
    )?;
    tx.execute("UPDATE address SET successor = ? WHERE id = ?", &[Param::Integer(new), Param::Integer(old)])?;
    Ok((old, new))
}

/// Suppresses an address that was corrected, because its owner has opted out by a link that was sent to it before. Its
/// records belong to the address that replaced it, and are not about it. Does nothing if no corrected address had this
/// pseudonym.
pub fn suppress_corrected(
    tx: &dyn Database,
    pseudonym: &[u8; 16],
    channel: Option<Channel>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let row = tx.first(
        "SELECT a.match_key FROM former_pseudonym f JOIN address a ON a.id = f.address
         WHERE f.pseudonym = ? AND a.kind = 'rectified'",
        &[Param::Text(&address::written(pseudonym))],
    )?;
    let Some(row) = row else { return Ok(()) };
    let hash = row.text(0)?.split(' ').next().unwrap_or_default();
    suppression::store_hash(tx, hash, channel, (SuppressionReason::Asked, context.now), context).map(drop)
}

/// Deletes the messages that wait to be sent to the old address and closes the requests that it has not verified. A
/// request that it has verified is still answered there. Closed requests no longer refer to the address.
fn forget_name(tx: &dyn Database, shop: &Shop, from: &Address, context: &Context<'_>) -> Result<(), DatabaseError> {
    let name = address::written(&shop.pseudonym(from.kind(), from.key()));
    tx.execute("DELETE FROM message WHERE pseudonym = ?", &[Param::Text(&name)])?;
    tx.execute(
        "UPDATE subject_request SET state = 'lapsed', closed_at = ?, remind_on = NULL, to_value = NULL, details = NULL
         WHERE pseudonym = ? AND state = 'open'",
        &[Param::Integer(context.now.millis()), Param::Text(&name)],
    )?;
    tx.execute(
        "UPDATE subject_request SET pseudonym = NULL WHERE pseudonym = ? AND state <> 'verified'",
        &[Param::Text(&name)],
    )
}

/// Copies the histories of the old address to the new one.
fn copy_histories(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    old: i64,
    new: i64,
    by: &Acting<'_>,
    context: &Context<'_>,
) -> Result<(), RectifyError> {
    let standing = standing_of(tx, old)?;
    if old == new || standing.tracks().is_empty() {
        return Ok(());
    }
    let submission = Submission::entered(shop, "rectification", None, ActTime::NOW, context)?;
    let id = submission.id.to_string();
    record::submitted(tx, &submission, &id, contact.param(), context.now)?;
    let mut claimed = Vec::new();
    for track in standing.tracks() {
        let carried = Track { assurance: carried(track), record: RecordId(context.next_id()), ..track.clone() };
        if track.act.choice().is_some() {
            let shown = evidence_of(tx, old, track)?;
            let evidence = KeptEvidence { reason: by.reason.cloned(), confirmed_by: None, confirms: None, ..shown };
            record::recorded(tx, new, &carried, &id, &evidence)?;
        }
        standing::keep(tx, new, &carried)?;
        if carried.assurance == Assurance::Claimed {
            claimed.push(carried);
        }
    }
    if let Some(named) = address::named_row(tx, shop, new)?.and_then(|named| named.address()) {
        let locale = last_locale(tx, contact.uuid)?.unwrap_or_else(|| "en".to_owned());
        ask(tx, shop, (&named, Whose::Known), &locale, &claimed.iter().collect::<Vec<_>>(), context)?;
    }
    Ok(())
}

/// Returns the assurance that a history has for the new address. An opt-out is carried as it is. An opt-in is only
/// claimed: the new address may be mistyped, and its owner has said nothing.
fn carried(track: &Track) -> Assurance {
    match (track.act, track.assurance) {
        (Act::OptIn { .. }, Assurance::Confirmed | Assurance::Authenticated | Assurance::Staff) => Assurance::Claimed,
        (_, assurance) => assurance,
    }
}

fn evidence_of(tx: &dyn Database, address: i64, track: &Track) -> Result<KeptEvidence, DatabaseError> {
    let row = tx.first(
        "SELECT evidence FROM record WHERE address = ? AND id = ?",
        &[Param::Integer(address), Param::Text(&track.record.0.to_string())],
    )?;
    match row.as_ref().map(|row| row.optional_text(0)).transpose()?.flatten() {
        None => Ok(KeptEvidence::default()),
        Some(text) => json::read(text).ok_or(DatabaseError::Json),
    }
}
