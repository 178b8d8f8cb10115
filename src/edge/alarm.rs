//! The alarm of a shop's object, which runs its background work.
//!
//! An object has one alarm. It is set to the earliest due time of the service's work, in the synchronous stretch of the
//! request that caused the work, so that both are stored or neither. Requests are answered while the alarm handler
//! runs. A request that leaves new work notifies the handler, so that the work does not wait behind slow deliveries.
//! The runtime keeps an alarm until its handler has ended. If a crash interrupts the handler, the runtime starts it
//! again, and deliveries that were in progress are sent once more.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use gloo::timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;

use crate::api::{Exchange, JobError, Outgoing, OutgoingKey, ShopService, Step};
use crate::consent::Timestamp;
use crate::edge::send::send;
use crate::ledger::Runtime;

/// For how long one run accepts new work, in milliseconds. The runtime ends a handler after 15 minutes.
const RINGS_FOR: i64 = 10 * 60 * 1_000;
/// For how long one run works on imports, in milliseconds. The runtime limits the processor time of one event.
const LISTS_FOR: i64 = 20_000;
/// How long a run waits for new work before it ends, in milliseconds. Setting the alarm again costs a write.
const LINGERS: u32 = 1_000;
/// How often a waiting run records that it is alive; below, after how long without such a record it counts as lost.
/// Both in milliseconds.
const SIGN_OF_LIFE: u32 = 20_000;
const LOST: i64 = 60_000;
/// The delay of the next run after a database failure, in milliseconds.
const RETRY: i64 = 60_000;

#[wasm_bindgen]
extern "C" {
    /// `DurableObjectStorage`. The binding in the `worker` crate awaits promises that need no awaiting.
    type AlarmStorage;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &AlarmStorage, at: f64) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &AlarmStorage) -> Result<Promise, JsValue>;
}

/// The alarm of one object.
pub(super) struct Alarm {
    storage: AlarmStorage,
    /// The time that the alarm is set to, as far as this object knows since it started.
    set_to: Cell<Timestamp>,
    is_known: Cell<bool>,
    has_rung: Cell<bool>,
    /// When the running handler last recorded that it is alive; [`Timestamp::BEGINNING`] while none runs.
    awake_at: Cell<Timestamp>,
    wakeup: Rc<Wakeup>,
}

/// The notification to a waiting alarm handler from a request that left work.
#[derive(Default)]
struct Wakeup {
    woken: Cell<bool>,
    sleeper: RefCell<Option<Waker>>,
}

impl Wakeup {
    fn notify(&self) {
        self.woken.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(sleeper) = self.sleeper.take() {
            sleeper.wake();
        }
    }

    /// Returns whether a notification came since the last call. `asks` is woken at the next notification.
    fn was_woken(&self, asks: &Waker) -> bool {
        self.sleeper.replace(Some(asks.clone()));
        self.woken.replace(false)
    }

    /// Also wakes the waiting handler after this many milliseconds.
    fn pause(self: &Rc<Self>, milliseconds: u32) -> Pause {
        let (wakeup, over) = (self.clone(), Rc::new(Cell::new(false)));
        let ended = over.clone();
        let end = move || {
            ended.set(true);
            wakeup.wake();
        };
        Pause { over, _timer: Timeout::new(milliseconds, end) }
    }
}

/// A timer that ends by itself. Dropping it cancels it.
struct Pause {
    over: Rc<Cell<bool>>,
    _timer: Timeout,
}

impl Alarm {
    /// Returns the alarm of the object with this storage.
    pub(super) fn of(storage: &worker::Storage) -> Self {
        let storage: &JsValue = storage.as_raw().as_ref();
        Self {
            storage: storage.clone().unchecked_into(),
            set_to: Cell::new(Timestamp::NEVER),
            is_known: Cell::new(false),
            has_rung: Cell::new(false),
            awake_at: Cell::new(Timestamp::BEGINNING),
            wakeup: Rc::default(),
        }
    }

    /// Reads once the time that the runtime has stored for the alarm, so that an object that only reads data writes
    /// nothing. Must be awaited before a request is served.
    pub(super) async fn learn(&self) {
        if self.is_known.replace(true) {
            return;
        }
        if let Ok(asked) = self.storage.get_alarm()
            && let Ok(at) = JsFuture::from(asked).await
            && let Some(at) = at.as_f64()
            && !self.has_rung.get()
        {
            self.set_to.set(self.set_to.get().min(Timestamp::clamped(at)));
        }
    }

    /// Sets the alarm for work that a request left, or notifies the running handler. Must be called after each request.
    /// The first request of an object also finds work that a crash left.
    pub(super) fn consider(&self, service: &ShopService) {
        if !service.has_new_jobs() {
            return;
        }
        if self.is_ringing() {
            self.wakeup.notify();
        } else {
            self.set(service, Timestamp::BEGINNING);
        }
    }

