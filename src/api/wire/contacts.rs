//! Bodies that are about contacts already known, or asked for.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::contract::schema;
use crate::api::problem::{Fault, Problem};
use crate::api::wire::{ACTIVITY, CHANNEL, EXTERNAL, PURPOSE, TIME, UUID, addresses, field, one_of, optional};
use crate::consent::{Activity, Address, Channel, PurposeSlug, Timestamp};
use crate::ledger::{ActivityNoted, Asked, Lookup};
use crate::model::suppression::SuppressionReason;
use crate::model::text::ExternalId;

/// Body of `POST /v1/contacts/lookup`: exactly one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
pub(in crate::api) struct LookupBody {
    /// Somebody with this e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// Somebody with this telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// Somebody with this push endpoint or token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// Somebody with this postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// Whom a platform calls so.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    external: Option<String>,
}

impl LookupBody {
    pub(in crate::api) fn parse(&self) -> Result<Lookup, Problem> {
        let addresses = [&self.email, &self.phone, &self.push, &self.postal];
        let fault = Fault::new("ambiguous_lookup", "send exactly one of email, phone, push, postal and external");
        looked_up("", addresses, &self.external, &None, fault)
    }
}

/// One contact, by exactly one of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
pub(super) struct WhoBody {
    /// By the id.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    id: Option<String>,
    /// By an e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// By a telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// By a push endpoint or token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// By a postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// By what a platform calls them.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    external: Option<String>,
}

impl WhoBody {
    pub(super) fn parse(&self, pointer: &str) -> Result<Lookup, Problem> {
        let addresses = [&self.email, &self.phone, &self.push, &self.postal];
        let fault = Fault::new("ambiguous_lookup", "send exactly one of id, email, phone, push, postal and external");
        looked_up(pointer, addresses, &self.external, &self.id, fault)
    }
}

fn looked_up(
    pointer: &str,
    given: [&Option<String>; 4],
    external: &Option<String>,
    id: &Option<String>,
    ambiguous: Fault,
) -> Result<Lookup, Problem> {
    let at = |name: &str| format!("{pointer}/{name}");
    match (addresses(pointer, given)?.as_slice(), external, id) {
        ([address], None, None) => Ok(Lookup::Address(address.clone())),
        ([], Some(text), None) => field(&at("external"), text, ExternalId::parse, EXTERNAL).map(Lookup::External),
        ([], None, Some(text)) => field(&at("id"), text, |text| text.parse().ok(), UUID).map(Lookup::Id),
        _ => Err(Problem::field(pointer, ambiguous)),
    }
}

/// Body of `POST /v1/decisions`: one `contact`, or up to 10,000 `contacts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_contact_or_many))]
pub(in crate::api) struct DecisionsBody {
    /// By which channel.
    #[cfg_attr(feature = "contract", schemars(with = "Channel"))]
    channel: String,
    /// For which purpose.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
    /// When; now where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    at: Option<String>,
    /// Whether to tell the steps that led to the answer: by default for one contact, and not for many.
    explain: Option<bool>,
    /// Whom it is about.
    contact: Option<Object<WhoBody>>,
    /// Whom it is about: up to 10,000, each answered in its place.
    contacts: Option<Vec<Object<WhoBody>>>,
}

/// Contacts in one question.
const MAX_CONTACTS: usize = 10_000;

/// Whom a question is about.
pub(in crate::api) enum Contacts {
    One(Lookup),
    /// What cannot be looked up is told in its place.
    Many(Vec<Result<Lookup, Problem>>),
}

impl DecisionsBody {
    pub(in crate::api) fn parse(&self, now: Timestamp) -> Result<(Asked, Contacts), Problem> {
        let contacts = match (&self.contact, &self.contacts) {
            (Some(contact), None) => Contacts::One(contact.0.parse("/contact")?),
            (None, Some(contacts)) if contacts.len() <= MAX_CONTACTS => {
                let numbered = contacts.iter().enumerate();
                Contacts::Many(numbered.map(|(at, who)| who.0.parse(&format!("/contacts/{at}"))).collect())
            }
            (None, Some(_)) => {
                let fault = Fault::new("too_many_contacts", "send at most 10000 contacts at once");
                return Err(Problem::field("/contacts", fault));
            }
            _ => {
                let fault = Fault::new("ambiguous_lookup", "send exactly one of contact and contacts");
                return Err(Problem::field("", fault));
            }
        };
        let asked = Asked {
            channel: field("/channel", &self.channel, Channel::parse, CHANNEL)?,
            purpose: field("/purpose", &self.purpose, PurposeSlug::parse, PURPOSE)?,
            at: optional("/at", self.at.as_deref(), Timestamp::parse, TIME)?.unwrap_or(now),
            now,
            explain: self.explain.unwrap_or(matches!(contacts, Contacts::One(_))),
        };
        Ok((asked, contacts))
    }
}

