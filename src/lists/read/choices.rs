//! Reads the choices of a row for channels and purposes.

use crate::consent::{Address, AddressKind, Basis, Channel, Dealing, PurposeSlug, Scope, Timestamp};
use crate::lists::cells::word;
use crate::lists::cells::word::{Suppressions, Word};
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::row::ListRow;
use crate::model::evidence::KeptEvidence;
use crate::model::list_kind::ListKind;
use crate::model::listed::{ListedAct, ListedChoice};
use crate::platforms::field::{CHANNEL_FIELDS, ChannelFields, Field};

/// Reads the choices of a row. `addresses` are the addresses of the row, `unread` the faults of those that cannot be
/// read.
///
/// An opt-out is stronger than everything else in the row: what cannot be read beside it is only a warning, and an
/// opt-in that contradicts it rejects the row.
///
/// # Errors
/// A fault if the row opts in to a channel without an address, makes two choices about the same scope, or contains a
/// word that is not known and no opt-out.
pub(crate) fn choices(
    row: &ListRow<'_>,
    addresses: &[Address],
    unread: &[(Option<AddressKind>, RowFault)],
) -> Result<Vec<ListedChoice>, RowFault> {
    let mut reader =
        ChoiceReader { row, choices: Vec::with_capacity(1), heard: Vec::new(), has_said: false, unknown: None };
    reader.of_row()?;
    reader.of_channels();
    let partners = reader.of_partners();
    reader.said(partners.map(Some));
    reader.of_list()?;
    let ChoiceReader { mut choices, unknown, .. } = reader;
    if let Some(fault) = unknown {
        let has_no = choices.iter().any(ListedChoice::is_no);
        if !has_no {
            return Err(fault);
        }
        row.warn(fault);
    }
    if let Some(fault) = row.unread_opt_out()
        && (choices.iter().any(ListedChoice::is_yes) || !choices.iter().any(ListedChoice::is_no))
    {
        return Err(fault);
    }
    reconcile(&mut choices)?;
    let reached = |choice: &ListedChoice| {
        choice.scope.channel.is_none_or(|channel| addresses.iter().any(|own| own.kind() == channel.address_kind()))
    };
    let has_effect = choices.iter().any(|choice| choice.is_no() && reached(choice));
    for choice in choices.iter().filter(|choice| !reached(choice)) {
        let Some(channel) = choice.scope.channel else { continue };
        let of_cell = unread.iter().find(|(kind, _)| kind.is_none_or(|kind| kind == channel.address_kind()));
        let fault = of_cell.map_or(RowFault::of_row(Wrong::NoAddressFor { channel }), |(_, fault)| *fault);
        match choice.act {
            ListedAct::NotOptedIn => {}
            ListedAct::No { .. } | ListedAct::Yes { .. } if has_effect => {
                if of_cell.is_none() {
                    row.warn(fault);
                }
            }
            ListedAct::Yes { .. } | ListedAct::No { .. } => return Err(fault),
        }
    }
    choices.retain(reached);
    Ok(choices)
}

/// Removes repetitions.
///
/// # Errors
/// A fault if two choices contradict each other.
fn reconcile(choices: &mut Vec<ListedChoice>) -> Result<(), RowFault> {
    let covers = |wide: &Scope, scope: &Scope| {
        wide.channel.is_none_or(|channel| scope.channel == Some(channel))
            && wide.purpose.as_ref().is_none_or(|purpose| scope.purpose.as_ref() == Some(purpose))
    };
    let nos = choices.iter().filter(|choice| choice.is_no());
    if nos.clone().any(|no| choices.iter().any(|yes| yes.is_yes() && covers(&no.scope, &yes.scope))) {
        return Err(RowFault::of_row(Wrong::Contradiction));
    }
    let mut kept: Vec<ListedChoice> = Vec::with_capacity(choices.len());
    for choice in choices.drain(..) {
        let Some(other) = kept.iter_mut().find(|other| other.scope == choice.scope) else {
            kept.push(choice);
            continue;
        };
        match (&mut other.act, choice.act) {
            (ListedAct::No { objection }, ListedAct::No { objection: also }) => {
                *objection |= also;
                other.occurred_at = other.occurred_at.max(choice.occurred_at);
            }
            (ListedAct::No { .. }, ListedAct::NotOptedIn) | (ListedAct::NotOptedIn, ListedAct::NotOptedIn) => {}
            (ListedAct::NotOptedIn, ListedAct::No { .. }) => *other = choice,
            _ => return Err(RowFault::of_row(Wrong::SaidTwice)),
        }
    }
    *choices = kept;
    Ok(())
}

