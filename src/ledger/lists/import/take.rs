//! Processes a page of rows: reads what is known, decides on each row, and writes the result.

use std::collections::HashMap;

use uuid::Uuid;

use crate::consent::{
    Address, Assurance, Basis, Channel, CountryCode, Ground, PurposeSlug, RecordId, RegionCode, Relation, Scope,
    Timestamp, Track,
};
use crate::ledger::lists::import::judge::{Judged, Times, judge};
use crate::ledger::lists::import::known::{KnownAddresses, externals};
use crate::ledger::lists::import::rows::{Recorded, Rows};
use crate::ledger::lists::import::state::{Counts, Import};
use crate::ledger::people::profile;
use crate::ledger::records::act::{ChoiceFault, act_of};
use crate::ledger::records::standing::{Columns, written};
use crate::ledger::records::suppression::name_listed;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, to_json};
use crate::model::evidence::KeptEvidence;
use crate::model::listed::{Listed, ListedAct, ListedChoice, ListedPerson, ListedSuppression, Suppressed};
use crate::model::person::PersonFacts;
use crate::model::submission::{ChosenAct, Claim};
use crate::model::text::BirthDate;

/// A row that could be read.
#[derive(Clone, Debug)]
pub struct TakenRow {
    /// The number of the row, counted from 1.
    pub row: u64,
    /// The content of the row.
    pub listed: Listed,
}

/// The reason why a readable row is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedFault {
    /// A choice cannot be recorded.
    Choice(ChoiceFault),
    /// The row names an address by the hash of another shop.
    ForeignHash,
}

impl ListedFault {
    /// Returns the stable code of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Choice(fault) => fault.code(),
            Self::ForeignHash => "foreign_hash",
        }
    }

    /// Returns the text that says what to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Choice(fault) => fault.advice(),
            Self::ForeignHash => "a hash of another shop says nothing here: export by address, or give the SHA-256",
        }
    }
}

/// Returns why a readable row is rejected; `None` if it is not.
pub fn refuses(shop: &Shop, listed: &Listed) -> Option<ListedFault> {
    match listed {
        Listed::Person(person) => {
            let mut faults = person.choices.iter().filter_map(|choice| ground_of(shop, choice).err());
            faults.next().map(ListedFault::Choice)
        }
        Listed::Suppressed(suppressions) => {
            let is_foreign = |one: &ListedSuppression| match &one.target {
                Suppressed::Hash(hash) => name_listed(shop, hash.as_str()).is_none(),
                Suppressed::Address(_) | Suppressed::Sha256 { .. } => false,
            };
            suppressions.iter().any(is_foreign).then_some(ListedFault::ForeignHash)
        }
    }
}

/// Returns the ground of a choice; `None` for anything but an opt-in.
fn ground_of(shop: &Shop, choice: &ListedChoice) -> Result<Option<Ground>, ChoiceFault> {
    let settings = &shop.settings;
    if choice.scope.channel.is_some_and(|channel| !settings.channels.contains(&channel)) {
        return Err(ChoiceFault::ChannelOff);
    }
    if choice.scope.purpose.as_ref().is_some_and(|purpose| !settings.purposes.contains(purpose)) {
        return Err(ChoiceFault::UnknownPurpose);
    }
    let ListedAct::Yes { basis } = choice.act else { return Ok(None) };
    if basis == Basis::Consent && choice.scope.is_specific() {
        return Ok(Some(Ground::Consent));
    }
    let (claim, evidence) = (Claim::OptIn { basis }, choice.evidence.clone());
    let chosen = ChosenAct { scope: choice.scope.clone(), claim, evidence };
    Ok(act_of(shop, Assurance::Listed, choice.occurred_at, &chosen)?.ground())
}

/// Processes a page of rows in their order. Must be called in a transaction. A dry run stores only the results that a
/// real import would have.
pub fn take_page(
    tx: &dyn Database,
    shop: &Shop,
    import: &Import,
    rows: &[TakenRow],
    context: &Context<'_>,
) -> Result<Counts, DatabaseError> {
    let mut known = KnownAddresses::default();
    let people =
        || rows.iter().filter_map(|row| if let Listed::Person(person) = &row.listed { Some(person) } else { None });
    people().flat_map(|person| &person.addresses).for_each(|address| known.want(address));
    known.read(tx, shop, import.is_dry_run.then_some(import.id))?;
    let named: Vec<&str> = people().filter_map(|person| Some(person.external.as_ref()?.as_str())).collect();
    let mut page = ImportPage {
        shop,
        known,
        externals: externals(tx, &named)?,
        next_contact: next_id(tx, "SELECT coalesce(max(id), 0) + 1 FROM contact")?,
        next_address: next_id(tx, "SELECT coalesce(max(id), 0) + 1 FROM address")?,
        ids: context.next_ids(rows.len() * 2).into_iter(),
        rows: Rows::default(),
        learned: Vec::new(),
        counts: Counts::default(),
        times: Times { began: import.started_at.unwrap_or(context.now), now: context.now },
        context,
    };
    let mut suppressions = Vec::new();
    for TakenRow { row, listed } in rows {
        match listed {
            Listed::Person(person) => page.take(*row, person),
            Listed::Suppressed(listed) => suppressions.extend(listed),
        }
    }
    page.suppress(tx, import, &suppressions)?;
    page.write(tx, import)
}

