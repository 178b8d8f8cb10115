//! The contact report: all data about one person, or selected sections. Reports, exports and pages are generated from
//! it.

use serde::Serialize;

use crate::consent::{Circumstances, CountryCode, Person, Place, RegionCode, Relation, Scope, Timestamp};
use crate::ledger::people::contact::{Contact, Lookup, find, members, revision};
use crate::ledger::people::disclosure::{DisclosureEntry, disclosures_of};
use crate::ledger::people::merge;
use crate::ledger::people::profile::{claims_in, persons_claimed};
use crate::ledger::people::rights_log::{RightsEntry, acts_for};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::sync::held::{RemoteEntry, accounts_of};

use crate::ledger::rights::report::about::{AboutEntry, ShopEntry};
use crate::ledger::rights::report::addresses::{AddressEntry, addresses_of};
use crate::ledger::rights::report::records::RecordEntry;
use crate::ledger::rights::report::selection::{Section, Selection};
use crate::ledger::rights::report::standings::{ActivityEntry, StandingEntry};
use crate::ledger::rights::report::{records, standings};
use crate::model::person::ClaimedFacts;

/// All data about one person. Sections that were not requested are left out.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ContactReport {
    /// The name of this format. It changes when a field is removed or changes its meaning.
    #[cfg_attr(feature = "contract", schemars(extend("const" = ContactReport::SCHEMA)))]
    pub schema: &'static str,
    /// The time when the report was generated.
    pub generated_at: Timestamp,
    /// The shop that holds the data.
    pub shop: ShopEntry,
    /// The id of the contact.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The time at which the contact was created.
    pub created_at: Timestamp,
    /// The ids of the contacts that were merged into this one.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<uuid::Uuid>"))]
    pub merged: Vec<String>,
    /// The restriction of processing (GDPR Art. 18): the data is stored but not used. `null` if there is none.
    pub restriction: Option<RestrictionEntry>,
    /// The facts that legal rules and age limits depend on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileEntry>,
    /// The addresses of the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<AddressEntry>>,
    /// The external ids of the contact. Part of the section `addresses`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ids: Option<Vec<String>>,
    /// The ids of the contacts whose addresses a form named beside one of this contact. Anybody may have filled in that
    /// form, so they need not be the same person. Only for the shop: it is not in exports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<uuid::Uuid>>"))]
    pub typed_beside: Option<Vec<String>>,
    /// The standings, for each address and each channel and purpose of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standings: Option<Vec<StandingEntry>>,
    /// All records, oldest first, with their evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<RecordEntry>>,
    /// The activities that keep grounds valid, the latest of each kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<Vec<ActivityEntry>>,
    /// The acts done for the person under their rights, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Vec<RightsEntry>>,
    /// The disclosures of data to recipients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<DisclosureEntry>>,
    /// The person's accounts at connected shop platforms, with each field that stands for a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Vec<RemoteEntry>>,
    /// General information for the person, in addition to their data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information: Option<AboutEntry>,
    /// The revision of the contact, for its `ETag`.
    #[serde(skip)]
    pub revision: String,
}

impl ContactReport {
    /// The name of the format of reports.
    pub const SCHEMA: &'static str = "urn:placet:contact-report:1";
}

/// The facts about a person that legal rules and age limits depend on.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ProfileEntry {
    /// The country of the person, ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    pub country: Option<String>,
    /// The region of the country, ISO 3166-2 without the country prefix.
    #[cfg_attr(feature = "contract", schemars(with = "Option<RegionCode>"))]
    pub region: Option<String>,
    /// How the person is addressed: `consumer` or `business`.
    pub relation: Option<Relation>,
    /// The date of birth, such as `2009-05-01`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::model::text::BirthDate>"))]
    pub born: Option<String>,
    /// What anonymous forms have stated and nobody has proven. It may only make a decision stricter.
    pub claimed: Vec<ClaimedFacts>,
}

/// A restriction of processing.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RestrictionEntry {
    /// The time since which the data is restricted.
    pub since: Timestamp,
    /// The reason that the shop gave.
    pub reason: Option<String>,
}

