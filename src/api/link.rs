//! Links in emails and messages, and what each permits without an account.
//!
//! A link ends with a token in base64url: 16 bytes that identify the shop, the subject of the link, and 16 bytes of
//! HMAC-SHA-256 over both under the deployment's master key, different for each kind of link. The front worker can thus
//! verify a link without a database. A changed token is refused and starts no object. The subject holds ids and keyed
//! hashes, never an address.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use uuid::Uuid;

use crate::api::secrets::Secrets;
use crate::api::shop_id::ShopId;
use crate::consent::{Channel, PurposeSlug, Timestamp};
use crate::ledger::LinkedAddress;
use crate::platforms::Provider;

vocabulary! {
    /// The kind of a link; the first segment of its path.
    LinkKind, "unknown link" {
        /// Opts out of one channel and purpose with one click (RFC 8058). It works until it is called back.
        Unsubscribe = "u",
        /// Shows a person's choices and changes them. It works until it is called back.
        Preferences = "p",
        /// Confirms an opt-in, once.
        Confirm = "c",
        /// Verifies that a subject request comes from the address that the link was sent to.
        Request = "r",
        /// Opens the page that asks for the code of a subject request. The link alone verifies nothing.
        Code = "q",
        /// Delivers the result of a subject request.
        Result = "d",
        /// Receives inbound messages of a provider; not for people.
        Hook = "h",
        /// Receives what a connected shop platform tells; not for people.
        Connection = "connection",
    }
}

impl LinkKind {
    /// Returns whether a machine uses the link, for many people.
    pub(in crate::api) const fn is_of_machine(self) -> bool {
        matches!(self, Self::Hook | Self::Connection)
    }
}

/// The subject of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Subject {
    /// One address; with a channel and a purpose, where `None` means all.
    Leave { of: LinkedAddress, channel: Option<Channel>, purpose: Option<PurposeSlug> },
    /// One address.
    Choices { of: LinkedAddress },
    /// The id of a confirmation.
    Confirmation(Uuid),
    /// A subject request, and the sequence number of the message that contained the link. Links in older messages stop
    /// working.
    Request { id: Uuid, sent: u8 },
    /// A message provider.
    Provider(Provider),
    /// The id of a connection to a shop platform.
    Connection(Uuid),
}

/// A verified link of this deployment.
#[derive(Clone, Debug)]
pub(in crate::api) struct Link {
    pub(in crate::api) shop: ShopId,
    pub(in crate::api) subject: Subject,
}

/// The byte in place of a channel that means all channels.
const ALL: u8 = 0xff;
/// The byte in place of a channel after which the time of the link follows.
const TIMED: u8 = 0xfe;

/// Returns the time at which a link was made, as the link contains it: milliseconds since 1970 in 6 bytes.
fn time_of(of: &LinkedAddress) -> Vec<u8> {
    let bytes = of.made_at.map(|at| at.millis().to_be_bytes());
    bytes.and_then(|bytes| bytes.get(2..).map(<[u8]>::to_vec)).unwrap_or_default()
}

/// Reads what [`time_of`] writes.
fn read_time(bytes: [u8; 6]) -> Option<Timestamp> {
    let [a, b, c, d, e, f] = bytes;
    Timestamp::from_millis(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))
}

impl Subject {
    fn write(&self) -> Vec<u8> {
        match self {
            Self::Leave { of, channel, purpose } => {
                let code = channel.map_or(ALL, Channel::code);
                let purpose = purpose.as_ref().map_or("", PurposeSlug::as_str);
                let mark: &[u8] = if of.made_at.is_some() { &[TIMED] } else { &[] };
                [of.pseudonym.as_slice(), mark, &time_of(of), &[code], purpose.as_bytes()].concat()
            }
            Self::Choices { of } => [of.pseudonym.as_slice(), &time_of(of)].concat(),
            Self::Confirmation(id) | Self::Connection(id) => id.as_bytes().to_vec(),
            Self::Request { id, sent } => [id.as_bytes().as_slice(), &[*sent]].concat(),
            Self::Provider(provider) => provider.as_str().as_bytes().to_vec(),
        }
    }

