//! Adapter to Cloudflare Workers and plain `workerd`: the front worker, and one Durable Object for each shop.
//!
//! The adapter translates and contains no rule. Invariant of a shop's object: it answers a request from its own
//! database alone, in one synchronous stretch, and the runtime's output gate delays the response until the writes are
//! on disk. So whatever was acknowledged is stored. Later work is in the same database, and the alarm for it is set in
//! the same stretch.
//!
//! | file | content |
//! |---|---|
//! | `mod` | the front worker and the shop's object |
//! | `http` | requests and responses as values |
//! | `database`, `runtime` | the object's SQLite; clock, randomness, log |
//! | `alarm` | the object's background work and its schedule |
//! | `send` | one request to another server |
//! | `files` | imports and list exports, one piece at a time |

mod alarm;
mod database;
mod files;
mod http;
mod runtime;
mod send;

use std::rc::Rc;

use bytes::Bytes;
use worker::{Context, DurableObject, Env, Request, RequestInit, Response, State, durable_object, event};

use self::alarm::Alarm;
use self::database::ObjectDatabase;
use self::files::{stream_out, take_file};
use self::http::{Head, answer, read_body};
use self::runtime::EdgeRuntime;
use self::send::send;
use crate::api;
use crate::api::{Deployment, Handover, Opened, Routed, Routing, Secrets, SecretsError, ShopService};
use crate::ledger::Runtime;

/// The binding of the Durable Object namespace of the shops.
const SHOPS: &str = "SHOPS";
/// The binding of the static files that are deployed beside the worker.
const ASSETS: &str = "ASSETS";
/// The binding of the platform's rate limiter for visitors; optional.
const VISITORS: &str = "VISITORS";
/// The variable with the name of the header that holds the client's IP address. Default on Cloudflare:
/// `cf-connecting-ip`; elsewhere none.
const CLIENT_ADDRESS_HEADER: &str = "PLACET_CLIENT_ADDRESS_HEADER";

/// The front worker.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let secrets = match secrets(&env) {
        Ok(secrets) => secrets,
        Err(weak) => return answer(api::misconfigured(&weak)),
    };
    let head = Head::of(&request, &[])?;
    match api::front(&head.method, &head.path, &head.headers, &secrets, &EdgeRuntime) {
        Routing::Answer(response) => {
            // The body is drained so that the client can read the response. The response is the same if this fails.
            let _ = read_body(&mut request, 0).await;
            answer(response)
        }
        Routing::Asset(file) => {
            let _ = read_body(&mut request, 0).await;
            answer(api::asset(file, asset(&env, file).await))
        }
        Routing::Shop { object, by_visitor, with_evidence } => {
            let visitor = if by_visitor { visitor(&request, &env, &secrets)? } else { None };
            if let Some(visitor) = &visitor
                && !is_welcome(&env, visitor).await
            {
                let _ = read_body(&mut request, 0).await;
                return answer(api::too_many_requests());
            }
            let evidence = if with_evidence { Some(evidence(&request, &env)?) } else { None };
            let inner = handed_over(request, &env, &Handover { visitor, evidence, ..Handover::default() })?;
            env.durable_object(SHOPS)?.get_by_name(&object)?.fetch_with_request(inner).await
        }
        Routing::NewShop { object, shop, body_limit } => {
            let Some(body) = read_body(&mut request, body_limit).await? else {
                return answer(api::body_too_large(body_limit));
            };
            if let Some(refusal) = api::refuse_shop(&head.headers, &body) {
                return answer(refusal);
            }
            let headers = request.headers().clone();
            headers.set(Handover::HEADER, &Handover { new_shop: Some(shop), ..Handover::default() }.written())?;
            let mut init = RequestInit::new();
            init.with_method(request.method()).with_headers(headers);
            init.with_body(Some(js_sys::Uint8Array::from(body.as_ref()).into()));
            let inner = Request::new_with_init(request.url()?.as_str(), &init)?;
            env.durable_object(SHOPS)?.get_by_name(&object)?.fetch_with_request(inner).await
        }
    }
}

/// Returns the request as the shop's object gets it: with what is handed over, and without what a client sends under that name.
fn handed_over(request: Request, env: &Env, handover: &Handover) -> worker::Result<Request> {
    // Most requests of servers come with nothing of the kind. Then nothing is copied.
    if handover.is_empty() && !request.headers().has(Handover::HEADER)? {
        return Ok(request);
    }
    let mut inner = request.clone_mut()?;
    let headers = inner.headers_mut()?;
    headers.set(Handover::HEADER, &handover.written())?;
    // The object gets the origin only as coarse as it may be stored.
    if handover.evidence.is_some() {
        headers.delete("user-agent")?;
        if let Some(name) = address_header(&request, env) {
            headers.delete(&name)?;
        }
    }
    Ok(inner)
}

/// Reads a file that is deployed beside the worker, through the binding of the static assets.
async fn asset(env: &Env, file: &str) -> Option<Vec<u8>> {
    let assets = env.service(ASSETS).ok()?;
    let mut found = assets.fetch(format!("https://assets.invalid/{file}"), None).await.ok()?;
    if found.status_code() == 200 { found.bytes().await.ok() } else { None }
}

