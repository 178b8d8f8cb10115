//! What a logged-in customer may choose, told to the shop's own page; and the way to the preference page for anyone else.

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
use crate::ledger::{Host, Named, StandingEntry, find_to_link, last_locale, send_preferences_link};

/// What a customer may choose.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesAnswer {
    /// The addresses that the identity names, and those that the shop has said are the same person's.
    addresses: Vec<AddressChoices>,
}

/// What can be chosen for one address.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct AddressChoices {
    /// Its kind.
    kind: AddressKind,
    /// The address as its owner knows it again and nobody else does.
    masked: String,
    /// Whether the identity names it: only of such an address does a submission with the identity change the choices. Those of others
    /// are changed on the page that messages link to.
    named: bool,
    /// In the shop's order of channels and purposes.
    choices: Vec<ChoiceEntry>,
}

/// One channel and purpose.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ChoiceEntry {
    /// The channel.
    channel: Channel,
    /// The purpose.
    purpose: PurposeSlug,
    /// The purpose in the shop's words; `null` where it has none.
    text: Option<String>,
    /// What was chosen; `null` where nobody was asked.
    choice: Option<Choice>,
    /// What it amounts to: `opted_in`, `awaiting_confirmation`, `opted_out`, `declined`, `never_asked`, or `suppressed` where nothing
    /// is sent whatever was chosen.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["opted_in", "awaiting_confirmation", "opted_out", "declined", "never_asked", "suppressed"])))]
    status: &'static str,
    /// Whether it starts once the address confirms it.
    confirmable: bool,
}

/// What is told of a link that was asked for: the same for everybody.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesLinkAnswer {
    /// It goes to the address if that is known, at most three times a day.
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
            // Another named address of the same person has brought it along.
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
        // Without links there is nothing to send.
        self.public_url(&call.shop)?;
        let locale = locale.as_ref().map(|locale| locale.as_str());
        let contact = send_preferences_link(self.database(), &call.shop, &address, locale, call.moment)?;
        Ok(Reply::json(StatusCode::ACCEPTED, &PreferencesLinkAnswer { sent: "if_known" })?.about(contact))
    }
}
