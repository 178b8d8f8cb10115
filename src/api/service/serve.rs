//! Answers a request: one transaction for what it does and for what is noted of it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, header};

use uuid::Uuid;

use crate::api::headers::readable_anywhere;
use crate::api::key::KeyKind;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::routed::Routed;
use crate::api::service::admit::Admitted;
use crate::api::service::call::{Call, Repeatable};
use crate::api::service::handler::Handler;
use crate::api::service::list_stream::ListStream;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{Audited, Context, KEPT_FOR, Lookup, kept_answer, note_use, store_answer, tell_no_space};

/// A response: complete, or a head whose body follows in pieces.
pub enum Opened {
    /// A complete response.
    Answer(Response<Bytes>),
    /// A head, and the stream from which [`ShopService::next_piece`] reads the body.
    Stream(Response<Bytes>, Box<ListStream>),
}

impl ShopService {
    /// Answers a request. Never fails: every error becomes a response.
    pub fn handle(&self, routed: &Routed, request: &Request<Bytes>) -> Response<Bytes> {
        match self.open(routed, request) {
            Opened::Answer(response) => response,
            Opened::Stream(mut response, mut stream) => {
                let mut whole = Vec::new();
                loop {
                    match self.next_piece(&mut stream) {
                        Ok(Some(piece)) => whole.extend_from_slice(&piece),
                        Ok(None) => break,
                        Err(error) => return self.refuse(Problem::Internal { cause: error.to_string() }, Uuid::nil()),
                    }
                }
                *response.body_mut() = whole.into();
                response
            }
        }
    }

    /// Answers a request. For a list of any length it returns the head first; [`ShopService::next_piece`] then returns
    /// the body in pieces.
    pub fn open(&self, routed: &Routed, request: &Request<Bytes>) -> Opened {
        let mut stream = None;
        let response = self.answered(routed, request, &mut stream);
        match stream {
            Some(stream) => Opened::Stream(response, stream),
            None => Opened::Answer(response),
        }
    }

