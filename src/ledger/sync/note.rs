//! Takes what the platform tells of a customer: into the mirror, and from there into the ledger.

use uuid::{Builder, Uuid};

use crate::consent::{ActTime, AddressKind, Assurance, Basis, Channel, ConnectionId, PurposeSlug, Scope, Timestamp};
use crate::ledger::capture::decide::SubmissionError;
use crate::ledger::capture::take::record_submission;
use crate::ledger::people::address::written;
use crate::ledger::records::notice::{NoticeSource, own_notice};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::sync::connection::{Connection, ConnectionMode, ConnectionState};
use crate::ledger::sync::mirror::{Meaning, Mirror};
use crate::ledger::sync::owed::compare;
use crate::ledger::sync::remote_row::{ERASE, READ, RemoteRow, remote_row, store};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::remote::{RemoteAct, RemoteCustomer, RemoteState};
use crate::model::submission::{ChosenAct, Claim, Source, Submission};
use crate::model::text::{ExternalId, Token};

/// The words of the notice of an act that a platform reports: the platform does not say what it showed.
const WORDS: &str = "The shop platform reports this choice. placet does not know which words the platform showed.";

/// How placet came to know what the platform holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The platform was asked, and this is its answer.
    Asked,
    /// The platform sent a message, which may be late.
    Sent,
}

/// Takes a customer as the platform holds them. What is older than what the ledger knows changes nothing.
///
/// # Errors
/// Returns a [`DatabaseError`] if the database fails.
pub fn note_customer(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    customer: &RemoteCustomer,
    seen: Seen,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let known = remote_row(tx, connection, &customer.id)?;
    let version = known.as_ref().and_then(|row| row.version);
    let is_late = version.zip(customer.version).is_some_and(|(known, told)| told < known);
    if is_late && seen == Seen::Sent {
        return Ok(());
    }
    // The platform has still to erase this customer. Nothing of them is taken over before that.
    if known.as_ref().is_some_and(|row| row.task.as_deref() == Some(ERASE)) {
        return Ok(());
    }
    let mut mirror = known.as_ref().map(|row| row.mirror.clone()).unwrap_or_default();
    let (mut must_ask, mut has_changed) = (false, false);
    for field in &customer.fields {
        if !connection.settings.mapping.iter().any(|(own, _)| *own == field.name) {
            continue;
        }
        // A late message could wake somebody who has left since. So an opt-in without any time is asked for.
        let is_certain = seen == Seen::Asked || customer.version.is_some() || field.at.is_some();
        let is_on = mirror.get(&field.name).is_some_and(|own| own.state.is_on());
        if field.state.is_on() && !is_on && !is_certain {
            must_ask = true;
            continue;
        }
        has_changed |= mirror.note(field);
    }
    // A message may leave out fields, and our own write may cause it. An answer has all that the platform holds.
    if seen == Seen::Asked && !customer.is_partial {
        has_changed |= mirror.note_absent(&customer.fields);
    }
    take(tx, shop, connection, customer, &mut mirror, context)?;
    let pseudonym =
        |kind: AddressKind| customer.address(kind).map(|address| written(&shop.pseudonym(kind, address.key())));
    let kept = |column: fn(&RemoteRow) -> &Option<String>| {
        known.as_ref().filter(|_| customer.is_partial).and_then(|row| column(row).clone())
    };
    let row = RemoteRow {
        id: customer.id.clone(),
        email: pseudonym(AddressKind::Email).or_else(|| kept(|row| &row.email)),
        phone: pseudonym(AddressKind::Phone).or_else(|| kept(|row| &row.phone)),
        mirror,
        version: customer.version.max(version),
        task: if must_ask { Some(READ.to_owned()) } else { None },
        fault: known.as_ref().and_then(|row| row.fault.clone()).filter(|_| !has_changed),
    };
    store(tx, connection, &row)?;
    name_addresses(tx, customer, &row)?;
    if must_ask { Ok(()) } else { compare(tx, shop, connection, &row, Some(customer), context) }
}

/// Gives the addresses of a customer their pseudonyms, by which a changed standing finds the customer. A list stores
/// addresses without.
fn name_addresses(tx: &dyn Database, customer: &RemoteCustomer, row: &RemoteRow) -> Result<(), DatabaseError> {
    for (kind, pseudonym) in [(AddressKind::Email, &row.email), (AddressKind::Phone, &row.phone)] {
        if let (Some(address), Some(pseudonym)) = (customer.address(kind), pseudonym) {
            tx.execute(
                "UPDATE address SET pseudonym = ? WHERE kind = ? AND match_key = ? AND pseudonym IS NULL",
                &[Param::Text(pseudonym), Param::Text(kind.as_str()), Param::Text(address.key())],
            )?;
        }
    }
    Ok(())
}

/// Takes the changes of a mirror over into the ledger, as far as the connection may now.
fn take(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    customer: &RemoteCustomer,
    mirror: &mut Mirror,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let is_live = connection.mode.imports() || connection.mode.exports();
    for (name, own) in mirror.fields() {
        let meaning = own.meaning();
        let may = match meaning {
            Meaning::Nothing => true,
            // An opt-out counts whichever way the connection works, so that nothing overwrites it.
            Meaning::OptOut => is_live && connection.is_approved,
            Meaning::OptIn | Meaning::Declined => {
                connection.mode.imports() && connection.is_approved && connection.state == ConnectionState::Ok
            }
        };
        if !may {
            continue;
        }
        let claim = match meaning {
            Meaning::Nothing => {
                own.take();
                continue;
            }
            Meaning::OptIn => Claim::OptIn { basis: Basis::Consent },
            Meaning::OptOut => Claim::OptOut { objection: false },
            Meaning::Declined => Claim::Declined,
        };
        let scopes = connection.settings.mapping.iter().find(|(field, _)| field == name).map(|(_, scopes)| scopes);
        let id = report_id(shop, connection, &customer.id, name, (own.changes, own.at));
        let has_address =
            report(tx, shop, connection, customer, (id, own.at), claim, scopes.into_iter().flatten(), context)?;
        // Without an address there is nothing to record now. The change stays, until the platform has one.
        if has_address {
            own.take();
            if meaning == Meaning::OptIn {
                tx.execute(
                    "UPDATE connection SET taken = taken + 1 WHERE id = ?",
                    &[Param::Text(&connection.id.to_string())],
                )?;
            }
        }
    }
    Ok(())
}

