//! The verification of a subject request by the link or the code that was sent, and the pages that follow.

use bytes::Bytes;
use http::Response;
use uuid::Uuid;

use crate::api::export::Format;
use crate::api::link::{LinkKind, Subject};
use crate::api::pages::files::{DownloadState, DownloadView};
use crate::api::pages::masked::masked;
use crate::api::pages::request::{RequestState as Page, RequestView};
use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::{Seen, Visit};
use crate::api::{export, html, pages};
use crate::ledger::{
    Checked, Download, Lookup, RequestState, Selection, SubjectRequest, Verified, check_code, contact_report,
    download_of, resend, subject_request, verify_request,
};
use crate::model::request::RequestKind;
use crate::platforms::cell::Cells;

/// The formats in which a result can be downloaded.
const FORMATS: [(Format, &str); 3] = [(Format::Html, "HTML"), (Format::Json, "JSON"), (Format::Csv, "CSV (ZIP)")];

impl ShopService {
    /// Shows the page of the link in the message with the number `sent`.
    pub(in crate::api) fn show_request(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Request { id, sent } = visit.subject else { return Err(Problem::RouteNotFound) };
        let request = self.subject_request(id)?;
        let page = match request.state {
            RequestState::Open if sent == request.sent && request.verify_until > visit.context.now => Page::Ask,
            // Also if a newer link has been sent since.
            RequestState::Open => Page::Expired,
            _ => settled(visit, &request),
        };
        Ok(seen(visit, &request, page))
    }

    /// Shows the page that takes the code. The visitor who opened the request has a link to it too (number 0), and may
    /// not be the person. So that link does not show the outcome; only the link in the message does.
    pub(in crate::api) fn show_code(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Request { id, sent } = visit.subject else { return Err(Problem::RouteNotFound) };
        let request = self.subject_request(id)?;
        let page = match request.state {
            RequestState::Open if request.verify_until <= visit.context.now => Page::Expired,
            RequestState::Open => Page::AskCode { tries_left: request.tries_left(sent).into(), wrong: false },
            _ if sent == 0 => Page::Completed,
            _ => settled(visit, &request),
        };
        Ok(seen(visit, &request, page))
    }

    /// Finds a subject request. Requests are deleted long after they were answered; their links then lead nowhere.
    fn subject_request(&self, id: Uuid) -> Result<SubjectRequest, Problem> {
        subject_request(self.database(), id)?.ok_or(Problem::RouteNotFound)
    }

    pub(in crate::api) fn take_proof(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Request { id, sent } = visit.subject else { return Err(Problem::RouteNotFound) };
        let request = self.subject_request(id)?;
        if visit.field("action").as_deref() == Some("resend") {
            return self.send_again(visit, request);
        }
        let is_good = request.sent == sent && request.verify_until > visit.context.now;
        if request.state == RequestState::Open && !is_good {
            return Ok(seen(visit, &request, Page::Expired));
        }
        self.proven(visit, request)
    }

    pub(in crate::api) fn take_code(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Request { id, sent } = visit.subject else { return Err(Problem::RouteNotFound) };
        let request = self.subject_request(id)?;
        if visit.field("action").as_deref() == Some("resend") {
            return self.send_again(visit, request);
        }
        if request.state != RequestState::Open {
            return self.show_code(visit);
        }
        let code = visit.field("code").unwrap_or_default();
        match check_code(self.database(), &visit.shop, &request, (&code, sent), visit.context.now)? {
            Checked::Right => self.proven(visit, request),
            Checked::Wrong { left } => {
                Ok(seen(visit, &request, Page::AskCode { tries_left: left.into(), wrong: true }))
            }
            Checked::TooLate => Ok(seen(visit, &request, Page::Expired)),
        }
    }

    fn send_again(&self, visit: &Visit<'_>, request: SubjectRequest) -> Result<Seen, Problem> {
        match resend(self.database(), &visit.shop, request, visit.context)? {
            Some(request) => Ok(seen(visit, &request, Page::Resent)),
            None => Err(Problem::TooManyRequests { retry_after: 24 * 60 * 60 }),
        }
    }

