//! One-click unsubscribe (RFC 8058), and the preference page.

use http::StatusCode;

use crate::api::link::Subject;
use crate::api::pages::language::Language;
use crate::api::pages::masked::masked;
use crate::api::pages::preferences::{Group, PreferenceRow, PreferencesState, PreferencesView, RowNote};
use crate::api::pages::unsubscribe::{UnsubscribeState, UnsubscribeView};
use crate::api::problem::Problem;
use crate::api::service::offers::Offer;
use crate::api::service::refusal::request_refused;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::{Seen, Visit};
use crate::api::{html, pages};
use crate::consent::{Assurance, Basis, Channel, PurposeSlug, Reason, Scope, Track};
use crate::ledger::{
    EventType, LinkTarget, LinkedAddress, NewRequest, NoticeSource, PersonAct, PersonSource, RequestOrigin,
    StoredAddress, call_back_links, has_left, last_locale, note_own_acts, open_request, opt_outs, own_notice,
    same_person, save_preferences, send_own_link, send_preferences_link, standing_of, stop_everything,
    suppress_corrected, target_of,
};
use crate::model::request::RequestKind;
use crate::model::submission::{Claim, NoticeShown};

impl ShopService {
    /// Shows the unsubscribe page. It is the same whether or not the address is known: its content comes from the link
    /// alone.
    pub(in crate::api) fn ask_to_leave(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Leave { channel, purpose, .. } = &visit.subject else { return Err(Problem::RouteNotFound) };
        let (channel, purpose) = (*channel, purpose.as_ref());
        Ok(Self::leaving(visit, channel, purpose, UnsubscribeState::Ask))
    }

    fn leaving(
        visit: &Visit<'_>,
        channel: Option<Channel>,
        purpose: Option<&PurposeSlug>,
        state: UnsubscribeState,
    ) -> Seen {
        let language = visit.language(None);
        let purpose = purpose.map(|own| visit.shop.settings.privacy.purpose_in(own, language.tag()));
        let view = UnsubscribeView { channel, purpose: purpose.as_deref(), state };
        Seen::page(pages::unsubscribe(&visit.frame(language), &view))
    }

    pub(in crate::api) fn leave(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Leave { of, channel, purpose } = &visit.subject else { return Err(Problem::RouteNotFound) };
        let (channel, purpose) = (*channel, purpose.as_ref());
        let address = match target_of(self.database(), &visit.shop, of)? {
            // An old link still says no, because a lost no does more harm than one by a stolen link.
            LinkTarget::Address(address) | LinkTarget::Returned(address) | LinkTarget::Recalled(address) => {
                Some(address)
            }
            LinkTarget::Nothing => None,
            LinkTarget::CalledBack => return Ok(Self::called_back(visit)),
        };
        if visit.field("action").as_deref() == Some("link") {
            if let Some(address) = address.and_then(|address| address.address()) {
                send_preferences_link(self.database(), &visit.shop, &address, false, None, visit.context)?;
            }
            return Ok(Self::leaving(visit, channel, purpose, UnsubscribeState::LinkSent));
        }
        let seen = Self::leaving(visit, channel, purpose, UnsubscribeState::Done);
        let Some(address) = address else {
            suppress_corrected(self.database(), &of.pseudonym, channel, visit.context)?;
            return Ok(seen);
        };
        let acts = match (channel, purpose) {
            (None, None) => stop_everything(self.database(), &visit.shop, &address)?,
            _ => opt_outs(&address, channel, purpose),
        };
        self.note_noes(visit, &address, acts, "unsubscribe")?;
        Ok(seen.about(address.contact()))
    }

    /// Shows that the link was called back.
    fn called_back(visit: &Visit<'_>) -> Seen {
        let page = pages::called_back(&visit.frame(visit.language(None)));
        Seen { page: html::page(StatusCode::GONE, page), contact: None }
    }

    /// Returns the address whose choices a link shows.
    fn owner_of(&self, visit: &Visit<'_>, of: &LinkedAddress) -> Result<Result<StoredAddress, Seen>, Problem> {
        Ok(match target_of(self.database(), &visit.shop, of)? {
            LinkTarget::Address(address) => Ok(*address),
            LinkTarget::CalledBack | LinkTarget::Recalled(_) => Err(Self::called_back(visit)),
            LinkTarget::Returned(_) | LinkTarget::Nothing => {
                let view =
                    PreferencesView { groups: &[], shown: "", state: PreferencesState::Nothing, requests: false };
                Err(Seen::page(pages::preferences(&visit.frame(visit.language(None)), &view)))
            }
        })
    }