/// Returns the id of the submission that reports a change. The same change always has the same id.
fn report_id(
    shop: &Shop,
    connection: &Connection,
    customer: &str,
    field: &str,
    (changes, at): (u32, Option<Timestamp>),
) -> Uuid {
    let (changes, at) = (changes.to_string(), at.map_or(0, Timestamp::millis).to_string());
    let parts =
        [connection.id.as_bytes().as_slice(), customer.as_bytes(), field.as_bytes(), changes.as_bytes(), at.as_bytes()];
    let written = serde_json::to_vec(&parts).unwrap_or_default();
    let [id, _] = split(shop.secret.keyed(KeyUse::Report, &[&written]));
    Builder::from_custom_bytes(id).into_uuid()
}

fn split(bytes: [u8; 32]) -> [[u8; 16]; 2] {
    let (first, second) = bytes.split_at(16);
    [first, second].map(|half| half.try_into().unwrap_or_default())
}

/// Records that the platform reports an act. Returns whether the customer has an address that the act needs.
#[allow(clippy::too_many_arguments, reason = "one act with all that it rests on")]
fn report<'a>(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    customer: &RemoteCustomer,
    (id, at): (Uuid, Option<Timestamp>),
    claim: Claim,
    scopes: impl Iterator<Item = &'a (Channel, PurposeSlug)>,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let choices: Vec<ChosenAct> = scopes
        .filter(|(channel, _)| customer.address(channel.address_kind()).is_some())
        .map(|(channel, purpose)| ChosenAct {
            scope: Scope { channel: Some(*channel), purpose: Some(purpose.clone()) },
            claim,
            evidence: KeptEvidence::default(),
        })
        .collect();
    if choices.is_empty() {
        return Ok(false);
    }
    let notice = own_notice(tx, &NoticeSource { id: "connection", locale: "en", text: WORDS })?;
    let kind = Token::parse("platform").ok_or(DatabaseError::Shape { column: 0 })?;
    let kinds = [AddressKind::Email, AddressKind::Phone];
    let submission = Submission {
        id,
        fingerprint: shop.secret.body_hash(&[id.as_bytes()]),
        addresses: kinds.into_iter().filter_map(|kind| customer.address(kind)).collect(),
        external: if customer.id.is_empty() {
            None
        } else {
            ExternalId::parse(&format!("{}:{}", connection.prefix, customer.id))
        },
        person: PersonFacts { country: customer.country, ..PersonFacts::default() },
        choices,
        notice,
        source: Source { provider: Token::parse(&connection.platform), ..Source::of(kind) },
        time: ActTime::of(Assurance::Reported, true, None, at),
        assurance: Assurance::Reported,
        connection: Some(ConnectionId(connection.id)),
        identified: None,
        beside: None,
    };
    match record_submission(tx, shop, &submission, context) {
        Ok(_) => Ok(true),
        Err(SubmissionError::Database(error)) => Err(error),
        // The shop uses the channel or the purpose no more. The mapping names it, so an employee has to change one of both.
        Err(_) => Ok(true),
    }
}

/// Takes an act that the platform tells of, once. The platform holds no state of it, so nothing is mirrored.
pub fn note_act(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    act: &RemoteAct,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let claim = match act.state {
        RemoteState::On => Claim::OptIn { basis: Basis::Consent },
        RemoteState::Out => Claim::OptOut { objection: false },
        RemoteState::Declined => Claim::Declined,
        _ => return Ok(()),
    };
    let is_no = act.state == RemoteState::Out && connection.mode != ConnectionMode::Observe;
    let may = connection.mode.imports() && connection.is_approved && connection.state == ConnectionState::Ok;
    if !is_no && !may {
        return Ok(());
    }
    let scope = (act.channel, act.purpose.clone());
    let field = format!("{}:{}:{}", act.channel, act.purpose, act.state);
    let id = report_id(shop, connection, &act.id, &field, (0, act.at));
    report(tx, shop, connection, &act.person, (id, act.at), claim, std::iter::once(&scope), context)?;
    Ok(())
}

/// Forgets a customer that the platform has deleted. That is neither an opt-out nor an erasure: the ledger's records stay.
pub fn note_deleted(tx: &dyn Database, connection: &Connection, id: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "DELETE FROM remote WHERE connection = ? AND remote = ?",
        &[Param::Text(&connection.id.to_string()), Param::Text(id)],
    )
}

/// Notes that the platform has to be asked what it holds of a customer.
pub fn must_read(tx: &dyn Database, connection: &Connection, id: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO remote (connection, remote, mirror, seen, task) VALUES (?, ?, '{}', ?, 'read')
         ON CONFLICT DO UPDATE SET task = iif(task IS 'erase', task, 'read'), due_at = 0, seen = excluded.seen",
        &[Param::Text(&connection.id.to_string()), Param::Text(id), Param::Integer(connection.sweep)],
    )
}
