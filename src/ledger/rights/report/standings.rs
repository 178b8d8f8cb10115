//! The standings of each address of a contact, and the activities that keep grounds valid.

use serde::Serialize;

use crate::consent::{
    Act, Activity, Channel, Choice, Person, PurposeSlug, Relation, Scope, Standing, Timestamp, WrittenDecision,
    decide_under, statement, tightened,
};
use crate::ledger::records::bearing::bearing_on;
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::suppression::Suppressions;
use crate::ledger::rights::report::addresses::AddressEntry;
use crate::ledger::rights::report::records::dated;
use crate::ledger::rights::report::selection::Selection;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError};

/// The standing of one address, channel and purpose.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct StandingEntry {
    /// The address.
    pub address: String,
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The deciding choice; `null` if the person was never asked.
    pub choice: Option<Choice>,
    /// The status of the standing: `opted_in`, `awaiting_confirmation`, `opted_out`, `declined` or `never_asked`.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["opted_in", "awaiting_confirmation", "opted_out", "declined", "never_asked"])))]
    pub status: &'static str,
    /// The decision whether a message may be sent now, with its rule and reason.
    #[serde(flatten)]
    pub decision: WrittenDecision,
    /// The time since which the deciding choice counts.
    pub since: Option<Timestamp>,
}

/// The latest activity of one kind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ActivityEntry {
    /// The address of the activity.
    pub address: String,
    /// The activity: `used`, `contacted` or `screened`.
    pub activity: Activity,
    /// The channel; `null` for all channels.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all purposes.
    pub purpose: Option<PurposeSlug>,
    /// The time of the activity.
    pub at: Timestamp,
}

/// Returns the selected standings and activities.
pub(crate) fn standings_of(
    database: &dyn Database,
    shop: &Shop,
    addresses: &[AddressEntry],
    (person, claimed): (&Person, &[Person]),
    wanted: &Selection,
    now: Timestamp,
) -> Result<(Vec<StandingEntry>, Vec<ActivityEntry>), DatabaseError> {
    let suppressions = Suppressions::of(database, shop)?;
    let (mut standings, mut activities) = (Vec::new(), Vec::new());
    for address in addresses {
        activities.extend(activities_on(address, &standing_of(database, address.row)?, wanted));
        let mut standing = bearing_on(database, address.row)?;
        for track in suppressions.on(database, address.kind, &address.match_key)? {
            standing.add(track);
        }
        standings.extend(standings_on(shop, address, &standing, (person, claimed), wanted, now));
    }
    Ok((standings, activities))
}

fn activities_on<'a>(
    address: &'a AddressEntry,
    standing: &'a Standing,
    wanted: &'a Selection,
) -> impl Iterator<Item = ActivityEntry> + 'a {
    let asked = |track: &&crate::consent::Track| wanted.covers(&track.scope) && wanted.spans(track.at);
    standing.tracks().iter().filter(asked).filter_map(|track| {
        let Act::Noted { activity } = track.act else { return None };
        Some(ActivityEntry {
            address: address.value.clone(),
            activity,
            channel: track.scope.channel,
            purpose: track.scope.purpose.clone(),
            at: track.at,
        })
    })
}

/// Returns the standings for every channel and purpose that the shop uses for this kind of address, and for those that
/// occur only in records.
fn standings_on(
    shop: &Shop,
    address: &AddressEntry,
    standing: &Standing,
    (person, claimed): (&Person, &[Person]),
    wanted: &Selection,
    now: Timestamp,
) -> Vec<StandingEntry> {
    let settings = &shop.settings;
    let mut questions: Vec<(Channel, &PurposeSlug)> = Vec::new();
    let configured =
        settings.channels.iter().flat_map(|channel| settings.purposes.iter().map(|purpose| (*channel, purpose)));
    let recorded =
        standing.tracks().iter().filter_map(|track| Some((track.scope.channel?, track.scope.purpose.as_ref()?)));
    for (channel, purpose) in configured.filter(|(channel, _)| channel.address_kind() == address.kind).chain(recorded) {
        let asked = wanted.covers(&Scope::specific(channel, purpose.clone()));
        if asked && !questions.contains(&(channel, purpose)) {
            questions.push((channel, purpose));
        }
    }
    let policy = settings.policy();
    let relation = person.relation.unwrap_or(Relation::Consumer);
    questions
        .into_iter()
        .map(|(channel, purpose)| {
            let conditions = policy.conditions(&person.place, relation, channel, purpose);
            let entries = standing.entries(channel, purpose);
            let base = decide_under(&conditions, &entries, &person.circumstances, now);
            let decision = tightened(base, claimed, &policy, (channel, purpose), &entries, now);
            let statement = statement(&conditions, &entries, now);
            StandingEntry {
                address: address.value.clone(),
                channel,
                purpose: purpose.clone(),
                choice: statement.decided_by.and_then(|entry| entry.act.choice()),
                status: statement.status.as_str(),
                since: statement.decided_by.and_then(|entry| dated(entry.at)),
                decision: decision.written(true),
            }
        })
        .collect()
}
