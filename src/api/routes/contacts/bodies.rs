//! Bodies of requests that change one contact. Each contains the reason that the ledger stores.

use serde::{Deserialize, Deserializer};

use crate::api::body::Object;
use crate::api::fields::{
    AddressBody, BORN, CHANNEL, COUNTRY, LINE, PURPOSE, REGION, RELATION, TIME, TOKEN, UUID, each, field, optional,
};
use crate::api::lookup_body::WhoBody;
use crate::api::problem::{Fault, Problem};
use crate::api::routes::consents::bodies::NoticeBody;
use crate::api::routes::consents::choice_body::{EvidenceBody, claim};
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{ActTime, Assurance, Channel, CountryCode, PurposeSlug, RegionCode, Relation, Scope, Timestamp};
#[cfg(feature = "contract")]
use crate::consent::{Basis, Choice};
use crate::ledger::{ChoiceChange, Fact, Lookup, Rectification};
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::submission::ChosenAct;
use crate::model::text::{BirthDate, Line, Token};

fn reason(text: &str) -> Result<Line, Problem> {
    field("/reason", text.trim(), Line::parse, LINE)
}

/// Body of `PUT /v1/contacts/{id}/choices/{channel}/{purpose}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ChoiceChangeBody {
    /// The choice of the person: `opt_in`, `opt_out` or `declined`.
    #[cfg_attr(feature = "contract", schemars(with = "Choice"))]
    choice: String,
    /// The reason why an employee enters the choice.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    reason: String,
    /// The legal basis of an opt-in. Default: `consent`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Basis>"))]
    basis: Option<String>,
    /// Whether an opt-out is an objection to direct marketing, GDPR Art. 21(2). Default: false. Only for an `opt_out`.
    objection: Option<bool>,
    /// The evidence that the basis applies.
    evidence: Option<Object<EvidenceBody>>,
    /// The notice that was shown to the person.
    notice: Option<Object<NoticeBody>>,
    /// The time when the person chose, RFC 3339. Default: now. An opt-out counts from now all the same, unless
    /// `historic` is true.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    occurred_at: Option<String>,
    /// Whether an opt-out counts from `occurred_at` too. Default: false. Requires `occurred_at`.
    historic: Option<bool>,
    /// The address that an opt-in is about. Required if the contact has several addresses that the channel can use.
    address: Option<Object<AddressBody>>,
}

/// In a path: all channels, or all purposes.
const ALL: &str = "*";

impl ChoiceChangeBody {
    /// Turns the body into a change. `channel` and `purpose` come from the path; `*` means all.
    pub(in crate::api) fn parse(
        &self,
        channel: &str,
        purpose: &str,
        home: Option<CountryCode>,
    ) -> Result<ChoiceChange, Problem> {
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
        let occurred_at = optional("/occurred_at", self.occurred_at.as_deref(), Timestamp::parse, TIME)?;
        let is_history = self.historic.unwrap_or(false);
        if is_history && occurred_at.is_none() {
            let fault = Fault::new("missing_field", "give the time of the choice, because it is history");
            return Err(Problem::field("/occurred_at", fault));
        }
        Ok(ChoiceChange {
            choice: ChosenAct { scope, claim, evidence },
            address: self.address.as_ref().map(|address| address.0.parse("/address", home)).transpose()?,
            notice: self.notice.as_ref().map(|notice| notice.0.parse()).transpose()?,
            time: ActTime::of(Assurance::Staff, is_history, None, occurred_at),
        })
    }
}

/// Body of `POST /v1/contacts/{id}/rectify`. At least one of `address` and `profile` is present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::a_correction))]
pub(in crate::api) struct RectificationBody {
    /// The address to correct.
    address: Option<Object<CorrectionBody>>,
    /// The fields of the profile to correct.
    profile: Option<Object<ProfileBody>>,
    /// The reason for the correction.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    reason: String,
}

/// A wrong address and the correct one, both of the same kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct CorrectionBody {
    /// The address that is stored now.
    from: Object<AddressBody>,
    /// The correct address, of the same kind.
    to: Object<AddressBody>,
}

/// The corrected profile. An absent field stays as it is; a field that is `null` is deleted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ProfileBody {
    /// The country of the person, ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    country: Option<Option<String>>,
    /// The region of the country: the part of the ISO 3166-2 code after the country, such as `FL`. Requires `country`.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<RegionCode>"))]
    region: Option<Option<String>>,
    /// The role in which the person is addressed.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Relation>"))]
    relation: Option<Option<String>>,
    /// The date of birth, such as `2009-05-01`.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<BirthDate>"))]
    born: Option<Option<String>>,
}

/// Distinguishes a field that is `null` from a field that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl RectificationBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<(Rectification, Line), Problem> {
        let address = match &self.address {
            None => None,
            Some(correction) => {
                let (from, to) =
                    (correction.0.from.0.parse("/address/from", home)?, correction.0.to.0.parse("/address/to", home)?);
                if from.kind() != to.kind() {
                    let fault = Fault::new("other_kind", "correct an address by one of the same kind");
                    return Err(Problem::field("/address/to", fault));
                }
                Some((from, to))
            }
        };
        let (person, forget) = self.profile.as_ref().map(|profile| profile.0.parse()).transpose()?.unwrap_or_default();
        if address.is_none() && forget.is_empty() && person == PersonFacts::default() {
            let fault = Fault::new("nothing_to_do", "give what to correct: an address, or a field of the profile");
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
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RestrictionBody {
    /// Whether the use of the contact's data is restricted: true restricts it to storage, false lifts the restriction
    /// (GDPR Art. 18).
    restricted: bool,
    /// The reason for the restriction, or for its end.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
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
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MergeBody {
    /// The contact that is the same person. It becomes part of the contact in the path.
    contact: Object<WhoBody>,
    /// The reason for the merge: how the shop knows that both are one person.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    reason: String,
}

impl MergeBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<(Lookup, Line), Problem> {
        Ok((self.contact.0.parse("/contact", home)?, reason(&self.reason)?))
    }
}

/// Body of `POST /v1/contacts/{id}/unmerge`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct UnmergeBody {
    /// The id of the contact that was merged and becomes separate again.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    contact: String,
    /// The reason for the separation: how the shop knows that they are two persons.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
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
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DisclosureBody {
    /// The contact whose data was disclosed.
    contact: Object<WhoBody>,
    /// The recipient of the data: the id of one of the shop's recipients.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    recipient: String,
    /// The kinds of data that were disclosed, 1 to 64 names chosen by the shop, such as `email`.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Token>", length(min = 1, max = 64)))]
    data: Vec<String>,
    /// The time of the disclosure, RFC 3339. Default: now.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    at: Option<String>,
}

/// A parsed disclosure: the contact, the recipient, the kinds of data and the time.
pub(in crate::api) type Disclosure = (Lookup, Token, Vec<Token>, Option<Timestamp>);

impl DisclosureBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<Disclosure, Problem> {
        if !(1..=64).contains(&self.data.len()) {
            return Err(Problem::field("/data", Fault::new("wrong_number_of_data", "name 1 to 64 kinds of data")));
        }
        Ok((
            self.contact.0.parse("/contact", home)?,
            field("/recipient", &self.recipient, Token::parse, TOKEN)?,
            each("/data", &self.data, Token::parse, &TOKEN)?,
            optional("/at", self.at.as_deref(), Timestamp::parse, TIME)?,
        ))
    }
}