    fn read(kind: LinkKind, body: &[u8]) -> Option<Self> {
        match kind {
            LinkKind::Unsubscribe => {
                let (pseudonym, rest) = body.split_first_chunk::<16>()?;
                let (made_at, rest) = match rest.split_first()? {
                    (&TIMED, rest) => rest.split_first_chunk::<6>().map(|(at, rest)| (read_time(*at), rest))?,
                    _ => (None, rest),
                };
                let (code, purpose) = rest.split_first()?;
                let channel = if *code == ALL { None } else { Some(Channel::from_code(*code)?) };
                let purpose = match purpose {
                    [] => None,
                    text => Some(PurposeSlug::parse(std::str::from_utf8(text).ok()?)?),
                };
                Some(Self::Leave { of: LinkedAddress { pseudonym: *pseudonym, made_at }, channel, purpose })
            }
            LinkKind::Preferences => {
                let (pseudonym, time) = body.split_first_chunk::<16>()?;
                let made_at = if time.is_empty() { None } else { Some(read_time(time.try_into().ok()?)?) };
                Some(Self::Choices { of: LinkedAddress { pseudonym: *pseudonym, made_at } })
            }
            LinkKind::Connection => Some(Self::Connection(Uuid::from_bytes(body.try_into().ok()?))),
            LinkKind::Confirm => Some(Self::Confirmation(Uuid::from_bytes(body.try_into().ok()?))),
            LinkKind::Request | LinkKind::Code | LinkKind::Result => {
                let (id, sent) = body.split_first_chunk::<16>()?;
                let [sent] = sent else { return None };
                Some(Self::Request { id: Uuid::from_bytes(*id), sent: *sent })
            }
            LinkKind::Hook => Some(Self::Provider(Provider::parse(std::str::from_utf8(body).ok()?)?)),
        }
    }
}

/// The character after a token that would end with a dash or a line.
const LAST: char = 'x';

impl Secrets {
    /// Makes the token of a link.
    pub(in crate::api) fn link(&self, kind: LinkKind, shop: ShopId, subject: &Subject) -> String {
        let content = [shop.0.as_slice(), &subject.write()].concat();
        let mut text = Base64Url::encode_string(&self.signed(&use_of(kind), &content));
        // Many mail programs leave a dash or a line at the end of a URL out of the link.
        if text.ends_with(['-', '_']) {
            text.push(LAST);
        }
        text
    }

    /// Reads the token of a link. Returns `None` if this deployment did not make it, or made it for another kind of
    /// link. The HMAC is compared in constant time.
    pub(in crate::api) fn read_link(&self, kind: LinkKind, token: &str) -> Option<Link> {
        // Of itself, a token may end as one does to which a character was added. A link of before may have lost its last
        // character on the way. The proof says which writing is ours.
        let without = token.strip_suffix(LAST).filter(|token| token.ends_with(['-', '_'])).map(str::to_owned);
        let healed = [format!("{token}-"), format!("{token}_")];
        let mut written = std::iter::once(token.to_owned()).chain(without).chain(healed);
        written.find_map(|token| self.verified(kind, &token))
    }

    fn verified(&self, kind: LinkKind, token: &str) -> Option<Link> {
        let bytes = Base64Url::decode_vec(token).ok()?;
        let (shop, subject) = self.content_of(&use_of(kind), &bytes)?.split_first_chunk::<16>()?;
        Some(Link { shop: ShopId(*shop), subject: Subject::read(kind, subject)? })
    }
}