fn next_id(tx: &dyn Database, sql: &str) -> Result<i64, DatabaseError> {
    tx.first(sql, &[])?.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)
}

/// The state with which the rows of a page are decided.
pub(crate) struct ImportPage<'a> {
    pub(crate) shop: &'a Shop,
    known: KnownAddresses<'a>,
    externals: HashMap<String, i64>,
    next_contact: i64,
    next_address: i64,
    ids: std::vec::IntoIter<Uuid>,
    pub(crate) rows: Rows<'a>,
    /// The contacts to which the page adds facts.
    learned: Vec<(i64, PersonFacts)>,
    pub(crate) counts: Counts,
    pub(crate) times: Times,
    context: &'a Context<'a>,
}

impl<'a> ImportPage<'a> {
    pub(crate) fn next_id(&mut self) -> Uuid {
        self.ids.next().unwrap_or_else(|| self.context.next_id())
    }

    /// Decides on one row and updates what is known, for the rows that follow.
    fn take(&mut self, row: u64, person: &'a ListedPerson) {
        let mut accepted: Vec<(&'a Address, &'a ListedChoice, Track)> = Vec::new();
        for choice in &person.choices {
            self.judge(person, choice, &mut accepted);
        }
        if person.choices.is_empty() {
            self.counts.no_choice += 1;
        }
        if accepted.is_empty() {
            return;
        }
        let contact = self.file(person);
        let submission = self.next_id();
        let occurred = accepted.first().and_then(|(_, choice, _)| choice.occurred_at);
        self.rows.submissions.push((submission, contact, occurred.map(Timestamp::millis), row));
        for (address, choice, track) in accepted {
            let Some(known) = self.known.of_mut(address) else { continue };
            let address = known.rows.map_or(0, |(address, _)| address);
            self.rows.records.push(recorded(address, &track, choice, submission));
            // A history that is not later than the existing one changes nothing, but the record is stored.
            known.tracks.push(track);
            known.is_changed = true;
        }
    }

    /// Judges one choice for each address that it is about.
    fn judge(
        &mut self,
        person: &'a ListedPerson,
        choice: &'a ListedChoice,
        accepted: &mut Vec<(&'a Address, &'a ListedChoice, Track)>,
    ) {
        let kind = choice.scope.channel.map(Channel::address_kind);
        let ground = ground_of(self.shop, choice).ok().flatten();
        let transactional = &self.shop.settings.policy.transactional;
        let is_marketing = choice.scope.purpose.as_ref().is_none_or(|purpose| !transactional.contains(purpose));
        for address in person.addresses.iter().filter(|address| kind.is_none_or(|kind| kind == address.kind())) {
            let Some(known) = self.known.of(address) else { continue };
            let says_yes = choice.is_yes();
            // Nothing is stored about an address that is suppressed and otherwise unknown, not even an opt-out.
            let is_suppressed = known.is_suppressed(choice.scope.channel);
            let is_unknown = known.rows.is_none() && (is_suppressed || known.is_barred(address.kind()));
            let weighed = if is_unknown || (is_suppressed && is_marketing && says_yes) {
                None
            } else {
                Some(judge(&known.tracks, choice, ground, is_marketing, self.times))
            };
            match weighed {
                None => self.counts.suppressed += 1,
                Some(Judged::Unchanged) => self.counts.unchanged += 1,
                Some(Judged::Duplicate) => self.counts.duplicate += 1,
                Some(Judged::Outranked) => self.counts.outranked += 1,
                Some(Judged::NoChoice) => self.counts.no_choice += 1,
                Some(Judged::Accepted { act, at }) => {
                    let scope = choice.scope.clone();
                    let (assurance, record) = (Assurance::Listed, RecordId(Uuid::nil()));
                    let track = Track { scope, act, assurance, connection: None, at, record };
                    // An opt-out is recorded, although a later opt-in of the person counts for more.
                    match known.tracks.iter().any(|yes| yes.ends(&track)) {
                        true => self.counts.outranked += 1,
                        false => self.counts.accepted += 1,
                    }
                    let record = RecordId(self.next_id());
                    accepted.push((address, choice, Track { record, ..track }));
                }
            }
        }
    }