    fn answered(
        &self,
        routed: &Routed,
        request: &Request<Bytes>,
        stream: &mut Option<Box<ListStream>>,
    ) -> Response<Bytes> {
        let context = Context::after(self.runtime(), self.latest.get());
        let id = context.next_id();
        let mut response = match self.admit(id, routed, request, &context) {
            Ok(admitted) => self.dispatch(routed.handler(), admitted, request, &context, stream),
            Err(problem) if routed.is_page() => self.refuse_visitor(problem, request),
            Err(problem) => readable_anywhere(self.refuse(problem, id)),
        };
        self.latest.set(context.mark());
        if context.has_events() {
            self.has_new_jobs.set(true);
        }
        if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(HeaderName::from_static("request-id"), id);
        }
        if request.method() == Method::HEAD && routed.is_page() {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    /// Calls the handler that the route table names for an admitted request.
    fn dispatch(
        &self,
        handler: &Handler,
        admitted: Admitted<'_>,
        request: &Request<Bytes>,
        context: &Context<'_>,
        stream: &mut Option<Box<ListStream>>,
    ) -> Response<Bytes> {
        match (handler, admitted) {
            (Handler::NewShop(create), Admitted::NewShop(shop)) => {
                create(self, shop, request, context).unwrap_or_else(|problem| self.refuse(problem, context.next_id()))
            }
            (Handler::Visit { answer, logged }, Admitted::Visitor(visit)) => self.visit(&visit, *answer, *logged),
            (Handler::Hook(take), Admitted::Visitor(visit)) => {
                let taken = self.database().transaction(|_| take(self, &visit));
                taken.unwrap_or_else(|problem| self.refuse(problem, visit.id))
            }
            (Handler::Form { .. }, Admitted::Caller(call)) => self.serve(&call, handler, stream),
            (Handler::File(take), Admitted::Caller(call)) => take(self, &call),
            (_, Admitted::Caller(call)) => {
                let response = self.serve(&call, handler, stream);
                with_limits(response, &call)
            }
            (_, Admitted::NewShop(_) | Admitted::Visitor(_)) => self.refuse(Problem::RouteNotFound, context.next_id()),
        }
    }

    /// Carries out a request and writes its entry in the audit log, in one transaction.
    pub(in crate::api) fn serve(
        &self,
        call: &Call<'_>,
        handler: &Handler,
        stream: &mut Option<Box<ListStream>>,
    ) -> Response<Bytes> {
        let served = self.database().transaction(|_| {
            let (contact, outcome, response, changed) = match self.perform(call, handler) {
                Err(problem @ Problem::Internal { .. }) => return Err(problem),
                Err(problem) => {
                    if problem == Problem::NoSpace {
                        tell_no_space(self.database(), &call.shop, call.context)?;
                    }
                    (None, problem.code(), self.refuse_caller(problem, call, handler), false)
                }
                Ok(reply) => {
                    *stream = reply.stream;
                    (reply.contact, "ok", reply.response, !reply.is_repetition)
                }
            };
            let (key, now) = (&call.caller.key, call.context.now);
            if call.route.endpoint.is_audited() {
                let contact = contact.or_else(|| call.contact());
                let (endpoint, status) = (call.route.endpoint, response.status().as_u16());
                if call.caller.kind == KeyKind::Publishable && !changed {
                    // Anybody can repeat it for ever.
                    let (method, route) = (endpoint.method, endpoint.path);
                    let entry = Audited { id: call.id, key: key.id, method, route, contact: None, status, outcome };
                    self.note_or_count(&key.id.to_string(), &entry, (endpoint.id, status, outcome, None), now)?;
                } else {
                    self.audit(call.id, key, endpoint, contact, (status, outcome), now)?;
                }
            }
            note_use(self.database(), key, now)?;
            Ok(response)
        });
        served.unwrap_or_else(|problem| {
            *stream = None;
            // The transaction was rolled back, so the cached shop may hold values that were never committed. Drop it.
            self.shop.replace(None);
            self.storefront.replace(None);
            self.refuse_caller(problem, call, handler)
        })
    }

    fn refuse_caller(&self, problem: Problem, call: &Call<'_>, handler: &Handler) -> Response<Bytes> {
        if let Handler::Form { refuse, .. } = handler {
            refuse(self, problem, call)
        } else {
            self.refuse(problem, call.id)
        }
    }

    /// Carries out a request once for each `Idempotency-Key`.
    fn perform(&self, call: &Call<'_>, handler: &Handler) -> Result<Reply, Problem> {
        let limit = call.route.endpoint.body_limit;
        if limit > 0 && call.request.body().len() > limit {
            return Err(Problem::BodyTooLarge { limit });
        }
        // A browser sends a form without a key for repetition. The form has an id of its own.
        if let Handler::Form { take, .. } = handler {
            return take(self, call);
        }
        if !call.route.endpoint.mutates() {
            return self.answer(call, handler);
        }
        let repeatable = call.repeatable()?;
        if let Some(Repeatable { hash, fingerprint }) = &repeatable {
            let kept = kept_answer(self.database(), hash, call.context.now.plus_millis(-KEPT_FOR))?;
            match kept {
                Some(kept) if fingerprint.is(&kept.fingerprint) => {
                    return match kept.contact {
                        // A report is not stored but made again, because its data may have been corrected or erased
                        // since.
                        Some(contact) if kept.body.is_empty() => self.reported(call, &Lookup::Id(contact)),
                        _ => Reply::again(&call.shop, hash, &kept),
                    };
                }
                Some(_) => return Err(Problem::IdempotencyMismatch),
                None => {}
            }
        }
        let reply = self.database().transaction(|_| self.answer(call, handler))?;
        // What a page may send can be repeated without a stored answer, and strangers could fill the ledger with answers.
        if let Some(Repeatable { hash, fingerprint }) = repeatable
            && call.caller.kind == KeyKind::Secret
            && reply.response.status().is_success()
        {
            let kept = reply.to_keep(&call.shop, &hash, fingerprint.current, call.context)?;
            store_answer(self.database(), &hash, &kept, call.context.now)?;
        }
        Ok(reply)
    }

    fn answer(&self, call: &Call<'_>, handler: &Handler) -> Result<Reply, Problem> {
        let query = Query::read(call.route.endpoint, call.request.uri().query())?;
        match handler {
            Handler::Call(answer) => answer(self, call),
            Handler::Query(answer) => answer(self, call, &query),
            _ => Err(Problem::RouteNotFound),
        }
    }
}

/// Adds the headers that state what remains of the rate limit, and those that allow a page to read the response.
fn with_limits(mut response: Response<Bytes>, call: &Call<'_>) -> Response<Bytes> {
    call.left.write_to(response.headers_mut());
    if let Some(origin) = &call.caller.origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let read = HeaderValue::from_static("etag, retry-after, request-id, ratelimit, ratelimit-policy");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, read);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin, authorization"));
    response
}
