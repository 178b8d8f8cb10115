//! Bodies that are about contacts already known, or asked for.

use serde::Deserialize;

use super::{
    ACTIVITY, CHANNEL, EMAIL, EXTERNAL, PHONE, PURPOSE, TIME, UUID, email, field, one_address, optional, phone,
};
use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::consent::{Activity, Address, Channel, PurposeSlug, Timestamp};
use crate::ledger::text::ExternalId;
use crate::ledger::{ActivityNoted, Asked, Lookup, SuppressionReason};

/// Body of `POST /v1/contacts/lookup`: exactly one of the three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct LookupBody {
    email: Option<String>,
    phone: Option<String>,
    external: Option<String>,
}

impl LookupBody {
    pub(in crate::api) fn parse(&self) -> Result<Lookup, Problem> {
        match (self.email.as_deref(), self.phone.as_deref(), self.external.as_deref()) {
            (Some(text), None, None) => field("/email", text, email, EMAIL).map(Lookup::Address),
            (None, Some(text), None) => field("/phone", text, phone, PHONE).map(Lookup::Address),
            (None, None, Some(text)) => field("/external", text, ExternalId::parse, EXTERNAL).map(Lookup::External),
            _ => {
                Err(Problem::field("", Fault::new("ambiguous_lookup", "send exactly one of email, phone and external")))
            }
        }
    }
}

/// One contact, by exactly one of the four.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhoBody {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    external: Option<String>,
}

impl WhoBody {
    pub(super) fn parse(&self, pointer: &str) -> Result<Lookup, Problem> {
        let at = |name: &str| format!("{pointer}/{name}");
        let given = [self.id.as_deref(), self.email.as_deref(), self.phone.as_deref(), self.external.as_deref()];
        match given {
            [Some(text), None, None, None] => field(&at("id"), text, |text| text.parse().ok(), UUID).map(Lookup::Id),
            [None, Some(text), None, None] => field(&at("email"), text, email, EMAIL).map(Lookup::Address),
            [None, None, Some(text), None] => field(&at("phone"), text, phone, PHONE).map(Lookup::Address),
            [None, None, None, Some(text)] => {
                field(&at("external"), text, ExternalId::parse, EXTERNAL).map(Lookup::External)
            }
            _ => Err(Problem::field(
                pointer,
                Fault::new("ambiguous_lookup", "send exactly one of id, email, phone and external"),
            )),
        }
    }
}

/// Body of `POST /v1/decisions`: one `contact`, or up to 10,000 `contacts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DecisionsBody {
    channel: String,
    purpose: String,
    at: Option<String>,
    explain: Option<bool>,
    contact: Option<Object<WhoBody>>,
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
pub(in crate::api) struct ActivitiesBody {
    contact: Object<WhoBody>,
    activities: Vec<Object<ActivityBody>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityBody {
    activity: String,
    channel: Option<String>,
    purpose: Option<String>,
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
pub(in crate::api) struct SuppressionBody {
    email: Option<String>,
    phone: Option<String>,
    channel: Option<String>,
    reason: String,
}

impl SuppressionBody {
    pub(in crate::api) fn parse(&self) -> Result<(Address, Option<Channel>, SuppressionReason), Problem> {
        let address = one_address("", self.email.as_deref(), self.phone.as_deref())?;
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
