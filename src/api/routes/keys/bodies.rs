//! Bodies of the key routes.

use serde::Deserialize;

use crate::api::fields::{LINE, ORIGIN, TIME, UUID, each, field, optional};
use crate::api::key::{KeyKind, Scope};
use crate::api::problem::{Fault, Problem};
use crate::consent::Timestamp;
use crate::model::text::{Line, Origin};

/// Body of `POST /v1/keys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewKeyBody {
    /// The kind of key: `pk` (publishable) or `sk` (secret).
    #[cfg_attr(feature = "contract", schemars(with = "KeyKind"))]
    kind: String,
    /// The shop's name for the key.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    name: String,
    /// The scopes of the key. Give it no more than it needs. Default for a `pk`: `storefront` and `capture`. Required
    /// for an `sk`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Scope>>"))]
    scopes: Option<Vec<String>>,
    /// The web origins on which a `pk` works. Default: the origins of the shop. Not allowed for an `sk`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Origin>>"))]
    origins: Option<Vec<String>>,
    /// The time from which the key no longer works, RFC 3339, in the future. Absent: the key does not expire.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Timestamp>"))]
    expires_at: Option<String>,
}

/// A parsed request for a new key.
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
            // A secret key gets only scopes that the caller states, so that no key has more rights than intended.
            (None, KeyKind::Secret) => {
                let fault = Fault::new("missing_field", "give the scopes of the key; give as few as it needs");
                return Err(Problem::field("/scopes", fault));
            }
        };
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Problem::field("/scopes", Fault::new("empty_list", "give at least one")));
        }
        if self.origins.is_some() && kind == KeyKind::Secret {
            let fault = Fault::new(
                "origins_of_secret_key",
                "leave it out: a secret key never works on a page, so it has no origins",
            );
            return Err(Problem::field("/origins", fault));
        }
        let expires_at = optional("/expires_at", self.expires_at.as_deref(), Timestamp::parse, TIME)?;
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::field("/expires_at", Fault::new("in_the_past", "use a time in the future")));
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
    /// The number of seconds for which the old key keeps working, 0 to 2,592,000 (30 days). Default: 86,400 (1 day).
    #[cfg_attr(feature = "contract", schemars(range(max = 2_592_000)))]
    overlap_seconds: Option<u32>,
}

impl RotationBody {
    /// One day, enough for a shop that deploys by hand.
    const OVERLAP: u32 = 24 * 60 * 60;
    const MAX_OVERLAP: u32 = 30 * 24 * 60 * 60;

    /// Returns the time for which the old key keeps working, in milliseconds.
    pub(in crate::api) fn parse(&self) -> Result<i64, Problem> {
        match self.overlap_seconds.unwrap_or(Self::OVERLAP) {
            seconds if seconds <= Self::MAX_OVERLAP => Ok(i64::from(seconds) * 1_000),
            _ => {
                Err(Problem::field("/overlap_seconds", Fault::new("out_of_range", "use 0 to 2592000 seconds, 30 days")))
            }
        }
    }
}

/// Body of the routes that revoke many keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RevocationBody {
    /// The ids of the keys that stay. Of a shop's own call, one of them must be able to manage keys and must not expire.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<uuid::Uuid>"))]
    except: Vec<String>,
}

impl RevocationBody {
    pub(in crate::api) fn parse(&self) -> Result<Vec<uuid::Uuid>, Problem> {
        each("/except", &self.except, |id| id.parse().ok(), &UUID)
    }
}