/// Body of `POST /v1/activities`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ActivitiesBody {
    /// Whose they are. Named by an address: of that address alone.
    contact: Object<WhoBody>,
    /// What happened.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 64)))]
    activities: Vec<Object<ActivityBody>>,
}

/// Something that happened without anybody choosing anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ActivityBody {
    /// What happened.
    #[cfg_attr(feature = "contract", schemars(with = "Activity"))]
    activity: String,
    /// On which channel; on all where nothing is said. A look-up in a register needs it.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    channel: Option<String>,
    /// For which purpose; for all where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    purpose: Option<String>,
    /// When; now where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    occurred_at: Option<String>,
}

/// Activities in one body.
const MAX_ACTIVITIES: usize = 64;

impl ActivitiesBody {
    pub(in crate::api) fn parse(&self) -> Result<(Lookup, Vec<ActivityNoted>), Problem> {
        if !(1..=MAX_ACTIVITIES).contains(&self.activities.len()) {
            let fault = Fault::new("wrong_number_of_activities", "send 1 to 64 activities");
            return Err(Problem::field("/activities", fault));
        }
        let numbered = self.activities.iter().enumerate();
        let noted = numbered.map(|(index, one)| one.0.parse(index)).collect::<Result<_, _>>()?;
        Ok((self.contact.0.parse("/contact")?, noted))
    }
}

impl ActivityBody {
    fn parse(&self, index: usize) -> Result<ActivityNoted, Problem> {
        let at = |name: &str| format!("/activities/{index}/{name}");
        let activity = field(&at("activity"), &self.activity, Activity::parse, ACTIVITY)?;
        // One number's look-up says nothing of another's.
        if activity == Activity::Screened && self.channel.is_none() {
            let fault = Fault::new("missing_field", "say which channel's register was asked");
            return Err(Problem::field(at("channel"), fault));
        }
        Ok(ActivityNoted {
            activity,
            channel: optional(&at("channel"), self.channel.as_deref(), Channel::parse, CHANNEL)?,
            purpose: optional(&at("purpose"), self.purpose.as_deref(), PurposeSlug::parse, PURPOSE)?,
            occurred_at: optional(&at("occurred_at"), self.occurred_at.as_deref(), Timestamp::parse, TIME)?,
        })
    }
}

/// Body of `POST /v1/suppressions`: one address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_address_and_its_channel))]
pub(in crate::api) struct SuppressionBody {
    /// The e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// The push endpoint or token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// The postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// Only on this channel, which must be one that uses the address; on all of them where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    channel: Option<String>,
    /// Why.
    #[cfg_attr(feature = "contract", schemars(with = "schema::GivenSuppressionReason"))]
    reason: String,
}

impl SuppressionBody {
    pub(in crate::api) fn parse(&self) -> Result<(Address, Option<Channel>, SuppressionReason), Problem> {
        let given = [&self.email, &self.phone, &self.push, &self.postal];
        let address = one_of("", addresses("", given)?)?;
        let channel = optional("/channel", self.channel.as_deref(), Channel::parse, CHANNEL)?;
        if channel.is_some_and(|channel| channel.address_kind() != address.kind()) {
            let fault = Fault::new("no_address", "the channel does not use this kind of address");
            return Err(Problem::field("/channel", fault));
        }
        // That somebody was erased only an erasure says.
        let reason = |text: &str| SuppressionReason::parse(text).filter(|reason| *reason != SuppressionReason::Erased);
        Ok((address, channel, field("/reason", &self.reason, reason, SUPPRESSION_REASON)?))
    }
}

const SUPPRESSION_REASON: Fault =
    Fault::new("unknown_reason", "use asked, complained, bounced, deceased, ordered or other");
