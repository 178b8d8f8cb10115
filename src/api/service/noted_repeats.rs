//! Repeated requests of strangers: whoever has one link can post its form for ever, and everybody has the publishable
//! key. Each repetition within a minute is counted on the line of the audit log that the first one has, so that it needs
//! no space.

use std::collections::HashMap;

use uuid::Uuid;

use crate::api::key::hash_of;
use crate::consent::Timestamp;

/// The route, the status and outcome, and the contact of a request.
pub(in crate::api) type Outcome = (&'static str, u16, &'static str, Option<Uuid>);

/// The time for which a line counts repetitions, in milliseconds.
const MINUTE: i64 = 60_000;
/// The number of lines at which old ones are forgotten.
const KEPT: usize = 1_000;

/// The lines that count repetitions. They are only in memory: after a restart, a repetition gets a line of its own.
#[derive(Debug, Default)]
pub(in crate::api) struct NotedRepeats {
    lines: HashMap<(String, Outcome), (Uuid, Timestamp)>,
}

impl NotedRepeats {
    /// Returns the line of the same request within the last minute.
    pub(in crate::api) fn line_of(&self, whose: &str, outcome: Outcome, now: Timestamp) -> Option<Uuid> {
        let (line, at) = self.lines.get(&(hash_of(whose), outcome))?;
        (now < at.plus_millis(MINUTE)).then_some(*line)
    }

    /// Keeps the line of a request.
    pub(in crate::api) fn keep(&mut self, whose: &str, outcome: Outcome, line: Uuid, now: Timestamp) {
        if self.lines.len() >= KEPT {
            self.lines.retain(|_, (_, at)| now < at.plus_millis(MINUTE));
        }
        if self.lines.len() < KEPT {
            self.lines.insert((hash_of(whose), outcome), (line, now));
        }
    }
}
