//! A proof that somebody sits at the page: a small proof of work, by the open scheme of ALTCHA (version 1).
//!
//! The service names a salt and the SHA-256 of the salt with a number. The page finds the number by trying. A bot has to
//! spend the same time for each submission.

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::consent::Timestamp;
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The highest number that a page has to try. A phone tries them in about a second.
pub const MAX_NUMBER: u32 = 50_000;
/// For how long a challenge can be solved, in seconds.
const VALID_FOR: i64 = 1_200;

/// A challenge to a page.
pub struct Challenge {
    /// The text before the number.
    pub salt: String,
    /// The SHA-256 of the salt and the number, in hexadecimal digits.
    pub hash: String,
    /// The shop's signature of the hash.
    pub signature: String,
}

/// The answer of a page: the challenge with the number that it has found.
#[derive(Deserialize)]
struct Solution {
    salt: String,
    number: u32,
    signature: String,
}

/// Makes a challenge. Nothing of it is stored.
pub fn challenge(shop: &Shop, context: &Context<'_>) -> Challenge {
    let [a, b, c, d, rest @ ..] = context.random::<16>();
    let number = u32::from_be_bytes([a, b, c, d]) % (MAX_NUMBER + 1);
    let expires = context.now.millis() / 1_000 + VALID_FOR;
    let salt = format!("{}?expires={expires}&", base16ct::lower::encode_string(&rest));
    let (hash, signature) = signed(shop, &salt, number);
    Challenge { salt, hash, signature }
}

/// Returns whether a solution is right, in time and used for the first time.
pub fn is_solved(
    database: &dyn Database,
    shop: &Shop,
    given: &str,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let json = Base64::decode_vec(given).ok();
    let Some(solution) = json.and_then(|json| crate::json::read::<Solution>(&json)) else { return Ok(false) };
    let (hash, signature) = signed(shop, &solution.salt, solution.number);
    let is_ours = bool::from(signature.as_bytes().ct_eq(solution.signature.as_bytes()));
    if !is_ours || expiry(&solution.salt).is_none_or(|at| at < context.now) {
        return Ok(false);
    }
    // The table of messages that are taken once takes solutions once too.
    let spent = shop.secret.fingerprint(KeyUse::Presence, &[hash.as_bytes()]);
    let first = database.first(
        "INSERT INTO inbound (hash, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        &[Param::Text(&spent), Param::Integer(context.now.millis())],
    )?;
    Ok(first.is_some())
}

/// Returns the hash of a challenge and its signature.
fn signed(shop: &Shop, salt: &str, number: u32) -> (String, String) {
    let hash = base16ct::lower::encode_string(&Sha256::digest(format!("{salt}{number}")));
    let signature =
        base16ct::lower::encode_string(&shop.secret.keyed(KeyUse::Presence, &[b"signature", hash.as_bytes()]));
    (hash, signature)
}

fn expiry(salt: &str) -> Option<Timestamp> {
    let seconds: i64 = salt.split_once("?expires=")?.1.strip_suffix('&')?.parse().ok()?;
    Timestamp::from_millis(seconds.checked_mul(1_000)?)
}
