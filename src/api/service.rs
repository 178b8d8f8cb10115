//! One shop's service: requests in, answers out, over the shop's own database.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use super::answer::{
    self, DecidedAnswer, DecisionsAnswer, ItemAnswer, KeysAnswer, NewShopAnswer, NotedAnswer, ReceiptAnswer,
    StorefrontAnswer, SuppressionAnswer,
};
use super::body;
use super::front::{NEW_SHOP_HEADER, bearer, readable_anywhere};
use super::key::{KeyKind, Secrets, ShopId, hash_of};
use super::problem::{Fault, Problem};
use super::route::Route;
use super::wire::{
    ActivitiesBody, Contacts, DecisionsBody, LookupBody, RestrictionBody, ShopBody, SubmissionBody, SuppressionBody,
};
use crate::ledger::{
    ChoiceFault, Database, Host, Lookup, Moment, NewKey, Shop, SubmissionError, contact_report, decide_contacts,
    find_key, migrate, note_activities, record_submission, restrict, suppress,
};

/// The service of one shop. It lives as long as the shop's object does.
pub struct ShopService<D, H> {
    database: D,
    host: H,
    secrets: Secrets,
    // Read on every request and written by this object alone, so it is kept between requests.
    shop: RefCell<Option<Rc<Shop>>>,
    // What every page asks for, and its tag. It follows from the shop.
    storefront: RefCell<Option<(Bytes, HeaderValue)>>,
}

/// Who asks.
struct Caller {
    kind: KeyKind,
    /// The page's origin, once it is known to be one of the shop's.
    origin: Option<HeaderValue>,
}

impl<D: Database, H: Host> ShopService<D, H> {
    /// A service over a database, which is brought to the current version at the first request.
    pub const fn new(database: D, host: H, secrets: Secrets) -> Self {
        Self { database, host, secrets, shop: RefCell::new(None), storefront: RefCell::new(None) }
    }

