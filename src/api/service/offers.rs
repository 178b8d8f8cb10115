//! What a person can choose, for the preference page and for the shop's own pages.

use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::consent::{AddressKind, Channel, PurposeSlug, Reason, Timestamp};
use crate::ledger::{
    Lookup, Section, Selection, Settings, Shop, StandingEntry, StoredAddress, contact_report, same_person,
};

/// One checkbox: a channel and a purpose of an address, and its standing.
pub(in crate::api) struct Offer {
    pub(in crate::api) address: StoredAddress,
    /// Whether this is the address that was asked about, and not another address of the same person.
    pub(in crate::api) is_own: bool,
    pub(in crate::api) standing: StandingEntry,
}

impl Offer {
    /// Returns whether the checkbox is ticked.
    pub(in crate::api) fn is_in(&self) -> bool {
        self.standing.status == "opted_in" && self.standing.decision.reason != Some(Reason::Suppressed)
    }

    /// Returns whether a no stands that an opt-in would end.
    pub(in crate::api) fn is_refused(&self) -> bool {
        let is_no = |reason| matches!(reason, Reason::OptedOut | Reason::Objected | Reason::Suppressed);
        self.standing.status == "opted_out" || self.standing.decision.reason.is_some_and(is_no)
    }

    /// Returns the name of the checkbox in a form.
    pub(in crate::api) fn name(&self) -> String {
        let pseudonym = base16ct::lower::encode_string(&self.address.pseudonym);
        format!("{pseudonym}.{}.{}", self.standing.channel, self.standing.purpose)
    }
}

/// Returns the channels and purposes that can be chosen for a kind of address, in the shop's order: all but
/// transactional purposes.
pub(in crate::api) fn on_offer(
    settings: &Settings,
    kind: AddressKind,
) -> impl Iterator<Item = (Channel, &PurposeSlug)> {
    let channels = settings.channels.iter().filter(move |channel| channel.address_kind() == kind);
    let is_marketing = |purpose: &&PurposeSlug| !settings.policy.transactional.contains(purpose);
    channels.flat_map(move |channel| settings.purposes.iter().filter(is_marketing).map(|purpose| (*channel, purpose)))
}

impl ShopService {
    /// Returns every checkbox that the owner of this address may tick or untick. They include the checkboxes of other
    /// addresses that the shop has said are the same person's.
    pub(in crate::api) fn offers(
        &self,
        shop: &Shop,
        address: &StoredAddress,
        now: Timestamp,
    ) -> Result<Vec<Offer>, Problem> {
        let own = same_person(self.database(), shop, address)?;
        let wanted = Selection { sections: vec![Section::Standings], ..Selection::default() };
        let report = contact_report(self.database(), shop, &Lookup::Id(address.contact()), &wanted, now)?;
        let standings = report.and_then(|report| report.standings).unwrap_or_default();
        let mut offers = Vec::new();
        for one in &own {
            for (channel, purpose) in on_offer(&shop.settings, one.kind) {
                let of_it = |entry: &&StandingEntry| {
                    entry.address == one.value && entry.channel == channel && entry.purpose == *purpose
                };
                offers.extend(standings.iter().find(of_it).map(|standing| Offer {
                    address: one.clone(),
                    is_own: one.pseudonym == address.pseudonym,
                    standing: standing.clone(),
                }));
            }
        }
        Ok(offers)
    }
}
