//! stub
use super::export::Format;
use crate::consent::{AddressKind, Channel};
use crate::ledger::RequestKind;
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::api) enum Language {
    #[default]
    En,
}
impl Language {
    pub(in crate::api) fn negotiate(_q: Option<&str>, _a: Option<&str>, _s: Option<&str>) -> Self {
        Self::En
    }
    pub(in crate::api) fn of_tag(_t: &str) -> Option<Self> {
        Some(Self::En)
    }
    pub(in crate::api) fn as_str(self) -> &'static str {
        "en"
    }
}
pub(in crate::api) const SCRIPT: &str = "";
pub(in crate::api) struct Frame<'a> {
    pub shop: &'a str,
    pub language: Language,
    pub path: &'a str,
    pub policy_url: Option<&'a str>,
    pub contact: Option<&'a str>,
}
#[derive(Debug)]
pub(in crate::api) enum ConfirmState {
    Ask,
    Done,
    Again,
    Expired,
    Gone,
}
pub(in crate::api) struct ConfirmView<'a> {
    pub items: &'a [(Channel, String)],
    pub address: &'a str,
    pub state: ConfirmState,
}
pub(in crate::api) fn confirm(f: &Frame<'_>, v: &ConfirmView<'_>) -> String {
    format!("{} {:?} {} {}", f.shop, v.state, v.items.len(), v.address)
}
#[derive(Debug)]
pub(in crate::api) enum UnsubscribeState {
    Ask,
    Done,
}
pub(in crate::api) struct UnsubscribeView<'a> {
    pub channel: Option<Channel>,
    pub purpose: Option<String>,
    pub state: UnsubscribeState,
    pub preferences: Option<&'a str>,
}
pub(in crate::api) fn unsubscribe(_f: &Frame<'_>, v: &UnsubscribeView<'_>) -> String {
    format!("{:?} {:?} {:?} {:?}", v.state, v.channel, v.purpose, v.preferences)
}
#[derive(Clone, Copy, Debug)]
pub(in crate::api) enum RowNote {
    AwaitingConfirmation,
}
pub(in crate::api) struct Row {
    pub name: String,
    pub channel: Channel,
    pub purpose: String,
    pub checked: bool,
    pub note: Option<RowNote>,
}
pub(in crate::api) struct Group {
    pub id: String,
    pub address: String,
    pub kind: AddressKind,
    pub rows: Vec<Row>,
}
#[derive(Debug)]
pub(in crate::api) enum PreferencesState {
    Form,
    Saved { pending_confirmation: bool },
    StoppedAll,
    RequestSent,
    Nothing,
}
pub(in crate::api) struct PreferencesView<'a> {
    pub groups: &'a [Group],
    pub shown: &'a str,
    pub state: PreferencesState,
    pub requests: bool,
}
pub(in crate::api) fn preferences(_f: &Frame<'_>, v: &PreferencesView<'_>) -> String {
    let mut s = format!("{:?} shown=[{}]", v.state, v.shown);
    for g in v.groups {
        s += &format!("{} {}", g.id, g.address);
        for r in &g.rows {
            s += &format!(" {} {} {} {:?};", r.name, r.purpose, r.checked, r.note);
        }
    }
    s
}
pub(in crate::api) fn preferences_words(_l: Language, shop: &str, items: &[(Channel, String)]) -> String {
    format!("{shop} {items:?}")
}
pub(in crate::api) fn confirm_words(_l: Language, shop: &str, items: &[(Channel, String)]) -> String {
    format!("{shop} {items:?}")
}
#[derive(Debug)]
pub(in crate::api) enum RequestPage {
    Ask,
    AskCode { tries_left: u8, wrong: bool },
    Waiting,
    Done,
    NothingHeld,
    Refused,
    Expired,
    Resent,
    Completed,
}
pub(in crate::api) struct RequestView<'a> {
    pub kind: RequestKind,
    pub address: &'a str,
    pub page: RequestPage,
    pub due: Option<jiff::civil::Date>,
    pub links: &'a [(Format, String)],
    pub until: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub authority: Option<&'a str>,
}
pub(in crate::api) fn request(_f: &Frame<'_>, v: &RequestView<'_>) -> String {
    format!("{:?} {} {:?} {:?}", v.page, v.kind, v.links.iter().map(|l| l.1.clone()).collect::<Vec<_>>(), v.due)
}
#[derive(Debug)]
pub(in crate::api) enum DownloadState {
    Ready,
    Expired,
    Gone,
}
pub(in crate::api) struct DownloadView<'a> {
    pub items: &'a [(Format, String)],
    pub until: Option<&'a str>,
    pub state: DownloadState,
}
pub(in crate::api) fn downloads(_f: &Frame<'_>, v: &DownloadView<'_>) -> String {
    format!("{:?} {:?}", v.state, v.items.len())
}
pub(in crate::api) fn broken(_l: Language) -> String {
    "broken".into()
}
pub(in crate::api) fn failed(_l: Language) -> String {
    "failed".into()
}
pub(in crate::api) fn too_many(_l: Language) -> String {
    "many".into()
}
pub(in crate::api) struct Message {
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
}
pub(in crate::api) fn confirm_message(
    _l: Language,
    _m: Channel,
    _s: &str,
    _i: &[(Channel, String)],
    link: &str,
    _d: u16,
) -> Message {
    Message { subject: Some("s".into()), text: link.into(), html: None }
}
pub(in crate::api) fn request_message(
    _l: Language,
    _m: Channel,
    _s: &str,
    _k: RequestKind,
    link: &str,
    code: Option<&str>,
    _mi: u16,
) -> Message {
    Message { subject: None, text: format!("{link} {code:?}"), html: None }
}
pub(in crate::api) enum Outcome {
    Ready { until: String },
    Completed,
    Refused { reason: String, authority: Option<String> },
    Extended { reason: String, until: String },
}
pub(in crate::api) fn result_message(
    _l: Language,
    _m: Channel,
    _s: &str,
    _k: RequestKind,
    _o: &Outcome,
    link: Option<&str>,
) -> Message {
    Message { subject: None, text: format!("{link:?}"), html: None }
}
pub(in crate::api) fn stopped_reply(_l: Language, _s: &str) -> Message {
    Message { subject: None, text: "stopped".into(), html: None }
}
pub(in crate::api) fn started_reply(_l: Language, _s: &str) -> Message {
    Message { subject: None, text: "started".into(), html: None }
}
pub(in crate::api) fn help_reply(_l: Language, _s: &str, _c: Option<&str>) -> Message {
    Message { subject: None, text: "help".into(), html: None }
}
