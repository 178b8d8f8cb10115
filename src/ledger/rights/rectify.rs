//! What is wrong about a person, put right (GDPR Art. 16).
//!
//! A corrected address is another address: what proved the old one proves nothing for the new. So the records stay where they
//! are, under an address whose value is gone, and the new one begins with what an employee's word carries over: every no as it
//! was, suppressions included; every yes at its own time, but known no better than by that employee. So a correction never brings
//! a yes to an address that had said no, nor does it let a person's no be forgotten with the old one.

use uuid::Uuid;

use crate::consent::{Act, Address, Assurance, RecordId, Timestamp, Track};
use crate::json;
use crate::ledger::people::contact::{Contact, Lookup, find};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::people::{address, profile};
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::{record, standing, suppression};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::submission::Submission;
use crate::model::suppression::SuppressionReason;

/// What is to be put right.
#[derive(Clone, Debug)]
pub struct Rectification {
    /// An address of the contact, and what it should be. Both are of one kind.
    pub address: Option<(Address, Address)>,
    /// Facts of the person: those that are given are replaced.
    pub person: PersonFacts,
    /// Facts that are to be forgotten.
    pub forget: Vec<Fact>,
}

vocabulary! {
    /// A fact of a person that rules and ages go by.
    Fact, "unknown fact" {
        /// Where they live. The region goes with it.
        Country = "country",
        /// In which part of it.
        Region = "region",
        /// As whom they are addressed.
        Relation = "relation",
        /// When they were born.
        Born = "born",
    }
}

/// Why something cannot be put right. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RectifyError {
    /// The contact is not known.
    Unknown,
    /// The contact does not have the address that is to be corrected.
    NotTheirs,
    /// The new address is known already: of this contact, or of another one, which then is to be merged.
    Taken,
    /// The person is said to be born after now.
    NotBornYet,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for RectifyError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Puts it right.
