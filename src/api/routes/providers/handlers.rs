//! Sets up the providers that hand in messages.

use http::StatusCode;

use crate::api::link::{LinkKind, Subject};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::providers::answers::{ProviderAnswer, ProvidersAnswer};
use crate::api::routes::providers::bodies::ProviderBody;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{Answering, ProviderSetup, list_providers, remove_provider, store_provider};
use crate::platforms::{Provider, signature};

impl ShopService {
    pub(in crate::api) fn list_providers(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let mut providers = Vec::new();
        for known in list_providers(self.database(), &call.shop.secret)? {
            let Some(provider) = Provider::parse(&known.name) else { continue };
            providers.push(ProviderAnswer {
                provider,
                url: self.url(&call.shop, LinkKind::Hook, &Subject::Provider(provider))?,
                secret: None,
                answers: answering(provider, known.answers),
                numbers: known.numbers,
                created_at: known.created_at,
            });
        }
        Reply::json(StatusCode::OK, &ProvidersAnswer { providers })
    }

    pub(in crate::api) fn write_provider(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let provider = Provider::parse(call.route.value(0)).ok_or(Problem::ProviderNotFound)?;
        let given = call.body::<ProviderBody>()?.parse()?;
        match (provider.platform().gives_secret(), &given.secret) {
            (false, Some(_)) => {
                let fault = Fault::new("invalid_secret", "leave it out: placet makes the secret of this provider");
                return Err(Problem::field("/secret", fault));
            }
            (true, None) => {
                let fault = Fault::new("missing_field", "give the secret with which the provider signs");
                return Err(Problem::field("/secret", fault));
            }
            _ => {}
        }
        let url = self.url(&call.shop, LinkKind::Hook, &Subject::Provider(provider))?;
        let setup = ProviderSetup {
            name: provider.as_str(),
            secret: given.secret.as_deref(),
            verify_token: given.verify_token.as_deref(),
            answers: given.answers,
            numbers: &given.numbers,
        };
        store_provider(self.database(), &call.shop.secret, &setup, call.context)?;
        let known = list_providers(self.database(), &call.shop.secret)?
            .into_iter()
            .find(|known| known.name == provider.as_str());
        let made = known.filter(|known| known.given.is_empty());
        let made = made.map(|known| signature::secret_text(&known.made(&call.shop.secret)));
        let answer = ProviderAnswer {
            provider,
            url,
            secret: made,
            answers: answering(provider, given.answers),
            numbers: given.numbers.clone(),
            created_at: call.context.now,
        };
        Ok(Reply::json(StatusCode::OK, &answer)?.with_secret())
    }

    pub(in crate::api) fn remove_provider(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let provider = Provider::parse(call.route.value(0)).ok_or(Problem::ProviderNotFound)?;
        if !remove_provider(self.database(), provider.as_str())? {
            return Err(Problem::ProviderNotFound);
        }
        self.list_providers(call)
    }
}

/// Returns who answers keywords: as the shop has set it, or else the provider if it does so by itself.
pub(in crate::api) fn answering(provider: Provider, set: Option<Answering>) -> Answering {
    let usual = if provider.platform().answers_itself() { Answering::Provider } else { Answering::Placet };
    set.unwrap_or(usual)
}
