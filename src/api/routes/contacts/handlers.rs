//! The data of one contact: report, export, changes, erasure.

use http::StatusCode;
use uuid::Uuid;

use crate::api::export;
use crate::api::export::ExportAsked;
use crate::api::fields::{CHANNEL, PURPOSE};
use crate::api::link::{LinkKind, Subject};
use crate::api::lookup_body::LookupBody;
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::routes::contacts::answers::{
    CalledBackAnswer, DisclosedAnswer, ErasedAnswer, LinkEntry, LinksAnswer, ListHeaders,
};
use crate::api::routes::contacts::bodies::{
    ChoiceChangeBody, DisclosureBody, MergeBody, RectificationBody, RestrictionBody, UnmergeBody,
};
use crate::api::service::call::Call;
use crate::api::service::refusal::{change_refused, merge_refused, rectification_refused};
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::certificate::Requester;
use crate::consent::{Channel, PurposeSlug};
use crate::ledger::{
    Acting, ErasureAsked, Lookup, addresses_to_link, call_back_links, certificate_of, change_choice, contact_report,
    erase_contact, external_ids_of, merge_contacts, note_disclosure, note_export, rectify_contact, restrict,
    revision_of, unmerge_contact,
};
use crate::model::text::Line;

const REQUESTER: Fault = Fault::new("unknown_requester", Requester::USE_ONE);

impl ShopService {
    pub(in crate::api) fn look_up(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        self.reported(call, &call.body::<LookupBody>()?.parse(call.home())?)
    }

    pub(in crate::api) fn report(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        self.reported(call, &Lookup::Id(call.named_contact()?))
    }

    pub(in crate::api) fn export(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let ExportAsked { selection, format, cells } = ExportAsked::read(query)?;
        let id = call.named_contact()?;
        let report = contact_report(self.database(), &call.shop, &Lookup::Id(id), &selection, call.context.now)?;
        let report = report.ok_or(Problem::ContactNotFound)?;
        let sections = selection.sections.iter().map(ToString::to_string).collect();
        note_export(self.database(), id, sections, format.as_str(), call.caller.key.id, call.context)?;
        Ok(Reply::from(export::answer(&report, format, cells)?).about(report.id.parse().ok()))
    }

    /// Returns the contact to change. If the caller sent `If-Match`, it must be the tag of the contact's current state.
    fn to_change(&self, call: &Call<'_>) -> Result<Uuid, Problem> {
        let id = call.named_contact()?;
        let revision = revision_of(self.database(), id)?.ok_or(Problem::ContactNotFound)?;
        call.check_unchanged(&revision)?;
        Ok(id)
    }

    fn acting<'a>(call: &Call<'_>, reason: &'a Line) -> Acting<'a> {
        Acting { key: call.caller.key.id, reason: Some(reason) }
    }

    pub(in crate::api) fn change_choice(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let change = call.body::<ChoiceChangeBody>()?.parse(call.route.value(1), call.route.value(2), call.home())?;
        let id = self.to_change(call)?;
        change_choice(self.database(), &call.shop, id, &change, call.context).map_err(change_refused)?;
        self.reported(call, &Lookup::Id(id))
    }

    pub(in crate::api) fn rectify(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (asked, reason) = call.body::<RectificationBody>()?.parse(call.home())?;
        let id = self.to_change(call)?;
        let by = Self::acting(call, &reason);
        rectify_contact(self.database(), &call.shop, id, &asked, &by, call.context).map_err(rectification_refused)?;
        self.reported(call, &Lookup::Id(id))
    }

    pub(in crate::api) fn restrict(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (restricted, reason) = call.body::<RestrictionBody>()?.parse()?;
        let id = self.to_change(call)?;
        if !restrict(self.database(), id, restricted, &reason, call.caller.key.id, call.context)? {
            return Err(Problem::ContactNotFound);
        }
        self.reported(call, &Lookup::Id(id))
    }

    pub(in crate::api) fn merge(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (source, reason) = call.body::<MergeBody>()?.parse(call.home())?;
        let id = self.to_change(call)?;
        let by = Self::acting(call, &reason);
        merge_contacts(self.database(), id, &source, &by, call.context).map_err(merge_refused)?;
        self.reported(call, &Lookup::Id(id))
    }

    pub(in crate::api) fn unmerge(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (source, reason) = call.body::<UnmergeBody>()?.parse()?;
        let id = self.to_change(call)?;
        let by = Self::acting(call, &reason);
        unmerge_contact(self.database(), id, source, &by, call.context).map_err(merge_refused)?;
        self.reported(call, &Lookup::Id(id))
    }

    pub(in crate::api) fn note_disclosure(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (contact, recipient, data, at) = call.body::<DisclosureBody>()?.parse(call.home())?;
        let contact = note_disclosure(self.database(), &contact, &recipient, &data, at, call.context)?;
        let contact = contact.ok_or(Problem::ContactNotFound)?;
        Ok(Reply::json(StatusCode::OK, &DisclosedAnswer { contact: contact.to_string() })?.about(Some(contact)))
    }

    pub(in crate::api) fn erase(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let id = call.named_contact()?;
        let requested_by = query.parsed("requested_by", Requester::parse, REQUESTER)?.unwrap_or(Requester::Person);
        // An erased contact has no state that could have changed.
        if let Some(revision) = revision_of(self.database(), id)? {
            call.check_unchanged(&revision)?;
        }
        let all = Fault::new("unknown_accounts", "write all");
        let is_all = query.parsed("accounts", |text| (text == "all").then_some(()), all)?.is_some();
        let accounts = external_ids_of(self.database(), id)?.unwrap_or_default().len();
        if accounts > 1 && !is_all {
            return Err(Problem::SeveralAccounts { accounts });
        }
        let asked = ErasureAsked { requested_by, key: call.caller.key.id };
        let certified = erase_contact(self.database(), &call.shop, id, &asked, call.context)?;
        let certified = certified.ok_or(Problem::ContactNotFound)?;
        Reply::json(StatusCode::OK, &ErasedAnswer::of(&call.shop, certified)?)
    }

    pub(in crate::api) fn certificate(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let certified = certificate_of(self.database(), call.named_contact()?)?.ok_or(Problem::ContactNotFound)?;
        Reply::json(StatusCode::OK, &ErasedAnswer::of(&call.shop, certified)?)
    }

    pub(in crate::api) fn links(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
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
            let of = address.linked_at(call.context.now);
            let leave = Subject::Leave { of, channel, purpose: purpose.clone() };
            let unsubscribe = self.url(&call.shop, LinkKind::Unsubscribe, &leave)?;
            links.push(LinkEntry {
                kind: address.kind,
                preferences: self.url(&call.shop, LinkKind::Preferences, &Subject::Choices { of })?,
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

    /// Calls back the links of one contact: those that were made before now lead nowhere.
    pub(in crate::api) fn call_back_links_of(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let id = call.named_contact()?;
        let addresses = addresses_to_link(self.database(), &call.shop, id)?;
        if addresses.is_empty() && revision_of(self.database(), id)?.is_none() {
            return Err(Problem::ContactNotFound);
        }
        call_back_links(self.database(), &addresses, call.context.now)?;
        Ok(Reply::json(StatusCode::OK, &CalledBackAnswer { called_back_before: call.context.now })?.about(Some(id)))
    }
}
