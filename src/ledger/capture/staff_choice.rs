//! Changes a choice of one contact on one channel, as entered by an employee of the shop.

use uuid::Uuid;

use crate::consent::{Act, ActTime, Address, AddressKind, Assurance, Basis, Channel, Missing, RecordId, Track};
use crate::ledger::outbox::event::consent_changed;
use crate::ledger::people::contact::{Contact, Lookup, find};
use crate::ledger::records::act::{ChoiceFault, act_of};
use crate::ledger::records::{record, standing};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::model::submission::{ChosenAct, Claim, NoticeShown, Submission};

/// A choice that an employee enters.
#[derive(Clone, Debug)]
pub struct ChoiceChange {
    /// The choice. Its evidence contains the reason.
    pub choice: ChosenAct,
    /// The address that the choice is about. Needed for an opt-in if the contact has several addresses that the channel
    /// can use.
    pub address: Option<Address>,
    /// The notice that was shown or read to the person, if they were asked.
    pub notice: Option<NoticeShown>,
    /// The time at which the person made the choice.
    pub time: ActTime,
}

/// The reasons why a choice cannot be changed. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// The contact is not known.
    Unknown,
    /// The contact does not have the given address.
    NotTheirs,
    /// An opt-in applies to one address, but the contact has several addresses of this kind and none was given.
    Ambiguous(AddressKind),
    /// The choice cannot be recorded.
    Choice(ChoiceFault),
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for ChangeError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Changes a choice. An opt-out applies to every address that the channel can use, unless an address is given. An
/// opt-in applies to one address. The law of standings decides the result: a choice entered by an employee never ends
/// an objection or a suppression.
///
/// # Errors
/// Returns a [`ChangeError`] if the choice cannot be changed or the database fails.
pub fn change_choice(
    tx: &dyn Database,
    shop: &Shop,
    contact: Uuid,
    change: &ChoiceChange,
    context: &Context<'_>,
) -> Result<(), ChangeError> {
    let contact = find(tx, &Lookup::Id(contact))?.ok_or(ChangeError::Unknown)?;
    let act = act_of(shop, Assurance::Staff, change.time.stated(), &change.choice).map_err(ChangeError::Choice)?;
    // An employee who enters an opt-in must give a reference that can be looked up: a form, a call, a letter.
    if matches!(change.choice.claim, Claim::OptIn { basis: Basis::Consent })
        && change.choice.evidence.reference.is_none()
    {
        return Err(ChangeError::Choice(ChoiceFault::Missing(Missing::Reference)));
    }
    let kind = change.choice.scope.channel.map(Channel::address_kind);
    let addresses = addresses_meant(tx, &contact, change, kind, act)?;
    let submission = Submission::entered(shop, "staff", change.notice.clone(), change.time, context)?;
    let id = submission.id.to_string();
    record::submitted(tx, &submission, &id, contact.param(), context.now)?;
    let mut tracks = Vec::with_capacity(addresses.len());
    for address in addresses {
        let track = Track {
            scope: change.choice.scope.clone(),
            act,
            assurance: Assurance::Staff,
            connection: None,
            at: change.time.effective(act, context.now),
            record: RecordId(context.next_id()),
        };
        record::recorded(tx, address, &track, &id, &change.choice.evidence)?;
        standing::keep(tx, address, &track)?;
        tracks.push(track);
    }
    Ok(consent_changed(tx, shop, contact.uuid, &mut tracks.iter(), context)?)
}

fn addresses_meant(
    tx: &dyn Database,
    contact: &Contact,
    change: &ChoiceChange,
    kind: Option<AddressKind>,
    act: Act,
) -> Result<Vec<i64>, ChangeError> {
    let rows = tx.query(
        "SELECT id, kind, match_key FROM address WHERE contact = ? AND kind <> 'rectified' ORDER BY id",
        &[contact.param()],
    )?;
    let mut meant = Vec::with_capacity(rows.len());
    for row in &rows {
        let own = row.parsed(1, AddressKind::parse)?;
        let named = match &change.address {
            Some(address) => address.kind() == own && address.key() == row.text(2)?,
            None => kind.is_none_or(|kind| kind == own),
        };
        if named {
            meant.push(row.integer(0)?);
        }
    }
    match (&change.address, kind) {
        (Some(address), Some(kind)) if address.kind() != kind => {
            Err(ChangeError::Choice(ChoiceFault::NoAddress(Some(kind))))
        }
        (Some(_), _) if meant.is_empty() => Err(ChangeError::NotTheirs),
        (None, kind) if meant.is_empty() => Err(ChangeError::Choice(ChoiceFault::NoAddress(kind))),
        (None, Some(kind)) if meant.len() > 1 && matches!(act, Act::OptIn { .. }) => Err(ChangeError::Ambiguous(kind)),
        _ => Ok(meant),
    }
}
