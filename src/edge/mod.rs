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
//! | `database`, `host` | the object's SQLite; clock, randomness, log |
//! | `alarm` | the object's background work and its schedule |
//! | `send` | one request to a webhook |
//! | `files` | imports and list exports, one piece at a time |

mod alarm;
mod database;
mod files;
mod host;
mod http;
mod send;

use std::rc::Rc;

use bytes::Bytes;
use worker::{Context, DurableObject, Env, Request, RequestInit, Response, State, durable_object, event};

use self::alarm::Alarm;
use self::database::ObjectDatabase;
use self::files::{stream_out, take_file};
use self::host::EdgeHost;
use self::http::{Head, answer, read_body};
use crate::api;
use crate::api::{
    Deployment, Door, EVIDENCE_HEADER, NEW_SHOP_HEADER, Opened, Secrets, ShopService, VISITOR_HEADER, WeakSecret,
};
use crate::ledger::Host;

/// The binding of the Durable Object namespace of the shops.
const SHOPS: &str = "SHOPS";
/// The binding of the platform's rate limiter for visitors; optional.
const VISITORS: &str = "VISITORS";
/// The variable with the name of the header that holds the client's IP address. Default: `cf-connecting-ip`.
const CLIENT_ADDRESS_HEADER: &str = "PLACET_CLIENT_ADDRESS_HEADER";

/// The front worker.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let secrets = match secrets(&env) {
        Ok(secrets) => secrets,
        Err(weak) => return answer(api::misconfigured(&weak)),
    };
    let head = Head::of(&request, &[])?;
    match api::front(&head.method, &head.path, &head.headers, &secrets, &EdgeHost) {
        Door::Answer(response) => {
            // The body is drained so that the client can read the response. The response is the same if this fails.
            let _ = read_body(&mut request, 0).await;
            answer(response)
        }
        Door::Shop { object, by_visitor, with_evidence } => {
            let visitor = if by_visitor { visitor(&request, &env, &secrets)? } else { None };
            if let Some(visitor) = &visitor
                && !is_welcome(&env, visitor).await
            {
                let _ = read_body(&mut request, 0).await;
                return answer(api::too_many_requests());
            }
            let evidence = if with_evidence { Some(evidence(&request, &env)?) } else { None };
            let inner = told(request, &env, [(VISITOR_HEADER, visitor), (EVIDENCE_HEADER, evidence)])?;
            env.durable_object(SHOPS)?.get_by_name(&object)?.fetch_with_request(inner).await
        }
        Door::NewShop { object, shop, body_limit } => {
            let Some(body) = read_body(&mut request, body_limit).await? else {
                return answer(api::body_too_large(body_limit, &head.path, &head.headers));
            };
            if let Some(refusal) = api::refuse_shop(&head.headers, &body) {
                return answer(refusal);
            }
            let headers = request.headers().clone();
            headers.set(NEW_SHOP_HEADER, &shop.to_string())?;
            let mut init = RequestInit::new();
            init.with_method(request.method()).with_headers(headers);
            init.with_body(Some(js_sys::Uint8Array::from(body.as_ref()).into()));
            let inner = Request::new_with_init(request.url()?.as_str(), &init)?;
            env.durable_object(SHOPS)?.get_by_name(&object)?.fetch_with_request(inner).await
        }
    }
}

/// Returns the request for the shop's object: with the headers set here, and without these headers if the client sent
/// them itself.
fn told(request: Request, env: &Env, known: [(&str, Option<String>); 2]) -> worker::Result<Request> {
    let mut is_changed = false;
    for (name, value) in &known {
        is_changed |= value.is_some() || request.headers().has(name)?;
    }
    // Most requests from servers have none of these headers and need no copy.
    if !is_changed {
        return Ok(request);
    }
    let mut inner = request.clone_mut()?;
    let headers = inner.headers_mut()?;
    for (name, value) in &known {
        match value {
            Some(value) => headers.set(name, value)?,
            None => headers.delete(name)?,
        }
        // With the truncated evidence set, the exact IP address and `User-Agent` do not reach the object.
        if *name == EVIDENCE_HEADER && value.is_some() {
            headers.delete("user-agent")?;
            headers.delete(&address_header(env))?;
        }
    }
    Ok(inner)
}

/// Returns the truncated network and browser of a request, as they may be stored.
fn evidence(request: &Request, env: &Env) -> worker::Result<String> {
    let headers = request.headers();
    let (address, browser) = (headers.get(&address_header(env))?, headers.get("user-agent")?);
    Ok(api::evidence(address.as_deref(), browser.as_deref()))
}

/// Returns the name of the header in which the platform or the operator's proxy writes the client's IP address.
fn address_header(env: &Env) -> String {
    let named = text(env, CLIENT_ADDRESS_HEADER);
    if named.is_empty() { "cf-connecting-ip".to_owned() } else { named }
}

/// Returns the pseudonym of the visitor, from the header in which the platform or the operator's proxy writes the
/// client's IP address.
fn visitor(request: &Request, env: &Env, secrets: &Secrets) -> worker::Result<Option<String>> {
    let from = request.headers().get(&address_header(env))?;
    let day = EdgeHost.now().millis().div_euclid(24 * 60 * 60 * 1_000);
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

fn secrets(env: &Env) -> Result<Secrets, WeakSecret> {
    Secrets::new(&text(env, Secrets::MASTER_KEY), &text(env, Secrets::ROOT_SECRET))
}

fn deployment(env: &Env) -> Result<Deployment, WeakSecret> {
    let (public_url, local) = (text(env, Deployment::PUBLIC_URL), text(env, Deployment::LOCAL_WEBHOOKS));
    Ok(Deployment::new(secrets(env)?, &public_url, &local))
}

/// Returns a variable or secret; an empty string if it is not set. In plain workerd an unset variable is `null`: the
/// accessors of the `worker` crate throw on it, and the request would hang.
fn text(env: &Env, name: &str) -> String {
    js_sys::Reflect::get(env.as_ref(), &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// The service of a shop in this runtime.
type Service = ShopService;

/// The Durable Object of one shop.
#[durable_object]
pub struct ShopObject {
    service: Result<Rc<Service>, WeakSecret>,
    alarm: Alarm,
}

impl DurableObject for ShopObject {
    fn new(state: State, env: Env) -> Self {
        let storage = state.storage();
        let database = ObjectDatabase::of(&storage);
        Self {
            service: deployment(&env).map(|deployment| Rc::new(ShopService::new(database, EdgeHost, deployment))),
            alarm: Alarm::of(&storage),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let service = match &self.service {
            Ok(service) => service,
            Err(weak) => return answer(api::misconfigured(weak)),
        };
        let head = Head::of(&request, &[NEW_SHOP_HEADER, VISITOR_HEADER, EVIDENCE_HEADER])?;
        if api::takes_file(&head.method, &head.path) {
            self.alarm.learn().await;
            let response = take_file(service, head, &mut request).await;
            self.alarm.consider(service);
            return answer(response?);
        }
        let limit = api::body_limit(&head.method, &head.path);
        let body = match read_body(&mut request, limit).await? {
            Some(body) => body,
            // The route takes no body: a body that was sent anyway is ignored.
            None if limit == 0 => Bytes::new(),
            None => return answer(api::body_too_large(limit, &head.path, &head.headers)),
        };
        self.alarm.learn().await;
        let opened = service.open(&head.with(body));
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
