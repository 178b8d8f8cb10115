//! Reads the choices of a row for channels and purposes.

use crate::consent::{Address, Basis, Channel, Dealing, PurposeSlug, Scope, Timestamp};
use crate::lists::cells::word;
use crate::lists::cells::word::{Suppressions, Word};
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::row::ListRow;
use crate::model::evidence::KeptEvidence;
use crate::model::list_kind::ListKind;
use crate::model::listed::{ListedAct, ListedChoice};
use crate::platforms::field::{CHANNEL_FIELDS, ChannelFields, Field};

/// Reads the choices of a row. `addresses` are the addresses of the row.
///
/// # Errors
/// A fault if the row opts in to a channel without an address, makes two choices about the same scope, or contains a
/// word that is not known.
pub(crate) fn choices(row: &ListRow<'_>, addresses: &[Address]) -> Result<Vec<ListedChoice>, RowFault> {
    let mut telling = ChoiceReader { row, choices: Vec::with_capacity(1), message: Vec::new(), has_said: false };
    telling.of_row()?;
    telling.of_channels()?;
    telling.of_partners()?;
    telling.of_list()?;
    let mut choices = telling.choices;
    for (place, choice) in choices.iter().enumerate() {
        if choices.iter().skip(place + 1).any(|other| other.scope == choice.scope) {
            return Err(RowFault::of_row(Wrong::SaidTwice));
        }
    }
    let reached = |choice: &ListedChoice| {
        choice.scope.channel.is_none_or(|channel| addresses.iter().any(|own| own.kind() == channel.address_kind()))
    };
    for choice in choices.iter().filter(|choice| !reached(choice)) {
        if let (ListedAct::Yes { .. }, Some(channel)) = (choice.act, choice.scope.channel) {
            return Err(RowFault::of_row(Wrong::NoAddressFor { channel }));
        }
    }
    // An opt-out from a channel without an address has no effect.
    choices.retain(reached);
    Ok(choices)
}

struct ChoiceReader<'a> {
    row: &'a ListRow<'a>,
    choices: Vec<ListedChoice>,
    /// The channels about which the row says something, even if that is neither an opt-in nor an opt-out.
    message: Vec<Channel>,
    /// Whether the row has a choice for the row as a whole.
    has_said: bool,
}

