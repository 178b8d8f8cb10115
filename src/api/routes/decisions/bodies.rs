//! Bodies of requests about contacts: lookups, decisions, activities and suppressions.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::fields::{ACTIVITY, CHANNEL, PURPOSE, TIME, addresses, field, one_of, optional};
use crate::api::lookup_body::WhoBody;
use crate::api::problem::{Fault, Problem};
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{Activity, Address, Channel, CountryCode, PurposeSlug, Timestamp};
use crate::ledger::{ActivityNoted, Asked, Lookup};
use crate::model::suppression::SuppressionReason;

/// Body of `POST /v1/decisions`: either one `contact`, or up to 10,000 `contacts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_contact_or_many))]
pub(in crate::api) struct DecisionsBody {
    /// The channel of the message.
    #[cfg_attr(feature = "contract", schemars(with = "Channel"))]
    channel: String,
    /// The purpose of the message.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
    /// The time at which the message is to be sent, RFC 3339. Default: now.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    at: Option<String>,
    /// Whether the answer lists the steps that led to the decision. Default: true for `contact`, false for `contacts`.
    explain: Option<bool>,
    /// The contact to decide about.
    contact: Option<Object<WhoBody>>,
    /// The contacts to decide about, at most 10,000. The answer has one entry for each contact, in the same order. An
    /// entry is a decision or an error.
    contacts: Option<Vec<Object<WhoBody>>>,
}

/// The maximum number of contacts in one request.
const MAX_CONTACTS: usize = 10_000;

/// The contacts that a request for decisions is about.
pub(in crate::api) enum Contacts {
    One(Lookup),
    /// An element that cannot be parsed becomes a problem at its position; the others are still decided.
    Many(Vec<Result<Lookup, Problem>>),
}

impl DecisionsBody {
    pub(in crate::api) fn parse(
        &self,
        now: Timestamp,
        home: Option<CountryCode>,
    ) -> Result<(Asked, Contacts), Problem> {
        let contacts = match (&self.contact, &self.contacts) {
            (Some(contact), None) => Contacts::One(contact.0.parse("/contact", home)?),
            (None, Some(contacts)) if contacts.len() <= MAX_CONTACTS => {
                let numbered = contacts.iter().enumerate();
                Contacts::Many(numbered.map(|(at, who)| who.0.parse(&format!("/contacts/{at}"), home)).collect())
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
    /// The contact of the activities. If it is identified by an address, an activity on a channel that uses this kind
    /// of address counts for that address alone.
    contact: Object<WhoBody>,
    /// The activities, 1 to 64.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 64)))]
    activities: Vec<Object<ActivityBody>>,
}

/// An activity: an event that keeps an opt-in from expiring although the person makes no choice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ActivityBody {
    /// The kind of activity.
    #[cfg_attr(feature = "contract", schemars(with = "Activity"))]
    activity: String,
    /// The channel of the activity. Absent: all channels. Required for `screened`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    channel: Option<String>,
    /// The purpose of the activity. Absent: all purposes.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    purpose: Option<String>,
    /// The time of the activity, RFC 3339. Default: now.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    occurred_at: Option<String>,
}

/// The maximum number of activities in one body.
const MAX_ACTIVITIES: usize = 64;

impl ActivitiesBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<(Lookup, Vec<ActivityNoted>), Problem> {
        if !(1..=MAX_ACTIVITIES).contains(&self.activities.len()) {
            let fault = Fault::new("wrong_number_of_activities", "send 1 to 64 activities");
            return Err(Problem::field("/activities", fault));
        }
        let numbered = self.activities.iter().enumerate();
        let noted = numbered.map(|(index, one)| one.0.parse(index)).collect::<Result<_, _>>()?;
        Ok((self.contact.0.parse("/contact", home)?, noted))
    }
}

impl ActivityBody {
    fn parse(&self, index: usize) -> Result<ActivityNoted, Problem> {
        let at = |name: &str| format!("/activities/{index}/{name}");
        let activity = field(&at("activity"), &self.activity, Activity::parse, ACTIVITY)?;
        // A lookup in a do-not-call register covers one channel's number and says nothing about other addresses.
        if activity == Activity::Screened && self.channel.is_none() {
            let fault = Fault::new("missing_field", "give the channel whose register was checked");
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

/// Body of `POST /v1/suppressions`. Exactly one address is present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_address_and_its_channel))]
pub(in crate::api) struct SuppressionBody {
    /// The e-mail address to suppress.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The telephone number to suppress.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// The push endpoint or push token to suppress.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// The postal address to suppress.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// The only channel that is suppressed; it must use this kind of address. Absent: all channels that use the
    /// address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    channel: Option<String>,
    /// The reason for the suppression.
    #[cfg_attr(feature = "contract", schemars(with = "schema::GivenSuppressionReason"))]
    reason: String,
}

impl SuppressionBody {
    pub(in crate::api) fn parse(
        &self,
        home: Option<CountryCode>,
    ) -> Result<(Address, Option<Channel>, SuppressionReason), Problem> {
        let given = [&self.email, &self.phone, &self.push, &self.postal];
        let address = one_of("", addresses("", given, home)?)?;
        let channel = optional("/channel", self.channel.as_deref(), Channel::parse, CHANNEL)?;
        if channel.is_some_and(|channel| channel.address_kind() != address.kind()) {
            let fault = Fault::new("no_address", "the channel does not use this kind of address");
            return Err(Problem::field("/channel", fault));
        }
        // Only an erasure creates a suppression with the reason `erased`.
        let reason = |text: &str| SuppressionReason::parse(text).filter(|reason| *reason != SuppressionReason::Erased);
        Ok((address, channel, field("/reason", &self.reason, reason, SUPPRESSION_REASON)?))
    }
}

const SUPPRESSION_REASON: Fault =
    Fault::new("unknown_reason", "use asked, complained, bounced, deceased, ordered or other");