fn use_of(kind: LinkKind) -> String {
    format!("link {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: LinkedAddress = LinkedAddress { pseudonym: [5; 16], made_at: None };

    fn secrets() -> Secrets {
        Secrets::new(&"m".repeat(32), "", &"r".repeat(32)).unwrap()
    }

    fn subjects() -> Vec<(LinkKind, Subject)> {
        let id = Uuid::from_bytes([3; 16]);
        let offers = PurposeSlug::parse("offers");
        let leave = |channel, purpose| Subject::Leave { of: OF, channel, purpose };
        let request = Subject::Request { id, sent: 2 };
        vec![
            (LinkKind::Unsubscribe, leave(Some(Channel::Email), offers)),
            (LinkKind::Unsubscribe, leave(Some(Channel::Post), None)),
            (LinkKind::Unsubscribe, leave(None, None)),
            (LinkKind::Preferences, Subject::Choices { of: OF }),
            (LinkKind::Confirm, Subject::Confirmation(id)),
            (LinkKind::Request, request.clone()),
            (LinkKind::Code, request.clone()),
            (LinkKind::Result, request),
            (LinkKind::Hook, Subject::Provider(Provider::Meta)),
            (LinkKind::Connection, Subject::Connection(id)),
        ]
    }

    #[test]
    fn no_token_ends_with_a_character_that_mail_programs_cut_off() {
        let mut ends = 0;
        // Enough for tokens that end with a dash or a line and, by chance, the character that is added to others.
        for number in 0..20_000_u16 {
            let pseudonym = [number.to_be_bytes(); 8].concat().try_into().unwrap();
            let subject = Subject::Choices { of: LinkedAddress { pseudonym, made_at: None } };
            let token = secrets().link(LinkKind::Preferences, ShopId([7; 16]), &subject);
            assert!(token.ends_with(|c: char| c.is_ascii_alphanumeric()), "{token}");
            assert_eq!(secrets().read_link(LinkKind::Preferences, &token).unwrap().subject, subject);
            // Links that were sent before end with any character, and may have lost it on the way.
            let before = token.strip_suffix(LAST).filter(|before| before.len() == 64);
            for token in before.into_iter().flat_map(|token| [token, &token[..token.len() - 1]]) {
                ends += 1;
                assert_eq!(secrets().read_link(LinkKind::Preferences, token).unwrap().subject, subject);
            }
        }
        assert!(ends > 4, "{ends}");
    }

    #[test]
    fn a_link_token_works_only_for_its_own_purpose() {
        let other = Secrets::new(&"n".repeat(32), "", &"r".repeat(32)).unwrap();
        for (kind, subject) in subjects() {
            let token = secrets().link(kind, ShopId([7; 16]), &subject);
            let read = secrets().read_link(kind, &token).unwrap();
            assert_eq!((read.shop, read.subject), (ShopId([7; 16]), subject));
            for wrong in LinkKind::ALL.iter().filter(|wrong| **wrong != kind) {
                assert!(secrets().read_link(*wrong, &token).is_none(), "{kind} taken for {wrong}");
            }
            assert!(other.read_link(kind, &token).is_none(), "another deployment");
            for place in 0..token.len() {
                for byte in [b'A', b'B', b'z', b'-', b'.', b'='] {
                    let mut forged = token.clone().into_bytes();
                    if forged[place] != byte {
                        forged[place] = byte;
                        let forged = String::from_utf8(forged).unwrap();
                        assert!(secrets().read_link(kind, &forged).is_none(), "{kind} changed at {place}");
                    }
                }
            }
            for bad in [&token[1..], &token[..token.len() - 1], &format!("{token}A"), &format!("{token}=")] {
                assert!(secrets().read_link(kind, bad).is_none(), "{kind} {bad}");
            }
        }
        assert!(secrets().read_link(LinkKind::Preferences, "").is_none());
    }

    /// Links that were sent never expire, so these bytes never change.
    #[test]
    fn the_bytes_of_links_never_change() {
        let bytes = |subject: &Subject| base16ct::lower::encode_string(&subject.write());
        let (pseudonym, id) = ([5; 16], Uuid::from_bytes([3; 16]));
        let at = Timestamp::from_millis(0x019a_0000_0001);
        let (five, three) = ("05".repeat(16), "03".repeat(16));
        for (channel, code) in [
            (Some(Channel::Email), "00"),
            (Some(Channel::Sms), "01"),
            (Some(Channel::Phone), "02"),
            (Some(Channel::Whatsapp), "03"),
            (Some(Channel::Push), "04"),
            (Some(Channel::Post), "05"),
            (None, "ff"),
        ] {
            assert_eq!(
                bytes(&Subject::Leave { of: LinkedAddress { pseudonym, made_at: None }, channel, purpose: None }),
                format!("{five}{code}")
            );
            let purpose = PurposeSlug::parse("offers");
            let leave = |made_at| Subject::Leave {
                of: LinkedAddress { pseudonym, made_at },
                channel,
                purpose: purpose.clone(),
            };
            assert_eq!(bytes(&leave(None)), format!("{five}{code}6f6666657273"));
            assert_eq!(bytes(&leave(at)), format!("{five}fe019a00000001{code}6f6666657273"));
        }
        assert_eq!(bytes(&Subject::Choices { of: LinkedAddress { pseudonym, made_at: None } }), five);
        let timed = Subject::Choices { of: LinkedAddress { pseudonym, made_at: at } };
        assert_eq!(bytes(&timed), format!("{five}019a00000001"));
        assert_eq!(bytes(&Subject::Confirmation(id)), three);
        assert_eq!(bytes(&Subject::Connection(id)), three);
        assert_eq!(bytes(&Subject::Request { id, sent: 2 }), format!("{three}02"));
        for (provider, name) in
            [(Provider::Twilio, "7477696c696f"), (Provider::Meta, "6d657461"), (Provider::Generic, "67656e65726963")]
        {
            assert_eq!(bytes(&Subject::Provider(provider)), name);
        }
        let kinds: Vec<&str> = LinkKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(kinds, ["u", "p", "c", "r", "q", "d", "h", "connection"]);
    }
}
