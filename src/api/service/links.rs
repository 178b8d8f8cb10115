//! Three groups of routes: links for the shop's emails, the messages that the shop has to send, and the providers that
//! deliver inbound messages.

use http::StatusCode;
use serde::Serialize;

use crate::api::key::ShopId;
use crate::api::link::{LinkKind, Subject};
use crate::api::pages;
use crate::api::pages::language::Language;
use crate::api::pages::message::Outcome;
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::service::ShopService;
use crate::api::service::call::{Call, Reply};
use crate::api::wire::requests::ProviderBody;
use crate::api::wire::{CHANNEL, PURPOSE, UUID};
use crate::consent::{AddressKind, Channel, PurposeSlug, Timestamp};
use crate::ledger::{
    Message, MessageKind, OverdueEntry, RequestState, Shop, SubjectRequest, addresses_to_link, code_of, keep_provider,
    list_messages, list_providers, message, overdue, remove_provider, revision_of, subject_request,
};
use crate::platforms::{Provider, signature};

/// The links of one contact.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct LinksAnswer {
    /// The links, one entry for each address of the contact.
    links: Vec<LinkEntry>,
}

/// The links of one address. They identify the address by a keyed hash and work as long as the address is stored.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct LinkEntry {
    /// The kind of the address.
    kind: AddressKind,
    /// The address itself.
    address: String,
    /// The URL of the preference page. Anyone who opens it can change the choices of this address, so send it to this
    /// address only.
    preferences: String,
    /// The URL that opts the address out with one click (RFC 8058): of the channel and purpose in the query of this
    /// request, or of everything.
    unsubscribe: String,
    /// The headers for an email to this address. The DKIM signature of the email must cover both (RFC 8058 §4).
    headers: ListHeaders,
}

/// The headers of an email from which a person can unsubscribe with one click.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ListHeaders {
    /// The value of the header `List-Unsubscribe` (RFC 2369).
    #[serde(rename = "List-Unsubscribe")]
    list_unsubscribe: String,
    /// The value of the header `List-Unsubscribe-Post` (RFC 8058).
    #[serde(rename = "List-Unsubscribe-Post")]
    list_unsubscribe_post: &'static str,
}

/// A message that the shop has to send, complete and ready to send.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MessageAnswer {
    /// The id of the message.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    message: String,
    /// The kind of message.
    kind: MessageKind,
    /// The channel by which to send the message.
    medium: Channel,
    /// The language of the message, a BCP 47 tag. The text is in English if placet does not know this language.
    locale: String,
    /// The address to send the message to.
    to: String,
    /// The subject line; `null` if the channel has none.
    subject: Option<String>,
    /// The text of the message.
    text: String,
    /// The text of the message as HTML; `null` if the channel has no HTML.
    html: Option<String>,
    /// The link in the message; `null` if it contains none.
    link: Option<String>,
    /// The time since which the message is to be sent.
    requested_at: Timestamp,
}

/// The default number of messages in one answer.
const PAGE: u16 = 100;
const MAX_PAGE: u16 = 1_000;

/// A message that the shop has to send, without its text and its recipient.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct MessageEntry {
    /// The id of the message.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    message: String,
    /// The kind of message.
    kind: MessageKind,
    /// The channel by which to send the message.
    medium: Channel,
    /// The time since which the message is to be sent.
    requested_at: Timestamp,
}

/// One page of the messages that the shop has to send or had to send in the last 7 days.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MessagesAnswer {
    /// The messages, the newest first.
    messages: Vec<MessageEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    next: Option<String>,
}

/// A message provider.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProviderAnswer {
    /// The name of the provider.
    provider: Provider,
    /// The URL to enter at the provider. Keep it secret; requests without a valid signature are refused in any case.
    url: String,
    /// The secret with which the provider has to sign, if placet generated it. Present only in the answer that creates
    /// it; it is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// The time since which the provider has this secret.
    created_at: Timestamp,
}