    /// Stores the opt-outs that are not stored already.
    fn note_noes(
        &self,
        visit: &Visit<'_>,
        by: &StoredAddress,
        acts: Vec<PersonAct>,
        kind: &str,
    ) -> Result<(), Problem> {
        let source = PersonSource::page(kind, visit.context.now);
        let mut new = Vec::new();
        for act in acts {
            if !has_left(self.database(), &act)? {
                new.push(act);
            }
        }
        note_own_acts(self.database(), &visit.shop, by, &new, &source, None, visit.context)?;
        Ok(())
    }

    pub(in crate::api) fn show_choices(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Choices { of } = &visit.subject else { return Err(Problem::RouteNotFound) };
        match self.owner_of(visit, of)? {
            Ok(address) => self.choices(visit, &address, PreferencesState::Form),
            Err(seen) => Ok(seen),
        }
    }

    fn choices(&self, visit: &Visit<'_>, address: &StoredAddress, state: PreferencesState) -> Result<Seen, Problem> {
        let stored = last_locale(self.database(), address.contact())?;
        let language = visit.language(stored.as_deref());
        let offers = self.offers(&visit.shop, address, visit.context.now)?;
        // The form sends back what the checkboxes showed. A page that was open for long thus does not undo a choice
        // made since.
        let shown = offers.iter().map(|offer| format!("{}:{}", offer.name(), u8::from(offer.is_in())));
        let shown = shown.collect::<Vec<_>>().join(" ");
        let mut groups: Vec<Group> = Vec::new();
        for offer in &offers {
            let (channel, purpose) = (offer.standing.channel, &offer.standing.purpose);
            let id = format!("{channel}-{}", base16ct::lower::encode_string(&offer.address.pseudonym));
            let row = PreferenceRow {
                name: offer.name(),
                channel,
                purpose: visit.shop.settings.privacy.purpose_in(purpose, language.tag()),
                checked: offer.is_in(),
                note: self.note_on(offer)?,
            };
            match groups.iter_mut().find(|group| group.id == id) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    id,
                    address: masked(offer.address.kind, &offer.address.value),
                    kind: offer.address.kind,
                    rows: vec![row],
                }),
            }
        }
        // If no webhook receives messages to send, no subject request could be verified.
        let requests = visit.shop.wants(EventType::MessageRequested);
        let view = PreferencesView { groups: &groups, shown: &shown, state, requests };
        Ok(Seen::page(pages::preferences(&visit.frame(language), &view)).about(address.contact()))
    }

    pub(in crate::api) fn change_choices(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Choices { of } = &visit.subject else { return Err(Problem::RouteNotFound) };
        let action = visit.field("action");
        let address = match self.owner_of(visit, of)? {
            Ok(address) => address,
            Err(seen) => {
                if action.as_deref() == Some("stop") {
                    self.stop_by_old_link(visit, of)?;
                }
                return Ok(seen);
            }
        };
        let state = match action.as_deref() {
            Some("save") => PreferencesState::Saved { pending_confirmation: self.save(visit, &address)? },
            Some("stop") => {
                let acts = stop_everything(self.database(), &visit.shop, &address)?;
                self.note_noes(visit, &address, acts, "preferences")?;
                PreferencesState::StoppedAll
            }
            Some("recall") => {
                let all = same_person(self.database(), &visit.shop, &address)?;
                call_back_links(self.database(), &all, visit.context.now)?;
                send_own_link(self.database(), &visit.shop, &address, visit.context)?;
                PreferencesState::LinksCalledBack
            }
            Some(action) => match RequestKind::parse(action) {
                Some(kind) => {
                    self.ask_by_page(visit, &address, kind)?;
                    PreferencesState::RequestSent
                }
                None => PreferencesState::Form,
            },
            None => PreferencesState::Form,
        };
        self.choices(visit, &address, state)
    }

    /// Stores the no of a person whose link leads to no page any more.
    fn stop_by_old_link(&self, visit: &Visit<'_>, of: &LinkedAddress) -> Result<(), Problem> {
        match target_of(self.database(), &visit.shop, of)? {
            LinkTarget::Returned(address) | LinkTarget::Recalled(address) => {
                let acts = stop_everything(self.database(), &visit.shop, &address)?;
                self.note_noes(visit, &address, acts, "preferences")
            }
            _ => Ok(suppress_corrected(self.database(), &of.pseudonym, None, visit.context)?),
        }
    }

    /// Stores the choices that the person changed. A checkbox that the page did not show, or that the person left
    /// unchanged, is not a choice. Returns whether an opt-in awaits confirmation.
    fn save(&self, visit: &Visit<'_>, by: &StoredAddress) -> Result<bool, Problem> {
        let fields = visit.fields();
        let shown =
            fields.iter().find(|(name, _)| name == "shown").map(|(_, value)| value.as_str()).unwrap_or_default();
        let shown: Vec<(&str, bool)> =
            shown.split(' ').filter_map(|one| one.rsplit_once(':')).map(|(name, was)| (name, was == "1")).collect();
        let is_ticked = |name: &str| fields.iter().any(|(own, _)| own == name);
        let offers = self.offers(&visit.shop, by, visit.context.now)?;
        let stored = last_locale(self.database(), by.contact())?;
        let language = visit.language(stored.as_deref());
        let mut acts = Vec::new();
        for offer in &offers {
            let own = offer.name();
            let ticked = is_ticked(&own);
            let was_changed = shown.iter().any(|(name, was)| *name == own && *was != ticked);
            if !was_changed || ticked == offer.is_in() {
                continue;
            }
            let claim =
                if ticked { Claim::OptIn { basis: Basis::Consent } } else { Claim::OptOut { objection: false } };
            // The link verifies only the address that it was sent to. The shop has said that another address is the
            // same person's. That is enough for an opt-out; an opt-in must be confirmed by that address. The link works
            // for long and may be in other hands, so an opt-in that would end a no must be confirmed too.
            let assurance = match (offer.is_own, ticked) {
                (true, true) if offer.is_refused() => Assurance::Claimed,
                (true, _) => Assurance::Confirmed,
                (false, true) => Assurance::Claimed,
                (false, false) => Assurance::Authenticated,
            };
            let scope = Scope::specific(offer.standing.channel, offer.standing.purpose.clone());
            acts.push(PersonAct { address: offer.address.clone(), scope, claim, assurance, confirms: None });
        }
        if acts.is_empty() {
            return Ok(false);
        }
        let is_pending = acts.iter().any(|act| act.assurance == Assurance::Claimed);
        let notice = self.words_shown(visit, language, &offers)?;
        save_preferences(self.database(), &visit.shop, by, &acts, notice, visit.context)?;
        Ok(is_pending)
    }

    /// Stores the notice on the page, as evidence of what the person read.
    fn words_shown(
        &self,
        visit: &Visit<'_>,
        language: Language,
        offers: &[Offer],
    ) -> Result<Option<NoticeShown>, Problem> {
        let labels: Vec<(Channel, String)> = offers
            .iter()
            .map(|offer| &offer.standing)
            .map(|own| (own.channel, visit.shop.settings.privacy.purpose_in(&own.purpose, language.tag())))
            .collect();
        let text = pages::preferences_words(language, visit.shop.settings.name.as_str(), &labels);
        Ok(own_notice(self.database(), &NoticeSource { id: "preferences", locale: language.tag(), text: &text })?)
    }

    fn ask_by_page(&self, visit: &Visit<'_>, address: &StoredAddress, kind: RequestKind) -> Result<(), Problem> {
        let Some(own) = address.address() else { return Ok(()) };
        let stored = last_locale(self.database(), address.contact())?;
        let details = visit.field("details").map(|text| text.trim().chars().take(500).collect::<String>());
        let asked = NewRequest {
            kind,
            address: own,
            locale: visit.language(stored.as_deref()).tag().to_owned(),
            details: details.filter(|text| kind == RequestKind::Rectification && !text.is_empty()),
            origin: RequestOrigin::Preferences,
            vouched: false,
            visitor: None,
        };
        open_request(self.database(), &visit.shop, &asked, visit.context).map_err(request_refused)?;
        Ok(())
    }
}

/// Returns the note that explains why a person gets nothing although the checkbox may suggest otherwise.
impl ShopService {
    fn note_on(&self, offer: &Offer) -> Result<Option<RowNote>, Problem> {
        Ok(match offer.standing.decision.reason {
            Some(Reason::AwaitingConfirmation) => Some(RowNote::AwaitingConfirmation),
            // Who has stopped everything on this page or by a link has not written an objection, and knows what they did.
            Some(Reason::Objected) => {
                let standing = standing_of(self.database(), offer.address.row)?;
                let is_letter = |track: &Track| track.act.is_objection() && track.scope.channel.is_none();
                standing.tracks().iter().any(is_letter).then_some(RowNote::Objected)
            }
            Some(Reason::Suppressed) => Some(RowNote::Suppressed),
            Some(Reason::Expired) => Some(RowNote::Expired),
            Some(Reason::Restricted) => Some(RowNote::Restricted),
            _ => None,
        })
    }
}