    /// Returns whether the handler is running. A handler that the runtime interrupted counts as running for [`LOST`]
    /// milliseconds after its last sign of life.
    fn is_ringing(&self) -> bool {
        now() < self.awake_at.get().plus_millis(LOST)
    }

    /// Sets the alarm to the next due time, if that is earlier than the time it is set to.
    fn set(&self, service: &ShopService, earliest: Timestamp) {
        let next = service.next_step().unwrap_or_else(|error| after_failure(&error));
        // An alarm that should have run more than `LOST` ago is lost and has to be set again.
        let is_lost = now() > self.set_to.get().plus_millis(LOST);
        // What is due already may have the beginning of time as its time, which the runtime refuses.
        let next = next.max(earliest).max(now());
        if next == Timestamp::NEVER || (next >= self.set_to.get() && !is_lost) {
            return;
        }
        #[allow(clippy::cast_precision_loss, reason = "a time within the range of a Date")]
        match self.storage.set_alarm(next.millis() as f64) {
            // The promise is not awaited: if the runtime cannot store the alarm, its output gate fails the request.
            Ok(_) => self.set_to.set(next),
            Err(_) => worker::console_error!("placet: the alarm cannot be set"),
        }
    }

    /// Runs all due work, then sets the alarm again.
    pub(super) async fn ring(&self, service: &ShopService) {
        self.has_rung.set(true);
        self.awake_at.set(now());
        self.set_to.set(Timestamp::NEVER);
        service.nothing_is_under_way();
        // After a failure the next run waits: an immediate retry would fail again.
        let earliest = match self.work(service).await {
            Ok(()) => Timestamp::BEGINNING,
            Err(error) => after_failure(&error),
        };
        self.awake_at.set(Timestamp::BEGINNING);
        self.set(service, earliest);
    }

    /// Does what is due, with several deliveries in progress at a time, and reports each outcome as it comes.
    async fn work(&self, service: &ShopService) -> Result<(), JobError> {
        let (mut end, lists_end) = (now().plus_millis(RINGS_FOR), now().plus_millis(LISTS_FOR));
        let mut under_way = FuturesUnordered::new();
        loop {
            self.awake_at.set(now());
            let in_time = now() < end;
            let step = if in_time { service.step(now())? } else { Step::Until(Timestamp::NEVER) };
            let wait = match step {
                Step::Send(outgoing) => {
                    under_way.extend(outgoing.into_iter().map(carried_out));
                    continue;
                }
                // An import gets so much time in one run. Between two pages other requests are answered.
                Step::Busy => {
                    if now() > lists_end {
                        end = Timestamp::BEGINNING;
                    }
                    0
                }
                Step::Until(next) => {
                    let is_idle = !in_time || next > now().plus_millis(LINGERS.into());
                    if under_way.is_empty() && is_idle {
                        if in_time && self.lingered().await {
                            continue;
                        }
                        return Ok(());
                    }
                    let wait = next.millis().saturating_sub(now().millis()).clamp(20, SIGN_OF_LIFE.into());
                    u32::try_from(wait).unwrap_or(SIGN_OF_LIFE)
                }
            };
            let pause = self.wakeup.pause(wait);
            let ended = poll_fn(|context| {
                if let Poll::Ready(Some(ended)) = under_way.poll_next_unpin(context) {
                    return Poll::Ready(Some(ended));
                }
                let on = self.wakeup.was_woken(context.waker()) || pause.over.get();
                if on { Poll::Ready(None) } else { Poll::Pending }
            });
            if let Some((key, exchange)) = ended.await {
                service.finished(&key, &exchange)?;
            }
        }
    }

    /// Waits [`LINGERS`] milliseconds for new work. Returns whether any came.
    async fn lingered(&self) -> bool {
        let pause = self.wakeup.pause(LINGERS);
        poll_fn(|context| match (self.wakeup.was_woken(context.waker()), pause.over.get()) {
            (false, false) => Poll::Pending,
            (woken, _) => Poll::Ready(woken),
        })
        .await
    }
}

/// Yields to the runtime, so that waiting requests are served first.
pub(super) async fn breathe() {
    gloo::timers::future::sleep(std::time::Duration::ZERO).await;
}

async fn carried_out(outgoing: Outgoing) -> (OutgoingKey, Exchange) {
    let exchange = send(&outgoing.request).await;
    (outgoing.key, exchange)
}

fn now() -> Timestamp {
    crate::edge::runtime::EdgeRuntime.now()
}

fn after_failure(error: &JobError) -> Timestamp {
    crate::edge::runtime::EdgeRuntime.report(&error.to_string());
    now().plus_millis(RETRY)
}
