//! Rate limits: a token bucket for each key, and for each visitor who uses a publishable key.
//!
//! The buckets are in the memory of the shop's object. They are exact even so: the runtime unloads an object after ten
//! idle seconds at the earliest, and a bucket holds the tokens of ten seconds, so a lost bucket would have been full
//! again.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::api::problem::Problem;
use crate::consent::Timestamp;

/// The capacity of a bucket, in seconds of its rate.
const SECONDS: f64 = 10.0;
/// The number of buckets at which full ones are dropped.
const KEPT: usize = 10_000;

/// How many visitors' rates one network of IPv6 has.
const OF_A_NETWORK: u16 = 10;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: i64,
}

/// The buckets of one shop.
#[derive(Debug, Default)]
pub(in crate::api) struct Limiter {
    buckets: HashMap<String, Bucket>,
}

/// The state of a bucket after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) struct Left {
    policy: &'static str,
    quota: u32,
    remaining: u32,
    /// Seconds until the bucket is full again.
    reset: u32,
}

impl Limiter {
    /// Takes one token from a bucket that refills at `rate` tokens per second.
    ///
    /// # Errors
    /// [`Problem::TooManyRequests`] if the bucket is empty.
    pub(in crate::api) fn take(
        &mut self,
        policy: &'static str,
        whose: &str,
        rate: u16,
        now: Timestamp,
    ) -> Result<Left, Problem> {
        let (rate, now) = (f64::from(rate.max(1)), now.millis());
        let full = rate * SECONDS;
        if self.buckets.len() >= KEPT && !self.buckets.contains_key(whose) {
            // A bucket that nobody used for ten seconds is full, whatever its rate.
            self.buckets.retain(|_, bucket| now.saturating_sub(bucket.at) < 10_000);
        }
        let bucket = self.buckets.entry(whose.to_owned()).or_insert(Bucket { tokens: full, at: now });
        #[allow(clippy::cast_precision_loss, reason = "seconds, not years")]
        let passed = now.saturating_sub(bucket.at).max(0) as f64 / 1_000.0;
        bucket.tokens = (bucket.tokens + passed * rate).min(full);
        bucket.at = bucket.at.max(now);
        if bucket.tokens < 1.0 {
            return Err(Problem::TooManyRequests { retry_after: whole(((1.0 - bucket.tokens) / rate).ceil()).max(1) });
        }
        bucket.tokens -= 1.0;
        let reset = whole(((full - bucket.tokens) / rate).ceil());
        Ok(Left { policy, quota: whole(full), remaining: whole(bucket.tokens.floor()), reset })
    }
}

impl Limiter {
    /// Takes one token from the bucket of a visitor, and one from the larger bucket of their network if the visitor has
    /// an IPv6 address.
    ///
    /// # Errors
    /// [`Problem::TooManyRequests`] if one of the two is empty.
    pub(in crate::api) fn take_visitor(&mut self, visitor: &str, rate: u16, now: Timestamp) -> Result<Left, Problem> {
        let (own, network) = visitor.split_once(' ').unwrap_or((visitor, ""));
        let left = self.take("visitor", own, rate, now)?;
        if !network.is_empty() {
            self.take("network", network, rate.saturating_mul(OF_A_NETWORK), now)?;
        }
        Ok(left)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 100,000, and never below 0")]
fn whole(number: f64) -> u32 {
    number as u32
}

impl Left {
    /// Adds the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers).
    pub(in crate::api) fn write_to(&self, headers: &mut HeaderMap) {
        let Self { policy, quota, remaining, reset } = self;
        let policies = HeaderValue::from_str(&format!("\"{policy}\";q={quota};w=10"));
        let left = HeaderValue::from_str(&format!("\"{policy}\";r={remaining};t={reset}"));
        if let (Ok(policies), Ok(left)) = (policies, left) {
            headers.insert(HeaderName::from_static("ratelimit-policy"), policies);
            headers.insert(HeaderName::from_static("ratelimit"), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn a_bucket_allows_its_capacity_and_refills_at_its_rate() {
        let mut limiter = Limiter::default();
        for taken in 1..=20 {
            let left = limiter.take("visitor", "v", 2, at(0)).unwrap();
            assert_eq!((left.quota, left.remaining), (20, 20 - taken));
        }
        let refused = limiter.take("visitor", "v", 2, at(0)).unwrap_err();
        assert_eq!(refused, Problem::TooManyRequests { retry_after: 1 });
        assert!(limiter.take("visitor", "other", 2, at(0)).is_ok(), "everybody has a bucket of their own");
        assert!(limiter.take("visitor", "v", 2, at(499)).is_err());
        assert!(limiter.take("visitor", "v", 2, at(500)).is_ok());
        assert!(limiter.take("visitor", "v", 2, at(500)).is_err());
        // A clock that goes back neither adds nor removes tokens.
        assert!(limiter.take("visitor", "v", 2, at(0)).is_err());
        let rested = limiter.take("visitor", "v", 2, at(60_000)).unwrap();
        assert_eq!((rested.remaining, rested.reset), (19, 1));
    }

    #[test]
    fn a_network_has_the_rate_of_ten_visitors() {
        let mut limiter = Limiter::default();
        let taken = |limiter: &mut Limiter, place: u16| {
            (0..100).filter(|_| limiter.take_visitor(&format!("v{place} network"), 2, at(0)).is_ok()).count()
        };
        let all: usize = (0..20).map(|place| taken(&mut limiter, place)).sum();
        assert_eq!(all, 200);
        assert!(limiter.take_visitor("v1", 2, at(0)).is_err(), "the own bucket is empty");
        assert!(limiter.take_visitor("somebody", 2, at(0)).is_ok(), "an IPv4 address has no second bucket");
    }

    #[test]
    fn the_number_of_buckets_is_bounded() {
        let mut limiter = Limiter::default();
        for visitor in 0..30_000_i64 {
            limiter.take("visitor", &visitor.to_string(), 2, at(visitor * 2)).unwrap();
        }
        assert!(limiter.buckets.len() <= KEPT, "{}", limiter.buckets.len());
    }
}
