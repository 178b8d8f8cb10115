//! Addresses as links name them, and what a person does by a link that was sent to one.

use uuid::Uuid;

use super::confirmation;
use super::contact::Contact;
use super::evidence::KeptEvidence;
use super::outbox::consent_changed;
use super::shop::Shop;
use super::submission::{Claim, NoticeShown, Source, Submission};
use super::text::Token;
use super::{Database, DatabaseError, Moment, Param, Row, track, write};
use crate::consent::{
    Act, Address, AddressKind, Assurance, Channel, EmailAddress, Ground, PhoneNumber, PostalAddress, PushAddress,
    RecordId, Refusal, Scope, Timestamp, Track,
};

/// An address that a link named.
#[derive(Clone, Debug)]
pub struct Named {
    pub(super) row: i64,
    pub(super) contact: Contact,
    /// Its kind.
    pub kind: AddressKind,
    /// The address as it was given.
    pub value: String,
    /// Whether the shop has said that it is of the same person as the others of its contact that it has said so of.
    pub linked: bool,
    /// Its name in links.
    pub pseudonym: [u8; 16],
}

impl Named {
    /// The id of the contact that has it.
    pub fn contact(&self) -> Uuid {
        self.contact.uuid
    }

    /// The address as a value.
    pub fn address(&self) -> Option<Address> {
        match self.kind {
            AddressKind::Email => EmailAddress::parse(&self.value).map(Address::Email),
            AddressKind::Phone => PhoneNumber::parse(&self.value).map(Address::Phone),
            AddressKind::Push => PushAddress::parse(&self.value).map(Address::Push),
            AddressKind::Postal => PostalAddress::parse(&self.value).map(Address::Postal),
        }
    }
}

impl Shop {
    /// The name of an address in links: a keyed hash, the same for as long as there is the shop, and no other address's.
    pub fn pseudonym(&self, kind: AddressKind, key: &str) -> [u8; 16] {
        self.keyed(format!("address\0{kind}\0{key}").as_bytes()).first_chunk().copied().unwrap_or_default()
    }
}

/// A name as it is stored.
pub(super) fn written(pseudonym: &[u8; 16]) -> String {
    base16ct::lower::encode_string(pseudonym)
}

const NAMED: &str = "SELECT a.id, a.kind, a.value, a.match_key, a.linked, a.pseudonym, c.id, c.uuid, c.created_at
    FROM address a JOIN contact c ON c.id = a.contact";

fn named_in(shop: &Shop, row: &Row) -> Result<Named, DatabaseError> {
    let (kind, key) = (row.parsed(1, AddressKind::parse)?, row.text(3)?);
    Ok(Named {
        row: row.integer(0)?,
        kind,
        value: row.text(2)?.to_owned(),
        linked: row.integer(4)? == 1,
        pseudonym: shop.pseudonym(kind, key),
        contact: Contact { row: row.integer(6)?, uuid: row.parsed(7, track::parse_id)?, created_at: row.time(8)? },
    })
}

/// The address that a link names; nothing where it has been erased or corrected.
///
/// # Errors
/// Those of the database.
pub fn named<D: Database>(database: &D, shop: &Shop, pseudonym: &[u8; 16]) -> Result<Option<Named>, DatabaseError> {
    let row = database.first(
        &format!("{NAMED} WHERE a.pseudonym = ? AND a.kind <> 'rectified'"),
        &[Param::Text(&written(pseudonym))],
    )?;
    row.map(|row| named_in(shop, &row)).transpose()
}

/// An address by its row.
pub(super) fn named_row<D: Database>(database: &D, shop: &Shop, row: i64) -> Result<Option<Named>, DatabaseError> {
    let row = database.first(&format!("{NAMED} WHERE a.id = ? AND a.kind <> 'rectified'"), &[Param::Integer(row)])?;
    row.map(|row| named_in(shop, &row)).transpose()
}

/// The addresses of a contact, each fit to be named by a link from now on.
///
/// # Errors
/// Those of the database.
pub fn addresses_to_link<D: Database>(tx: &D, shop: &Shop, contact: Uuid) -> Result<Vec<Named>, DatabaseError> {
    let Some(contact) = super::contact::find(tx, &super::Lookup::Id(contact))? else { return Ok(Vec::new()) };
    let rows =
        tx.query(&format!("{NAMED} WHERE a.contact = ? AND a.kind <> 'rectified' ORDER BY a.id"), &[contact.param()])?;
    rows.iter()
        .map(|row| {
            let named = named_in(shop, row)?;
            if row.is_null(5) {
                name(tx, &named)?;
            }
            Ok(named)
        })
        .collect()
}

