//! The queue of submissions that the edge has not received, and the choices it has, in this browser:
//! `src/storefront/queue.js` with the real `localStorage`.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{block, text};

#[wasm_bindgen(module = "/src/storefront/queue.js")]
extern "C" {
    type Queue;
    #[wasm_bindgen(js_name = queueOf)]
    fn queue_of(key: &str) -> Queue;
    #[wasm_bindgen(js_name = freshId)]
    fn fresh_id() -> String;
    #[wasm_bindgen(method)]
    fn push(this: &Queue, id: &str, content: &JsValue, chosen: &str) -> bool;
    #[wasm_bindgen(method)]
    fn sent(this: &Queue, id: &str) -> String;
    #[wasm_bindgen(method)]
    fn strip(this: &Queue, id: &str) -> bool;
    #[wasm_bindgen(method)]
    fn draft(this: &Queue, id: &str, seen: &JsValue);
    #[wasm_bindgen(method)]
    fn drafts(this: &Queue, read: &Closure<dyn FnMut(String, JsValue)>);
    #[wasm_bindgen(method)]
    fn lease(this: &Queue, eager: bool) -> Option<String>;
    #[wasm_bindgen(method)]
    fn wait(this: &Queue) -> Option<f64>;
    #[wasm_bindgen(method)]
    fn postpone(this: &Queue, id: &str, pause: f64);
    #[wasm_bindgen(method)]
    fn forget(this: &Queue, id: &str);
    #[wasm_bindgen(method)]
    fn acknowledge(this: &Queue, id: &str, refused: &js_sys::Array, later: &js_sys::Array);
    #[wasm_bindgen(method)]
    fn tracks(this: &Queue) -> js_sys::Array;
    #[wasm_bindgen(method)]
    fn entry(this: &Queue, id: &str) -> JsValue;
}

fn field(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap()
}

/// Returns what the queue knows, one act on each line.
fn known(queue: &Queue) -> String {
    let acts = queue.tracks();
    let act = |act: JsValue| {
        let text = |name| field(&act, name).as_string().unwrap();
        let number = |name| field(&act, name).as_f64().unwrap();
        let (act, assurance) = (number("act"), number("assurance"));
        format!("{}:{}:{act}:{assurance} {}", text("channel"), text("purpose"), text("id"))
    };
    acts.iter().map(act).collect::<Vec<_>>().join("\n")
}

/// Acknowledges a submission, all choices of which the edge has taken.
fn acknowledge(queue: &Queue, id: &str) {
    queue.acknowledge(id, &js_sys::Array::new(), &js_sys::Array::new());
}