    fn proven(&self, visit: &Visit<'_>, request: SubjectRequest) -> Result<Seen, Problem> {
        let was_open = request.state == RequestState::Open;
        let Verified { request, is_known } =
            verify_request(self.database(), &visit.shop, request, Uuid::nil(), visit.context)?;
        let subject = request.subject();
        let for_data = is_known && request.state == RequestState::Completed && request.kind.is_for_data();
        let links = if for_data { self.downloads(visit, &request) } else { Vec::new() };
        let until = until(&request);
        let page = match (was_open, is_known) {
            // The result is shown once to the requester who verifies it; after that, only the message has the link to
            // it.
            (false, _) => settled(visit, &request),
            // An objection of an unknown person is stored too.
            (true, false) if request.kind != RequestKind::Objection => Page::NothingHeld,
            (true, _) if request.state == RequestState::Completed => {
                Page::Done { downloads: for_data.then_some(links.as_slice()), until: until.as_deref() }
            }
            (true, _) => settled(visit, &request),
        };
        let seen = seen(visit, &request, page);
        Ok(match subject {
            Some(subject) => seen.about(subject),
            None => seen,
        })
    }

    fn downloads(&self, visit: &Visit<'_>, request: &SubjectRequest) -> Vec<(String, String)> {
        let subject = Subject::Request { id: request.uuid(), sent: 0 };
        let path = self.path(&visit.shop, LinkKind::Result, &subject);
        FORMATS.iter().map(|(format, name)| ((*name).to_owned(), format!("{path}?format={format}"))).collect()
    }

    pub(in crate::api) fn show_result(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Request { id, .. } = visit.subject else { return Err(Problem::RouteNotFound) };
        let request = self.subject_request(id)?;
        let query = visit.request.uri().query().unwrap_or_default();
        let format = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "format")
            .and_then(|(_, value)| Format::parse(&value));
        let download = download_of(self.database(), &visit.shop, &request, visit.context.now)?;
        let state = match (download, format) {
            (Download::Of(subject), Some(format)) => {
                return Ok(Seen { page: self.report_of(visit, subject, format)?, contact: Some(subject) });
            }
            (Download::Of(_), None) => DownloadState::Ready,
            (Download::Gone, _) => DownloadState::Gone,
            (Download::Expired, _) => DownloadState::Expired,
        };
        let language = visit.language(Some(&request.locale));
        let links = self.downloads(visit, &request);
        let until = until(&request);
        let view = DownloadView { items: &links, until: until.as_deref(), state };
        Ok(Seen::page(pages::downloads(&visit.frame(language), &view)))
    }

    fn report_of(&self, visit: &Visit<'_>, subject: Uuid, format: Format) -> Result<Response<Bytes>, Problem> {
        let all = Selection { for_person: true, ..Selection::default() };
        let report = contact_report(self.database(), &visit.shop, &Lookup::Id(subject), &all, visit.context.now)?;
        let mut response = export::answer(&report.ok_or(Problem::RouteNotFound)?, format, Cells::Spreadsheet)?;
        html::seal(response.headers_mut());
        Ok(response)
    }
}

/// Returns the last day on which a result can be downloaded.
fn until(request: &SubjectRequest) -> Option<String> {
    request.download_until.map(|until| until.to_string().chars().take(10).collect())
}

/// Returns the page of a request that is no longer open.
fn settled<'a>(visit: &'a Visit<'_>, request: &'a SubjectRequest) -> Page<'a> {
    match request.state {
        RequestState::Open | RequestState::Lapsed => Page::Expired,
        RequestState::Verified => Page::Waiting { due: &request.due },
        RequestState::Refused => Page::Refused {
            reason: request.reason.as_deref().unwrap_or_default(),
            authority: visit.shop.settings.privacy.authority.as_ref().map(|line| line.as_str()),
        },
        RequestState::Completed => Page::Completed,
    }
}

fn seen(visit: &Visit<'_>, request: &SubjectRequest, state: Page<'_>) -> Seen {
    let language = visit.language(Some(&request.locale));
    let address = request.address.as_deref().map(|value| masked(request.address_kind, value)).unwrap_or_default();
    let view = RequestView { kind: request.kind, address: &address, details: request.details.as_deref(), state };
    Seen::page(pages::request(&visit.frame(language), &view))
}
