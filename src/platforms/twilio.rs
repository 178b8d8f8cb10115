//! Text messages and WhatsApp through Twilio, as a form.
//!
//! Requests are signed by HMAC-SHA-1 with the account's auth token, over the URL that Twilio was given and the fields
//! sorted by name. If the body is JSON, only the URL is signed, and its query contains the SHA-256 of the body.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::consent::{Channel, PhoneNumber, Timestamp};
use crate::platforms::keywords::{Keyword, keyword};
use crate::platforms::platform::{Hook, HookError, Inbound, InboundAct, Platform, act_of, act_of_choice, meaning};
use crate::platforms::signature::{same, sha1};

/// The answer in Twilio's markup that sends no message.
const SILENCE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>";

type Fields = Vec<(String, String)>;

/// Twilio: text messages and WhatsApp.
pub(super) struct Twilio;

impl Platform for Twilio {
    fn headers(&self) -> &'static [&'static str] {
        &["x-twilio-signature"]
    }

    fn read(&self, secret: &str, hook: &Hook<'_>, _now: Timestamp) -> Result<Vec<Inbound>, HookError> {
        read(secret, hook)
    }

    fn thanks(&self) -> (&'static str, &'static str) {
        (SILENCE, "text/xml")
    }

    /// Twilio answers STOP, START and HELP by default, and sends nothing more to a number that has stopped.
    fn answers_itself(&self) -> bool {
        true
    }
}

fn read(secret: &str, hook: &Hook<'_>) -> Result<Vec<Inbound>, HookError> {
    let fields: Fields = url::form_urlencoded::parse(hook.body).into_owned().collect();
    if !is_signed(secret, hook, &fields) {
        return Err(HookError::Signature);
    }
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let id = field("MessageSid").or_else(|| field("SmsSid"));
    let id = id.ok_or(HookError::Malformed { needs: "a MessageSid" })?;
    let from = field("From").unwrap_or_default();
    // A scheme before the number says by which service the message came. RCS is the successor of SMS: the same number,
    // the same inbox.
    let (channel, number) = match from.split_once(':') {
        Some(("whatsapp", number)) => (Channel::Whatsapp, number),
        Some((_, number)) => (Channel::Sms, number),
        None => (Channel::Sms, from),
    };
    let from = PhoneNumber::parse(number);
    let body = field("Body").unwrap_or_default();
    // With Advanced Opt-Out, Twilio says which keyword it understood, and has already answered the message.
    let understood = match field("OptOutType") {
        Some("STOP") => Some(Keyword::Stop),
        // Twilio counts YES as START. It may be the answer to an open confirmation question. If there is no such
        // question, it is not a START either.
        Some("START") if keyword(body) == Some(Keyword::Yes) => Some(Keyword::Yes),
        Some("START") => Some(Keyword::Start),
        Some("HELP") => Some(Keyword::Help),
        _ => None,
    };
    let understood = understood.map(|word| InboundAct::Keyword { word, is_answered: true });
    // A pressed button or list entry has a payload that the shop chose. The body is its title, in some language.
    let pressed = ["ButtonPayload", "ListId"].into_iter().filter_map(field).map(act_of_choice);
    let parts: Vec<InboundAct> = pressed.chain(understood).chain([act_of(body)]).collect();
    let act = meaning(&parts);
    let text = if body.is_empty() { field("ButtonText").unwrap_or_default() } else { body };
    let to = field("To").map(|to| to.rsplit(':').next().unwrap_or(to).to_owned());
    Ok(vec![Inbound { id: id.to_owned(), channel, from, to, act, sent_at: None, text: text.to_owned() }])
}

fn is_signed(secret: &str, hook: &Hook<'_>, fields: &Fields) -> bool {
    let Some(given) = hook.header("x-twilio-signature") else { return false };
    let query = url::form_urlencoded::parse(hook.query.unwrap_or_default().as_bytes());
    let body_hash = query.into_owned().find(|(name, _)| name == "bodySHA256").map(|(_, hash)| hash);
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort();
    // A field that occurs twice with the same value counts once.
    sorted.dedup();
    let written: String = match &body_hash {
        Some(_) => String::new(),
        None => sorted.iter().map(|(name, value)| format!("{name}{value}")).collect(),
    };
    let is_whole = body_hash.is_none_or(|hash| {
        same(
            hash.to_ascii_lowercase().as_bytes(),
            base16ct::lower::encode_string(&Sha256::digest(hook.body)).as_bytes(),
        )
    });
    let signed = addresses(hook.url).into_iter().fold(false, |found, url| {
        let own = Base64::encode_string(&sha1(secret.as_bytes(), &[url.as_bytes(), written.as_bytes()]));
        same(given.as_bytes(), own.as_bytes()) | found
    });
    signed & is_whole
}

