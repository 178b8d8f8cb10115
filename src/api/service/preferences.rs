//! Two routes about preferences: the choices of a logged-in customer, for the shop's own page, and the link to the
//! preference page for anyone else.

use http::StatusCode;
use serde::Serialize;

use crate::api::key::Scope;
use crate::api::problem::{Fault, Problem};
use crate::api::service::ShopService;
use crate::api::service::call::{Call, Reply};
use crate::api::service::offers::on_offer;
use crate::api::service::visit::masked;
use crate::api::wire::preferences::{PreferencesBody, PreferencesLinkBody};
use crate::consent::{AddressKind, Channel, Choice, PurposeSlug, Reason};
use crate::ledger::{Named, StandingEntry, find_to_link, last_locale, send_preferences_link};

/// Answer of `POST /v1/preferences`: the choices of a customer.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesAnswer {
    /// The addresses in the identity token, and the addresses that the shop has stated to belong to the same person.
    addresses: Vec<AddressChoices>,
}

/// The choices for one address.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct AddressChoices {
    /// The kind of the address.
    kind: AddressKind,
    /// The masked address, such as `j•••@e•••.com`: its owner recognises it, others cannot read it.
    masked: String,
    /// Whether the identity token contains the address. A submission with this token can change the choices of such an
    /// address only. The choices of any other address are changed on the preference page.
    named: bool,
    /// The choices, in the order of the shop's channels and purposes.
    choices: Vec<ChoiceEntry>,
}

/// The choice for one channel and purpose.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ChoiceEntry {
    /// The channel of the choice.
    channel: Channel,
    /// The purpose of the choice.
    purpose: PurposeSlug,
    /// The description of the purpose for people; `null` if the shop has none.
    text: Option<String>,
    /// The choice of the person; `null` if the person was never asked.
    choice: Option<Choice>,
    /// The standing: `opted_in`, `awaiting_confirmation`, `opted_out`, `declined` or `never_asked`; or `suppressed` if
    /// nothing may be sent whatever the person chose.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["opted_in", "awaiting_confirmation", "opted_out", "declined", "never_asked", "suppressed"])))]
    status: &'static str,
    /// Whether the opt-in takes effect once the address confirms it.
    confirmable: bool,
}

/// Answer of `POST /v1/preferences/link`. It is the same whether or not the address is known.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesLinkAnswer {
    /// Always `if_known`: the link is sent if the address is known, at most three times a day.
    #[cfg_attr(feature = "contract", schemars(extend("const" = "if_known")))]
    sent: &'static str,
}

const EXPIRED: Fault = Fault::new("expired_identity", "it has run out; ask the shop's server for a fresh one");

impl ShopService {
    pub(super) fn preferences(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (shop, now) = (&call.shop, call.moment.now);
        let body: PreferencesBody = call.body()?;
        let locale = body.locale()?;
        let identity = self.identity(&body.identity, Scope::Read, now)?;
        let identity = identity.filter(|identity| !identity.late);
        let identity = identity.ok_or_else(|| Problem::field("/identity", EXPIRED))?;
        let known = identity.addresses.iter().map(|address| find_to_link(self.database(), shop, address));
        let known = known.collect::<Result<Vec<Option<Named>>, _>>()?;
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
        let mut told: Vec<[u8; 16]> = Vec::new();
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
            if told.contains(&known.pseudonym) {
                continue;
            }
            for offer in self.offers(shop, known, now)? {
                let (own, standing) = (&offer.address, &offer.standing);
                if told.last() != Some(&own.pseudonym) {
                    told.push(own.pseudonym);
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
        let contact = first.map(Named::contact);
        Ok(Reply::json(StatusCode::OK, &PreferencesAnswer { addresses })?.about(contact))
    }

    pub(super) fn send_preferences_link(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (address, locale) = call.body::<PreferencesLinkBody>()?.parse()?;
        // Without a public URL there is no link to send.
        self.public_url(&call.shop)?;
        let locale = locale.as_ref().map(|locale| locale.as_str());
        let contact = send_preferences_link(self.database(), &call.shop, &address, locale, call.moment)?;
        Ok(Reply::json(StatusCode::ACCEPTED, &PreferencesLinkAnswer { sent: "if_known" })?.about(contact))
    }
}