/// The message providers of the shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProvidersAnswer {
    /// The providers, one entry each.
    providers: Vec<ProviderAnswer>,
}

/// The data whose retention period has expired. The next daily run deletes it.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RetentionAnswer {
    /// The expired data, one entry for each kind of data.
    overdue: Vec<OverdueEntry>,
}

impl ShopService {
    /// Returns the path of a link, with its token.
    pub(super) fn path(&self, shop: &Shop, kind: LinkKind, subject: &Subject) -> String {
        let id = ShopId::parse(&shop.id).unwrap_or(ShopId([0; 16]));
        let token = self.deployment.secrets.link(kind, id, subject);
        match kind {
            LinkKind::Hook => format!("/v1/hooks/{token}"),
            _ => format!("/{kind}/{token}"),
        }
    }

    /// Returns the absolute URL of a link.
    pub(super) fn url(&self, shop: &Shop, kind: LinkKind, subject: &Subject) -> Result<String, Problem> {
        Ok(format!("{}{}", self.public_url(shop)?, self.path(shop, kind, subject)))
    }

    /// Returns the origin at which links begin: the shop's setting, or else the deployment's.
    pub(super) fn public_url<'a>(&'a self, shop: &'a Shop) -> Result<&'a str, Problem> {
        let own = shop.settings.links.public_url.as_ref().map(|url| url.as_str());
        own.or(self.deployment.public_url.as_deref()).ok_or_else(|| Problem::Misconfigured {
            what: "links need an address to begin with: set PLACET_PUBLIC_URL, or links.public_url of the shop".into(),
        })
    }

    pub(super) fn links(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let id = call.named_contact()?;
        revision_of(self.database(), id)?.ok_or(Problem::ContactNotFound)?;
        let settings = &call.shop.settings;
        let channel = query.parsed("channel", Channel::parse, CHANNEL)?;
        let purpose = query.parsed("purpose", PurposeSlug::parse, PURPOSE)?;
        let off = Fault::new("channel_off", "the shop does not use this channel");
        if channel.is_some_and(|channel| !settings.channels.contains(&channel)) {
            return Err(Problem::Parameter { name: "channel", fault: off });
        }
        let unknown = Fault::new("unknown_purpose", "the shop has no such purpose");
        if purpose.as_ref().is_some_and(|purpose| !settings.purposes.contains(purpose)) {
            return Err(Problem::Parameter { name: "purpose", fault: unknown });
        }
        let mut links = Vec::new();
        for address in addresses_to_link(self.database(), &call.shop, id)? {
            if channel.is_some_and(|channel| channel.address_kind() != address.kind) {
                continue;
            }
            let pseudonym = address.pseudonym;
            let leave = Subject::Leave { pseudonym, channel, purpose: purpose.clone() };
            let unsubscribe = self.url(&call.shop, LinkKind::Unsubscribe, &leave)?;
            links.push(LinkEntry {
                kind: address.kind,
                preferences: self.url(&call.shop, LinkKind::Preferences, &Subject::Choices { pseudonym })?,
                headers: ListHeaders {
                    list_unsubscribe: format!("<{unsubscribe}>"),
                    list_unsubscribe_post: "List-Unsubscribe=One-Click",
                },
                unsubscribe,
                address: address.value,
            });
        }
        Ok(Reply::json(StatusCode::OK, &LinksAnswer { links })?.about(Some(id)))
    }

    pub(super) fn read_message(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let id = call.route.value(0).parse().map_err(|_| Problem::MessageNotFound)?;
        let told = self.message_told(&call.shop, id)?.ok_or(Problem::MessageNotFound)?;
        Reply::json(StatusCode::OK, &told)
    }

