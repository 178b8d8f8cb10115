//! A bound form: what its markup offers and what the person chose. `storefront.d.ts` describes the markup.

use std::mem::take;

use crate::consent::{AddressKind, Choice};
use crate::storefront::error::Error;
use crate::storefront::submission::{Chosen, Submission, scope};
use crate::storefront::text::Fields;

/// Reads the description of a form that `describe` in `page.js` makes. It contains what `Submission::begun` reads;
/// then, for each enabled control, either the kind and value of an address, or a box's state, channel, purpose and
/// label. `problem` receives what could not be recorded; reading goes on after it. The submission has no choices if
/// there is no address to record one for.
///
/// # Errors
/// Returns what is missing in the markup: a notice, a box, a label, a language, or a field for the address that a
/// channel needs.
pub fn read<'a>(described: &'a str, problem: &mut dyn FnMut(Error)) -> Result<Submission<'a>, Error> {
    let mut fields = Fields(described);
    let mut submission = Submission::begun(&mut fields);
    if submission.notice.is_empty() {
        return Err(Error::NoNotice);
    }
    let (mut has_email, mut has_phone) = (false, false);
    while !fields.0.is_empty() {
        match (fields.next(), fields.next(), fields.next()) {
            // The first field of a box is its state: b for not ticked, c for ticked by the person, d for ticked by the
            // page.
            (state @ ("b" | "c" | "d"), channel, purpose) => {
                let (channel, purpose) = scope(channel, purpose)?;
                let has_field = match channel.address_kind() {
                    AddressKind::Email => has_email,
                    AddressKind::Phone => has_phone,
                    AddressKind::Push | AddressKind::Postal => false,
                };
                if !has_field {
                    return Err(Error::NoAddress(channel));
                }
                let label = fields.next();
                if label.is_empty() {
                    return Err(Error::NoLabel(channel));
                }
                submission.words.push('\n');
                submission.words.push_str(label);
                // A box that the page ticked does not express the person's will: CJEU C-673/17 (Planet49), GDPR recital
                // 32.
                let choice = match state {
                    "c" => Choice::OptIn.as_str(),
                    "d" => {
                        problem(Error::Preticked(channel));
                        "pre_ticked"
                    }
                    _ => Choice::Declined.as_str(),
                };
                submission.choose(Chosen { channel, purpose, choice })?;
            }
            (_, kind, value) => {
                let slot = match kind {
                    "email" => {
                        has_email = true;
                        &mut submission.email
                    }
                    "phone" => {
                        has_phone = true;
                        &mut submission.phone
                    }
                    _ => &mut submission.country,
                };
                // If several fields have the same kind, the first that is not empty counts.
                if slot.is_empty() {
                    *slot = value;
                }
            }
        }
    }
    submission.check_words()?;
    if submission.choices.is_empty() {
        return Err(Error::NoChoices);
    }
    for chosen in take(&mut submission.choices) {
        match submission.check_address(chosen.channel) {
            Ok(()) => submission.choices.push(chosen),
            // The address field is empty. This is not a mistake: there is nothing to record the choice for.
            Err(Error::NoAddress(_)) => {}
            Err(error) => problem(error),
        }
    }
    Ok(submission)
}
