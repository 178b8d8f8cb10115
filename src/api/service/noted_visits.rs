//! Repeated visits: whoever has one link can post its form for ever. Each repetition within a minute is counted on the
//! line of the audit log that the first one has, so that it needs no space.

use std::collections::HashMap;

use uuid::Uuid;

use crate::api::key::hash_of;
use crate::consent::Timestamp;

/// The route, the status and the contact of a visit.
pub(in crate::api) type Outcome = (&'static str, u16, Option<Uuid>);

/// The time for which a line counts repetitions, in milliseconds.
const MINUTE: i64 = 60_000;
/// The number of lines at which old ones are forgotten.
const KEPT: usize = 1_000;

/// The lines that count repetitions. They are only in memory: after a restart, a repetition gets a line of its own.
#[derive(Debug, Default)]
pub(in crate::api) struct NotedVisits {
    lines: HashMap<(String, Outcome), (Uuid, Timestamp)>,
}

impl NotedVisits {
    /// Returns the line of the same visit within the last minute.
    pub(in crate::api) fn line_of(&self, link: &str, outcome: Outcome, now: Timestamp) -> Option<Uuid> {
        let (line, at) = self.lines.get(&(hash_of(link), outcome))?;
        (now < at.plus_millis(MINUTE)).then_some(*line)
    }

    /// Keeps the line of a visit.
    pub(in crate::api) fn keep(&mut self, link: &str, outcome: Outcome, line: Uuid, now: Timestamp) {
        if self.lines.len() >= KEPT {
            self.lines.retain(|_, (_, at)| now < at.plus_millis(MINUTE));
        }
        if self.lines.len() < KEPT {
            self.lines.insert((hash_of(link), outcome), (line, now));
        }
    }
}
