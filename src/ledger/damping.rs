//! A flood of anonymous submissions for one address: anyone can send them, and the person whose address it is cannot help it.
//!
//! Beyond so many a day, those that would only repeat what stands are counted instead of kept. Whatever is new, another channel,
//! purpose or choice, is kept however many there are, and the sender gets the same answer either way: so nothing is lost, no form
//! is blocked, and nobody learns whether an address is known.

use super::submission::{Known, KnownAddress, Submission};
use super::track::standing_of;
use super::{Database, DatabaseError, Param};
use crate::consent::{Act, Address, Assurance, Timestamp};

/// Anonymous records that are kept for one address within a day, whatever they repeat.
const KEPT_A_DAY: i64 = 20;
const DAY: i64 = 86_400_000;

/// Whether a submission is one of a flood; it is counted then.
pub(super) fn damp<D: Database>(
    tx: &D,
    known: &Known,
    submission: &Submission,
    acts: &[Act],
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    // Only of addresses that are all known can a submission repeat everything.
    let repeats = submission.assurance == Assurance::Claimed
        && !submission.addresses.is_empty()
        && known.addresses.len() == submission.addresses.len()
        && submission.external.is_none();
    if !repeats {
        return Ok(false);
    }
    let mut flooded = false;
    for address in &known.addresses {
        flooded |= is_flooded(tx, address, now)?;
    }
    if !flooded || brings_news(tx, known, submission, acts)? {
        return Ok(false);
    }
    for address in &known.addresses {
        tx.execute(
            "INSERT INTO damped (address, count, last_at) VALUES (?, 1, ?)
             ON CONFLICT DO UPDATE SET count = count + 1, last_at = excluded.last_at",
            &[Param::Integer(address.id), Param::Integer(now.millis())],
        )?;
    }
    Ok(true)
}

fn is_flooded<D: Database>(tx: &D, address: &KnownAddress, now: Timestamp) -> Result<bool, DatabaseError> {
    // Ids begin with the time of receipt.
    let since = super::audit::first_id_of(now.plus_millis(-DAY));
    let row = tx.first(
        "SELECT count(*) FROM (SELECT 1 FROM record WHERE address = ? AND id >= ? AND assurance = 'claimed'
             LIMIT CAST(? AS INTEGER))",
        &[Param::Integer(address.id), Param::Text(&since), Param::Integer(KEPT_A_DAY)],
    )?;
    Ok(row.map_or(Ok(0), |row| row.integer(0))? >= KEPT_A_DAY)
}

/// Whether some choice of it does not stand yet for an address that it is about.
fn brings_news<D: Database>(
    tx: &D,
    known: &Known,
    submission: &Submission,
    acts: &[Act],
) -> Result<bool, DatabaseError> {
    for address in &known.addresses {
        let standing = standing_of(tx, address.id)?;
        for (choice, act) in submission.choices.iter().zip(acts) {
            let kind = choice.scope.channel.map(|channel| channel.address_kind());
            let about = submission.addresses.iter().map(Address::kind).any(|own| own == address.kind)
                && kind.is_none_or(|kind| kind == address.kind);
            let stands = standing.tracks().iter().any(|track| {
                track.scope == choice.scope && track.act == *act && track.assurance == submission.assurance
            });
            if about && !stands {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