    /// Finds or creates the contact of a row and adds to it what the row brings. A list vouches that the data in a row
    /// belongs together: a known address keeps its contact, and new addresses join it.
    fn file(&mut self, person: &'a ListedPerson) -> i64 {
        let by_external = person.external.as_ref().and_then(|external| self.externals.get(external.as_str()).copied());
        let known = person.addresses.iter().find_map(|address| self.known.of(address).filter(|own| own.rows.is_some()));
        let by_address = known.and_then(|known| known.rows).map(|(_, contact)| contact);
        let new = known.and_then(|known| known.gaps.filled_by(&person.person));
        let contact = match by_external.or(by_address) {
            Some(contact) => {
                if let Some(new) = new.filter(|_| by_address == Some(contact)) {
                    self.learned.push((contact, new));
                }
                contact
            }
            None => {
                let contact = self.next_contact;
                self.next_contact += 1;
                let (uuid, facts) = (self.next_id(), &person.person);
                self.rows.contacts.push((
                    contact,
                    uuid,
                    facts.country.as_ref().map(CountryCode::as_str),
                    facts.region.as_ref().map(RegionCode::as_str),
                    facts.relation.map(Relation::as_str),
                    facts.born.as_ref().map(BirthDate::as_str),
                ));
                contact
            }
        };
        if let Some(external) = person.external.as_ref().filter(|_| by_external.is_none()) {
            self.externals.insert(external.as_str().to_owned(), contact);
            self.rows.externals.push((external.as_str(), contact));
        }
        for address in &person.addresses {
            let next = self.next_address;
            let Some(known) = self.known.of_mut(address) else { continue };
            if known.rows.is_none() && !known.is_barred(address.kind()) {
                known.rows = Some((next, contact));
                known.is_changed = true;
                self.next_address += 1;
                self.rows.addresses.push((next, contact, address.kind().as_str(), address.key(), address.given()));
            }
        }
        contact
    }

    fn write(self, tx: &dyn Database, import: &Import) -> Result<Counts, DatabaseError> {
        if import.is_dry_run {
            self.write_trial(tx, import)?;
        } else {
            self.rows.write(tx, import.id, self.times.now)?;
            for (contact, facts) in self.learned {
                profile::learned(tx, Param::Integer(contact), &facts, false)?;
                tx.execute(
                    "INSERT INTO import_learned (import, contact, facts) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    &[
                        Param::Text(&import.id.to_string()),
                        Param::Integer(contact),
                        Param::Text(&to_json(&written_facts(&facts))?),
                    ],
                )?;
            }
        }
        Ok(self.counts)
    }

    /// Stores the result that the dry run has for each address, so that later pages count as in a real import.
    fn write_trial(&self, tx: &dyn Database, import: &Import) -> Result<(), DatabaseError> {
        for (name, channel, id, _, at, _) in &self.rows.suppressions {
            tx.execute(
                "INSERT INTO import_trial (import, address, filed_under, tracks) VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET filed_under = excluded.filed_under, tracks = excluded.tracks",
                &[
                    Param::Text(&import.id.to_string()),
                    Param::Text(&format!("{name} {channel}")),
                    Param::Integer(*at),
                    Param::Text(&to_json(id)?),
                ],
            )?;
        }
        for ((kind, key), known) in self.known.changed() {
            let tracks: Vec<_> = known.tracks.iter().map(written).collect();
            tx.execute(
                "INSERT INTO import_trial (import, address, filed_under, tracks) VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET tracks = excluded.tracks",
                &[
                    Param::Text(&import.id.to_string()),
                    Param::Text(&format!("{kind}:{key}")),
                    Param::Integer(known.rows.map_or(0, |(_, contact)| contact)),
                    Param::Text(&to_json(&tracks)?),
                ],
            )?;
        }
        Ok(())
    }
}

/// Returns facts in the form in which they are stored for the undo.
fn written_facts(facts: &PersonFacts) -> [Option<&str>; 4] {
    [
        facts.country.as_ref().map(CountryCode::as_str),
        facts.region.as_ref().map(RegionCode::as_str),
        facts.relation.map(Relation::as_str),
        facts.born.as_ref().map(BirthDate::as_str),
    ]
}

fn recorded<'a>(address: i64, track: &Track, choice: &'a ListedChoice, submission: Uuid) -> Recorded<'a> {
    let Scope { channel, purpose } = &choice.scope;
    let columns = Columns::of(track);
    let evidence = &choice.evidence;
    Recorded(
        track.record.0,
        address,
        channel.map_or("*", Channel::as_str),
        purpose.as_ref().map_or("*", PurposeSlug::as_str),
        columns.choice_text(),
        columns.ground_text(),
        u8::from(track.act.is_objection()),
        track.at.millis(),
        submission,
        if *evidence == KeptEvidence::default() { None } else { serde_json::to_string(evidence).ok() },
    )
}