    /// Answers a request. Never fails: whatever goes wrong is an answer too.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
        match self.admit(method, path, headers) {
            Err(problem) => readable_anywhere(self.refuse(problem)),
            Ok(Admitted::NewShop(id)) => {
                self.create(id, headers, request.body()).unwrap_or_else(|problem| self.refuse(problem))
            }
            Ok(Admitted::Caller { route, caller, shop }) => {
                let answer = self.answer(route, &caller, &shop, headers, request.body());
                let mut response = answer.unwrap_or_else(|problem| self.refuse(problem));
                if let Some(origin) = caller.origin {
                    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                    response
                        .headers_mut()
                        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after"));
                }
                response.headers_mut().append(header::VARY, HeaderValue::from_static("origin, authorization"));
                response
            }
        }
    }

    /// The answer for a problem; what failed on our side is told to the operator, who alone can help.
    fn refuse(&self, problem: Problem) -> Response<Bytes> {
        if let Problem::Internal { cause } = &problem {
            self.host.report(cause);
        }
        problem.into_response()
    }

    /// Settles who asks and whether they may, before anything of the body is looked at.
    fn admit(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Admitted, Problem> {
        let route = Route::of(method, path)?;
        let Some(needed) = route.scope() else {
            // Only the front door reaches this, and it sets the header itself.
            let id = headers.get(NEW_SHOP_HEADER).and_then(|id| ShopId::parse(id.to_str().ok()?));
            return id.map(Admitted::NewShop).ok_or(Problem::RouteNotFound);
        };
        let key = self.secrets.verify(bearer(headers)?).ok_or(Problem::InvalidKey)?;
        let shop = self.shop()?.ok_or(Problem::InvalidKey)?;
        let stored = find_key(&self.database, &key.hash)?.ok_or(Problem::InvalidKey)?;
        if key.shop.to_string() != shop.id {
            return Err(Problem::InvalidKey);
        }
        if !stored.scopes.split(' ').any(|scope| scope == needed.as_str()) {
            return Err(Problem::WrongScope { needed: needed.as_str() });
        }
        let origin = match key.kind {
            KeyKind::Publishable => page_origin(&shop, method, headers)?,
            // A secret key has no business in a page: no page can read the answer.
            KeyKind::Secret => None,
        };
        Ok(Admitted::Caller { route, caller: Caller { kind: key.kind, origin }, shop })
    }

    fn shop(&self) -> Result<Option<Rc<Shop>>, Problem> {
        if self.shop.borrow().is_none() {
            migrate(&self.database)?;
            *self.shop.borrow_mut() = Shop::load(&self.database)?.map(Rc::new);
        }
        Ok(self.shop.borrow().clone())
    }

    fn create(&self, id: ShopId, headers: &HeaderMap, given: &[u8]) -> Result<Response<Bytes>, Problem> {
        let settings = body::read::<ShopBody>(headers, given)?.parse()?;
        if self.shop()?.is_some() {
            return Err(Problem::Internal { cause: "the object has a shop already".into() });
        }
        let moment = Moment::of(&self.host);
        let mint = |kind: KeyKind| {
            let text = self.secrets.mint(kind, id, moment.random());
            let scopes = kind.scopes().iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
            (NewKey { hash: hash_of(&text), kind: kind.as_str(), scopes }, text)
        };
        let (publishable, publishable_text) = mint(KeyKind::Publishable);
        let (secret, secret_text) = mint(KeyKind::Secret);
        let shop = Shop::create(&self.database, &id.to_string(), settings, &[publishable, secret], &moment)?;
        let keys = KeysAnswer { publishable: &publishable_text, secret: &secret_text };
        let response =
            answer::json(StatusCode::CREATED, &NewShopAnswer { storefront: StorefrontAnswer::of(&shop), keys });
        *self.shop.borrow_mut() = Some(Rc::new(shop));
        response
    }

    fn answer(
        &self,
        route: Route,
        caller: &Caller,
        shop: &Shop,
        headers: &HeaderMap,
        given: &[u8],
    ) -> Result<Response<Bytes>, Problem> {
        let limit = route.body_limit();
        if given.len() > limit {
            return Err(Problem::BodyTooLarge { limit });
        }
        match route {
            Route::Storefront => self.storefront(shop, headers),
            Route::Consents => self.submit(shop, caller, headers, given),
            Route::Lookup => self.report(shop, &body::read::<LookupBody>(headers, given)?.parse()?),
            Route::Contact(id) => self.report(shop, &Lookup::Id(id.ok_or(Problem::ContactNotFound)?)),
            Route::Decisions => self.decide(shop, &body::read::<DecisionsBody>(headers, given)?),
            Route::Activities => self.note(&body::read::<ActivitiesBody>(headers, given)?),
            Route::Restriction(id) => self.restrict(id, shop, &body::read::<RestrictionBody>(headers, given)?),
            Route::Suppressions => self.suppress(shop, &body::read::<SuppressionBody>(headers, given)?),
            Route::Health | Route::Shops => Err(Problem::RouteNotFound),
        }
    }

    fn decide(&self, shop: &Shop, body: &DecisionsBody) -> Result<Response<Bytes>, Problem> {
        let (asked, contacts) = body.parse(self.host.now())?;
        let given = match contacts {
            Contacts::One(lookup) => {
                let outcome = decide_contacts(&self.database, shop, &asked, &[&lookup])?.pop();
                let outcome = outcome.ok_or(Problem::ContactNotFound);
                return answer::json(StatusCode::OK, &DecidedAnswer::of(outcome)?);
            }
            Contacts::Many(given) => given,
        };
        let readable: Vec<&Lookup> = given.iter().filter_map(|one| one.as_ref().ok()).collect();
        let mut decided = decide_contacts(&self.database, shop, &asked, &readable)?.into_iter();
        let decisions = given.into_iter().map(|one| {
            ItemAnswer::of(one.and_then(|_| {
                decided.next().ok_or(Problem::Internal { cause: "fewer decisions than contacts".into() })
            }))
        });
        answer::json(StatusCode::OK, &DecisionsAnswer { decisions: decisions.collect() })
    }

    fn note(&self, body: &ActivitiesBody) -> Result<Response<Bytes>, Problem> {
        let (contact, noted) = body.parse()?;
        let addresses = note_activities(&self.database, &contact, &noted, &Moment::of(&self.host))?;
        let addresses = addresses.ok_or(Problem::ContactNotFound)?;
        answer::json(StatusCode::OK, &NotedAnswer { addresses })
    }

    fn restrict(
        &self,
        id: Option<uuid::Uuid>,
        shop: &Shop,
        body: &RestrictionBody,
    ) -> Result<Response<Bytes>, Problem> {
        let (restricted, reason) = body.parse()?;
        let id = id.ok_or(Problem::ContactNotFound)?;
        if !restrict(&self.database, id, restricted, &reason, &Moment::of(&self.host))? {
            return Err(Problem::ContactNotFound);
        }
        self.report(shop, &Lookup::Id(id))
    }

    fn suppress(&self, shop: &Shop, body: &SuppressionBody) -> Result<Response<Bytes>, Problem> {
        let (address, channel, reason) = body.parse()?;
        let kept = suppress(&self.database, shop, &address, channel, &reason, &Moment::of(&self.host))?;
        answer::json(StatusCode::CREATED, &SuppressionAnswer::of(&kept))
    }

    fn storefront(&self, shop: &Shop, headers: &HeaderMap) -> Result<Response<Bytes>, Problem> {
        let kept = self.storefront.borrow().clone();
        let (body, tag) = match kept {
            Some(kept) => kept,
            None => {
                let body = answer::json(StatusCode::OK, &StorefrontAnswer::of(shop))?.into_body();
                let digest = HEXLOWER.encode(&Sha256::digest(&body));
                let tag = HeaderValue::from_str(&format!("\"{}\"", digest.get(..32).unwrap_or_default()));
                let tag = tag.map_err(|_| Problem::Internal { cause: "the tag is no header value".into() })?;
                self.storefront.replace(Some((body.clone(), tag.clone())));
                (body, tag)
            }
        };
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_known = |known: &str| known.split(',').any(|one| tag == *one.trim().trim_start_matches("W/"));
        let mut response = if known.is_some_and(is_known) {
            let mut unchanged = Response::new(Bytes::new());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else {
            Response::new(body)
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
        Ok(response)
    }

    fn submit(
        &self,
        shop: &Shop,
        caller: &Caller,
        headers: &HeaderMap,
        given: &[u8],
    ) -> Result<Response<Bytes>, Problem> {
        let trusted = caller.kind == KeyKind::Secret;
        let body: SubmissionBody = body::read(headers, given)?;
        let submission = body.parse(trusted, |content| shop.fingerprint(content))?;
        let receipt = record_submission(&self.database, shop, &submission, &Moment::of(&self.host)).map_err(refusal)?;
        answer::json(StatusCode::CREATED, &ReceiptAnswer::of(&receipt, trusted))
    }

    fn report(&self, shop: &Shop, lookup: &Lookup) -> Result<Response<Bytes>, Problem> {
        let report = contact_report(&self.database, shop, lookup, self.host.now())?.ok_or(Problem::ContactNotFound)?;
        answer::json(StatusCode::OK, &report)
    }
}

enum Admitted {
    NewShop(ShopId),
    Caller { route: Route, caller: Caller, shop: Rc<Shop> },
}

/// Binds a publishable key to the shop's pages. Browsers send `Origin` with every request to another origin and with every
/// `POST`; a `GET` without one comes from the same origin or from no browser, and reads only what every page shows.
fn page_origin(shop: &Shop, method: &Method, headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
    match headers.get(header::ORIGIN) {
        Some(origin) if shop.settings.origins.iter().any(|own| own.as_str().as_bytes() == origin.as_bytes()) => {
            Ok(Some(origin.clone()))
        }
        None if method == Method::GET => Ok(None),
        _ => Err(Problem::WrongOrigin),
    }
}

fn refusal(error: SubmissionError) -> Problem {
    let (index, fault) = match error {
        SubmissionError::Conflict => return Problem::SubmissionConflict,
        SubmissionError::NoNotice => {
            let fault = Fault::new("missing_field", "say what was shown: a consent and a declined need a notice");
            return Problem::field("/notice", fault);
        }
        SubmissionError::NotBornYet => {
            let fault = Fault::new("invalid_date", "nobody is born in the future; check the year");
            return Problem::field("/contact/born", fault);
        }
        SubmissionError::Database(error) => return error.into(),
        SubmissionError::Choice { index, fault } => (index, fault),
    };
    let (field, fault) = match fault {
        ChoiceFault::ChannelOff => ("/channel", Fault::new("channel_off", "the shop does not use this channel")),
        ChoiceFault::UnknownPurpose => ("/purpose", Fault::new("unknown_purpose", "the shop has no such purpose")),
        ChoiceFault::NoAddress(Some(kind)) => (
            "/channel",
            Fault {
                code: "no_address",
                detail: format!("give the contact's {kind} address, which this channel needs").into(),
            },
        ),
        ChoiceFault::NoAddress(None) => ("", Fault::new("no_address", "give an address that this is about")),
        ChoiceFault::Repeated => {
            ("", Fault::new("repeated_choice", "this channel and purpose stand earlier in the list"))
        }
        ChoiceFault::NotSpecific => {
            ("", Fault::new("not_specific", "name a channel and a purpose; only an opt_out may leave them open"))
        }
        ChoiceFault::ContractForAdvertising => (
            "/basis",
            Fault::new("basis_not_accepted", "a contract is a ground for the shop's transactional purposes only"),
        ),
        ChoiceFault::Undated => {
            let fault = Fault::new(
                "missing_evidence",
                "say when the dealing was: an implied consent ends some months after it",
            );
            return Problem::field("/occurred_at", fault);
        }
        ChoiceFault::Missing(missing) => {
            let pointer = format!("/choices/{index}/evidence/{}", missing.field());
            return Problem::field(pointer, Fault::new("missing_evidence", missing.message()));
        }
    };
    Problem::field(format!("/choices/{index}{field}"), fault)
}
