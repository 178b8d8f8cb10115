//! What the routes of one contact answer, besides the contact report.

use serde::Serialize;

use crate::api::problem::Problem;
use crate::consent::certificate::Certificate;
use crate::consent::jws::Jwk;
use crate::consent::{AddressKind, Timestamp};
use crate::ledger::{Certified, Shop};

/// Answer of `POST /v1/disclosures`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DisclosedAnswer {
    /// The id of the contact whose data was disclosed.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub(in crate::api) contact: String,
}

/// Answer of `DELETE /v1/contacts/{id}` and `GET /v1/contacts/{id}/certificate`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ErasedAnswer {
    /// The content of the certificate, for people to read. The signed form is `jws`.
    certificate: Certificate,
    /// The signed certificate: a JWS in compact serialisation, EdDSA (RFC 7515, RFC 8037).
    jws: String,
    /// The public key of the shop that verifies the certificate.
    key: Jwk,
    /// The recipients that data of the person was disclosed to, by the shop's ids for them. The shop must tell them of
    /// the erasure (GDPR Art. 19).
    recipients: Vec<String>,
    /// The external ids that the contact had: the accounts that were erased with it. Present only in the answer of the
    /// erasure itself, because the service does not keep them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_ids: Vec<String>,
    /// The addresses of the connected platforms that have still to unsubscribe or erase the person.
    open_targets: Vec<String>,
}

impl ErasedAnswer {
    pub(in crate::api) fn of(shop: &Shop, certified: Certified) -> Result<Self, Problem> {
        let key = shop.secret.signing_key().jwk();
        // The service wrote and stored this certificate itself. If it does not verify, the stored data was changed.
        let certificate = Certificate::verified(&certified.jws, &key)
            .map_err(|error| Problem::Internal { cause: format!("a certificate that is kept: {error}") })?;
        let Certified { jws, recipients, external_ids, open_targets, .. } = certified;
        Ok(Self { certificate, jws, key, recipients, external_ids, open_targets })
    }
}

/// The links of one contact.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct LinksAnswer {
    /// The links, one entry for each address of the contact.
    pub(in crate::api) links: Vec<LinkEntry>,
}

/// The links of one address. They identify the address by a keyed hash and work as long as the address is stored.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct LinkEntry {
    /// The kind of the address.
    pub(in crate::api) kind: AddressKind,
    /// The address itself.
    pub(in crate::api) address: String,
    /// The URL of the preference page. Anyone who opens it can change the choices of this address, so send it to this
    /// address only.
    pub(in crate::api) preferences: String,
    /// The URL that opts the address out with one click (RFC 8058): of the channel and purpose in the query of this
    /// request, or of everything.
    pub(in crate::api) unsubscribe: String,
    /// The headers for an email to this address. The DKIM signature of the email must cover both (RFC 8058 §4).
    pub(in crate::api) headers: ListHeaders,
}

/// The headers of an email from which a person can unsubscribe with one click.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ListHeaders {
    /// The value of the header `List-Unsubscribe` (RFC 2369).
    #[serde(rename = "List-Unsubscribe")]
    pub(in crate::api) list_unsubscribe: String,
    /// The value of the header `List-Unsubscribe-Post` (RFC 8058).
    #[serde(rename = "List-Unsubscribe-Post")]
    pub(in crate::api) list_unsubscribe_post: &'static str,
}

/// Answer of the routes that call links back.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct CalledBackAnswer {
    /// Links that were made before this time no longer work.
    pub(in crate::api) called_back_before: Timestamp,
}