/// Returns the truncated network and browser of a request, as they may be stored.
fn evidence(request: &Request, env: &Env) -> worker::Result<String> {
    let headers = request.headers();
    let (address, browser) = (client_address(request, env)?, headers.get("user-agent")?);
    Ok(api::evidence(address.as_deref(), browser.as_deref()))
}

/// Returns the name of the header in which the platform or the operator's proxy writes the client's IP address. Clients can
/// write `cf-connecting-ip` themselves where Cloudflare does not overwrite it. Cloudflare also sets `request.cf`, which no
/// client can set.
fn address_header(request: &Request, env: &Env) -> Option<String> {
    let named = text(env, CLIENT_ADDRESS_HEADER);
    if !named.is_empty() {
        return Some(named);
    }
    request.cf().map(|_| "cf-connecting-ip".to_owned())
}

/// Returns the client's IP address.
fn client_address(request: &Request, env: &Env) -> worker::Result<Option<String>> {
    address_header(request, env).map_or(Ok(None), |name| request.headers().get(&name))
}

/// Returns the pseudonym of the visitor.
fn visitor(request: &Request, env: &Env, secrets: &Secrets) -> worker::Result<Option<String>> {
    let from = client_address(request, env)?;
    let day = EdgeRuntime.now().millis().div_euclid(24 * 60 * 60 * 1_000);
    Ok(from.map(|from| secrets.visitor(day, &from)))
}

/// Returns whether the platform's own rate limiter, if it is bound, admits a visitor. It counts roughly and per
/// location; the exact limit is in the shop's object. If the limiter fails, the visitor is admitted.
async fn is_welcome(env: &Env, visitor: &str) -> bool {
    match env.rate_limiter(VISITORS) {
        Ok(limiter) => limiter.limit(visitor.to_owned()).await.map_or(true, |outcome| outcome.success),
        Err(_) => true,
    }
}

fn secrets(env: &Env) -> Result<Secrets, SecretsError> {
    let [master, naming, root] =
        [Secrets::MASTER_KEY, Secrets::NAMING_KEY, Secrets::ROOT_SECRET].map(|name| text(env, name));
    Secrets::new(&master, &naming, &root)
}

fn deployment(env: &Env) -> Result<Deployment, SecretsError> {
    let (public_url, local) = (text(env, Deployment::PUBLIC_URL), text(env, Deployment::LOCAL_WEBHOOKS));
    let (turnstile, url) = (text(env, Deployment::TURNSTILE_SECRET), text(env, Deployment::TURNSTILE_URL));
    Ok(Deployment::new(secrets(env)?, &public_url, &local).with_turnstile(turnstile, url))
}

/// Returns a variable or secret; an empty string if it is not set. In plain workerd an unset variable is `null`: the
/// accessors of the `worker` crate throw on it, and the request would hang.
fn text(env: &Env, name: &str) -> String {
    js_sys::Reflect::get(env.as_ref(), &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// The service of a shop in this runtime.
/// The Durable Object of one shop.
#[durable_object]
pub struct ShopObject {
    service: Result<Rc<ShopService>, SecretsError>,
    alarm: Alarm,
}

impl DurableObject for ShopObject {
    fn new(state: State, env: Env) -> Self {
        let storage = state.storage();
        let database = ObjectDatabase::of(&storage);
        Self {
            service: deployment(&env).map(|deployment| Rc::new(ShopService::new(database, EdgeRuntime, deployment))),
            alarm: Alarm::of(&storage),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let service = match &self.service {
            Ok(service) => service,
            Err(weak) => return answer(api::misconfigured(weak)),
        };
        let head = Head::of(&request, &[Handover::HEADER])?;
        let mut routed = match Routed::of(&head.method, &head.path, &head.headers) {
            Ok(routed) => routed,
            Err(response) => return answer(*response),
        };
        if routed.takes_file() {
            self.alarm.learn().await;
            let response = take_file(service, &routed, head, &mut request).await;
            self.alarm.consider(service);
            return answer(response?);
        }
        let limit = routed.body_limit();
        let body = match read_body(&mut request, limit).await? {
            Some(body) => body,
            // A body on a route that takes none is ignored.
            None if limit == 0 => Bytes::new(),
            None => return answer(routed.body_too_large(&head.headers)),
        };
        self.alarm.learn().await;
        let request = head.with(body);
        if let Some(question) = service.presence_question(&routed, &request) {
            let exchange = send(&question).await;
            routed.handover.is_present = exchange.answer().and_then(|answer| service.is_present(&request, answer));
        }
        let opened = service.open(&routed, &request);
        // The alarm is set in the same synchronous stretch as the writes, so that the runtime stores both together.
        self.alarm.consider(service);
        match opened {
            Opened::Answer(response) => answer(response),
            Opened::Stream(response, stream) => stream_out(service.clone(), response, *stream),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Ok(service) = &self.service {
            self.alarm.ring(service).await;
        }
        Response::empty()
    }
}
