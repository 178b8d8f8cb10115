//! What message providers send: the replies of people to messages.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::api::link::{LinkKind, Subject};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::providers::handlers::answering;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::Visit;
use crate::ledger::{Answering, InboundKeyword, InboundMessage, KnownProvider, list_providers, receive_inbound};
use crate::platforms::{Hook, HookError, Inbound, InboundAct, Keyword, Provider, signature};

impl ShopService {
    /// Answers a provider that asks whether this is the URL it was given.
    pub(in crate::api) fn greet_provider(&self, visit: &Visit<'_>) -> Result<Response<Bytes>, Problem> {
        let (provider, known) = self.provider_of(visit)?;
        let greeted = provider.platform().greet(visit.request.uri().query(), known.verify_token.as_deref());
        greeted.map(|answer| plain(answer, "text/plain")).ok_or(Problem::RouteNotFound)
    }

    /// Takes a request of a provider. The messages in one request are stored all or none; a repeated request changes
    /// nothing.
    pub(in crate::api) fn take_inbound(&self, visit: &Visit<'_>) -> Result<Response<Bytes>, Problem> {
        let (provider, known) = self.provider_of(visit)?;
        let limit = visit.route.endpoint.body_limit;
        if visit.request.body().len() > limit {
            return Err(Problem::BodyTooLarge { limit });
        }
        for inbound in &self.read_hook(visit, provider, &known)? {
            let is_own = inbound
                .to
                .as_ref()
                .is_none_or(|to| known.numbers.is_empty() || known.numbers.iter().any(|own| signs(own).eq(signs(to))));
            let mut message = message_of(provider, answering(provider, known.answers), inbound);
            if !is_own && message.statement != Some(InboundKeyword::Stop) {
                // Another shop of the same account may have asked, or the number is missing in the settings. So it is no
                // answer to a question of this shop, and an employee reads it.
                message.statement = None;
            }
            receive_inbound(self.database(), &visit.shop, &message, visit.context)?;
        }
        self.note_visit(visit, None, 200)?;
        let (body, media_type) = provider.platform().thanks();
        Ok(plain(body.into(), media_type))
    }

    fn provider_of(&self, visit: &Visit<'_>) -> Result<(Provider, KnownProvider), Problem> {
        let Subject::Provider(provider) = visit.subject else { return Err(Problem::RouteNotFound) };
        let known = list_providers(self.database(), &visit.shop.secret)?
            .into_iter()
            .find(|known| known.name == provider.as_str());
        Ok((provider, known.ok_or(Problem::RouteNotFound)?))
    }

    fn read_hook(&self, visit: &Visit<'_>, provider: Provider, known: &KnownProvider) -> Result<Vec<Inbound>, Problem> {
        let (shop, uri) = (&visit.shop, visit.request.uri());
        // Twilio signs the URL that it was given.
        let path = self.path(shop, LinkKind::Hook, &visit.subject);
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let hook = Hook {
            url: &format!("{}{path}{query}", self.public_url(shop)?),
            headers: visit.request.headers(),
            query: uri.query(),
            body: visit.request.body(),
        };
        let secret = match known.given.as_str() {
            "" => signature::secret_text(&known.made(&shop.secret)),
            given => given.to_owned(),
        };
        provider.platform().read(&secret, &hook, visit.context.now).map_err(|error| match error {
            HookError::Signature => Problem::BadSignature,
            HookError::Malformed { needs } => Problem::field("", Fault::new("unreadable", needs)),
        })
    }
}

/// Returns the letters and digits of a number, which people write with spaces and other signs.
fn signs(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase())
}

/// Returns the inbound message as the ledger takes it.
fn message_of(provider: Provider, answering: Answering, inbound: &Inbound) -> InboundMessage {
    let (statement, is_answered) = match inbound.act {
        InboundAct::Keyword { word, is_answered } => (Some(word), is_answered),
        InboundAct::Other => (None, false),
    };
    let statement = statement.map(|word| match word {
        Keyword::Stop => InboundKeyword::Stop,
        Keyword::Start => InboundKeyword::Start,
        Keyword::Yes => InboundKeyword::Yes,
        Keyword::Help => InboundKeyword::Help,
    });
    InboundMessage {
        provider: provider.as_str(),
        id: inbound.id.clone(),
        channel: inbound.channel,
        from: inbound.from.clone(),
        statement,
        sent_at: inbound.sent_at,
        text: inbound.text.clone(),
        is_answered: is_answered || answering == Answering::Provider,
    }
}

fn plain(text: String, media_type: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