/// Returns the URL with and without its port, because Twilio signs one or the other.
fn addresses(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at_checked(at).unwrap_or((rest, "")));
    let port = if scheme == "https" { "443" } else { "80" };
    match host.rsplit_once(':') {
        Some((name, _)) => vec![url.to_owned(), format!("{scheme}://{name}{path}")],
        None => vec![url.to_owned(), format!("{scheme}://{host}:{port}{path}")],
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn asked(url: &str, query: Option<&str>, signature: &str, body: &str) -> Result<Vec<Inbound>, HookError> {
        let mut headers = HeaderMap::new();
        headers.insert("x-twilio-signature", signature.parse().unwrap());
        read("12345", &Hook { url, headers: &headers, query, body: body.as_bytes() })
    }

    fn signed(url: &str, fields: &[(&str, &str)]) -> (String, String) {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let written: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        (Base64::encode_string(&sha1(b"12345", &[url.as_bytes(), written.as_bytes()])), body)
    }

    #[test]
    fn the_signature_of_the_documented_example_is_valid() {
        let body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
        let refused = asked(URL, None, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", body);
        assert_eq!(refused, Err(HookError::Malformed { needs: "a MessageSid" }), "signed, and no message");
        assert_eq!(asked(URL, None, "RSOYDt4T1cUTdK1PDd93/VVr8B9=", body), Err(HookError::Signature));
        assert_eq!(
            asked(URL, None, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", &body.replace("1234", "1235")),
            Err(HookError::Signature)
        );
        assert_eq!(asked("https://other.com/", None, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", body), Err(HookError::Signature));
    }

    #[test]
    fn a_pressed_button_means_what_its_payload_says() {
        for (fields, word) in [
            ([("Body", "Ja"), ("ButtonPayload", "STOP"), ("ButtonText", "Ja")], Keyword::Stop),
            ([("Body", "Start"), ("ButtonPayload", "STOP"), ("OptOutType", "START")], Keyword::Stop),
            ([("Body", "Nein"), ("ButtonPayload", "N"), ("ListId", "STOP")], Keyword::Stop),
            ([("Body", "Info"), ("ButtonPayload", "STOP"), ("ButtonText", "Info")], Keyword::Stop),
            ([("Body", "Ja"), ("ButtonPayload", "YES"), ("ButtonText", "Ja")], Keyword::Yes),
        ] {
            let mut all = vec![("MessageSid", "SM1"), ("From", "+447700900123")];
            all.extend(fields);
            let (signature, body) = signed("https://mycompany.com/h", &all);
            let read = asked("https://mycompany.com/h", None, &signature, &body).unwrap();
            assert_eq!(read[0].act, InboundAct::Keyword { word, is_answered: false }, "{fields:?}");
        }
    }

    #[test]
    fn an_inbound_message_is_read_by_its_text() {
        let word = |word, is_answered| InboundAct::Keyword { word, is_answered };
        for (from, text, understood, channel, act) in [
            ("+447700900123", "Stop!", "", Channel::Sms, word(Keyword::Stop, false)),
            ("whatsapp:+447700900123", "ja", "", Channel::Whatsapp, word(Keyword::Yes, false)),
            ("+447700900123", "stop it now please", "", Channel::Sms, InboundAct::Other),
            ("+447700900123", "whatever", "STOP", Channel::Sms, word(Keyword::Stop, true)),
            ("+447700900123", "yes", "STOP", Channel::Sms, word(Keyword::Stop, true)),
            ("+447700900123", "START", "START", Channel::Sms, word(Keyword::Start, true)),
            ("+447700900123", "Yes!", "START", Channel::Sms, word(Keyword::Yes, true)),
            ("+447700900123", "stop", "HELP", Channel::Sms, word(Keyword::Stop, false)),
            ("+447700900123", "Stop!", "stop", Channel::Sms, word(Keyword::Stop, false)),
            ("+447700900123", "", "", Channel::Sms, InboundAct::Other),
        ] {
            let mut fields = vec![("MessageSid", "SM1"), ("From", from), ("Body", text), ("To", "+441234567890")];
            if !understood.is_empty() {
                fields.push(("OptOutType", understood));
            }
            // Twilio may sign the URL with its port.
            for url in ["https://mycompany.com/h", "https://mycompany.com:443/h"] {
                let (signature, body) = signed(url, &fields);
                let read = asked("https://mycompany.com/h", None, &signature, &body).unwrap();
                assert_eq!((read[0].id.as_str(), read[0].channel, read[0].act), ("SM1", channel, act), "{text}");
            }
        }
        let (signature, body) = signed(URL, &[("MessageSid", "SM1"), ("From", "KESTREL"), ("Body", "STOP")]);
        let read = asked(URL, None, &signature, &body).unwrap();
        assert_eq!((read.len(), &read[0].from, &*read[0].text), (1, &None, "STOP"), "a name is no number");
        for (from, channel) in
            [("rcs:+447700900123", Channel::Sms), ("sms:+447700900123", Channel::Sms), ("messenger:1234", Channel::Sms)]
        {
            let (signature, body) = signed(URL, &[("MessageSid", "SM1"), ("From", from), ("Body", "STOP")]);
            let read = asked(URL, None, &signature, &body).unwrap();
            assert_eq!((read[0].channel, read[0].from.is_some()), (channel, from.contains('+')), "{from}");
        }
        let pressed = [
            ("MessageSid", "SM1"),
            ("From", "whatsapp:+447700900123"),
            ("Body", "Zatrzymaj"),
            ("ButtonPayload", "STOP"),
        ];
        let (signature, body) = signed(URL, &pressed);
        assert_eq!(asked(URL, None, &signature, &body).unwrap()[0].act, word(Keyword::Stop, false));
    }

    #[test]
    fn a_body_without_a_valid_signature_is_not_read() {
        let (signature, body) = signed(URL, &[("MessageSid", "SM1"), ("From", "+447700900123"), ("Body", "STOP")]);
        assert!(asked(URL, None, &signature, &body).is_ok());
        for place in 0..signature.len() {
            let mut forged = signature.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = std::str::from_utf8(&forged).unwrap();
            assert_eq!(asked(URL, None, forged, &body), Err(HookError::Signature), "changed at {place}");
        }
        for (what, forged) in [
            ("a field more", format!("{body}&OptOutType=START")),
            ("a field twice, with another value", format!("{body}&From=%2B447700900124")),
            ("a field less", body.replace("&Body=STOP", "")),
            ("no UTF-8", format!("{body}%ff")),
            ("nothing", String::new()),
            ("much", "a=b&".repeat(50_000)),
        ] {
            assert_eq!(asked(URL, None, &signature, &forged), Err(HookError::Signature), "{what}");
        }
        // A hash in the query does not help a forger, because it is signed as part of the URL.
        let query = format!("bodySHA256={}", base16ct::lower::encode_string(&Sha256::digest(&body)));
        assert_eq!(asked(URL, Some(&query), &signature, &body), Err(HookError::Signature));
        let unsigned = HeaderMap::new();
        let hook = Hook { url: URL, headers: &unsigned, query: None, body: body.as_bytes() };
        assert_eq!(read("12345", &hook), Err(HookError::Signature), "no header");
    }

    #[test]
    fn a_json_body_is_signed_by_its_hash() {
        let body = "{\"a\":1}";
        let hash = base16ct::lower::encode_string(&Sha256::digest(body));
        let query = format!("bodySHA256={hash}");
        let url = format!("https://mycompany.com/h?{query}");
        let signature = Base64::encode_string(&sha1(b"12345", &[url.as_bytes()]));
        let needs = "a MessageSid";
        assert_eq!(asked(&url, Some(&query), &signature, body), Err(HookError::Malformed { needs }));
        assert_eq!(asked(&url, Some(&query), &signature, "{\"a\":2}"), Err(HookError::Signature));
    }
}
