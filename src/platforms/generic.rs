//! Any provider, or the shop's own server: Standard Webhooks with a small JSON body.

use serde::Deserialize;

use crate::consent::{Channel, PhoneNumber, Timestamp};
use crate::platforms::platform::{Hook, HookError, Inbound, Platform, act_of};
use crate::platforms::signature::verified;

/// The body: the channel, the sender's number, the text of a message, and the time at which it was sent.
#[derive(Deserialize)]
struct Body {
    channel: String,
    from: String,
    text: String,
    sent_at: Option<String>,
}

/// Any provider that signs as Standard Webhooks.
pub(super) struct Generic;

impl Platform for Generic {
    fn headers(&self) -> &'static [&'static str] {
        &["webhook-id", "webhook-timestamp", "webhook-signature"]
    }

    fn read(&self, secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
        read(secret, hook, now)
    }

    fn gives_secret(&self) -> bool {
        false
    }
}

fn read(secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
    let id = verified(secret, hook, now).ok_or(HookError::Signature)?;
    let needs = "a JSON body {channel, from: +44…, text, sent_at}, with a channel on which people can reply; sent_at, \
                 RFC 3339, may be left out";
    let body: Body = crate::json::read(hook.body).ok_or(HookError::Malformed { needs })?;
    let channel = Channel::parse(&body.channel.to_ascii_lowercase()).filter(|own| own.can_reply());
    // A scheme may stand before the number, and the `+` may be left out.
    let number = body.from.rsplit_once(':').map_or(&*body.from, |(_, number)| number);
    let from =
        PhoneNumber::parse(number).or_else(|| PhoneNumber::parse(&format!("+{}", number.trim_start_matches("00"))));
    let (Some(channel), Some(from)) = (channel, from) else {
        return Err(HookError::Malformed { needs });
    };
    // A time that cannot be read must not cost the message, which then counts from its receipt.
    let sent_at = body.sent_at.as_deref().and_then(Timestamp::parse);
    let act = act_of(&body.text);
    Ok(vec![Inbound { id: id.to_owned(), channel, from: Some(from), to: None, act, sent_at, text: body.text }])
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};
    use http::HeaderMap;

    use super::*;
    use crate::platforms::InboundAct;
    use crate::platforms::keywords::Keyword;
    use crate::platforms::signature::{secret_text, sha256};

    const KEY: [u8; 32] = [7; 32];
    const GOOD: &str = r#"{"channel":"sms","from":"+44 7700 900123","text":"Stop!","new":{"a":[1]}}"#;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-23T10:00:00Z").unwrap()
    }

    fn headers(body: &[u8]) -> HeaderMap {
        let time = (now().millis() / 1_000).to_string();
        let own = Base64::encode_string(&sha256(&KEY, &[b"m1.", time.as_bytes(), b".", body]));
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("webhook-id", "m1"), ("webhook-timestamp", &time), ("webhook-signature", &format!("v1,{own}"))]
        {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    fn asked(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Inbound>, HookError> {
        read(&secret_text(&KEY), &Hook { url: "", headers, query: None, body }, now())
    }

    #[test]
    fn an_inbound_message_is_read_by_its_text() {
        let word = |word| InboundAct::Keyword { word, is_answered: false };
        for (body, channel, act) in [
            (GOOD.to_owned(), Channel::Sms, word(Keyword::Stop)),
            (GOOD.replace("sms", "whatsapp"), Channel::Whatsapp, word(Keyword::Stop)),
            (GOOD.replace("Stop!", "s\u{ed}"), Channel::Sms, word(Keyword::Yes)),
            (GOOD.replace("Stop!", "stop it"), Channel::Sms, InboundAct::Other),
            (GOOD.replace("Stop!", ""), Channel::Sms, InboundAct::Other),
            // What is beside the text does not cost the message.
            (GOOD.replace("sms", "SMS"), Channel::Sms, word(Keyword::Stop)),
            (GOOD.replace("\"new\"", "\"sent_at\":\"yesterday\",\"new\""), Channel::Sms, word(Keyword::Stop)),
            (GOOD.replace("+44 7700", "tel:+44 7700"), Channel::Sms, word(Keyword::Stop)),
            (GOOD.replace("+44 7700", "0044 7700"), Channel::Sms, word(Keyword::Stop)),
            (GOOD.replace("+44 7700", "447700"), Channel::Sms, word(Keyword::Stop)),
        ] {
            let from = PhoneNumber::parse("+447700900123").unwrap();
            let read = asked(&headers(body.as_bytes()), body.as_bytes());
            let read = read.unwrap();
            assert_eq!((&*read[0].id, read[0].channel, &read[0].from, read[0].act), ("m1", channel, &Some(from), act));
            assert_eq!(read[0].sent_at, None);
        }
        let dated = GOOD.replace("\"new\"", "\"sent_at\":\"2026-11-23T09:00:00Z\",\"new\"");
        let read = asked(&headers(dated.as_bytes()), dated.as_bytes()).unwrap();
        assert_eq!(read[0].sent_at, Timestamp::parse("2026-11-23T09:00:00Z"));
    }

    #[test]
    fn a_signed_body_that_is_no_message_is_refused_and_not_repeated() {
        let huge = "[".repeat(100_000);
        for body in [
            "".as_bytes(),
            b"7",
            b"null",
            b"[]",
            b"{}",
            b"\xff\xfe",
            b"channel=sms&from=%2B447700900123&text=STOP",
            huge.as_bytes(),
            GOOD.replace("sms", "email").as_bytes(),
            GOOD.replace("+44 7700", "07700").as_bytes(),
            GOOD.replace("+44 7700 900123", "KESTREL").as_bytes(),
            GOOD.replace("\"Stop!\"", "7").as_bytes(),
            GOOD.replace(r#""text":"Stop!","#, "").as_bytes(),
            GOOD.replace(r#""text""#, r#""from":"+447700900124","text""#).as_bytes(),
            format!("{GOOD}{GOOD}").as_bytes(),
        ] {
            let error = asked(&headers(body), body).unwrap_err();
            assert!(matches!(error, HookError::Malformed { .. }), "{:?}", String::from_utf8_lossy(body));
            assert!(!error.to_string().contains("7700"), "{error}");
        }
    }

    #[test]
    fn a_body_without_a_valid_signature_is_not_read() {
        let good = headers(GOOD.as_bytes());
        for place in 0..GOOD.len() {
            let mut forged = GOOD.as_bytes().to_vec();
            forged[place] ^= 1;
            assert_eq!(asked(&good, &forged), Err(HookError::Signature), "changed at {place}");
        }
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut less = good.clone();
            less.remove(name);
            assert_eq!(asked(&less, GOOD.as_bytes()), Err(HookError::Signature), "no {name}");
        }
        // The signature is checked before the body is read, so an unsigned request with a broken body gets the error
        // for the signature.
        assert_eq!(asked(&HeaderMap::new(), b"{"), Err(HookError::Signature));
    }
}
