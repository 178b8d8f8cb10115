//! WhatsApp through Meta's Cloud API.
//!
//! Requests are signed by HMAC-SHA-256 with the app's secret, over the received body. A person can hide their number
//! behind a user name. Meta then sends no number, and there is no address to store a consent record for.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::consent::{Channel, PhoneNumber, Timestamp};
use crate::platforms::keywords::Keyword;
use crate::platforms::platform::{Hook, HookError, Inbound, InboundAct, Platform, act_of, act_of_choice, meaning};
use crate::platforms::signature::{same, sha256};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    field: String,
    #[serde(default)]
    value: Value,
}

/// Returns the challenge, which is the answer to Meta, if the query contains the shop's verify token.
fn handshake(query: &str, verify_token: &str) -> Option<String> {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let is_ours = field("hub.mode") == Some("subscribe")
        && same(&Sha256::digest(field("hub.verify_token")?), &Sha256::digest(verify_token));
    let challenge = field("hub.challenge")?;
    // The challenge is repeated in the answer, so it must not be anything that a browser could read as a page.
    let fits =
        (1..=128).contains(&challenge.len()) && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_ours && fits).then(|| challenge.to_owned())
}

/// Meta's Cloud API: WhatsApp.
pub(super) struct Meta;

impl Platform for Meta {
    fn headers(&self) -> &'static [&'static str] {
        &["x-hub-signature-256"]
    }

    fn read(&self, secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
        read(secret, hook, now)
    }

    fn greet(&self, query: Option<&str>, verify_token: Option<&str>) -> Option<String> {
        handshake(query?, verify_token?)
    }
}

fn read(secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
    let given = hook.header("x-hub-signature-256").and_then(|given| given.strip_prefix("sha256="));
    let own = base16ct::lower::encode_string(&sha256(secret.as_bytes(), &[hook.body]));
    if !given.is_some_and(|given| same(given.as_bytes(), own.as_bytes())) {
        return Err(HookError::Signature);
    }
    let needs = "a JSON body with entry[].changes[]";
    let body: Body = crate::json::read(hook.body).ok_or(HookError::Malformed { needs })?;
    let changes = body.entry.iter().flat_map(|entry| &entry.changes);
    let read = |change: &Change| {
        // The number of the shop that the messages were sent to.
        let to = text(&change.value, "/metadata/phone_number_id").map(str::to_owned);
        let messages = in_change(change, now).into_iter();
        messages.map(|message| Inbound { to: to.clone(), ..message }).collect::<Vec<_>>()
    };
    Ok(changes.flat_map(read).collect())
}

