//! The parts of a shop's body about links, requests, evidence, and what has outlived its use.

use serde::Deserialize;

use crate::api::problem::{Fault, Problem};
use crate::api::wire::{KIND, ORIGIN, each, optional};
use crate::ledger::{Evidence, Links, Requests, Retention};
use crate::model::request::RequestKind;
use crate::model::text::Origin;

/// Links and the messages that they stand in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct LinksBody {
    /// What links begin with, such as `https://consent.shop.example`; the deployment's own address where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Origin>"))]
    public_url: Option<String>,
    /// Days for which a confirmation can be given; 7 where nothing is said.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 30)))]
    confirmation_days: Option<u16>,
    /// The time zone in which days are counted, an IANA name such as `Europe/Berlin`; UTC where nothing is said.
    #[cfg_attr(feature = "contract", schemars(length(max = 64)))]
    time_zone: Option<String>,
}

/// Requests of persons.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct RequestsBody {
    /// The kinds that an employee has to approve before they are carried out. A rectification waits in any case.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<RequestKind>"))]
    approval: Vec<String>,
}

/// For how long things are kept that are of no use any more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct RetentionBody {
    /// Months after which a contact is erased that gave no sign in that time and that no platform knows; never where nothing is said.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 120)))]
    prospect_months: Option<u16>,
    /// Days for which delivered events are kept; 30 where nothing is said.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 90)))]
    event_days: Option<u16>,
    /// Months for which requests stay in the log once they were answered; 24 where nothing is said (11 CCR § 7101).
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 120)))]
    request_months: Option<u16>,
}

/// What is kept of where a page's submission came from, besides what it says itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct EvidencePolicyBody {
    /// Whether the network of the client's address is kept: the first 24 bits of an IPv4 address, 48 of an IPv6 address. Never where
    /// nothing is said.
    ip: Option<bool>,
    /// Whether the browser is kept, without its minor versions. Never where nothing is said.
    user_agent: Option<bool>,
}

impl EvidencePolicyBody {
    pub(super) fn parse(&self) -> Evidence {
        Evidence { ip: self.ip.unwrap_or(false), user_agent: self.user_agent.unwrap_or(false) }
    }
}

fn bounded(pointer: &str, given: Option<u16>, max: u16, detail: &'static str) -> Result<Option<u16>, Problem> {
    match given {
        Some(number) if !(1..=max).contains(&number) => {
            Err(Problem::field(pointer, Fault::new("out_of_range", detail)))
        }
        given => Ok(given),
    }
}

impl LinksBody {
    /// Whether the zone exists, the runtime knows and the service asks it.
    pub(super) fn parse(&self) -> Result<Links, Problem> {
        let url = self.public_url.as_deref();
        Ok(Links {
            public_url: optional("/links/public_url", url, Origin::parse, ORIGIN)?,
            confirmation_days: bounded(
                "/links/confirmation_days",
                self.confirmation_days,
                Links::MAX_DAYS,
                "use 1 to 30 days",
            )?,
            time_zone: self.time_zone.clone(),
        })
    }
}

impl RequestsBody {
    pub(super) fn parse(&self) -> Result<Requests, Problem> {
        Ok(Requests { approval: each("/requests/approval", &self.approval, RequestKind::parse, &KIND)? })
    }
}

impl RetentionBody {
    pub(super) fn parse(&self) -> Result<Retention, Problem> {
        let months = "use 1 to 120 months";
        let (prospects, requests) = (self.prospect_months, self.request_months);
        Ok(Retention {
            prospect_months: bounded("/retention/prospect_months", prospects, Retention::MAX_MONTHS, months)?,
            event_days: bounded("/retention/event_days", self.event_days, Retention::MAX_DAYS, "use 1 to 90 days")?,
            request_months: bounded("/retention/request_months", requests, Retention::MAX_MONTHS, months)?,
        })
    }
}