/// Lets links name an address of before there were any.
pub(super) fn name<D: Database>(tx: &D, named: &Named) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET pseudonym = ? WHERE id = ? AND pseudonym IS NULL",
        &[Param::Text(&written(&named.pseudonym)), Param::Integer(named.row)],
    )
}

/// The address itself and, where the shop has said that they are one person's, the others of its contact.
///
/// That somebody typed two addresses into one form does not make both theirs: whoever reads the mail of one must not see, or
/// change, what the other has said.
///
/// # Errors
/// Those of the database.
pub fn same_person<D: Database>(database: &D, shop: &Shop, named: &Named) -> Result<Vec<Named>, DatabaseError> {
    if !named.linked {
        return Ok(vec![named.clone()]);
    }
    let rows = database.query(
        &format!(
            "{NAMED} WHERE a.contact = ? AND a.kind <> 'rectified' AND (a.linked = 1 OR a.id = ?)
                  ORDER BY a.id <> ?, a.id"
        ),
        &[named.contact.param(), Param::Integer(named.row), Param::Integer(named.row)],
    )?;
    rows.iter().map(|row| named_in(shop, row)).collect()
}

/// Takes an address that has been proven out of a contact of which nobody has said that it is the same person. From then on it
/// is a contact by itself, and all that was said by it goes along. Tells the address as it is then.
///
/// # Errors
/// Those of the database.
pub(super) fn set_apart<D: Database>(
    tx: &D,
    shop: &Shop,
    named: &Named,
    moment: &Moment<'_>,
) -> Result<Named, DatabaseError> {
    let others = tx.first(
        "SELECT 1 FROM address WHERE contact = ? AND id <> ? LIMIT 1",
        &[named.contact.param(), Param::Integer(named.row)],
    )?;
    if named.linked || others.is_none() {
        return Ok(named.clone());
    }
    let contact = write::inserted(
        tx,
        "INSERT INTO contact (uuid, created_at, country, region) SELECT ?, created_at, country, region FROM contact WHERE id = ?
         RETURNING id",
        &[Param::Text(&moment.next_id().to_string()), named.contact.param()],
    )?;
    tx.execute(
        "UPDATE address SET contact = ?, home = NULL WHERE id = ?",
        &[Param::Integer(contact), Param::Integer(named.row)],
    )?;
    named_row(tx, shop, named.row)?.ok_or(DatabaseError::Shape { column: 0 })
}

/// What a person does by a link or a message.
#[derive(Clone, Debug)]
pub struct OwnAct {
    /// By which of their addresses.
    pub address: Named,
    /// About what.
    pub scope: Scope,
    /// What.
    pub claim: Claim,
    /// How we know that it is this address's.
    pub assurance: Assurance,
    /// The record that it confirms, where it does.
    pub confirms: Option<String>,
}

/// Writes down what a person did, as one submission.
///
/// # Errors
/// Those of the database.
pub fn note_own_acts<D: Database>(
    tx: &D,
    shop: &Shop,
    by: &Named,
    acts: &[OwnAct],
    source: &str,
    notice: Option<NoticeShown>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    if acts.is_empty() {
        return Ok(());
    }
    let mut submission = Submission::entered(shop, source, notice, None, moment)?;
    submission.source =
        Source { kind: Token::parse(source).ok_or(DatabaseError::Shape { column: 0 })?, url: None, form: None };
    let id = submission.id.to_string();
    write::submitted(tx, &submission, &id, by.contact.param(), Param::Integer(moment.now.millis()))?;
    let mut tracks: Vec<(&OwnAct, Track)> = Vec::with_capacity(acts.len());
    for act in acts {
        let track = Track {
            scope: act.scope.clone(),
            act: match act.claim {
                Claim::OptIn { .. } => Act::OptIn { ground: Ground::Consent },
                Claim::OptOut { objection: true } => Act::OptOut { refusal: Refusal::Objection },
                Claim::OptOut { objection: false } => Act::OptOut { refusal: Refusal::Plain },
                Claim::Declined => Act::Declined,
            },
            assurance: act.assurance,
            at: moment.now,
            record: RecordId(moment.next_id()),
        };
        // A confirmation proves the address that it came from.
        let confirmed_by = (act.assurance == Assurance::Confirmed).then(|| channel_of(act.address.kind, &act.scope));
        let (confirmed_by, confirms) = (confirmed_by.flatten(), act.confirms.clone());
        let evidence = KeptEvidence { confirmed_by, confirms, ..KeptEvidence::default() };
        write::recorded(tx, act.address.row, &track, &id, &evidence)?;
        track::keep(tx, act.address.row, &track)?;
        if act.assurance == Assurance::Confirmed {
            prove(tx, &act.address)?;
        }
        tracks.push((act, track));
    }
    consent_changed(tx, shop, by.contact.uuid, &mut tracks.iter().map(|(_, track)| track), moment)?;
    ask_others(tx, shop, &tracks, submission.notice.as_ref(), moment)
}