struct ChoiceReader<'a> {
    row: &'a ListRow<'a>,
    choices: Vec<ListedChoice>,
    /// The channels about which the row says something, even if that is neither an opt-in nor an opt-out.
    heard: Vec<Channel>,
    /// Whether the row has a choice for the row as a whole.
    has_said: bool,
    /// The first statement that cannot be read.
    unknown: Option<RowFault>,
}

impl ChoiceReader<'_> {
    /// Returns what a cell says. What cannot be read is noted: it rejects the row unless the row has an opt-out.
    fn said<T>(&mut self, read: Result<Option<T>, RowFault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.unknown.get_or_insert(fault);
            None
        })
    }

    /// Reads the choice of the row as a whole.
    fn of_row(&mut self) -> Result<(), RowFault> {
        let row = self.row;
        let left = self.left_at();
        let choice = row.read(Field::Choice, Wrong::BadChoice, word::word);
        let is_choice_unknown = choice.is_err();
        let choice = self.said(choice);
        let status = row.read(Field::Status, Wrong::BadChoice, word::word);
        let status = self.said(status);
        let objection = row.later(row.flag(Field::Objection)) == Some(true);
        // The column `choice` is the one that counts. A status says what was on record when the list was written.
        let first = if is_choice_unknown { None } else { choice.or(status) };
        self.has_said = choice.is_some() || status.is_some() || is_choice_unknown || left.is_some() || objection;
        let is_no = |word: Option<Word>| match word {
            Some(Word::No | Word::Objection) => true,
            Some(Word::BareNo) => !self.is_ambiguous(),
            _ => false,
        };
        if is_no(choice) || is_no(status) || objection || left.is_some() {
            if first == Some(Word::Yes) {
                let field = if left.is_some() { Field::OptedOutAt } else { Field::Choice };
                return Err(row.fault(field, Wrong::Contradiction));
            }
            let ip = if first.is_some() { row.lenient(row.line(Field::Ip)) } else { None };
            let evidence = KeptEvidence { ip, ..self.evidence_of_no() };
            let at = self.time_of_no(left.flatten());
            let objection = objection || [choice, status].contains(&Some(Word::Objection));
            self.no(self.wide_scope()?, objection, at, evidence);
            return Ok(());
        }
        // The two columns disagree about whether the person has opted in.
        if choice == Some(Word::Yes) && status == Some(Word::Neither) {
            return Err(row.fault(Field::Status, Wrong::Contradiction));
        }
        match first {
            Some(Word::Yes) => {
                let read = self.yes();
                self.said(read.map(Some));
                Ok(())
            }
            Some(Word::BareNo) => {
                self.not_opted_in(self.specific_scope()?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Returns the time of the opt-out of the row, `Some(None)` if the row has one that cannot be read.
    fn left_at(&mut self) -> Option<Option<Timestamp>> {
        let row = self.row;
        match row.time_of_no(Field::OptedOutAt) {
            Ok(at) => at.map(Some),
            // A text with a digit is a time in a form that is not known. Another text, such as `n/a`, says nothing.
            Err(fault)
                if row.text(Field::OptedOutAt).is_some_and(|text| text.bytes().any(|byte| byte.is_ascii_digit())) =>
            {
                row.warn(fault);
                Some(None)
            }
            Err(fault) => {
                self.unknown.get_or_insert(fault);
                None
            }
        }
    }

    /// Reads the choices in the columns that belong to a single channel.
    fn of_channels(&mut self) {
        for fields in CHANNEL_FIELDS.iter().filter(|fields| self.is_read(fields.channel)).collect::<Vec<_>>() {
            let read = self.of_channel(fields);
            self.said(read.map(Some));
        }
    }

    fn of_channel(&mut self, fields: &ChannelFields) -> Result<(), RowFault> {
        let (row, channel) = (self.row, fields.channel);
        let word = self.said(row.read(fields.choice, Wrong::BadChoice, word::word));
        let is_refused = self.said(row.flag(fields.refused)) == Some(true);
        let suppressions = if channel == Channel::Email { self.said(self.suppressions()) } else { None };
        if word.is_some() || is_refused || suppressions.is_some() {
            self.heard.push(channel);
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
                let at = if says_no { row.lenient(row.time_of_no(fields.at)) } else { None };
                let scope = Scope { channel: Some(channel), purpose: row.purpose()?.cloned() };
                let evidence = self.evidence_of_no();
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
        match self.said(row.read(Field::PartnerChoice, Wrong::BadChoice, word::word)) {
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

    /// Applies the meaning of the list.
    fn of_list(&mut self) -> Result<(), RowFault> {
        let row = self.row;
        match row.layout.list {
            Some(ListKind::OptedOut) => self.of_opted_out_list(),
            Some(ListKind::OptedIn) if !self.has_said && self.unknown.is_none() => {
                let channel = match row.channel()? {
                    Some(channel) => Some(channel),
                    None => row.layout.channel,
                };
                let is_heard = channel.map_or(!self.heard.is_empty(), |channel| self.heard.contains(&channel));
                // A file with columns for single channels need not name the channel of the list.
                if !is_heard && (channel.is_some() || row.layout.has(Field::Channel)) { self.yes() } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// Every row of a list of people who have opted out is an opt-out, whatever its own words are.
    fn of_opted_out_list(&mut self) -> Result<(), RowFault> {
        let scope = self.wide_scope()?;
        let is_about = |own: &Scope| {
            let is_channel = scope.channel.is_none() || own.channel.is_none() || own.channel == scope.channel;
            is_channel && (scope.purpose.is_none() || own.purpose.is_none() || own.purpose == scope.purpose)
        };
        let contradicts = |choice: &ListedChoice| choice.is_yes() && is_about(&choice.scope);
        if self.choices.iter().any(contradicts) {
            return Err(RowFault::of_row(Wrong::ListContradicted));
        }
        for choice in &mut self.choices {
            if choice.act == ListedAct::NotOptedIn && is_about(&choice.scope) {
                choice.act = ListedAct::No { objection: false };
            }
        }
        let is_recorded = |choice: &ListedChoice| {
            choice.is_no()
                && (scope.channel.is_none() || choice.scope.channel.is_none() || choice.scope.channel == scope.channel)
                && (choice.scope.purpose.is_none() || choice.scope.purpose == scope.purpose)
        };
        if !self.choices.iter().any(is_recorded) {
            let (at, evidence) = (self.time_of_no(None), self.evidence_of_no());
            self.no(scope, false, at, evidence);
        }
        Ok(())
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

    /// Returns the time of an opt-out. A time that cannot be read is only a warning: the opt-out then counts from its
    /// receipt.
    fn time_of_no(&self, left_at: Option<Timestamp>) -> Option<Timestamp> {
        let read = |field| self.row.lenient(self.row.time_of_no(field));
        left_at.or_else(|| read(Field::OccurredAt)).or_else(|| read(Field::Since))
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
    fn evidence_of_no(&self) -> KeptEvidence {
        let line = |field| self.row.lenient(self.row.line(field));
        KeptEvidence { origin: line(Field::Origin), reason: line(Field::Reason), ..KeptEvidence::default() }
    }
}
