//! The parts of a shop's settings about links, subject requests, evidence and retention.

use serde::Deserialize;

use crate::api::fields::{KIND, ORIGIN, each, optional};
use crate::api::problem::{Fault, Problem};
use crate::ledger::{Evidence, Links, Requests, Retention};
use crate::model::request::RequestKind;
use crate::model::text::Origin;

/// The settings of links and of the messages that contain them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct LinksBody {
    /// The origin at which links begin, such as `https://consent.shop.example`. Default: the origin of the deployment.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Origin>"))]
    public_url: Option<String>,
    /// The number of days for which a confirmation can be answered, 1 to 30. Default: 7.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 30)))]
    confirmation_days: Option<u16>,
    /// The time zone in which days are counted, an IANA name such as `Europe/Berlin`. Default: UTC.
    #[cfg_attr(feature = "contract", schemars(length(max = 64)))]
    time_zone: Option<String>,
}

/// The settings of subject requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RequestsBody {
    /// The kinds of request that an employee has to approve before they are carried out. A rectification always needs
    /// an employee. Default: none.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<RequestKind>"))]
    approval: Vec<String>,
}

/// The retention periods of data that is no longer needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RetentionBody {
    /// The number of months without activity after which a contact is erased, 1 to 120. A contact that a platform knows
    /// (one with an external id) is never erased in this way. Absent: no contact is erased.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 120)))]
    prospect_months: Option<u16>,
    /// The number of days for which delivered events are stored, 1 to 90. Default: 30.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 90)))]
    event_days: Option<u16>,
    /// The number of months for which answered subject requests stay in the log, 1 to 120. Default: 24, as 11 CCR §
    /// 7101 requires.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 120)))]
    request_months: Option<u16>,
    /// The number of days after which a contact is let go that only a form has named and nobody has proven, 35 to 365.
    /// Nothing of it is kept. Default: 60.
    #[cfg_attr(feature = "contract", schemars(range(min = 35, max = 365)))]
    unproven_days: Option<u16>,
}

/// The data about the origin of a page's submission that the shop stores as evidence, beyond what the page sends
/// itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct EvidencePolicyBody {
    /// Whether to store the network of the client's IP address: the first 24 bits of an IPv4 address, the first 48 bits
    /// of an IPv6 address. Default: false.
    ip: Option<bool>,
    /// Whether to store the name of the browser, without minor versions. Default: false.
    user_agent: Option<bool>,
}

impl EvidencePolicyBody {
    pub(in crate::api) fn parse(&self) -> Evidence {
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
    /// Reads the settings of links. Only the runtime knows which time zones exist, so the service checks `time_zone`.
    pub(in crate::api) fn parse(&self) -> Result<Links, Problem> {
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
    pub(in crate::api) fn parse(&self) -> Result<Requests, Problem> {
        Ok(Requests { approval: each("/requests/approval", &self.approval, RequestKind::parse, &KIND)? })
    }
}

impl RetentionBody {
    pub(in crate::api) fn parse(&self) -> Result<Retention, Problem> {
        let months = "use 1 to 120 months";
        let (prospects, requests) = (self.prospect_months, self.request_months);
        Ok(Retention {
            prospect_months: bounded("/retention/prospect_months", prospects, Retention::MAX_MONTHS, months)?,
            event_days: bounded("/retention/event_days", self.event_days, Retention::MAX_DAYS, "use 1 to 90 days")?,
            request_months: bounded("/retention/request_months", requests, Retention::MAX_MONTHS, months)?,
            unproven_days: match self.unproven_days {
                Some(days) if !Retention::UNPROVEN_DAYS.contains(&days) => {
                    let fault = Fault::new("out_of_range", "use 35 to 365 days");
                    return Err(Problem::field("/retention/unproven_days", fault));
                }
                days => days,
            },
        })
    }
}