impl ChoiceReader<'_> {
    /// Reads the choice of the row as a whole.
    fn of_row(&mut self) -> Result<(), RowFault> {
        let row = self.row;
        let left_at = row.time(Field::OptedOutAt)?;
        let field = if row.text(Field::Choice).is_some() { Field::Choice } else { Field::Status };
        let Some(word) = row.read(field, Wrong::BadChoice, word::word)? else {
            if left_at.is_some() {
                self.has_said = true;
                let evidence = self.evidence_of_no()?;
                self.no(self.wide_scope()?, false, left_at, evidence);
            }
            return Ok(());
        };
        self.has_said = true;
        match word {
            Word::Yes if left_at.is_some() => return Err(row.fault(Field::OptedOutAt, Wrong::Contradiction)),
            Word::Yes => self.yes()?,
            Word::BareNo if self.is_ambiguous() => self.not_opted_in(self.specific_scope()?),
            Word::No | Word::BareNo | Word::Objection => {
                let evidence = KeptEvidence { ip: row.line(Field::Ip)?, ..self.evidence_of_no()? };
                let at = self.time_of_no(left_at)?;
                let objection = word == Word::Objection || row.flag(Field::Objection)? == Some(true);
                self.no(self.wide_scope()?, objection, at, evidence);
            }
            Word::Neither => {}
        }
        Ok(())
    }

    /// Reads the choices in the columns that belong to a single channel.
    fn of_channels(&mut self) -> Result<(), RowFault> {
        CHANNEL_FIELDS
            .iter()
            .try_for_each(|fields| if self.is_read(fields.channel) { self.of_channel(fields) } else { Ok(()) })
    }

    fn of_channel(&mut self, fields: &ChannelFields) -> Result<(), RowFault> {
        let (row, channel) = (self.row, fields.channel);
        let word = row.read(fields.choice, Wrong::BadChoice, word::word)?;
        let is_refused = row.flag(fields.refused)? == Some(true);
        let suppressions = if channel == Channel::Email { self.suppressions()? } else { None };
        if word.is_some() || is_refused || suppressions.is_some() {
            self.message.push(channel);
        }
        let acts = suppressions.unwrap_or_default();
        let says_no = matches!(word, Some(Word::No | Word::Objection));
        let is_no = says_no || is_refused || acts.has_left || acts.has_complained;
        match word {
            Some(Word::BareNo) if !is_no && self.is_ambiguous() => {
                self.not_opted_in(Scope::specific(channel, self.needed_purpose()?));
            }
            _ if is_no || word == Some(Word::BareNo) => {
                // The time belongs to the opt-out only if the word is an opt-out. Otherwise it may be the time of
                // joining.
                let at = if says_no { row.time(fields.at)? } else { None };
                let scope = Scope { channel: Some(channel), purpose: row.purpose()?.cloned() };
                let evidence = self.evidence_of_no()?;
                self.no(scope, acts.has_complained || word == Some(Word::Objection), at, evidence);
            }
            // If a provider suppresses the address without an act of the person, for example because mail bounces, that
            // is not an opt-out. But the opt-in is not imported either.
            Some(Word::Yes) if suppressions.is_none() => {
                let at = match row.time(fields.at)? {
                    Some(at) => Some(at),
                    None => self.time_of_yes()?,
                };
                self.yes_to(Scope::specific(channel, self.needed_purpose()?), at)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads why a provider does not write to the address. Returns `None` for an empty list, such as `[]`.
    fn suppressions(&self) -> Result<Option<Suppressions>, RowFault> {
        let field = Field::EmailSuppressions;
        let found = self.row.read(field, Wrong::UnknownWord { field }, word::suppressions)?;
        let has_one = |text: &str| text.contains(|c: char| c.is_alphanumeric());
        Ok(found.filter(|_| self.row.text(field).is_some_and(has_one)))
    }

    /// Reads the choice about offers of partners. PrestaShop asks for it in addition to the newsletter, and stores no
    /// time for it.
    fn of_partners(&mut self) -> Result<(), RowFault> {
        let row = self.row;
        let Some(purpose) = row.layout.partner_purpose().filter(|_| self.is_read(Channel::Email)) else {
            return Ok(());
        };
        let scope = Scope::specific(Channel::Email, purpose.clone());
        match row.read(Field::PartnerChoice, Wrong::BadChoice, word::word)? {
            Some(Word::Yes) => {
                let act = ListedAct::Yes { basis: self.basis()? };
                self.choices.push(ListedChoice { scope, act, occurred_at: None, evidence: KeptEvidence::default() });
            }
            Some(Word::BareNo) if self.is_ambiguous() => self.not_opted_in(scope),
            Some(word @ (Word::No | Word::BareNo | Word::Objection)) => {
                self.no(scope, word == Word::Objection, None, KeptEvidence::default());
            }
            Some(Word::Neither) | None => {}
        }
        Ok(())
    }

    /// Applies the meaning of the list if the row itself makes no choice.
    fn of_list(&mut self) -> Result<(), RowFault> {
        if self.has_said {
            return Ok(());
        }
        let channel = match self.row.channel()? {
            Some(channel) => Some(channel),
            None => self.row.layout.channel,
        };
        let is_heard = channel.map_or(!self.message.is_empty(), |channel| self.message.contains(&channel));
        match self.row.layout.list {
            // A file with columns for single channels need not name the channel of the list.
            Some(ListKind::OptedIn) if !is_heard && (channel.is_some() || self.row.layout.has(Field::Channel)) => {
                self.yes()
            }
            Some(ListKind::OptedOut) if !is_heard => {
                let at = self.time_of_no(None)?;
                let (scope, evidence) = (self.wide_scope()?, self.evidence_of_no()?);
                self.no(scope, false, at, evidence);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn yes(&mut self) -> Result<(), RowFault> {
        let (scope, at) = (self.specific_scope()?, self.time_of_yes()?);
        self.yes_to(scope, at)
    }

    fn yes_to(&mut self, scope: Scope, occurred_at: Option<Timestamp>) -> Result<(), RowFault> {
        let act = ListedAct::Yes { basis: self.basis()? };
        let evidence = self.evidence_of_yes()?;
        self.choices.push(ListedChoice { scope, act, occurred_at, evidence });
        Ok(())
    }

    fn no(&mut self, scope: Scope, objection: bool, occurred_at: Option<Timestamp>, evidence: KeptEvidence) {
        self.choices.push(ListedChoice { scope, act: ListedAct::No { objection }, occurred_at, evidence });
    }

    fn not_opted_in(&mut self, scope: Scope) {
        let evidence = KeptEvidence::default();
        self.choices.push(ListedChoice { scope, act: ListedAct::NotOptedIn, occurred_at: None, evidence });
    }

    /// Returns whether the columns of this channel are read.
    fn is_read(&self, channel: Channel) -> bool {
        let layout = self.row.layout;
        layout.channels.contains(&channel) && layout.channel.is_none_or(|wished| wished == channel)
    }

    fn is_ambiguous(&self) -> bool {
        let layout = self.row.layout;
        !layout.is_no_opt_out && layout.profile.is_some_and(|profile| profile.table().is_no_ambiguous)
    }

    /// Returns the scope of an opt-out. It may leave the channel and the purpose open.
    fn wide_scope(&self) -> Result<Scope, RowFault> {
        let channel = self.row.channel()?;
        self.is_used(channel)?;
        Ok(Scope { channel, purpose: self.row.purpose()?.cloned() })
    }

    /// Returns the scope of an opt-in.
    fn specific_scope(&self) -> Result<Scope, RowFault> {
        let channel = self.row.channel()?;
        self.is_used(channel)?;
        let no_channel = || self.row.fault(Field::Channel, Wrong::NoChannel);
        let channel = channel.or(self.row.layout.channel).ok_or_else(no_channel)?;
        Ok(Scope::specific(channel, self.needed_purpose()?))
    }

    fn needed_purpose(&self) -> Result<PurposeSlug, RowFault> {
        let purpose = self.row.purpose()?.or(self.row.layout.purpose.as_ref());
        purpose.cloned().ok_or_else(|| self.row.fault(Field::Purpose, Wrong::NoPurpose))
    }

    fn is_used(&self, channel: Option<Channel>) -> Result<(), RowFault> {
        match channel.filter(|channel| !self.row.layout.channels.contains(channel)) {
            Some(channel) => Err(self.row.fault(Field::Channel, Wrong::ChannelOff { channel })),
            None => Ok(()),
        }
    }

    /// Returns the time of an opt-in. A confirmed opt-in counts from its confirmation.
    fn time_of_yes(&self) -> Result<Option<Timestamp>, RowFault> {
        let row = self.row;
        match row.time(Field::OccurredAt)? {
            Some(at) => Ok(Some(at)),
            None => match row.time(Field::OptedInAt)?.max(row.time(Field::ConfirmedAt)?) {
                Some(at) => Ok(Some(at)),
                None => row.time(Field::Since),
            },
        }
    }

    fn time_of_no(&self, left_at: Option<Timestamp>) -> Result<Option<Timestamp>, RowFault> {
        match left_at {
            Some(at) => Ok(Some(at)),
            None => match self.row.time(Field::OccurredAt)? {
                Some(at) => Ok(Some(at)),
                None => self.row.time(Field::Since),
            },
        }
    }

    fn basis(&self) -> Result<Basis, RowFault> {
        let read = |text: &str| Basis::parse(&text.to_ascii_lowercase());
        let basis = self.row.read(Field::Basis, Wrong::UnknownWord { field: Field::Basis }, read)?;
        Ok(basis.unwrap_or(self.row.layout.basis))
    }

    fn evidence_of_yes(&self) -> Result<KeptEvidence, RowFault> {
        let row = self.row;
        let wrong = Wrong::UnknownWord { field: Field::Dealing };
        Ok(KeptEvidence {
            dealing: row.read(Field::Dealing, wrong, |text| Dealing::parse(&text.to_ascii_lowercase()))?,
            reference: row.line(Field::Reference)?,
            refusal_offered: row.flag(Field::RefusalOffered)?.unwrap_or(false),
            own_similar_products: row.flag(Field::OwnSimilarProducts)?.unwrap_or(false),
            assessment: row.line(Field::Assessment)?,
            origin: row.line(Field::Origin)?,
            ip: row.line(Field::Ip)?,
            confirmed_at: row.time(Field::ConfirmedAt)?,
            confirmed_ip: row.line(Field::ConfirmedIp)?,
            ..KeptEvidence::default()
        })
    }

    /// Returns the origin and the reason of an opt-out. The IP addresses in the row belong to the opt-in.
    fn evidence_of_no(&self) -> Result<KeptEvidence, RowFault> {
        let (origin, reason) = (self.row.line(Field::Origin)?, self.row.line(Field::Reason)?);
        Ok(KeptEvidence { origin, reason, ..KeptEvidence::default() })
    }
}