/// Returns the report on one contact; `None` if the contact is unknown.
pub fn contact_report(
    database: &dyn Database,
    shop: &Shop,
    lookup: &Lookup,
    wanted: &Selection,
    now: Timestamp,
) -> Result<Option<ContactReport>, DatabaseError> {
    let Some(contact) = find(database, lookup)? else { return Ok(None) };
    let members = members(database, contact.row)?;
    let addresses = addresses_of(database, &contact)?;
    let facts = facts_of(database, &contact)?;
    let wants = |section| wanted.wants(section);
    let stands = wants(Section::Standings) || wants(Section::Activities);
    let (standings, activities) = if stands {
        standings::standings_of(database, shop, &addresses, (&facts.person, &facts.claimed), wanted, now)?
    } else {
        Default::default()
    };
    let records = if wants(Section::Records) || wants(Section::Information) {
        records::records_of(database, shop, &contact)?
    } else {
        Vec::new()
    };
    let external_ids = || {
        database
            .query("SELECT value FROM external_id WHERE contact = ? ORDER BY value", &[contact.param()])?
            .iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect::<Result<Vec<_>, _>>()
    };
    let information = wants(Section::Information).then(|| AboutEntry::of(shop, &records));
    let asked = |record: &RecordEntry| {
        let scope = Scope { channel: record.channel, purpose: record.purpose.clone() };
        wanted.covers(&scope) && wanted.spans(record.effective_at.unwrap_or(record.received_at))
    };
    Ok(Some(ContactReport {
        schema: ContactReport::SCHEMA,
        generated_at: now,
        shop: ShopEntry::of(shop),
        id: contact.uuid.to_string(),
        created_at: contact.created_at,
        merged: merge::merged_ids(database, &contact, &members)?,
        restriction: facts.restriction,
        profile: wants(Section::Profile).then_some(facts.profile),
        external_ids: wants(Section::Addresses).then(external_ids).transpose()?,
        typed_beside: wanted.for_staff.then(|| typed_beside(database, &members)).transpose()?,
        standings: wants(Section::Standings).then_some(standings),
        activities: wants(Section::Activities).then_some(activities),
        records: wants(Section::Records).then(|| records.into_iter().filter(asked).collect()),
        requests: wants(Section::Requests).then(|| acts_for(database, &members)).transpose()?,
        recipients: wants(Section::Recipients)
            .then(|| disclosures_of(database, shop, &members, wanted.for_person))
            .transpose()?,
        connections: wants(Section::Connections).then(|| accounts_of(database, &members)).transpose()?,
        information,
        addresses: wants(Section::Addresses).then_some(addresses),
        revision: revision(database, &contact)?,
    }))
}

/// Returns the contacts whose addresses a form named beside an address of these contacts.
fn typed_beside(database: &dyn Database, members: &str) -> Result<Vec<String>, DatabaseError> {
    let rows = database.query(
        "WITH form (id) AS (SELECT DISTINCT coalesce(s.beside, s.id) FROM json_each(?1) m
                 CROSS JOIN submission s ON s.contact = m.value),
             part (contact) AS (SELECT s.contact FROM form CROSS JOIN submission s ON s.id = form.id
                 UNION SELECT s.contact FROM form CROSS JOIN submission s ON s.beside = form.id)
         SELECT c.uuid FROM part CROSS JOIN contact c ON c.id = part.contact
         WHERE c.id NOT IN (SELECT value FROM json_each(?1)) ORDER BY c.id LIMIT 100",
        &[Param::Text(members)],
    )?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

struct Facts {
    person: Person,
    /// The person as anonymous forms describe them.
    claimed: Vec<Person>,
    profile: ProfileEntry,
    restriction: Option<RestrictionEntry>,
}

fn facts_of(database: &dyn Database, contact: &Contact) -> Result<Facts, DatabaseError> {
    let row = database
        .first(
            "SELECT country, region, relation, born, restricted_at, restriction_reason, claimed FROM contact WHERE id = ?",
            &[Param::Integer(contact.row)],
        )?
        .ok_or(DatabaseError::Shape { column: 0 })?;
    let own = |column| Ok::<_, DatabaseError>(row.optional_text(column)?.map(str::to_owned));
    let profile = ProfileEntry {
        country: own(0)?,
        region: own(1)?,
        relation: row.optional_text(2)?.and_then(Relation::parse),
        born: own(3)?,
        claimed: claims_in(row.optional_text(6)?)?,
    };
    let restriction =
        if row.is_null(4) { None } else { Some(RestrictionEntry { since: row.time(4)?, reason: own(5)? }) };
    let person = Person {
        place: Place {
            country: profile.country.as_deref().and_then(CountryCode::parse),
            region: profile.region.as_deref().and_then(RegionCode::parse),
        },
        relation: profile.relation,
        circumstances: Circumstances {
            reachable: true,
            restricted: restriction.is_some(),
            born: profile.born.as_deref().and_then(Timestamp::parse_birth),
        },
    };
    let claimed = persons_claimed(row.optional_text(6)?, &person)?;
    Ok(Facts { person, claimed, profile, restriction })
}