///
/// # Errors
/// [`RectifyError`]; nothing is written then.
pub fn rectify_contact(
    database: &dyn Database,
    shop: &Shop,
    contact: Uuid,
    asked: &Rectification,
    by: &Acting<'_>,
    moment: &Moment<'_>,
) -> Result<(), RectifyError> {
    database.transaction(|tx| {
        let contact = find(tx, &Lookup::Id(contact))?.ok_or(RectifyError::Unknown)?;
        let born = asked.person.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
        if born.is_some_and(|born| born > moment.now) {
            return Err(RectifyError::NotBornYet);
        }
        let mut detail = ActDetail::default();
        if let Some((from, to)) = &asked.address {
            detail.fields.push(from.kind().to_string());
            let (old, new) = rekey(tx, shop, &contact, from, to, moment)?;
            carry_over(tx, shop, &contact, old, new, by, moment)?;
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
        note(tx, &contact, RightsAct::Rectified, by, &detail, moment)?;
        Ok(())
    })
}

/// Takes the value out of the old address, and adds the new one.
fn rekey(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    from: &Address,
    to: &Address,
    moment: &Moment<'_>,
) -> Result<(i64, i64), RectifyError> {
    let own = tx.first(
        "SELECT id FROM address WHERE contact = ? AND kind = ? AND match_key = ?",
        &[contact.param(), Param::Text(from.kind().as_str()), Param::Text(from.key())],
    )?;
    let old = own.ok_or(RectifyError::NotTheirs)?.integer(0)?;
    if from.key() == to.key() {
        // Another writing of the same address: nothing has to be proved anew.
        tx.execute("UPDATE address SET value = ? WHERE id = ?", &[Param::Text(to.given()), Param::Integer(old)])?;
        return Ok((old, old));
    }
    if find(tx, &Lookup::Address(to.clone()))?.is_some() {
        return Err(RectifyError::Taken);
    }
    let [wrong, right] = [from, to].map(|address| suppression::hash_of(shop, address.kind(), address.key()));
    // What suppresses the person follows them; and an address that had said no is not to be woken by an old list that still
    // has it.
    suppression::carry_over(tx, &wrong, &right, moment)?;
    if has_refused(tx, contact, old)? && !suppression::is_wide(tx, &wrong)? {
        suppression::keep_hash(tx, &wrong, None, (SuppressionReason::Other, moment.now), moment)?;
    }
    // The kind takes it out of every question. Of the address a keyed hash stays, by which an erasure suppresses it as well; the
    // rest only has to make it one of its own.
    let gone = format!("{wrong} {}", moment.next_id());
    forget_name(tx, shop, from, moment)?;
    tx.execute(
        "UPDATE address SET kind = 'rectified', match_key = ?, value = '', pseudonym = NULL WHERE id = ?",
        &[Param::Text(&gone), Param::Integer(old)],
    )?;
    let new = record::inserted(
        tx,
        "INSERT INTO address (contact, kind, match_key, value, assurance, created_at, pseudonym, linked, home)
         SELECT contact, ?, ?, ?, 'staff', ?, ?, linked, home FROM address WHERE id = ? RETURNING id",
        &[
            Param::Text(to.kind().as_str()),
            Param::Text(to.key()),
            Param::Text(to.given()),
            Param::Integer(moment.now.millis()),
            Param::Text(&address::written(&shop.pseudonym(to.kind(), to.key()))),
            Param::Integer(old),
        ],
    )?;
    tx.execute("UPDATE address SET successor = ? WHERE id = ?", &[Param::Integer(new), Param::Integer(old)])?;
    Ok((old, new))
}

/// What waits to be sent to the old address goes, and so does a request that it has not answered. One that it has proven is still
/// answered there; of those that were answered nothing names it any more.
fn forget_name(tx: &dyn Database, shop: &Shop, from: &Address, moment: &Moment<'_>) -> Result<(), DatabaseError> {
    let name = address::written(&shop.pseudonym(from.kind(), from.key()));
    tx.execute("DELETE FROM message WHERE pseudonym = ?", &[Param::Text(&name)])?;
    tx.execute(
        "UPDATE subject_request SET state = 'lapsed', closed_at = ?, remind_on = NULL, to_value = NULL, details = NULL
         WHERE pseudonym = ? AND state = 'open'",
        &[Param::Integer(moment.now.millis()), Param::Text(&name)],
    )?;
    tx.execute(
        "UPDATE subject_request SET pseudonym = NULL WHERE pseudonym = ? AND state <> 'verified'",
        &[Param::Text(&name)],
    )
}

/// Whether a no bears on an address: one of its own, or one that left the channel open, by whatever address of the contact.
fn has_refused(tx: &dyn Database, contact: &Contact, address: i64) -> Result<bool, DatabaseError> {
    let found = tx.first(
        "SELECT 1 FROM track WHERE address IN (SELECT id FROM address WHERE contact = ?1) AND choice = 'opt_out'
             AND assurance <> 'claimed' AND (address = ?2 OR +channel = '*') LIMIT 1",
        &[contact.param(), Param::Integer(address)],
    )?;
    Ok(found.is_some())
}

/// Begins the new address with what stood for the old one.
fn carry_over(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    old: i64,
    new: i64,
    by: &Acting<'_>,
    moment: &Moment<'_>,
) -> Result<(), RectifyError> {
    let standing = standing_of(tx, old)?;
    if old == new || standing.tracks().is_empty() {
        return Ok(());
    }
    let submission = Submission::entered(shop, "rectification", None, None, moment)?;
    let id = submission.id.to_string();
    record::submitted(tx, &submission, &id, contact.param(), Param::Integer(moment.now.millis()))?;
    for track in standing.tracks() {
        let carried = Track { assurance: carried(track), record: RecordId(moment.next_id()), ..track.clone() };
        if track.act.choice().is_some() {
            let shown = evidence_of(tx, old, track)?;
            let evidence = KeptEvidence { reason: by.reason.cloned(), confirmed_by: None, confirms: None, ..shown };
            record::recorded(tx, new, &carried, &id, &evidence)?;
        }
        standing::keep(tx, new, &carried)?;
    }
    Ok(())
}

/// How well it is known that the person did this, now that the address is another.
fn carried(track: &Track) -> Assurance {
    match (track.act, track.assurance) {
        (Act::OptIn { .. }, Assurance::Confirmed | Assurance::Authenticated) => Assurance::Staff,
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
        Some(text) => json::read(text).ok_or(DatabaseError::Shape { column: 0 }),
    }
}
