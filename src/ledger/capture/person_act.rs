//! The person's own acts: choices that a person makes by a link or by a message that they send. They are stored as
//! records of the address by which they were made.

use crate::consent::{
    Act, ActTime, AddressKind, Assurance, Channel, Ground, PurposeSlug, RecordId, Scope, Timestamp, Track,
};
use crate::ledger::outbox::event::consent_changed;
use crate::ledger::people::address::{StoredAddress, same_person};
use crate::ledger::records::{record, standing};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::evidence::KeptEvidence;
use crate::model::submission::{Claim, NoticeShown, Submission};
use crate::model::text::Token;

/// A choice that a person makes by a link or a message.
#[derive(Clone, Debug)]
pub struct PersonAct {
    /// The address that the choice is for.
    pub address: StoredAddress,
    /// The channel and the purpose.
    pub scope: Scope,
    /// The choice.
    pub claim: Claim,
    /// The assurance that the choice comes from the owner of the address.
    pub assurance: Assurance,
    /// The id of the record that this choice confirms, if any.
    pub confirms: Option<String>,
}

/// Where a person's own acts come from.
#[derive(Clone, Copy, Debug)]
pub struct PersonSource<'a> {
    /// The kind of the source, such as `preferences`.
    pub kind: &'a str,
    /// The message that the person sent; `None` if they used a page.
    pub message: Option<PersonMessage<'a>>,
    /// The effective time of the acts.
    pub at: Timestamp,
}

/// A message that a person sent.
#[derive(Clone, Copy, Debug)]
pub struct PersonMessage<'a> {
    /// The provider that delivered the message.
    pub provider: &'a str,
    /// The time of the message by the provider's clock.
    pub sent_at: Option<Timestamp>,
}

impl<'a> PersonSource<'a> {
    /// Returns the source of acts on a page, at this moment.
    pub const fn page(kind: &'a str, now: Timestamp) -> Self {
        Self { kind, message: None, at: now }
    }
}

/// Stores what a person did as one submission. Returns the record of each act, in the same order.
///
/// # Errors
/// Returns a [`DatabaseError`] if the database fails.
pub fn note_own_acts(
    tx: &dyn Database,
    shop: &Shop,
    by: &StoredAddress,
    acts: &[PersonAct],
    source: &PersonSource<'_>,
    notice: Option<NoticeShown>,
    context: &Context<'_>,
) -> Result<Vec<Track>, DatabaseError> {
    if acts.is_empty() {
        return Ok(Vec::new());
    }
    let time = ActTime::Live { age: None, stated: source.message.and_then(|message| message.sent_at) };
    let mut submission = Submission::entered(shop, source.kind, notice, time, context)?;
    submission.source.provider = source.message.and_then(|message| Token::parse(message.provider));
    let id = submission.id.to_string();
    record::submitted(tx, &submission, &id, by.contact.param(), context.now)?;
    let mut tracks: Vec<Track> = Vec::with_capacity(acts.len());
    for act in acts {
        let track = Track {
            scope: act.scope.clone(),
            act: match act.claim {
                Claim::OptIn { .. } => Act::OptIn { ground: Ground::Consent },
                Claim::OptOut { objection } => Act::opt_out(&act.scope, objection),
                Claim::Declined => Act::Declined,
            },
            assurance: act.assurance,
            connection: None,
            at: source.at,
            record: RecordId(context.next_id()),
        };
        // A confirmation verifies the address from which it came, so the record shows the channel.
        let confirmed_by = (act.assurance == Assurance::Confirmed).then(|| channel_of(act.address.kind, &act.scope));
        let (confirmed_by, confirms) = (confirmed_by.flatten(), act.confirms.clone());
        let evidence = KeptEvidence { confirmed_by, confirms, ..KeptEvidence::default() };
        record::recorded(tx, act.address.row, &track, &id, &evidence)?;
        standing::keep(tx, act.address.row, &track)?;
        if act.assurance == Assurance::Confirmed {
            prove(tx, &act.address)?;
        }
        tracks.push(track);
    }
    consent_changed(tx, shop, by.contact.uuid, &mut tracks.iter(), context)?;
    Ok(tracks)
}

/// Returns whether the person has already said this opt-out, by the same address, and has not opted in since.
pub fn has_left(database: &dyn Database, no: &PersonAct) -> Result<bool, DatabaseError> {
    let is_objection = Act::opt_out(&no.scope, no.claim == Claim::OptOut { objection: true }).is_objection();
    Ok(standing::standing_of(database, no.address.row)?.has_opted_out(&no.scope, is_objection))
}

/// Returns the channel by which an address was reached.
fn channel_of(kind: AddressKind, scope: &Scope) -> Option<Channel> {
    scope.channel.or_else(|| Channel::ALL.iter().copied().find(|channel| channel.address_kind() == kind))
}

/// Records that the person who acts can read messages to this address: its assurance becomes `confirmed`, unless it is
/// `authenticated`. The address has answered, so it may be asked again.
fn prove(tx: &dyn Database, address: &StoredAddress) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET asked = 0,
             assurance = CASE assurance WHEN 'authenticated' THEN assurance ELSE 'confirmed' END WHERE id = ?",
        &[Param::Integer(address.row)],
    )
}

/// Returns opt-outs of everything for every address of the person. Each is limited to the channels of its own address:
/// without a channel, it would apply to the whole contact, and so to addresses that may belong to somebody else.
pub fn stop_everything(
    database: &dyn Database,
    shop: &Shop,
    by: &StoredAddress,
) -> Result<Vec<PersonAct>, DatabaseError> {
    let all = same_person(database, shop, by)?;
    // The link verifies the address to which it was sent. The shop has confirmed that the others belong to the same
    // person.
    let known =
        |address: &StoredAddress| if address.row == by.row { Assurance::Confirmed } else { Assurance::Authenticated };
    let of_one = |address: &StoredAddress| {
        let assurance = known(address);
        opt_outs(address, None, None).into_iter().map(move |no| PersonAct { assurance, ..no })
    };
    Ok(all.iter().flat_map(of_one).collect())
}

/// Returns the opt-outs of an address: of one channel, or of all channels that can use the address.
pub fn opt_outs(address: &StoredAddress, channel: Option<Channel>, purpose: Option<&PurposeSlug>) -> Vec<PersonAct> {
    let reach = Channel::ALL.iter().filter(|own| own.address_kind() == address.kind);
    reach
        .filter(|own| channel.is_none_or(|channel| channel == **own))
        .map(|own| PersonAct {
            address: address.clone(),
            scope: Scope { channel: Some(*own), purpose: purpose.cloned() },
            claim: Claim::OptOut { objection: false },
            assurance: Assurance::Confirmed,
            confirms: None,
        })
        .collect()
}
