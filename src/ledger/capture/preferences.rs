//! Saves what a person chose on the preference page.

use crate::consent::{Assurance, Track};
use crate::ledger::capture::confirmation::{Whose, ask};
use crate::ledger::capture::person_act::{PersonAct, PersonSource, note_own_acts};
use crate::ledger::people::address::StoredAddress;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::model::submission::NoticeShown;

/// Stores the choices of the preference page. An opt-in for another address of the same person, or one that would end a
/// no, is only claimed, so that address is asked to confirm it.
pub fn save_preferences(
    tx: &dyn Database,
    shop: &Shop,
    by: &StoredAddress,
    acts: &[PersonAct],
    notice: Option<NoticeShown>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let tracks =
        note_own_acts(tx, shop, by, acts, &PersonSource::page("preferences", context.now), notice.clone(), context)?;
    let mut asked: Vec<i64> = Vec::new();
    for act in acts.iter().filter(|act| act.assurance == Assurance::Claimed) {
        let row = act.address.row;
        let Some(address) = act.address.address().filter(|_| !asked.contains(&row)) else { continue };
        asked.push(row);
        let of_address = acts.iter().zip(&tracks).filter(|(other, _)| other.address.row == row);
        let own: Vec<&Track> = of_address.map(|(_, track)| track).collect();
        ask(tx, shop, (&address, Whose::Returning), NoticeShown::locale_of(notice.as_ref()), &own, context)?;
    }
    Ok(())
}
