//! A message of the shop with its text and its link, ready to send.

use serde::Serialize;

use crate::api::link::{LinkKind, Subject};
use crate::api::pages;
use crate::api::pages::language::Language;
use crate::api::pages::outcome::Outcome;
use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::consent::{AddressKind, Channel, Timestamp};
use crate::ledger::{
    LinkedAddress, Message, MessageKind, RequestState, Shop, SubjectRequest, code_of, message, subject_request,
};

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
    /// The time from which the shop has to send the message.
    requested_at: Timestamp,
}

impl ShopService {
    /// Builds a message, ready to send. Returns `None` if the message, or the request that it is about, is no longer
    /// stored.
    pub(in crate::api) fn message_answer(&self, shop: &Shop, id: uuid::Uuid) -> Result<Option<MessageAnswer>, Problem> {
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
        let link = self.url(
            shop,
            LinkKind::Preferences,
            &Subject::Choices { of: LinkedAddress { pseudonym, made_at: Some(message.created_at) } },
        )?;
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
}