/// Adds a submission. Returns its id, and whether an older one was dropped.
fn push(queue: &Queue, chosen: &str) -> (String, bool) {
    let id = fresh_id();
    let content = text(r#"{"contact":{"email":"jane@example.com","phone":""},"identity":"a.b.c"}"#);
    let dropped = queue.push(&id, &content, chosen);
    (id, dropped)
}

#[wasm_bindgen_test]
fn the_queue_is_bounded_and_ordered() {
    let queue = queue_of("pk_bounded");
    let pushed: Vec<_> = (0..52).map(|_| push(&queue, "email:newsletter:opt_in")).collect();
    assert_eq!(pushed.iter().filter(|(_, dropped)| *dropped).count(), 2);
    assert!(pushed.is_sorted() && pushed.windows(2).all(|two| two[0].0 != two[1].0));
    let gone = |id: &str| queue.entry(id).is_undefined();
    assert!(gone(&pushed[0].0) && gone(&pushed[1].0) && !gone(&pushed[2].0));
    // New submissions are leased to the page that made them. No other page sends them meanwhile, even if eager.
    assert_eq!((queue.lease(false), queue.lease(true)), (None, None));
    assert!(queue.wait().unwrap() > 30_000.0);
    for (id, _) in &pushed[2..] {
        queue.postpone(id, 60_000.0);
    }
    assert_eq!(queue.lease(false), None);
    assert_eq!(queue.lease(true).as_deref(), Some(pushed[2].0.as_str()), "the oldest goes first");
    for (id, _) in &pushed {
        queue.forget(id);
    }
    assert_eq!((queue.wait(), known(&queue)), (None, String::new()), "a refused submission is deleted");
}

#[wasm_bindgen_test]
fn an_id_is_a_uuid_of_its_time_and_a_body_has_no_empty_fields() {
    let queue = queue_of("pk_body");
    let (id, _) = push(&queue, "email:newsletter:opt_in");
    let body = field(&queue.entry(&id), "body").as_string().unwrap();
    let uuid = uuid::Uuid::parse_str(&id).unwrap();
    assert_eq!((uuid.get_version_num(), uuid.get_variant()), (7, uuid::Variant::RFC4122));
    let at = js_sys::Date::new(&field(&text(&body), "occurred_at")).get_time();
    assert_eq!((uuid.as_u128() >> 80) as f64, at);
    assert!((js_sys::Date::now() - at).abs() < 60_000.0);
    let begin = format!(r#"{{"id":"{id}","contact":{{"email":"jane@example.com"}}"#);
    assert!(body.starts_with(&format!(r#"{begin},"occurred_at":""#)), "the identity token is never stored: {body}");
    let identity = || field(&text(&queue.sent(&id)), "identity").as_string();
    assert_eq!(identity().as_deref(), Some("a.b.c"), "but it is sent");
    // A token that the edge refuses can be removed once. It stays the same submission.
    assert!(queue.strip(&id) && !queue.strip(&id) && !queue.strip("none"));
    assert_eq!((identity(), field(&queue.entry(&id), "body").as_string()), (None, Some(body)));
    queue.forget(&id);
}

#[wasm_bindgen_test]
fn a_draft_made_before_the_module_loads_is_read_once() {
    let queue = queue_of("pk_draft");
    let made: Vec<String> = (0..52).map(|_| fresh_id()).collect();
    for id in &made {
        queue.draft(id, &text(r#"{"described":"form"}"#));
    }
    let storage = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    storage.set_item("placet:pk_draft:draft:000", "{").unwrap();
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let kept = seen.clone();
    let read = Closure::new(move |id: String, draft: JsValue| {
        assert_eq!(field(&draft, "described").as_string().as_deref(), Some("form"));
        kept.borrow_mut().push(id);
    });
    queue.drafts(&read);
    queue.drafts(&read);
    assert_eq!(*seen.borrow(), made[2..], "the oldest drafts are dropped, and a foreign entry is ignored");
    assert_eq!(storage.get_item("placet:pk_draft:draft:000").unwrap(), None);
}

#[wasm_bindgen_test]
fn an_acknowledged_choice_is_stored_without_its_address() {
    let (queue, other) = (queue_of("pk_known"), queue_of("pk_other"));
    let (first, _) = push(&queue, "email:newsletter:opt_in sms:offers:declined");
    let (second, _) = push(&queue, "email:newsletter:opt_in");
    acknowledge(&queue, &second);
    acknowledge(&queue, &first);
    // In the order of their ids, all with the assurance `claimed`.
    let expected = format!("sms:offers:13:2 {first}\nemail:newsletter:0:2 {second}");
    assert_eq!(known(&queue), expected, "the later choice wins, whatever the order of the answers");
    assert_eq!(known(&other), "", "another shop of this origin");
    let (third, _) = push(&queue, "email:offers:opt_out");
    assert_eq!(known(&queue), format!("{expected}\nemail:offers:10:2 {third}"), "waiting choices count too");
    let at = field(&queue.tracks().get(2), "at").as_f64().unwrap();
    assert_eq!(at, (uuid::Uuid::parse_str(&third).unwrap().as_u128() >> 80) as f64);
    queue.forget(&third);
}

#[wasm_bindgen_test]
fn without_local_storage_the_queue_is_in_memory() {
    for how in ["full", "blocked"] {
        let restore = block(how);
        let queue = queue_of(how);
        let (id, _) = push(&queue, "email:newsletter:opt_in");
        let kept = !queue.entry(&id).is_undefined() && known(&queue).contains(&id);
        acknowledge(&queue, &id);
        let left = known(&queue);
        restore.call0(&JsValue::UNDEFINED).unwrap();
        assert!(kept, "{how}");
        assert_eq!(left, format!("email:newsletter:0:2 {id}"), "{how}");
    }
}
