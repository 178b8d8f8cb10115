//! Bodies that change one contact, each with the reason that the ledger keeps.

use serde::{Deserialize, Deserializer};

use super::contacts::WhoBody;
use super::submission::{EvidenceBody, NoticeBody, claim};
use super::{
    AddressBody, BORN, CHANNEL, COUNTRY, LINE, PURPOSE, REGION, RELATION, TIME, TOKEN, UUID, each, field, optional,
};
use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::consent::{Channel, CountryCode, PurposeSlug, RegionCode, Relation, Scope, Timestamp};
use crate::ledger::text::{BirthDate, Line, Token};
use crate::ledger::{ChoiceChange, ChosenAct, Fact, KeptEvidence, Lookup, PersonFacts, Rectification};

fn reason(text: &str) -> Result<Line, Problem> {
    field("/reason", text.trim(), Line::parse, LINE)
}

/// Body of `PUT /v1/contacts/{id}/choices/{channel}/{purpose}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ChoiceChangeBody {
    choice: String,
    reason: String,
    basis: Option<String>,
    objection: Option<bool>,
    evidence: Option<Object<EvidenceBody>>,
    notice: Option<Object<NoticeBody>>,
    occurred_at: Option<String>,
    address: Option<Object<AddressBody>>,
}

/// In a path: all channels, or all purposes.
const ALL: &str = "*";

impl ChoiceChangeBody {
    /// `channel` and `purpose` come from the path.
    pub(in crate::api) fn parse(&self, channel: &str, purpose: &str) -> Result<ChoiceChange, Problem> {
        let in_path = |fault: &Fault| Problem::field("", fault.clone());
        let scope = Scope {
            channel: (channel != ALL).then(|| Channel::parse(channel).ok_or_else(|| in_path(&CHANNEL))).transpose()?,
            purpose: (purpose != ALL)
                .then(|| PurposeSlug::parse(purpose).ok_or_else(|| in_path(&PURPOSE)))
                .transpose()?,
        };
        let claim = claim("", &self.choice, self.basis.as_deref(), self.objection)?;
        let evidence = self.evidence.as_ref().map(|evidence| evidence.0.parse("/evidence")).transpose()?;
        let evidence = KeptEvidence { reason: Some(reason(&self.reason)?), ..evidence.unwrap_or_default() };
        Ok(ChoiceChange {
            choice: ChosenAct { scope, claim, evidence },
            address: self.address.as_ref().map(|address| address.0.parse("/address")).transpose()?,
            notice: self.notice.as_ref().map(|notice| notice.0.parse()).transpose()?,
            occurred_at: optional("/occurred_at", self.occurred_at.as_deref(), Timestamp::parse, TIME)?,
        })
    }
}

/// Body of `POST /v1/contacts/{id}/rectify`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct RectificationBody {
    address: Option<Object<CorrectionBody>>,
    profile: Option<Object<ProfileBody>>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrectionBody {
    from: Object<AddressBody>,
    to: Object<AddressBody>,
}

/// What is absent stays, what is `null` is forgotten.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    #[serde(default, deserialize_with = "present")]
    country: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    region: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    relation: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    born: Option<Option<String>>,
}

/// Tells a `null` from a field that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl RectificationBody {
    pub(in crate::api) fn parse(&self) -> Result<(Rectification, Line), Problem> {
        let address = match &self.address {
            None => None,
            Some(correction) => {
                let (from, to) = (correction.0.from.0.parse("/address/from")?, correction.0.to.0.parse("/address/to")?);
                if from.kind() != to.kind() {
                    let fault = Fault::new("other_kind", "correct an address by one of the same kind");
                    return Err(Problem::field("/address/to", fault));
                }
                Some((from, to))
            }
        };
        let (person, forget) = self.profile.as_ref().map(|profile| profile.0.parse()).transpose()?.unwrap_or_default();
        if address.is_none() && forget.is_empty() && person == PersonFacts::default() {
            let fault = Fault::new("nothing_to_do", "say what is wrong: an address, or a field of the profile");
            return Err(Problem::field("", fault));
        }
        Ok((Rectification { address, person, forget }, reason(&self.reason)?))
    }
}

impl ProfileBody {
    fn parse(&self) -> Result<(PersonFacts, Vec<Fact>), Problem> {
        let fields = [
            (&self.country, Fact::Country),
            (&self.region, Fact::Region),
            (&self.relation, Fact::Relation),
            (&self.born, Fact::Born),
        ];
        let forget = fields.iter().filter(|(field, _)| matches!(field, Some(None))).map(|(_, fact)| *fact).collect();
        let given = |field: &Option<Option<String>>| field.clone().flatten();
        let (country, region, relation, born) =
            (given(&self.country), given(&self.region), given(&self.relation), given(&self.born));
        if region.is_some() && country.is_none() {
            return Err(Problem::field("/profile/region", REGION));
        }
        let person = PersonFacts {
            country: optional("/profile/country", country.as_deref(), CountryCode::parse, COUNTRY)?,
            region: optional("/profile/region", region.as_deref(), RegionCode::parse, REGION)?,
            relation: optional("/profile/relation", relation.as_deref(), Relation::parse, RELATION)?,
            born: optional("/profile/born", born.as_deref(), BirthDate::parse, BORN)?,
        };
        Ok((person, forget))
    }
}

/// Body of `PUT /v1/contacts/{id}/restriction`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct RestrictionBody {
    restricted: bool,
    reason: String,
}

impl RestrictionBody {
    pub(in crate::api) fn parse(&self) -> Result<(bool, Line), Problem> {
        Ok((self.restricted, reason(&self.reason)?))
    }
}

/// Body of `POST /v1/contacts/{id}/merge`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct MergeBody {
    contact: Object<WhoBody>,
    reason: String,
}

impl MergeBody {
    pub(in crate::api) fn parse(&self) -> Result<(Lookup, Line), Problem> {
        Ok((self.contact.0.parse("/contact")?, reason(&self.reason)?))
    }
}

/// Body of `POST /v1/contacts/{id}/unmerge`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct UnmergeBody {
    contact: String,
    reason: String,
}

impl UnmergeBody {
    pub(in crate::api) fn parse(&self) -> Result<(uuid::Uuid, Line), Problem> {
        Ok((field("/contact", &self.contact, |id| id.parse().ok(), UUID)?, reason(&self.reason)?))
    }
}

/// Body of `POST /v1/disclosures`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DisclosureBody {
    contact: Object<WhoBody>,
    recipient: String,
    data: Vec<String>,
    at: Option<String>,
}

/// A disclosure, parsed: of whom, to whom, what, when.
pub(in crate::api) type Disclosure = (Lookup, Token, Vec<Token>, Option<Timestamp>);

impl DisclosureBody {
    pub(in crate::api) fn parse(&self) -> Result<Disclosure, Problem> {
        if !(1..=64).contains(&self.data.len()) {
            return Err(Problem::field("/data", Fault::new("wrong_number_of_data", "name 1 to 64 kinds of data")));
        }
        Ok((
            self.contact.0.parse("/contact")?,
            field("/recipient", &self.recipient, Token::parse, TOKEN)?,
            each("/data", &self.data, Token::parse, &TOKEN)?,
            optional("/at", self.at.as_deref(), Timestamp::parse, TIME)?,
        ))
    }
}
