//! The identity of a logged-in customer, stated by the shop's server in a JSON Web Token (RFC 7519).
//!
//! The token is a compact JWS (RFC 7515). The only accepted `alg` is HS256. The HMAC key is derived from a secret key of
//! the shop, see [`identity_key`](crate::api::key::identity_key). `aud` is `placet`. `scope` says what the token may be
//! used for. `exp` is at most as far ahead as the shop allows. At least one of `email`, `phone` and `external` is
//! present, in the format of `contact`. The handbook shows ten lines of code that make a token; `placet/logic` has a
//! function for it.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::api::key::Scope;
use crate::api::problem::Fault;
use crate::consent::{Address, CountryCode, EmailAddress, PhoneNumber, Timestamp};
use crate::json;
use crate::ledger::VouchingKey;
use crate::model::text::ExternalId;

/// The maximum length of a token, in characters.
const LONGEST: usize = 4_096;
/// The audience of every token: whom it was made for (RFC 7519 §4.1.3).
const AUDIENCE: &str = "placet";
const HOUR: i64 = 60 * 60 * 1_000;
/// For how long an expired token still identifies the person of an opt-out, in milliseconds: one day.
const LATEST: i64 = 24 * HOUR;
/// The accepted difference between the clocks of two servers, in milliseconds.
const SKEW: i64 = 5 * 60 * 1_000;

/// The one error for every invalid identity token. It never says which check failed, so that a forger learns nothing.
pub(in crate::api) const INVALID: Fault = Fault::new(
    "invalid_identity",
    "sign a JWT, HS256, under HMAC-SHA-256(secret key, \"placet identity\"); with aud placet, a scope for this use, exp within the hour, and email, phone or external",
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
    aud: String,
    // What the token may be used for, separated by spaces (RFC 8693 §4.2).
    scope: Option<String>,
    exp: f64,
    nbf: Option<f64>,
    // Languages without types write a text of digits as a number. It is left out like any other text that is wrong.
    email: Option<Value>,
    phone: Option<Value>,
    external: Option<Value>,
}

/// What a token must fit.
pub(in crate::api) struct Expected {
    /// The use of the token.
    pub(in crate::api) scope: Scope,
    /// The maximum time from now to `exp`, in hours.
    pub(in crate::api) hours: u8,
    /// The country of a telephone number without a country code.
    pub(in crate::api) home: Option<CountryCode>,
}

/// Reads a token. Returns `None` for a correctly signed token that expired a day ago or earlier, and for one that was
/// signed for an earlier version: it proves nothing any more, but the submission that waited with it is no error.
pub(in crate::api) fn read(
    token: &str,
    keys: &[VouchingKey],
    expected: &Expected,
    now: Timestamp,
) -> Result<Option<Identity>, Fault> {
    let by_identity = keys.iter().filter_map(|key| key.identity.as_ref().map(<[u8; 32]>::as_slice));
    let Some(claims) = proven::<Claims>(token, by_identity) else {
        let of_earlier = proven::<Value>(token, keys.iter().map(|key| key.hash.as_bytes()));
        return of_earlier.map(|_| None).ok_or(INVALID);
    };
    let uses = claims.scope.as_deref().unwrap_or(Scope::Capture.as_str());
    if claims.aud != AUDIENCE || !uses.split(' ').any(|own| own == expected.scope.as_str()) {
        return Err(INVALID);
    }
    let longest = i64::from(expected.hours) * HOUR;
    let (now, exp) = (now.millis() as f64, claims.exp * 1_000.0);
    if claims.nbf.is_some_and(|nbf| nbf * 1_000.0 > now + SKEW as f64) || exp > now + (longest + SKEW) as f64 {
        return Err(INVALID);
    }
    let over = now - exp - SKEW as f64;
    let identity = identity_of(&claims, expected.home, over >= 0.0).ok_or(INVALID)?;
    Ok(Some(identity).filter(|_| over < LATEST as f64))
}

