//! When the object wakes by itself, and what it does then.
//!
//! An object has one alarm. It is set to the earliest of what the service has to do, in the synchronous stretch of the request
//! that caused it, so that both are kept or neither. While the alarm rings, requests are answered as ever: they only tap it on
//! the shoulder, so that new work does not wait for what is slow. The runtime keeps an alarm until it has rung to the end; one
//! that a crash cuts short rings again, and what was under way goes out once more.

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

use crate::api::{JobError, Outgoing, ShopService};
use crate::consent::Timestamp;
use crate::edge::send::{Sent, send};
use crate::ledger::{Database, DeliveryKey, Host};

/// For how long an alarm takes on new work, in milliseconds: the runtime ends it after 15 minutes.
const RINGS_FOR: i64 = 10 * 60 * 1_000;
/// For how long it works on lists: the runtime lets one event have so much of a processor and no more.
const LISTS_FOR: i64 = 20_000;
/// For how long it waits for more once there is nothing to do, in milliseconds: to set it anew costs a write.
const LINGERS: u32 = 1_000;
/// How often it gives a sign of life while it waits, and after how long without one it is given up, in milliseconds.
const SIGN_OF_LIFE: u32 = 20_000;
const LOST: i64 = 60_000;
/// When it rings again after the database failed, in milliseconds.
const RETRY: i64 = 60_000;

#[wasm_bindgen]
extern "C" {
    /// `DurableObjectStorage`. The `worker` crate's own awaits what need not be awaited.
    type AlarmStorage;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &AlarmStorage, at: f64) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &AlarmStorage) -> Result<Promise, JsValue>;
}

/// The alarm of one object.
pub(super) struct Alarm {
    storage: AlarmStorage,
    /// When it is set to, or was since this object started.
    set_to: Cell<Timestamp>,
    is_known: Cell<bool>,
    has_rung: Cell<bool>,
    /// When the ringing alarm last gave a sign of life; [`Timestamp::BEGINNING`] while none rings.
    awake_at: Cell<Timestamp>,
    shoulder: Rc<Shoulder>,
}

/// What the ringing alarm is tapped on while it waits, by a request that left work.
#[derive(Default)]
struct Shoulder {
    tapped: Cell<bool>,
    sleeper: RefCell<Option<Waker>>,
}

impl Shoulder {
    fn tap(&self) {
        self.tapped.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(sleeper) = self.sleeper.take() {
            sleeper.wake();
        }
    }

    /// Whether it was tapped since it was asked last. Who asks is woken when it is.
    fn was_tapped(&self, asks: &Waker) -> bool {
        self.sleeper.replace(Some(asks.clone()));
        self.tapped.replace(false)
    }

    /// Wakes whoever asks after so many milliseconds as well.
    fn pause(self: &Rc<Self>, milliseconds: u32) -> Pause {
        let (shoulder, over) = (self.clone(), Rc::new(Cell::new(false)));
        let ended = over.clone();
        let end = move || {
            ended.set(true);
            shoulder.wake();
        };
        Pause { over, _timer: Timeout::new(milliseconds, end) }
    }
}

/// A pause that ends by itself; dropped, it wakes nobody.
struct Pause {
    over: Rc<Cell<bool>>,
    _timer: Timeout,
}

impl Alarm {
    /// The alarm of the object whose storage this is.
    pub(super) fn of(storage: &worker::Storage) -> Self {
        let storage: &JsValue = storage.as_raw().as_ref();
        Self {
            storage: storage.clone().unchecked_into(),
            set_to: Cell::new(Timestamp::NEVER),
            is_known: Cell::new(false),
            has_rung: Cell::new(false),
            awake_at: Cell::new(Timestamp::BEGINNING),
            shoulder: Rc::default(),
        }
    }

    /// Reads once what it is set to, so that an object that only answers questions writes nothing. To be awaited before a request
    /// is served.
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

    /// To be called after each request: what it left to do is done in time. The first request of an object finds what a crash
    /// has left.
    pub(super) fn consider(&self, service: &ShopService) {
        if !service.has_new_jobs() {
            return;
        }
        if self.is_ringing() {
            self.shoulder.tap();
        } else {
            self.set(service, Timestamp::BEGINNING);
        }
    }

