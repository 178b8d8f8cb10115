//! The identity of a logged-in customer, stated by the shop's server in a JSON Web Token (RFC 7519) signed with the
//! shop's secret key.
//!
//! The token is a compact JWS (RFC 7515). The only accepted `alg` is HS256. The HMAC key is the SHA-256 of the secret
//! key in lower-case hexadecimal: the ledger stores this hash and never the key itself. `exp` is at most one day ahead.
//! At least one of `email`, `phone` and `external` is present, in the format of `contact`. The handbook shows ten lines
//! of code that make a token; `placet/logic` has a function for it.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::api::problem::Fault;
use crate::consent::{Address, EmailAddress, PhoneNumber, Timestamp};
use crate::json;
use crate::ledger::VouchingKey;
use crate::model::text::ExternalId;

/// The maximum length of a token, in characters.
const LONGEST: usize = 4_096;
/// The maximum time from now to `exp`, in milliseconds: one day. A token that lies in a page for longer does not prove
/// a log-in.
const LONGEST_LIFE: i64 = 24 * 60 * 60 * 1_000;
/// For how long an expired token still identifies the person of an opt-out, in milliseconds: 30 days.
const LATEST: i64 = 30 * LONGEST_LIFE;
/// The accepted difference between the clocks of two servers, in milliseconds.
const SKEW: i64 = 60 * 1_000;

/// The one error for every invalid identity token. It never says which check failed, so that a forger learns nothing.
pub(in crate::api) const INVALID: Fault = Fault::new(
    "invalid_identity",
    "sign a JWT, HS256, under the SHA-256 of a secret key in lower-case hex; with exp within a day, and email, phone or external",
);

/// The customer that a token identifies.
#[derive(Clone, Debug)]
pub(in crate::api) struct Identity {
    /// The email address and phone number in the token.
    pub(in crate::api) addresses: Vec<Address>,
    /// The external id in the token.
    pub(in crate::api) external: Option<ExternalId>,
    /// Whether the token has expired.
    pub(in crate::api) late: bool,
}

impl Identity {
    /// Returns whether this address is one of the customer's.
    pub(in crate::api) fn names(&self, address: &Address) -> bool {
        self.addresses.iter().any(|own| own.kind() == address.kind() && own.key() == address.key())
    }
}

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    // A `crit` header lists extensions that the reader must understand (RFC 7515 §4.1.11). None is supported, so a
    // token with it is invalid.
    crit: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    email: Option<String>,
    phone: Option<String>,
    external: Option<String>,
}

/// Reads a token. Returns `None` for a correctly signed token that expired 30 days ago or earlier.
pub(in crate::api) fn read(token: &str, keys: &[VouchingKey], now: Timestamp) -> Result<Option<Identity>, Fault> {
    let claims = proven(token, keys).ok_or(INVALID)?;
    let (now, exp) = (now.millis() as f64, claims.exp * 1_000.0);
    if claims.nbf.is_some_and(|nbf| nbf * 1_000.0 > now + SKEW as f64) || exp > now + (LONGEST_LIFE + SKEW) as f64 {
        return Err(INVALID);
    }
    let over = now - exp - SKEW as f64;
    let identity = identity_of(&claims, over >= 0.0).ok_or(INVALID)?;
    Ok(Some(identity).filter(|_| over < LATEST as f64))
}

/// Returns the claims of a token that one of the keys has signed.
fn proven(token: &str, keys: &[VouchingKey]) -> Option<Claims> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let signature = Base64Url::decode_vec(signature).ok()?;
    let header: TokenHeader = decoded(header)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return None;
    }
    let is_of = |key: &VouchingKey| {
        let mac = Hmac::<Sha256>::new_from_slice(key.hash.as_bytes()).map(|mac| mac.chain_update(signed).finalize());
        mac.is_ok_and(|mac| bool::from(mac.into_bytes().as_slice().ct_eq(&signature)))
    };
    // Every key is tried, so that the duration does not reveal which key matched.
    let tried: Vec<bool> = keys.iter().map(is_of).collect();
    if tried.contains(&true) { decoded(claims) } else { None }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    json::read(std::str::from_utf8(&Base64Url::decode_vec(part).ok()?).ok()?)
}