    pub(super) fn list_messages(&self, query: &Query) -> Result<Reply, Problem> {
        let limit = |text: &str| text.parse::<u16>().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
        let limits = Fault::new("out_of_range", "use 1 to 1000");
        let limit = query.parsed("limit", limit, limits)?.unwrap_or(PAGE);
        let before = query.parsed("before", |text| text.parse().ok(), UUID)?;
        let messages = list_messages(self.database(), before, limit)?;
        let next = messages.last().filter(|_| messages.len() == usize::from(limit)).map(|last| last.id.clone());
        let entry = |message: Message| MessageEntry {
            message: message.id,
            kind: message.kind,
            medium: message.medium,
            requested_at: message.created_at,
        };
        let messages = messages.into_iter().map(entry).collect();
        Reply::json(StatusCode::OK, &MessagesAnswer { messages, next })
    }

    /// Builds a message, ready to send. Returns `None` if the message, or the request that it is about, is no longer
    /// stored.
    pub(super) fn message_told(&self, shop: &Shop, id: uuid::Uuid) -> Result<Option<MessageAnswer>, Problem> {
        let Some(message) = message(self.database(), id)? else { return Ok(None) };
        let language = Language::of_tag(&message.locale).unwrap_or(Language::En);
        let (text, link) = match message.kind {
            MessageKind::Confirm => self.confirm_text(shop, &message, language)?,
            MessageKind::Request | MessageKind::Result => {
                let request = message.about.as_deref().and_then(|about| about.parse().ok());
                let request = request.map(|id| subject_request(self.database(), id)).transpose()?.flatten();
                let Some(request) = request else { return Ok(None) };
                self.request_text(shop, &message, &request, language)?
            }
            MessageKind::Preferences => self.preferences_text(shop, &message, language)?,
            MessageKind::Stopped => (pages::stopped_reply(language, shop.settings.name.as_str()), None),
            MessageKind::Started => (pages::started_reply(language, shop.settings.name.as_str()), None),
            MessageKind::Help => {
                let contact = shop.settings.privacy.contact.as_ref().map(|line| line.as_str());
                (pages::help_reply(language, shop.settings.name.as_str(), contact), None)
            }
        };
        Ok(Some(MessageAnswer {
            message: message.id,
            kind: message.kind,
            medium: message.medium,
            locale: message.locale,
            to: message.to,
            subject: text.subject,
            text: text.text,
            html: text.html,
            link,
            requested_at: message.created_at,
        }))
    }

    fn confirm_text(
        &self,
        shop: &Shop,
        message: &Message,
        language: Language,
    ) -> Result<(pages::Message, Option<String>), Problem> {
        let id = message.about.as_deref().and_then(|about| about.parse().ok()).unwrap_or_default();
        let link = self.url(shop, LinkKind::Confirm, &Subject::Confirmation(id))?;
        let word = |scope: &crate::ledger::ScopeEntry| {
            (scope.channel, shop.settings.privacy.purpose_in(&scope.purpose, language.tag()))
        };
        let items: Vec<_> = message.detail.scopes.iter().map(word).collect();
        let days = shop.settings.links.confirmation_days();
        let name = shop.settings.name.as_str();
        let text = pages::confirm_message(language, message.medium, name, &items, &link, days.into());
        Ok((text, Some(link)))
    }

    fn preferences_text(
        &self,
        shop: &Shop,
        message: &Message,
        language: Language,
    ) -> Result<(pages::Message, Option<String>), Problem> {
        let pseudonym = message.about.as_deref().and_then(|about| base16ct::lower::decode_vec(about).ok());
        let pseudonym = pseudonym.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        let link = self.url(shop, LinkKind::Preferences, &Subject::Choices { pseudonym })?;
        let text = pages::preferences_message(language, message.medium, shop.settings.name.as_str(), &link);
        Ok((text, Some(link)))
    }

