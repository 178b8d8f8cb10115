//! What a caller sends to set up a connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::body::Object;
use crate::api::fields::{CHANNEL, PURPOSE, field, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::{Channel, PurposeSlug};
use crate::ledger::{ConnectionChange, ConnectionMode, ConnectionSettings, NewConnection, RemoteErasure, Target};
use crate::platforms::ShopPlatform;

const PLATFORM: Fault = Fault::new("unknown_platform", ShopPlatform::USE_ONE);
const MODE: Fault = Fault::new("unknown_mode", ConnectionMode::USE_ONE);
const ERASURE: Fault = Fault::new("unknown_erasure", RemoteErasure::USE_ONE);
const BASE: Fault =
    Fault::new("invalid_target", "use the https address of a public host, without query, user and fragment");
const FIELD: Fault = Fault::new("invalid_text", "name a field of the platform, with 1 to 200 visible characters");
const FIELDS: Fault =
    Fault::new("wrong_number_of_fields", "map 1 to 32 fields, each to 1 to 32 choices, and each once");
const CREDENTIALS: Fault = Fault::new(
    "missing_credentials",
    "give the credentials that the platform needs, each of 1 to 1024 visible characters",
);

/// A channel and a purpose.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ScopeBody {
    /// The channel.
    #[cfg_attr(feature = "contract", schemars(with = "Channel"))]
    channel: String,
    /// The purpose.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
}

impl ScopeBody {
    pub(in crate::api) fn of(channel: Channel, purpose: &PurposeSlug) -> Self {
        Self { channel: channel.to_string(), purpose: purpose.to_string() }
    }
}

/// A field of the platform, and the choices that it stands for.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct FieldBody {
    /// The name of the field at the platform.
    pub(in crate::api) field: String,
    /// The choices that the field stands for. The platform is turned on only if the person has opted in to all of them,
    /// and off if they have opted out of any.
    pub(in crate::api) choices: Vec<ScopeBody>,
}

/// Body of `POST /v1/connections`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewConnectionBody {
    /// The platform.
    #[cfg_attr(feature = "contract", schemars(with = "ShopPlatform"))]
    platform: String,
    /// The address of the platform, such as `https://shop.example/placet`.
    #[cfg_attr(feature = "contract", schemars(with = "Target"))]
    base: String,
    /// The mode: which changes are taken over and which are written. Default: `observe`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ConnectionMode>"))]
    mode: Option<String>,
    /// The fields of the platform that stand for choices. Default: the usual ones of the platform.
    mapping: Option<Vec<Object<FieldBody>>>,
    /// The credentials by name. They are sealed and never shown. `custom` needs `token`.
    credentials: BTreeMap<String, String>,
    /// The number of changes at once above which an employee has to approve, if they are also more than 5 % of the
    /// customers. Default: 500.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 1_000_000)))]
    cap: Option<u32>,
    /// Whether opt-ins that only a list states are written to the platform. Default: false.
    push_listed: Option<bool>,
    /// The request to the platform when a person is erased. Default: `unsubscribe`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<RemoteErasure>"))]
    erasure: Option<String>,
}

/// Body of `PATCH /v1/connections/{id}`. An absent field stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ConnectionPatchBody {
    /// The mode. After a change an employee has to approve again.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ConnectionMode>"))]
    mode: Option<String>,
    /// Whether the connection is paused.
    paused: Option<bool>,
    /// The fields of the platform that stand for choices. After a change an employee has to approve again.
    mapping: Option<Vec<Object<FieldBody>>>,
    /// New credentials. They replace all earlier ones.
    credentials: Option<BTreeMap<String, String>>,
    /// The number of changes at once above which an employee has to approve.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 1_000_000)))]
    cap: Option<u32>,
    /// Whether opt-ins that only a list states are written to the platform.
    push_listed: Option<bool>,
    /// The request to the platform when a person is erased.
    #[cfg_attr(feature = "contract", schemars(with = "Option<RemoteErasure>"))]
    erasure: Option<String>,
}

/// The highest number of fields, and of choices of a field.
const MOST: usize = 32;
const CAP: std::ops::RangeInclusive<u32> = 1..=1_000_000;

type Mapping = Vec<(String, Vec<(Channel, PurposeSlug)>)>;

