//! Identifiers: reading them, and the time that a UUID version 7 carries (RFC 9562 §5.7).

use uuid::Uuid;

use crate::consent::Timestamp;

pub(crate) fn parse_id(text: &str) -> Option<uuid::Uuid> {
    text.parse().ok()
}

/// Returns the time at which an id was created: its first 48 bits (RFC 9562 §5.7).
pub(crate) fn time_of_id(id: Uuid) -> Timestamp {
    let (millis, _) = id.as_u64_pair();
    i64::try_from(millis >> 16).ok().and_then(Timestamp::from_millis).unwrap_or(Timestamp::BEGINNING)
}

/// Returns the smallest UUID version 7 of a millisecond.
pub(crate) fn first_id_of(at: Timestamp) -> String {
    let millis = at.millis().clamp(0, 0xffff_ffff_ffff).unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}
