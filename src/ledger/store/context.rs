//! Time and chance, handed in from outside.

use std::cell::Cell;

use uuid::{Builder, Uuid};

use crate::consent::Timestamp;

/// What the runtime lends: a clock, a source of randomness fit for secrets, and the operator's ear.
pub trait Host {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// The day that a time is on in a time zone, `2026-11-25`; nothing where the runtime does not know the zone.
    fn day(&self, at: Timestamp, zone: &str) -> Option<String>;
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
    /// Tells the operator of a failure on our side. Never of a person: no address, no key, no value of a row.
    fn report(&self, failure: &str);
}

/// How far a moment has come in giving out ids.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    now: Timestamp,
    issued: u32,
}

impl Default for Mark {
    /// Before all moments.
    fn default() -> Self {
        Self { now: Timestamp::BEGINNING, issued: 0 }
    }
}

/// One instant of the host's, held still while a command is decided.
pub struct Moment<'a> {
    /// The instant.
    pub now: Timestamp,
    host: &'a dyn Host,
    issued: Cell<u32>,
    has_events: Cell<bool>,
}

impl<'a> Moment<'a> {
    /// Takes the time from the host.
    pub fn of(host: &'a dyn Host) -> Self {
        Self { now: host.now(), host, issued: Cell::new(0), has_events: Cell::new(false) }
    }

    /// As [`Moment::of`], so that its ids ascend beyond those of an `earlier` moment, also in the same millisecond.
    pub fn after(host: &'a dyn Host, earlier: Mark) -> Self {
        let moment = Self::of(host);
        if moment.now == earlier.now {
            moment.issued.set(earlier.issued);
        }
        moment
    }

    /// How far it has come, for [`Moment::after`].
    pub fn mark(&self) -> Mark {
        Mark { now: self.now, issued: self.issued.get() }
    }

    /// The day that it is in a time zone; nothing where the runtime does not know the zone.
    pub fn day(&self, zone: &str) -> Option<jiff::civil::Date> {
        self.host.day(self.now, zone)?.parse().ok()
    }

    /// Notes that an event was kept for somebody to be told.
    pub(crate) fn note_event(&self) {
        self.has_events.set(true);
    }

    /// Whether an event was kept.
    pub fn has_events(&self) -> bool {
        self.has_events.get()
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.host.fill(&mut bytes);
        bytes
    }

    /// A new UUID version 7 (RFC 9562 §5.7) of this instant. Those of one moment ascend: the 12 bits after the time count, and
    /// whoever needs more of them borrows from the milliseconds to come (RFC 9562 §6.2).
    pub fn next_id(&self) -> Uuid {
        self.id_with(self.random::<8>())
    }

    /// Many new ids, as [`Moment::next_id`] makes them one by one. The randomness comes all at once.
    pub fn next_ids(&self, count: usize) -> Vec<Uuid> {
        let mut random = vec![0; count * 8];
        // A runtime gives out no more than 64 KB at a time.
        random.chunks_mut(1 << 16).for_each(|part| self.host.fill(part));
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

/// Whether a time is less than a day ago.
pub(crate) fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    at > now.plus_millis(-86_400_000)
}
