//! Bodies of the webhook routes.

use serde::Deserialize;

use crate::api::fields::{TIME, each, field, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::Timestamp;
use crate::ledger::{DeliveryState, EventType, NewWebhook, Payload, Replay, Target};

const TARGET: Fault = Fault::new(
    "invalid_target",
    "use an https address of a public host, without user and fragment, of at most 2048 characters",
);
const EVENT: Fault = Fault::new("unknown_event", "use a type of the contract, such as consent.changed");
const PAYLOAD: Fault = Fault::new("unknown_payload", Payload::USE_ONE);
pub(in crate::api) const DELIVERY_STATE: Fault = Fault::new("unknown_state", DeliveryState::USE_ONE);
pub(in crate::api) const EVENT_ID: Fault =
    Fault::new("invalid_event_id", "use the webhook-id of an event: evt_ and 32 hexadecimal digits");

/// Body of `POST /v1/webhooks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewWebhookBody {
    /// The URL that events are sent to.
    #[cfg_attr(feature = "contract", schemars(with = "Target"))]
    url: String,
    /// The types of events to send. Default: all.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<EventType>>"))]
    events: Option<Vec<String>>,
    /// The amount of data in each event. Default: `thin`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Payload>"))]
    payload: Option<String>,
}

/// Body of `PUT /v1/webhooks/{id}`. An absent field is set to its default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct WebhookBody {
    /// The URL that events are sent to.
    #[cfg_attr(feature = "contract", schemars(with = "Target"))]
    url: String,
    /// The types of events to send. Default: all.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<EventType>>"))]
    events: Option<Vec<String>>,
    /// The amount of data in each event. Default: `thin`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Payload>"))]
    payload: Option<String>,
    /// Whether events are sent to the webhook. Default: true.
    enabled: Option<bool>,
}

impl NewWebhookBody {
    /// Parses the body. `local` also allows the URL of a developer's own machine.
    pub(in crate::api) fn parse(&self, local: bool) -> Result<NewWebhook, Problem> {
        parse(&self.url, self.events.as_deref(), self.payload.as_deref(), true, local)
    }
}

impl WebhookBody {
    /// Parses the body. `local` also allows the URL of a developer's own machine.
    pub(in crate::api) fn parse(&self, local: bool) -> Result<NewWebhook, Problem> {
        let enabled = self.enabled.unwrap_or(true);
        parse(&self.url, self.events.as_deref(), self.payload.as_deref(), enabled, local)
    }
}

fn parse(
    url: &str,
    events: Option<&[String]>,
    payload: Option<&str>,
    enabled: bool,
    local: bool,
) -> Result<NewWebhook, Problem> {
    let target = field("/url", url, |text| Target::parse(text, local), TARGET)?;
    let mut events = events.map(|events| each("/events", events, EventType::parse, &EVENT)).transpose()?;
    if let Some(events) = &mut events {
        if events.is_empty() {
            return Err(Problem::field("/events", Fault::new("empty_list", "give at least one")));
        }
        events.sort_unstable();
        events.dedup();
    }
    let payload = optional("/payload", payload, Payload::parse, PAYLOAD)?.unwrap_or(Payload::Thin);
    Ok(NewWebhook { target, events, payload, enabled })
}

/// Body of `POST /v1/webhooks/{id}/rotate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct SecretRotationBody {
    /// The number of seconds for which events are signed with the old secret too, 0 to 604,800 (7 days). Default:
    /// 86,400 (1 day).
    #[cfg_attr(feature = "contract", schemars(range(max = 604_800)))]
    overlap_seconds: Option<u32>,
}

impl SecretRotationBody {
    const OVERLAP: u32 = 24 * 60 * 60;
    const MAX_OVERLAP: u32 = 7 * 24 * 60 * 60;

    /// Returns the time for which both secrets are used, in milliseconds.
    pub(in crate::api) fn parse(&self) -> Result<i64, Problem> {
        match self.overlap_seconds.unwrap_or(Self::OVERLAP) {
            seconds if seconds <= Self::MAX_OVERLAP => Ok(i64::from(seconds) * 1_000),
            _ => Err(Problem::field("/overlap_seconds", Fault::new("out_of_range", "use 0 to 604800 seconds, 7 days"))),
        }
    }
}

/// Body of `POST /v1/webhooks/{id}/replay`. It selects the deliveries to repeat; all conditions must hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ReplayBody {
    /// The state of the deliveries to repeat. Default: `dead`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<DeliveryState>"))]
    state: Option<String>,
    /// The id of the only event to repeat. Absent: all events.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::schema::EventId>"))]
    event: Option<String>,
    /// Repeat only events from this time on, RFC 3339. Absent: no limit.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    since: Option<String>,
}

impl ReplayBody {
    pub(in crate::api) fn parse(&self) -> Result<Replay, Problem> {
        let state = optional("/state", self.state.as_deref(), DeliveryState::parse, DELIVERY_STATE)?;
        Ok(Replay {
            state: state.unwrap_or(DeliveryState::Dead),
            event: optional("/event", self.event.as_deref(), event_id, EVENT_ID)?,
            since: optional("/since", self.since.as_deref(), Timestamp::parse, TIME)?,
        })
    }
}

/// Returns the id of an event if it is well-formed: `evt_` and 32 lower-case hexadecimal digits.
pub(in crate::api) fn event_id(text: &str) -> Option<String> {
    let digits = text.strip_prefix("evt_")?;
    let is_hex = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    is_hex.then(|| text.to_owned())
}