    fn request_text(
        &self,
        shop: &Shop,
        message: &Message,
        request: &SubjectRequest,
        language: Language,
    ) -> Result<(pages::Message, Option<String>), Problem> {
        let name = shop.settings.name.as_str();
        if message.kind == MessageKind::Request {
            let subject = Subject::Request { id: request.uuid(), sent: request.sent };
            // A telephone gets a code. The person enters it on the page from which they made the request.
            let code = (request.address_kind == AddressKind::Phone).then(|| code_of(shop, request));
            let kind = if code.is_some() { LinkKind::Code } else { LinkKind::Request };
            let link = self.url(shop, kind, &subject)?;
            let text =
                pages::request_message(language, message.medium, name, request.kind, Some(&link), code.as_deref(), 30);
            return Ok((text, Some(link)));
        }
        let subject = Subject::Request { id: request.uuid(), sent: 0 };
        let until = request.download_until.map(|until| until.to_string());
        let link = until.as_ref().map(|_| self.url(shop, LinkKind::Result, &subject)).transpose()?;
        let authority = shop.settings.privacy.authority.as_ref().map(|line| line.as_str());
        let outcome = match (&link, &until, request.reason.as_deref()) {
            (Some(link), Some(until), _) => Outcome::Ready { link, until: until.get(..10).unwrap_or_default() },
            (_, _, Some(reason)) if request.state == RequestState::Refused => Outcome::Refused { reason, authority },
            (_, _, Some(reason)) if request.closed_at.is_none() => Outcome::Extended { reason, until: &request.due },
            _ => Outcome::Completed,
        };
        let text = pages::result_message(language, message.medium, name, request.kind, &outcome);
        Ok((text, link))
    }

    pub(super) fn list_providers(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let mut providers = Vec::new();
        for known in list_providers(self.database())? {
            let Some(provider) = Provider::parse(&known.name) else { continue };
            providers.push(ProviderAnswer {
                provider,
                url: self.url(&call.shop, LinkKind::Hook, &Subject::Provider(provider))?,
                secret: None,
                created_at: known.created_at,
            });
        }
        Reply::json(StatusCode::OK, &ProvidersAnswer { providers })
    }

    pub(super) fn write_provider(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let provider = Provider::parse(call.route.value(0)).ok_or(Problem::ProviderNotFound)?;
        let given = call.body::<ProviderBody>()?.parse()?;
        match (provider, &given.secret) {
            (Provider::Generic, Some(_)) => {
                let fault = Fault::new("invalid_secret", "leave it out: for generic it is made here");
                return Err(Problem::field("/secret", fault));
            }
            (Provider::Twilio | Provider::Meta, None) => {
                let fault = Fault::new("missing_field", "say what the provider signs with");
                return Err(Problem::field("/secret", fault));
            }
            _ => {}
        }
        let url = self.url(&call.shop, LinkKind::Hook, &Subject::Provider(provider))?;
        let (secret, word) = (given.secret.as_deref(), given.verify_token.as_deref());
        keep_provider(self.database(), provider.as_str(), secret, word, call.moment)?;
        let known = list_providers(self.database())?.into_iter().find(|known| known.name == provider.as_str());
        let made = known.filter(|known| known.given.is_empty());
        let made = made.map(|known| signature::secret_text(&known.made(&call.shop)));
        let answer = ProviderAnswer { provider, url, secret: made, created_at: call.moment.now };
        Reply::json(StatusCode::OK, &answer)
    }

    pub(super) fn remove_provider(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let provider = Provider::parse(call.route.value(0)).ok_or(Problem::ProviderNotFound)?;
        if !remove_provider(self.database(), provider.as_str())? {
            return Err(Problem::ProviderNotFound);
        }
        self.list_providers(call)
    }

    pub(super) fn retention(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let overdue = overdue(self.database(), &call.shop, crate::api::service::REPEATABLE, call.moment.now)?;
        Reply::json(StatusCode::OK, &RetentionAnswer { overdue })
    }
}

/// Parses a date of the form `2026-11-25`, for queries.
pub(super) fn day(text: &str) -> Option<String> {
    text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10).map(|day| day.to_string())
}

/// The fault of a date that cannot be parsed.
pub(super) const DAY: Fault = Fault::new("invalid_date", "use a day, such as 2026-11-25");
