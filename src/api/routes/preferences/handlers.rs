//! Two routes about preferences: the choices of a logged-in customer, for the shop's own page, and the link to the
//! preference page for anyone else.

use http::StatusCode;

use crate::api::key::{KeyKind, Scope};
use crate::api::pages::masked::masked;
use crate::api::problem::{Fault, Problem};
use crate::api::routes::preferences::answers::{AddressChoices, ChoiceEntry, PreferencesAnswer, PreferencesLinkAnswer};
use crate::api::routes::preferences::bodies::{PreferencesBody, PreferencesLinkBody};
use crate::api::service::call::Call;
use crate::api::service::offers::on_offer;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::{PurposeSlug, Reason};
use crate::ledger::{StandingEntry, StoredAddress, find_verified_address, last_locale, send_preferences_link};

const EXPIRED: Fault = Fault::new("expired_identity", "the token has expired; get a new one from the shop's server");

impl ShopService {
    pub(in crate::api) fn preferences(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (shop, now) = (&call.shop, call.context.now);
        let body: PreferencesBody = call.body()?;
        let locale = body.locale()?;
        let identity = self.identity(&call.shop, &body.identity, Scope::Read, now)?;
        let identity = identity.filter(|identity| !identity.late);
        let identity = identity.ok_or_else(|| Problem::field("/identity", EXPIRED))?;
        let known = identity.addresses.iter().map(|address| find_verified_address(self.database(), shop, address));
        let known = known.collect::<Result<Vec<Option<StoredAddress>>, _>>()?;
        let first = known.iter().flatten().next();
        let stored = match first {
            Some(first) if locale.is_none() => last_locale(self.database(), first.contact())?,
            _ => None,
        };
        let tag = locale.as_ref().map(|locale| locale.as_str()).or(stored.as_deref()).unwrap_or("en");
        let entry = |channel, purpose: &PurposeSlug, standing: Option<&StandingEntry>| ChoiceEntry {
            channel,
            purpose: purpose.clone(),
            text: shop.settings.privacy.words_for(purpose, tag),
            choice: standing.and_then(|standing| standing.choice),
            status: standing.map_or("never_asked", |standing| match standing.decision.reason {
                Some(Reason::Suppressed) => "suppressed",
                _ => standing.status,
            }),
            confirmable: standing.is_some_and(|standing| standing.status == "awaiting_confirmation"),
        };
        let mut announced: Vec<[u8; 16]> = Vec::new();
        let mut addresses: Vec<AddressChoices> = Vec::new();
        for (address, known) in identity.addresses.iter().zip(&known) {
            let Some(known) = known else {
                let offered = on_offer(&shop.settings, address.kind());
                let choices: Vec<ChoiceEntry> = offered.map(|(by, to)| entry(by, to, None)).collect();
                if !choices.is_empty() {
                    let masked = masked(address.kind(), address.given());
                    addresses.push(AddressChoices { kind: address.kind(), masked, named: true, choices });
                }
                continue;
            };
            // Another address of the same person has added this address already.
            if announced.contains(&known.pseudonym) {
                continue;
            }
            for offer in self.offers(shop, known, now)? {
                let (own, standing) = (&offer.address, &offer.standing);
                if announced.last() != Some(&own.pseudonym) {
                    announced.push(own.pseudonym);
                    addresses.push(AddressChoices {
                        kind: own.kind,
                        masked: masked(own.kind, &own.value),
                        named: own.address().is_some_and(|own| identity.names(&own)),
                        choices: Vec::new(),
                    });
                }
                if let Some(last) = addresses.last_mut() {
                    last.choices.push(entry(standing.channel, &standing.purpose, Some(standing)));
                }
            }
        }
        let contact = first.map(StoredAddress::contact);
        Ok(Reply::json(StatusCode::OK, &PreferencesAnswer { addresses })?.about(contact))
    }

    pub(in crate::api) fn send_preferences_link(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (address, locale) = call.body::<PreferencesLinkBody>()?.parse(call.home())?;
        // Without a public URL there is no link to send.
        self.public_url(&call.shop)?;
        let locale = locale.as_ref().map(|locale| locale.as_str());
        let contact = send_preferences_link(self.database(), &call.shop, &address, false, locale, call.context)?;
        Ok(Reply::json(StatusCode::ACCEPTED, &PreferencesLinkAnswer { sent: "if_known" })?
            .about(contact)
            // Strangers may ask for it again and again.
            .repeated(call.caller.kind == KeyKind::Publishable))
    }
}
