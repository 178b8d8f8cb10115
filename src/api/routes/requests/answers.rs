//! What the routes of subject requests answer.

use serde::Serialize;

use crate::ledger::SubjectRequest;

/// Answer of `POST /v1/requests`. It does not reveal whether the address is known.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct OpenedAnswer {
    /// The id of the request. Present only if the request was opened with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) id: Option<String>,
    /// How the requester's identity is verified: `link` if a link was sent to the address, `code` if a code was sent
    /// that the person enters on `page`, `nothing` if the shop has verified the identity itself.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["link", "code", "nothing"])))]
    pub(in crate::api) check: &'static str,
    /// The URL of the page on which the person enters the code; `null` unless `check` is `code`.
    pub(in crate::api) page: Option<String>,
}

/// One page of subject requests.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RequestsAnswer {
    /// The requests, the newest first.
    pub(in crate::api) requests: Vec<SubjectRequest>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}