    /// One that the runtime has cut short does not wake any more.
    fn is_ringing(&self) -> bool {
        now() < self.awake_at.get().plus_millis(LOST)
    }

    /// Sets it to what comes next, if that is earlier than what it is set to.
    fn set(&self, service: &ShopService, earliest: Timestamp) {
        let next = service.next_job().unwrap_or_else(|error| Some(after_failure(&error)));
        // One that should have rung long ago is lost.
        let is_lost = now() > self.set_to.get().plus_millis(LOST);
        let next = next.map(|next| next.max(earliest)).filter(|next| *next < self.set_to.get() || is_lost);
        let Some(next) = next else { return };
        #[allow(clippy::cast_precision_loss, reason = "a time within the range of a Date")]
        match self.storage.set_alarm(next.millis() as f64) {
            // That it cannot be kept the output gate finds out by itself.
            Ok(_) => self.set_to.set(next),
            Err(_) => worker::console_error!("placet: the alarm cannot be set"),
        }
    }

    /// Does what is due until nothing is, then sets itself anew.
    pub(super) async fn ring(&self, service: &ShopService) {
        self.has_rung.set(true);
        self.awake_at.set(now());
        self.set_to.set(Timestamp::NEVER);
        service.nothing_is_under_way();
        // What fails at once would fail again at once.
        let earliest = match self.deliver(service).await {
            Ok(()) => Timestamp::BEGINNING,
            Err(error) => after_failure(&error),
        };
        self.awake_at.set(Timestamp::BEGINNING);
        self.set(service, earliest);
    }

    /// Sends what is due, several at a time, and notes each outcome as it comes.
    async fn deliver(&self, service: &ShopService) -> Result<(), JobError> {
        let (mut end, lists_end) = (now().plus_millis(RINGS_FOR), now().plus_millis(LISTS_FOR));
        let mut under_way = FuturesUnordered::new();
        loop {
            self.awake_at.set(now());
            let in_time = now() < end;
            if in_time {
                under_way.extend(service.due_deliveries()?.into_iter().map(carried_out));
            }
            let next = if in_time { service.next_job()?.unwrap_or(Timestamp::NEVER) } else { Timestamp::NEVER };
            let wait = (next.millis() - now().millis()).clamp(20, SIGN_OF_LIFE.into());
            if next <= now() {
                service.housekeeping()?;
            }
            // A list is worked on for so long, and a page at a time, between which others are answered.
            let is_working = in_time && service.work_on_imports()?;
            if is_working && now() > lists_end {
                end = Timestamp::BEGINNING;
            }
            if !is_working && under_way.is_empty() && (!in_time || next > now().plus_millis(LINGERS.into())) {
                if in_time && self.lingered().await {
                    continue;
                }
                return Ok(());
            }
            let wait = if is_working { 0 } else { u32::try_from(wait).unwrap_or(SIGN_OF_LIFE) };
            let pause = self.shoulder.pause(wait);
            let ended = poll_fn(|context| {
                if let Poll::Ready(Some(ended)) = under_way.poll_next_unpin(context) {
                    return Poll::Ready(Some(ended));
                }
                let on = self.shoulder.was_tapped(context.waker()) || pause.over.get();
                if on { Poll::Ready(None) } else { Poll::Pending }
            });
            if let Some((key, sent)) = ended.await {
                service.delivered(&key, sent.outcome())?;
            }
        }
    }

    /// Waits a moment for new work. Tells whether some came.
    async fn lingered(&self) -> bool {
        let pause = self.shoulder.pause(LINGERS);
        poll_fn(|context| match (self.shoulder.was_tapped(context.waker()), pause.over.get()) {
            (false, false) => Poll::Pending,
            (tapped, _) => Poll::Ready(tapped),
        })
        .await
    }
}

/// Lets whatever else there is to do come first.
pub(super) async fn breathe() {
    gloo::timers::future::sleep(std::time::Duration::ZERO).await;
}

async fn carried_out(outgoing: Outgoing) -> (DeliveryKey, Sent) {
    let sent = send(&outgoing).await;
    (outgoing.key, sent)
}

fn now() -> Timestamp {
    crate::edge::host::EdgeHost.now()
}

fn after_failure(error: &JobError) -> Timestamp {
    crate::edge::host::EdgeHost.report(&error.to_string());
    now().plus_millis(RETRY)
}