fn mapping(fields: &[Object<FieldBody>]) -> Result<Mapping, Problem> {
    let wrong = || Problem::field("/mapping", FIELDS);
    let mut all: Mapping = Vec::new();
    for (at, Object(own)) in fields.iter().enumerate() {
        let is_name = (1..=200).contains(&own.field.len()) && own.field.bytes().all(|b| b.is_ascii_graphic());
        if !is_name {
            return Err(Problem::field(format!("/mapping/{at}/field"), FIELD));
        }
        let mut scopes = Vec::new();
        for (place, scope) in own.choices.iter().enumerate() {
            let at = format!("/mapping/{at}/choices/{place}");
            let channel = field(&format!("{at}/channel"), &scope.channel, Channel::parse, CHANNEL)?;
            scopes.push((channel, field(&format!("{at}/purpose"), &scope.purpose, PurposeSlug::parse, PURPOSE)?));
        }
        if !(1..=MOST).contains(&scopes.len()) || all.iter().any(|(name, _)| *name == own.field) {
            return Err(wrong());
        }
        all.push((own.field.clone(), scopes));
    }
    if (1..=MOST).contains(&all.len()) { Ok(all) } else { Err(wrong()) }
}

fn erasure(given: Option<&str>) -> Result<Option<RemoteErasure>, Problem> {
    optional("/erasure", given, RemoteErasure::parse, ERASURE)
}

fn cap(given: u32) -> Result<u32, Problem> {
    let fault = Fault::new("out_of_range", "give 1 to 1000000");
    if CAP.contains(&given) { Ok(given) } else { Err(Problem::field("/cap", fault)) }
}

/// Checks the credentials against those that the platform needs. An error repeats none of them.
pub(in crate::api) fn credentials(
    platform: ShopPlatform,
    given: &BTreeMap<String, String>,
) -> Result<Vec<(String, String)>, Problem> {
    let is_good = |text: &str| (1..=1024).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let has_all = platform.connector().credentials().iter().all(|name| given.contains_key(*name));
    if !has_all || given.len() > 16 || !given.iter().all(|(name, value)| is_good(name) && is_good(value)) {
        return Err(Problem::field("/credentials", CREDENTIALS));
    }
    Ok(given.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

impl NewConnectionBody {
    /// Parses the body. `local` also allows the address of a developer's own machine.
    pub(in crate::api) fn parse(&self, local: bool) -> Result<NewConnection, Problem> {
        let platform = field("/platform", &self.platform, ShopPlatform::parse, PLATFORM)?;
        let plain = |text: &str| Target::parse(text, local).filter(|_| !text.contains('?'));
        let base = field("/base", &self.base, plain, BASE)?.as_str().trim_end_matches('/').to_owned();
        // A developer runs the imitation of a platform on their own machine.
        let is_own_machine = local && base.starts_with("http://127.0.0.1:");
        if !is_own_machine && !platform.connector().is_base(&base) {
            return Err(Problem::field("/base", BASE));
        }
        let usual = || {
            let fields = platform.connector().mapping().iter();
            fields.filter_map(|(name, channel, purpose)| {
                Some(((*name).to_owned(), vec![(*channel, PurposeSlug::parse(purpose)?)]))
            })
        };
        Ok(NewConnection {
            platform: platform.to_string(),
            base,
            mode: optional("/mode", self.mode.as_deref(), ConnectionMode::parse, MODE)?
                .unwrap_or(ConnectionMode::Observe),
            settings: ConnectionSettings {
                mapping: match &self.mapping {
                    Some(fields) => mapping(fields)?,
                    None => usual().collect(),
                },
                cap: cap(self.cap.unwrap_or(ConnectionSettings::CAP))?,
                push_listed: self.push_listed.unwrap_or(false),
                erasure: erasure(self.erasure.as_deref())?.unwrap_or(RemoteErasure::Unsubscribe),
            },
            credentials: credentials(platform, &self.credentials)?,
        })
    }
}

impl ConnectionPatchBody {
    /// Returns the new credentials, if the caller has given any.
    pub(in crate::api) const fn credentials(&self) -> Option<&BTreeMap<String, String>> {
        self.credentials.as_ref()
    }

    pub(in crate::api) fn parse(&self, own: &ConnectionSettings) -> Result<ConnectionChange, Problem> {
        let settings = ConnectionSettings {
            mapping: self.mapping.as_ref().map_or_else(|| Ok(own.mapping.clone()), |fields| mapping(fields))?,
            cap: cap(self.cap.unwrap_or(own.cap))?,
            push_listed: self.push_listed.unwrap_or(own.push_listed),
            erasure: erasure(self.erasure.as_deref())?.unwrap_or(own.erasure),
        };
        Ok(ConnectionChange {
            mode: optional("/mode", self.mode.as_deref(), ConnectionMode::parse, MODE)?,
            paused: self.paused,
            settings: Some(settings),
        })
    }
}