fn identity_of(claims: &Claims, late: bool) -> Option<Identity> {
    let email = claims.email.as_deref().map(|text| EmailAddress::parse(text).map(Address::Email).ok_or(()));
    let phone = claims.phone.as_deref().map(|text| PhoneNumber::parse(text).map(Address::Phone).ok_or(()));
    let external = claims.external.as_deref().map(|text| ExternalId::parse(text).ok_or(())).transpose().ok()?;
    let addresses = email.into_iter().chain(phone).collect::<Result<Vec<_>, _>>().ok()?;
    let says_something = !addresses.is_empty() || external.is_some();
    (claims.exp.is_finite() && says_something).then_some(Identity { addresses, external, late })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::clamped(1_800_000_000_000.0);

    fn key(hash: &str) -> VouchingKey {
        VouchingKey { hash: hash.to_owned(), scopes: "capture".to_owned() }
    }

    fn signed(header: &str, claims: &str, hash: &str) -> String {
        let body =
            format!("{}.{}", Base64Url::encode_string(header.as_bytes()), Base64Url::encode_string(claims.as_bytes()));
        let mac = Hmac::<Sha256>::new_from_slice(hash.as_bytes()).unwrap().chain_update(&body).finalize();
        format!("{body}.{}", Base64Url::encode_string(&mac.into_bytes()))
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    const CLAIMS: &str =
        r#"{"email":"Jane@Example.com","external":"shop:7","exp":1800000600,"iat":1800000000,"name":"Jane"}"#;

    #[test]
    fn an_identity_token_names_the_addresses_that_its_signer_states() {
        let keys = [key("other"), key("k1")];
        let identity = read(&signed(HEADER, CLAIMS, "k1"), &keys, NOW).unwrap().unwrap();
        assert_eq!(identity.addresses.first().map(Address::key), Some("jane@example.com"));
        assert_eq!(identity.external.as_ref().map(ExternalId::as_str), Some("shop:7"));
        // The token is valid for one more minute because clocks differ, then it is late; after 30 days it identifies
        // nobody.
        let good = signed(HEADER, CLAIMS, "k1");
        let late = |after: i64| read(&good, &keys, NOW.plus_millis(after)).unwrap().map(|identity| identity.late);
        assert_eq!([0, 659_000, 660_000].map(late), [Some(false), Some(false), Some(true)]);
        assert_eq!([660_000 + LATEST - 1, 660_000 + LATEST].map(late), [Some(true), None]);
    }

    #[test]
    fn every_other_text_is_no_identity_token() {
        let keys = [key("k1")];
        let good = signed(HEADER, CLAIMS, "k1");
        for place in 0..good.len() {
            let mut forged = good.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            // The last base64 character has unused bits; a token in which they are not zero is refused too.
            assert!(read(&forged, &keys, NOW).is_err(), "changed at {place}");
        }
        for (what, token) in [
            ("no signature", format!("{}.", good.rsplit_once('.').unwrap().0)),
            ("no algorithm", signed(r#"{"alg":"none"}"#, CLAIMS, "k1")),
            ("another algorithm", signed(r#"{"alg":"HS512"}"#, CLAIMS, "k1")),
            ("what has to be understood", signed(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, CLAIMS, "k1")),
            ("another key", signed(HEADER, CLAIMS, "k2")),
            ("no end", signed(HEADER, r#"{"email":"jane@example.com"}"#, "k1")),
            ("an end too far", signed(HEADER, &CLAIMS.replace("1800000600", "1800090000"), "k1")),
            ("an endless one", signed(HEADER, &CLAIMS.replace("1800000600", "1e999"), "k1")),
            ("not yet good", signed(HEADER, &CLAIMS.replace("iat\":1800000000", "nbf\":1800000300"), "k1")),
            ("nobody", signed(HEADER, r#"{"exp":1800000600}"#, "k1")),
            ("no address", signed(HEADER, &CLAIMS.replace("Jane@Example.com", "jane"), "k1")),
            ("no external id", signed(HEADER, &CLAIMS.replace("shop:7", "7"), "k1")),
            ("twice", signed(HEADER, &CLAIMS.replace("\"name\":\"Jane\"", "\"email\":\"x@example.com\""), "k1")),
            ("no JSON", signed(HEADER, "{", "k1")),
            ("too long", signed(HEADER, &CLAIMS.replace("\"Jane\"", &format!("\"{}\"", "x".repeat(5_000))), "k1")),
            ("nothing", String::new()),
            ("dots", "..".into()),
            ("more parts", format!("{good}.x")),
        ] {
            assert!(read(&token, &keys, NOW).is_err(), "{what}");
        }
        assert!(read(&good, &[], NOW).is_err());
    }
}
