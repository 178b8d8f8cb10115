//! Bodies about keys.

use serde::Deserialize;

use crate::api::key::{KeyKind, Scope};
use crate::api::problem::{Fault, Problem};
use crate::api::wire::{LINE, ORIGIN, TIME, each, field, optional};
use crate::consent::Timestamp;
use crate::model::text::{Line, Origin};

/// Body of `POST /v1/keys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewKeyBody {
    /// Which kind.
    #[cfg_attr(feature = "contract", schemars(with = "KeyKind"))]
    kind: String,
    /// What the shop calls it.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    name: String,
    /// What it may do: as little as it needs. A `pk` has `storefront` and `capture` where nothing is said; for an `sk`
    /// it has to be said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Scope>>"))]
    scopes: Option<Vec<String>>,
    /// Of a `pk`: the origins on which it works, where these are not all of the shop's.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Origin>>"))]
    origins: Option<Vec<String>>,
    /// From when on it is no longer good.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    expires_at: Option<String>,
}

/// A key that is asked for.
pub(in crate::api) struct KeyAsked {
    pub(in crate::api) kind: KeyKind,
    pub(in crate::api) name: Line,
    pub(in crate::api) scopes: Vec<Scope>,
    pub(in crate::api) origins: Option<Vec<Origin>>,
    pub(in crate::api) expires_at: Option<Timestamp>,
}

const KIND: Fault = Fault::new("unknown_kind", "use pk for the shop's pages or sk for its servers");
const SCOPE: Fault = Fault::new(
    "unknown_scope",
    "use capture, read, write, export, erase, lists, messages or admin; a pk has storefront and capture",
);

impl NewKeyBody {
    pub(in crate::api) fn parse(&self, now: Timestamp) -> Result<KeyAsked, Problem> {
        let kind = field("/kind", &self.kind, KeyKind::parse, KIND)?;
        let possible = |text: &str| Scope::parse(text).filter(|scope| kind.scopes().contains(scope));
        let mut scopes = match (&self.scopes, kind) {
            (Some(scopes), _) => each("/scopes", scopes, possible, &SCOPE)?,
            (None, KeyKind::Publishable) => kind.scopes().to_vec(),
            // What a secret key may do is said, not assumed.
            (None, KeyKind::Secret) => {
                let fault = Fault::new("missing_field", "say what the key may do: as little as it needs");
                return Err(Problem::field("/scopes", fault));
            }
        };
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Problem::field("/scopes", Fault::new("empty_list", "name at least one")));
        }
        if self.origins.is_some() && kind == KeyKind::Secret {
            let fault = Fault::new("origins_of_secret_key", "a secret key works on no page, so it has no origins");
            return Err(Problem::field("/origins", fault));
        }
        let expires_at = optional("/expires_at", self.expires_at.as_deref(), Timestamp::parse, TIME)?;
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::field("/expires_at", Fault::new("in_the_past", "use a time that is to come")));
        }
        let origins = self.origins.as_ref().map(|origins| each("/origins", origins, Origin::parse, &ORIGIN));
        Ok(KeyAsked {
            kind,
            name: field("/name", self.name.trim(), Line::parse, LINE)?,
            scopes,
            origins: origins.transpose()?,
            expires_at,
        })
    }
}

/// Body of `POST /v1/keys/{id}/rotate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RotationBody {
    /// For how long the old key stays good, in seconds; a day where nothing is said.
    #[cfg_attr(feature = "contract", schemars(range(max = 2_592_000)))]
    overlap_seconds: Option<u32>,
}

impl RotationBody {
    /// A day, for who deploys by hand.
    const OVERLAP: u32 = 24 * 60 * 60;
    const MAX_OVERLAP: u32 = 30 * 24 * 60 * 60;

    /// For how long the old key stays good, in milliseconds.
    pub(in crate::api) fn parse(&self) -> Result<i64, Problem> {
        match self.overlap_seconds.unwrap_or(Self::OVERLAP) {
            seconds if seconds <= Self::MAX_OVERLAP => Ok(i64::from(seconds) * 1_000),
            _ => {
                Err(Problem::field("/overlap_seconds", Fault::new("out_of_range", "use 0 to 2592000 seconds, 30 days")))
            }
        }
    }
}
