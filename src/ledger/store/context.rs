//! The context of a call: time, ids and randomness, all passed in from outside.

use std::cell::Cell;

use uuid::{Builder, Uuid};

use crate::consent::Timestamp;

/// The services of the runtime: a clock, randomness fit for secrets, and reports to the operator.
pub trait Runtime {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
    /// Returns the day of a time in a time zone, such as `2026-11-25`. `None` if the runtime does not know the zone.
    fn day(&self, at: Timestamp, zone: &str) -> Option<String>;
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
    /// Reports a failure of this service to the operator. The text must contain no address, no key and no value of a
    /// row.
    fn report(&self, failure: &str);
}

/// The time of a context and the number of ids it has issued.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    now: Timestamp,
    issued: u32,
}

impl Default for Sequence {
    /// Returns a mark before all contexts.
    fn default() -> Self {
        Self { now: Timestamp::BEGINNING, issued: 0 }
    }
}

/// The context of one call. Its time does not change while a command is decided.
pub struct Context<'a> {
    /// The time of the call.
    pub now: Timestamp,
    runtime: &'a dyn Runtime,
    issued: Cell<u32>,
    has_events: Cell<bool>,
}

impl<'a> Context<'a> {
    /// Creates a context with the current time of the host.
    pub fn of(runtime: &'a dyn Runtime) -> Self {
        Self { now: runtime.now(), runtime, issued: Cell::new(0), has_events: Cell::new(false) }
    }

    /// Creates a context like [`Context::of`]. If it has the same millisecond as an `earlier` context, its ids continue
    /// to ascend from there.
    pub fn after(runtime: &'a dyn Runtime, earlier: Sequence) -> Self {
        let context = Self::of(runtime);
        if context.now == earlier.now {
            context.issued.set(earlier.issued);
        }
        context
    }

    /// Returns the mark to pass to [`Context::after`].
    pub fn mark(&self) -> Sequence {
        Sequence { now: self.now, issued: self.issued.get() }
    }

    /// Returns the day of the call in a time zone. `None` if the runtime does not know the zone.
    pub fn day(&self, zone: &str) -> Option<jiff::civil::Date> {
        self.runtime.day(self.now, zone)?.parse().ok()
    }

    /// Notes that something happened of which webhooks are told.
    pub(crate) fn note_event(&self) {
        self.has_events.set(true);
    }

    /// Returns whether something happened that may leave work: an event to deliver, or a customer to compare.
    pub fn has_events(&self) -> bool {
        self.has_events.get()
    }

    /// Returns random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.runtime.fill(&mut bytes);
        bytes
    }

    /// Returns a new UUID version 7 (RFC 9562 §5.7) with the time of the call. The ids of one context ascend: the 12
    /// bits after the time are a counter. If a call needs more ids than that, their time moves on to the following
    /// milliseconds (RFC 9562 §6.2).
    pub fn next_id(&self) -> Uuid {
        self.id_with(self.random::<8>())
    }

    /// Returns a new UUID version 7 with another time than that of the call.
    pub fn id_at(&self, at: Timestamp) -> Uuid {
        Builder::from_unix_timestamp_millis(at.millis().max(0).unsigned_abs(), &self.random()).into_uuid()
    }

    /// Returns many new ids, equal in form to those of [`Context::next_id`]. Gets the randomness for all of them at
    /// once.
    pub fn next_ids(&self, count: usize) -> Vec<Uuid> {
        let mut random = vec![0; count * 8];
        // A runtime returns at most 64 KB of randomness per call.
        random.chunks_mut(1 << 16).for_each(|part| self.runtime.fill(part));
        random.as_chunks::<8>().0.iter().map(|random| self.id_with(*random)).collect()
    }

    fn id_with(&self, random: [u8; 8]) -> Uuid {
        let count = self.issued.get();
        self.issued.set(count.wrapping_add(1));
        let [.., high, low] = (count % 4_096).to_be_bytes();
        let mut bytes = [high, low, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.iter_mut().skip(2).zip(random).for_each(|(byte, random)| *byte = random);
        let millis = self.now.plus_millis(i64::from(count / 4_096)).millis();
        Builder::from_unix_timestamp_millis(millis.max(0).unsigned_abs(), &bytes).into_uuid()
    }
}

/// Returns whether a time is less than a day ago.
pub(crate) fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus_millis(-86_400_000)
}