/// Returns the claims of a token that one of the keys has signed.
fn proven<'a, T: DeserializeOwned>(token: &str, keys: impl Iterator<Item = &'a [u8]>) -> Option<T> {
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
    let is_of = |key: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(signed).finalize());
        mac.is_ok_and(|mac| bool::from(mac.into_bytes().as_slice().ct_eq(&signature)))
    };
    // Every key is tried, so that the duration does not reveal which key matched.
    let tried: Vec<bool> = keys.map(is_of).collect();
    if tried.contains(&true) { decoded(claims) } else { None }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    json::read(std::str::from_utf8(&Base64Url::decode_vec(part).ok()?).ok()?)
}

/// Returns the customer. What cannot be read is left out: a shop writes into the token what its customer once typed, and
/// a bad telephone number must not invalidate the e-mail address beside it.
fn identity_of(claims: &Claims, home: Option<CountryCode>, late: bool) -> Option<Identity> {
    let text = |claim: &'_ Option<Value>| claim.as_ref().and_then(Value::as_str).map(str::to_owned);
    let email = text(&claims.email).as_deref().and_then(EmailAddress::parse).map(Address::Email);
    let phone =
        text(&claims.phone).as_deref().and_then(|text| PhoneNumber::of_country(text, home).ok()).map(Address::Phone);
    let external = text(&claims.external).as_deref().and_then(ExternalId::parse);
    let addresses: Vec<Address> = email.into_iter().chain(phone).collect();
    let says_something = !addresses.is_empty() || external.is_some();
    (claims.exp.is_finite() && says_something).then_some(Identity { addresses, external, late })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::key::{hash_of, identity_key};

    const NOW: Timestamp = Timestamp::clamped(1_800_000_000_000.0);

    fn key(secret: &str) -> VouchingKey {
        VouchingKey { identity: Some(identity_key(secret)), scopes: "capture".to_owned(), hash: hash_of(secret) }
    }

    fn read(
        token: &str,
        keys: &[VouchingKey],
        home: Option<CountryCode>,
        now: Timestamp,
    ) -> Result<Option<Identity>, Fault> {
        super::read(token, keys, &Expected { scope: Scope::Capture, hours: 1, home }, now)
    }

    fn signed(header: &str, claims: &str, secret: &str) -> String {
        let body =
            format!("{}.{}", Base64Url::encode_string(header.as_bytes()), Base64Url::encode_string(claims.as_bytes()));
        let mac = Hmac::<Sha256>::new_from_slice(&identity_key(secret)).unwrap().chain_update(&body).finalize();
        format!("{body}.{}", Base64Url::encode_string(&mac.into_bytes()))
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    const CLAIMS: &str = r#"{"aud":"placet","email":"Jane@Example.com","external":"shop:7","exp":1800000600,"iat":1800000000,"name":"Jane"}"#;

    #[test]
    fn an_identity_token_names_the_addresses_that_its_signer_states() {
        let keys = [key("other"), key("k1")];
        let identity = read(&signed(HEADER, CLAIMS, "k1"), &keys, None, NOW).unwrap().unwrap();
        assert_eq!(identity.addresses.first().map(Address::key), Some("jane@example.com"));
        assert_eq!(identity.external.as_ref().map(ExternalId::as_str), Some("shop:7"));
        // The token is valid for five more minutes because clocks differ, then it is late; a day later it identifies
        // nobody.
        let good = signed(HEADER, CLAIMS, "k1");
        let late = |after: i64| read(&good, &keys, None, NOW.plus_millis(after)).unwrap().map(|identity| identity.late);
        assert_eq!([0, 899_000, 900_000].map(late), [Some(false), Some(false), Some(true)]);
        assert_eq!([900_000 + LATEST - 1, 900_000 + LATEST].map(late), [Some(true), None]);
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_the_rest_is_valid() {
        let keys = [key("k1")];
        for (phone, read_as) in [
            ("", None),
            ("n/a", None),
            ("07400 123456", Some("+447400123456")),
            ("+44 7400 123456", Some("+447400123456")),
        ] {
            let claims = CLAIMS.replace("\"name\":\"Jane\"", &format!("\"phone\":\"{phone}\""));
            let token = signed(HEADER, &claims.replace("shop:7", "7"), "k1");
            let identity = read(&token, &keys, CountryCode::parse("GB"), NOW).unwrap().unwrap();
            let own: Vec<&str> = identity.addresses.iter().map(Address::key).collect();
            assert_eq!(own, ["jane@example.com"].into_iter().chain(read_as).collect::<Vec<_>>(), "{phone}");
            assert!(identity.external.is_none());
        }
        // Clocks of servers differ. A token that is valid for an hour may come from a server whose clock is ahead.
        let ahead = signed(HEADER, &CLAIMS.replace("1800000600", "1800003900"), "k1");
        assert!(read(&ahead, &keys, None, NOW).unwrap().is_some_and(|identity| !identity.late));
        let day = signed(HEADER, &CLAIMS.replace("1800000600", "1800086700"), "k1");
        let expected = Expected { scope: Scope::Capture, hours: 24, home: None };
        assert!(super::read(&day, &keys, &expected, NOW).is_ok(), "as long as the shop allows");
    }

    #[test]
    fn a_token_is_good_only_for_its_uses() {
        let keys = [key("k1")];
        for (scope, captures, reads) in [
            (None, true, false),
            (Some("capture"), true, false),
            (Some("read"), false, true),
            (Some("read capture"), true, true),
            (Some(""), false, false),
            (Some("readcapture"), false, false),
        ] {
            let scope = scope.map_or(String::new(), |scope| format!("\"scope\":\"{scope}\","));
            let token = signed(HEADER, &CLAIMS.replace("\"external\"", &format!("{scope}\"external\"")), "k1");
            for (needed, may) in [(Scope::Capture, captures), (Scope::Read, reads), (Scope::Admin, false)] {
                let expected = Expected { scope: needed, hours: 1, home: None };
                assert_eq!(super::read(&token, &keys, &expected, NOW).is_ok(), may, "{scope} for {needed}");
            }
        }
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
            assert!(read(&forged, &keys, None, NOW).is_err(), "changed at {place}");
        }
        for (what, token) in [
            ("no signature", format!("{}.", good.rsplit_once('.').unwrap().0)),
            ("no algorithm", signed(r#"{"alg":"none"}"#, CLAIMS, "k1")),
            ("another algorithm", signed(r#"{"alg":"HS512"}"#, CLAIMS, "k1")),
            ("what has to be understood", signed(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, CLAIMS, "k1")),
            ("another key", signed(HEADER, CLAIMS, "k2")),
            ("no end", signed(HEADER, r#"{"aud":"placet","email":"jane@example.com"}"#, "k1")),
            ("an end too far", signed(HEADER, &CLAIMS.replace("1800000600", "1800003901"), "k1")),
            ("no audience", signed(HEADER, &CLAIMS.replace(r#""aud":"placet","#, ""), "k1")),
            ("another audience", signed(HEADER, &CLAIMS.replace(r#""aud":"placet""#, r#""aud":"shop""#), "k1")),
            ("an endless one", signed(HEADER, &CLAIMS.replace("1800000600", "1e999"), "k1")),
            ("not yet good", signed(HEADER, &CLAIMS.replace("iat\":1800000000", "nbf\":1800000301"), "k1")),
            ("nobody", signed(HEADER, r#"{"aud":"placet","exp":1800000600}"#, "k1")),
            (
                "nobody who can be read",
                signed(HEADER, &CLAIMS.replace("Jane@Example.com", "jane").replace("shop:7", "7"), "k1"),
            ),
            ("twice", signed(HEADER, &CLAIMS.replace("\"name\":\"Jane\"", "\"email\":\"x@example.com\""), "k1")),
            ("no JSON", signed(HEADER, "{", "k1")),
            ("too long", signed(HEADER, &CLAIMS.replace("\"Jane\"", &format!("\"{}\"", "x".repeat(5_000))), "k1")),
            ("nothing", String::new()),
            ("dots", "..".into()),
            ("more parts", format!("{good}.x")),
        ] {
            assert!(read(&token, &keys, None, NOW).is_err(), "{what}");
        }
        assert!(read(&good, &[], None, NOW).is_err());
    }
}