fn in_change(change: &Change, now: Timestamp) -> Vec<Inbound> {
    match change.field.as_str() {
        "messages" => {
            let refused = list(&change.value, "statuses").iter().filter_map(refused);
            list(&change.value, "messages").iter().filter_map(message).chain(refused).collect()
        }
        "user_preferences" => {
            list(&change.value, "user_preferences").iter().filter_map(|one| preference(one, now)).collect()
        }
        _ => Vec::new(),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// Reads a number. Meta writes numbers without the `+`.
fn number(value: Option<&str>) -> Option<PhoneNumber> {
    PhoneNumber::parse(&format!("+{}", value?.trim_start_matches('+')))
}

/// Reads a time in seconds, which Meta writes as a text or as a number.
fn sent_at(value: &Value) -> Option<Timestamp> {
    let seconds = value.get("timestamp")?;
    let seconds = seconds.as_i64().or_else(|| seconds.as_str()?.parse().ok())?;
    Timestamp::from_millis(seconds.checked_mul(1_000)?)
}

/// What a person types: a message, the caption of a picture, video or file.
const TYPED: [&str; 4] = ["/text/body", "/image/caption", "/video/caption", "/document/caption"];

/// The id or payload of a button or list entry, which the shop chose.
const CHOSEN: [&str; 3] = ["/button/payload", "/interactive/button_reply/id", "/interactive/list_reply/id"];

/// The title of a button or list entry, in some language.
const TITLES: [&str; 3] = ["/button/text", "/interactive/button_reply/title", "/interactive/list_reply/title"];

fn message(value: &Value) -> Option<Inbound> {
    let typed = TYPED.iter().find_map(|at| text(value, at));
    let chosen = CHOSEN.iter().filter_map(|at| text(value, at));
    let titles = || TITLES.iter().filter_map(|at| text(value, at));
    let parts: Vec<InboundAct> =
        chosen.map(act_of_choice).chain(typed.into_iter().chain(titles()).map(act_of)).collect();
    Some(Inbound {
        id: text(value, "/id")?.to_owned(),
        channel: Channel::Whatsapp,
        from: number(text(value, "/from")),
        to: None,
        act: meaning(&parts),
        sent_at: sent_at(value),
        // A title is for people, so it is what the shop's staff reads.
        text: typed.or_else(|| titles().next()).unwrap_or_default().to_owned(),
    })
}

/// Reads a person's setting in WhatsApp itself: to stop marketing messages, or to receive them again.
fn preference(value: &Value, now: Timestamp) -> Option<Inbound> {
    let is = |at: &str, wanted: &str| text(value, at).is_some_and(|own| own.eq_ignore_ascii_case(wanted));
    let word = match is("/category", "marketing_messages") {
        true if is("/value", "stop") => Some(Keyword::Stop),
        true if is("/value", "resume") => Some(Keyword::Start),
        _ => None,
    };
    let who = text(value, "/wa_id").or_else(|| text(value, "/user_id"))?;
    // Without a time it counts from its receipt.
    let when = value.get("timestamp").map_or_else(|| now.to_string(), ToString::to_string);
    // The setting has no id, so its content is used as the id. It is hashed because it contains the telephone number.
    let id = base16ct::lower::encode_string(&Sha256::digest(format!(
        "{who} {when} {}",
        word.map_or("other", Keyword::as_str)
    )));
    Some(Inbound {
        id,
        channel: Channel::Whatsapp,
        from: number(text(value, "/wa_id")),
        to: None,
        // What is not known is told to the shop.
        act: word.map_or(InboundAct::Other, |word| InboundAct::Keyword { word, is_answered: true }),
        sent_at: sent_at(value),
        text: String::new(),
    })
}

/// Reads the status of a message that was not delivered because the person has stopped marketing messages in WhatsApp
/// itself, Meta's error 131050.
fn refused(value: &Value) -> Option<Inbound> {
    const STOPPED: i64 = 131_050;
    let is_stopped = |error: &Value| error.get("code").and_then(Value::as_i64) == Some(STOPPED);
    list(value, "errors").iter().find(|error| is_stopped(error))?;
    Some(Inbound {
        id: format!("{} refused", text(value, "/id").or_else(|| text(value, "/recipient_id"))?),
        channel: Channel::Whatsapp,
        from: number(text(value, "/recipient_id")),
        to: None,
        act: InboundAct::Keyword { word: Keyword::Stop, is_answered: true },
        sent_at: sent_at(value),
        text: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;

    fn asked(body: &[u8], signature: &str) -> Result<Vec<Inbound>, HookError> {
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", signature.parse().unwrap());
        read("an app secret", &Hook { url: "", headers: &headers, query: None, body }, Timestamp::BEGINNING)
    }

    fn sign(body: &[u8]) -> String {
        format!("sha256={}", base16ct::lower::encode_string(&sha256(b"an app secret", &[body])))
    }

    #[test]
    fn messages_and_preferences_are_read_and_unknown_kinds_are_ignored() {
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [
            { "field": "messages", "value": { "messages": [
                { "from": "447700900123", "id": "wamid.1", "type": "text", "text": { "body": "Arrêt" } },
                { "from": "447700900123", "id": "wamid.2", "type": "button", "button": { "text": "Yes" } },
                { "from": "447700900123", "id": "wamid.3", "type": "interactive", "interactive": { "button_reply": { "title": "help" } } },
                { "from": "447700900123", "id": "wamid.4", "type": "image", "image": {}, "timestamp": "1731705720" },
                { "from": "US.13491208655302741918", "id": "wamid.5", "type": "text", "text": { "body": "stop" } },
                { "id": "wamid.6" }, 7,
            ], "statuses": [] } },
            { "field": "user_preferences", "value": { "user_preferences": [
                { "wa_id": "447700900123", "category": "marketing_messages", "value": "stop", "timestamp": 1_731_705_721 },
                { "wa_id": "447700900123", "category": "marketing_messages", "value": "resume", "timestamp": "1731705722" },
                { "wa_id": "447700900123", "category": "utility", "value": "stop", "timestamp": 1 },
                { "user_id": "US.1", "category": "marketing_messages", "value": "stop", "timestamp": 1 },
            ] } },
            { "field": "something_new", "value": 1 },
        ] }] });
        let body = body.to_string();
        let read = asked(body.as_bytes(), &sign(body.as_bytes())).unwrap();
        let word = |word, is_answered| InboundAct::Keyword { word, is_answered };
        let acts: Vec<InboundAct> = read.iter().map(|one| one.act).collect();
        assert_eq!(
            acts,
            [
                word(Keyword::Stop, false),
                word(Keyword::Yes, false),
                word(Keyword::Help, false),
                InboundAct::Other,
                word(Keyword::Stop, false),
                InboundAct::Other,
                word(Keyword::Stop, true),
                word(Keyword::Start, true),
                // A setting that is not known.
                InboundAct::Other,
                word(Keyword::Stop, true),
            ]
        );
        assert!(read.iter().all(|one| one.channel == Channel::Whatsapp && !one.id.contains("7700")));
        // A sender without a number is not left out: somebody has to read the message.
        assert_eq!(
            read.iter().map(|one| one.from.is_some()).collect::<Vec<_>>(),
            [true, true, true, true, false, false, true, true, true, false]
        );
        let times = [3, 6, 7].map(|place| read[place].sent_at.map(Timestamp::millis));
        assert_eq!(times, [1_731_705_720_000, 1_731_705_721_000, 1_731_705_722_000].map(Some));
    }

    #[test]
    fn a_button_is_read_by_its_id_before_its_title() {
        let stop = InboundAct::Keyword { word: Keyword::Stop, is_answered: false };
        for (pressed, act) in [
            (json!({ "button": { "text": "Stop promotions" } }), stop),
            (json!({ "button": { "text": "Detener promociones", "payload": "x" } }), stop),
            (json!({ "button": { "text": "Geen berichten meer", "payload": "STOP" } }), stop),
            (json!({ "interactive": { "button_reply": { "id": "STOP", "title": "Nie więcej" } } }), stop),
            (json!({ "interactive": { "list_reply": { "id": "stop", "title": "Nie więcej" } } }), stop),
            (json!({ "interactive": { "list_reply": { "id": "7", "title": "Unsubscribe" } } }), stop),
            (json!({ "button": { "text": "Show me more", "payload": "MORE" } }), InboundAct::Other),
        ] {
            let mut value = json!({ "from": "447700900123", "id": "wamid.1" });
            value.as_object_mut().unwrap().extend(pressed.as_object().unwrap().clone());
            assert_eq!(message(&value).unwrap().act, act, "{value}");
        }
    }

    #[test]
    fn a_body_without_a_valid_signature_is_not_read() {
        let body = b"{}";
        assert_eq!(asked(body, &sign(body)), Ok(Vec::new()));
        let good = sign(body);
        for place in 0..good.len() {
            let mut forged = good.clone().into_bytes();
            forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(asked(body, std::str::from_utf8(&forged).unwrap()), Err(HookError::Signature));
        }
        assert_eq!(asked(b"{ }", &good), Err(HookError::Signature));
        for bad in [&b"7"[..], b"", b"\xff", b"{\"entry\":1}"] {
            assert!(matches!(asked(bad, &sign(bad)), Err(HookError::Malformed { .. })));
        }
    }

    #[test]
    fn the_challenge_is_answered_only_with_the_right_verify_token() {
        let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a+word";
        assert_eq!(handshake(query, "a word").as_deref(), Some("1158201444"));
        assert_eq!(handshake(query, "another"), None);
        for bad in
            ["", "hub.mode=subscribe", &query.replace("subscribe", "x"), &query.replace("1158201444", "%3Cscript%3E")]
        {
            assert_eq!(handshake(bad, "a word"), None, "{bad}");
        }
    }
}