/// Asks each address of which only another of the same person has said yes.
fn ask_others<D: Database>(
    tx: &D,
    shop: &Shop,
    tracks: &[(&OwnAct, Track)],
    notice: Option<&NoticeShown>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let mut asked: Vec<i64> = Vec::new();
    for (act, _) in tracks.iter().filter(|(act, _)| act.assurance == Assurance::Claimed) {
        let row = act.address.row;
        let Some(address) = act.address.address().filter(|_| !asked.contains(&row)) else { continue };
        asked.push(row);
        let own: Vec<&Track> =
            tracks.iter().filter(|(other, _)| other.address.row == row).map(|(_, track)| track).collect();
        confirmation::ask(tx, shop, &address, notice, &own, moment)?;
    }
    Ok(())
}

/// Whether a no like this stands already: one of the same scope and kind, with nothing said against it since.
///
/// # Errors
/// Those of the database.
pub fn has_left<D: Database>(database: &D, no: &OwnAct) -> Result<bool, DatabaseError> {
    let standing = track::standing_of(database, no.address.row)?;
    let is_objection = no.claim == Claim::OptOut { objection: true };
    let same = standing.tracks().iter().filter(|track| {
        track.scope == no.scope
            && matches!(track.act, Act::OptOut { .. })
            && track.act.is_objection() == is_objection
            && matches!(track.assurance, Assurance::Confirmed | Assurance::Authenticated)
    });
    let Some(said) = same.map(|track| track.at).max() else { return Ok(false) };
    let covers = |scope: &Scope| {
        no.scope.channel.is_none_or(|own| scope.channel == Some(own))
            && no.scope.purpose.as_ref().is_none_or(|own| scope.purpose.as_ref() == Some(own))
    };
    let against = standing
        .tracks()
        .iter()
        .any(|track| matches!(track.act, Act::OptIn { .. }) && covers(&track.scope) && track.at >= said);
    Ok(!against)
}

/// The channel that an address was reached by.
fn channel_of(kind: AddressKind, scope: &Scope) -> Option<Channel> {
    scope.channel.or_else(|| Channel::ALL.iter().copied().find(|channel| channel.address_kind() == kind))
}

/// From now on the address is known to be read by whoever acts by it.
fn prove<D: Database>(tx: &D, address: &Named) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET assurance = 'confirmed' WHERE id = ? AND assurance <> 'authenticated'",
        &[Param::Integer(address.row)],
    )
}

/// What stops everything: for an address that nobody has linked to the others of its contact, its own channels alone, since a
/// no of every channel bears on the whole contact.
///
/// # Errors
/// Those of the database.
pub fn stop_everything<D: Database>(database: &D, shop: &Shop, by: &Named) -> Result<Vec<OwnAct>, DatabaseError> {
    let no = |address: &Named, channel| OwnAct {
        address: address.clone(),
        scope: Scope { channel, purpose: None },
        claim: Claim::OptOut { objection: false },
        assurance: Assurance::Confirmed,
        confirms: None,
    };
    if by.linked {
        let all = same_person(database, shop, by)?;
        return Ok(all.iter().map(|address| no(address, None)).collect());
    }
    let own = Channel::ALL.iter().copied().filter(|channel| channel.address_kind() == by.kind);
    Ok(own.map(|channel| no(by, Some(channel))).collect())
}

/// The language in which a contact was last shown something.
///
/// # Errors
/// Those of the database.
pub fn last_locale<D: Database>(database: &D, contact: Uuid) -> Result<Option<String>, DatabaseError> {
    let row = database.first(
        "SELECT s.notice_locale FROM contact c JOIN submission s ON s.contact = c.id
         WHERE c.uuid = ? AND s.notice_locale <> '' ORDER BY s.received_at DESC LIMIT 1",
        &[Param::Text(&contact.to_string())],
    )?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Whether a time is less than a day ago.
pub(super) fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus_millis(-86_400_000)
}
