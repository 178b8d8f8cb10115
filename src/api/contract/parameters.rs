//! What stands in paths, queries and headers.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::api::contract::lists;
use crate::api::contract::operation::Operation;
use crate::api::contract::rehearsal::Example;
use crate::api::export::Format;
use crate::api::key::Scope;
use crate::api::link::LinkKind;
use crate::api::route::{Access, Action, ENDPOINTS, Endpoint};
use crate::consent::certificate::Requester;
use crate::consent::{Channel, PurposeSlug};
use crate::ledger::{DeliveryState, RequestState, Section};
use crate::model::request::RequestKind;
use crate::platforms::Provider;

/// Makes the types that only parameters have known.
pub(super) fn register(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Format>();
    generator.subschema_for::<Requester>();
    generator.subschema_for::<Section>();
    generator.subschema_for::<Channel>();
    generator.subschema_for::<PurposeSlug>();
    generator.subschema_for::<Provider>();
    generator.subschema_for::<RequestKind>();
    generator.subschema_for::<RequestState>();
    generator.subschema_for::<DeliveryState>();
    generator.subschema_for::<crate::api::contract::schema::EventId>();
    lists::register(generator);
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

pub(super) fn country() -> Value {
    json!({ "type": "string", "pattern": "^[A-Z]{2}$" })
}

/// What a page can be besides the one that is wanted.
pub(super) const OTHER_PAGES: &[(u16, &str)] = &[
    (404, "The link was never made here, or what it was about has gone."),
    (413, "The form is too large."),
    (429, "Too many visits."),
    (500, "Something failed on our side; nothing was changed."),
];

/// What the page that answers a form can be besides.
pub(super) const FORM_PAGES: &[(u16, &str)] = &[
    (403, "The form is on a page that is not the shop's, or the browser does not say where it is."),
    (404, "The key is none, or no longer good."),
    (409, "It was sent before under this `id`, with other answers."),
    (415, "It is sent in another encoding."),
    (422, "Something in it is not right, and nothing was recorded; the page says what to do."),
];

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// The media types of what is posted to a page or by a provider.
pub(super) fn forms(action: Action) -> &'static [&'static str] {
    match action {
        Action::UsePage(LinkKind::Unsubscribe) => &[URLENCODED, "multipart/form-data"],
        Action::UsePage(_) | Action::TakeForm => &[URLENCODED],
        Action::TakeInbound => &[URLENCODED, "application/json"],
        _ => &[],
    }
}

/// The fields of a form.
pub(super) fn form(action: Action) -> Value {
    let actions = |actions: &[&str]| json!({ "type": "string", "enum": actions });
    let fields = match action {
        Action::UsePage(LinkKind::Unsubscribe) => json!({ "List-Unsubscribe": { "const": "One-Click" } }),
        Action::UsePage(LinkKind::Preferences) => {
            let kinds: Vec<&str> = RequestKind::ALL.iter().map(|kind| kind.as_str()).collect();
            json!({ "action": actions(&[&["save", "stop"], kinds.as_slice()].concat()), "shown": { "type": "string" } })
        }
        Action::UsePage(LinkKind::Code) => json!({ "code": { "type": "string" }, "action": actions(&["resend"]) }),
        Action::UsePage(LinkKind::Request) => json!({ "action": actions(&["resend"]) }),
        Action::TakeForm => return of_form(),
        _ => json!({}),
    };
    json!({ "type": "object", "properties": fields })
}

fn of_form() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    json!({
        "type": "object",
        "required": ["notice", "version", "locale"],
        "properties": {
            "email": text("An e-mail address."),
            "phone": text("A telephone number, with + and country code."),
            "country": text("The country, ISO 3166-1 alpha-2; anything else says nothing."),
            "notice": text("The id of a notice of the shop's that has choices."),
            "version": text("Its version."),
            "locale": text("Its language; also that of the page that answers."),
            "choice": {
                "type": "array", "items": { "type": "string" },
                "description": "`channel:purpose` of each box that was ticked.",
            },
            "form": text("The shop's name for the form."),
            "identity": text("Who the customer is, as in `POST /v1/consents`."),
            "id": { "type": "string", "format": "uuid", "description": "Makes one of a form that is sent twice: fresh with each page." },
            "return": text("A page of the shop's that the answer leads back to."),
        },
    })
}

/// The code of the problem that a parameter of the query can cause.
pub(super) fn code_of(action: Action, name: &str) -> &'static str {
    if let Some(code) = lists::code_of(action, name) {
        return code;
    }
    match name {
        "before" if action == Action::ListDeliveries => "invalid_event_id",
        "state" => "unknown_state",
        "sections" => "unknown_section",
        "channel" => "unknown_channel",
        "purpose" => "invalid_purpose",
        "since" | "until" => "invalid_time",
        "format" => "unknown_format",
        "requested_by" => "unknown_requester",
        "contact" | "key" | "before" => "invalid_id",
        "route" => "unknown_route",
        // A parameter that nobody has described yet: the document is not made with it.
        "limit" => "out_of_range",
        "kind" => "unknown_request",
        "due_by" => "invalid_date",
        _ => "undescribed_parameter",
    }
}

/// The schema of a parameter of the query, and what it is.
fn query(action: Action, name: &str) -> (Value, &'static str) {
    if let Some(own) = lists::query(action, name) {
        return own;
    }
    match (name, action) {
        ("sections", _) => (
            json!({ "type": "array", "items": reference("Section"), "minItems": 1 }),
            "The sections, with commas between them; all where nothing is said.",
        ),
        ("channel", Action::Links) => {
            (reference("Channel"), "What is left by the link; all channels where nothing is said.")
        }
        ("purpose", Action::Links) => {
            (reference("Purpose"), "What is left by the link; all purposes where nothing is said.")
        }
        ("state", Action::ListRequests) => (reference("RequestState"), "In this state."),
        ("kind", _) => (reference("RequestKind"), "Of this kind."),
        ("due_by", _) => {
            (json!({ "type": "string", "format": "date" }), "Due on this day or before, and not answered.")
        }
        ("channel", _) => (reference("Channel"), "Only what bears on this channel."),
        ("purpose", _) => (reference("Purpose"), "Only what bears on this purpose."),
        ("since", _) => (time(), "From this time on."),
        ("until", _) => (time(), "Before this time."),
        ("format", Action::Audit) => (json!({ "enum": ["json", "ndjson"], "default": "json" }), "In which form."),
        ("format", _) => (reference("Format"), "In which form; `json` where nothing is said."),
        ("requested_by", _) => (reference("Requester"), "Who asked for it; `person` where nothing is said."),
        ("contact", _) => (id(), "About this contact."),
        ("key", _) => (id(), "By this key."),
        ("route", _) => {
            let routes: Vec<&str> = ENDPOINTS.iter().map(|own| own.path).collect();
            let routes: std::collections::BTreeSet<&str> = routes.into_iter().collect();
            (json!({ "enum": routes }), "To this route.")
        }
        ("state", _) => (reference("DeliveryState"), "In this state; in any where nothing is said."),
        ("before", Action::ListDeliveries) => {
            (reference("EventId"), "Older than this event: the `next` of the page before.")
        }
        ("before", _) => (id(), "Older than this line: the `next` of the page before."),
        ("limit", _) => {
            (json!({ "type": "integer", "minimum": 1, "maximum": 1_000, "default": 100 }), "At most so many lines.")
        }
        _ => (json!({}), ""),
    }
}

/// The parameters that several operations have.
pub(super) fn shared(contact: &str, key: &str, webhook: &str) -> Value {
    let header = |name: &str, about: &str, schema: Value| json!({ "name": name, "in": "header", "description": about, "schema": schema });
    let tags = json!({ "type": "string", "examples": ["*"] });
    json!({
        "ContactId": {
            "name": "id", "in": "path", "required": true, "description": "The id of the contact.",
            "schema": id(), "example": contact,
        },
        "KeyId": {
            "name": "id", "in": "path", "required": true, "description": "The id of the key, not the key itself.",
            "schema": id(), "example": key,
        },
        "WebhookId": {
            "name": "id", "in": "path", "required": true, "description": "The id of the webhook.",
            "schema": id(), "example": webhook,
        },
        "IdempotencyKey": header(
            "Idempotency-Key",
            "Makes it safe to send the request again within a day.",
            json!({ "type": "string", "pattern": "^[!#-~]{1,128}$" }),
        ),
        "IfMatch": header("If-Match", "The `ETag` of the state that the change is meant for.", tags.clone()),
        "IfNoneMatch": header("If-None-Match", "The `ETag` of the answer that is known already.", tags),
        "Origin": header(
            "Origin",
            "The page's origin; browsers send it. With a publishable key it must be one on which that works.",
            json!({ "type": "string" }),
        ),
    })
}

/// The parameters of an operation.
pub(super) fn of(endpoint: &Endpoint, operation: &Operation, example: Option<&Example>) -> Vec<Value> {
    let shared = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut parameters = Vec::new();
    let names = endpoint.path.split('/').filter(|part| part.starts_with('{'));
    for (place, name) in names.enumerate() {
        let value = example.and_then(|example| example.values.get(place));
        let in_path = |name: &str, schema: Value, about: &str| json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema, "example": value });
        parameters.push(match name {
            "{channel}" => {
                let schema = json!({ "anyOf": [reference("Channel"), { "const": "*" }] });
                in_path("channel", schema, "The channel; `*` for all.")
            }
            "{purpose}" => {
                let schema = json!({ "anyOf": [reference("Purpose"), { "const": "*" }] });
                in_path("purpose", schema, "The purpose; `*` for all.")
            }
            "{key}" => in_path("key", json!({ "type": "string" }), "A publishable key of the shop."),
            "{token}" => in_path("token", json!({ "type": "string" }), "What the link was made with."),
            "{provider}" => in_path("provider", reference("Provider"), "Which."),
            "{list}" => in_path("list", reference("ListKind"), "Which."),
            _ if endpoint.path.starts_with("/v1/imports") => in_path("id", id(), "The id of the import."),
            _ if endpoint.path.starts_with("/v1/messages") => in_path("id", id(), "The id of the message."),
            _ if endpoint.path.starts_with("/v1/requests") => in_path("id", id(), "The id of the request."),
            _ if endpoint.path.starts_with("/v1/keys") => shared("KeyId"),
            _ if endpoint.path.starts_with("/v1/webhooks") => shared("WebhookId"),
            _ => shared("ContactId"),
        });
    }
    for name in endpoint.query {
        let (schema, about) = query(endpoint.action, name);
        let mut parameter = json!({ "name": name, "in": "query", "description": about, "schema": schema });
        if let Some(fields) = parameter.as_object_mut() {
            let sent = example.and_then(|example| example.query.iter().find(|(sent, _)| sent == name));
            if *name == "sections" {
                fields.insert("style".into(), "form".into());
                fields.insert("explode".into(), false.into());
            } else if let Some((_, value)) = sent {
                let of_json =
                    serde_json::from_str(value).ok().filter(|value: &Value| value.is_u64() || value.is_boolean());
                fields.insert("example".into(), of_json.unwrap_or_else(|| json!(value)));
            }
        }
        parameters.push(parameter);
    }
    if takes_idempotency_key(endpoint) {
        parameters.push(shared("IdempotencyKey"));
    }
    parameters.extend(lists::headers(endpoint.action));
    if operation.conditional {
        parameters.push(shared("IfMatch"));
    }
    if matches!(endpoint.action, Action::Storefront | Action::StorefrontOfKey) {
        parameters.push(shared("IfNoneMatch"));
    }
    if matches!(endpoint.access, Access::Key(Scope::Storefront | Scope::Capture) | Access::PathKey(_)) {
        parameters.push(shared("Origin"));
    }
    parameters
}

/// Whether it heeds an `Idempotency-Key`. Of a part of a file its offset says whether it came before.
pub(super) fn takes_idempotency_key(endpoint: &Endpoint) -> bool {
    let has_key = matches!(endpoint.access, Access::Key(_) | Access::Root);
    endpoint.mutates() && has_key && endpoint.action != Action::ContinueImport
}

/// The headers that answers bear.
pub(super) fn headers() -> Value {
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "ETag": text("The state that the answer tells, for `If-Match` and `If-None-Match`."),
        "request-id": { "description": "The id of the request, by which the audit log names it.", "schema": id() },
        "RateLimit": text("What is left, and in how many seconds the bucket is full again: `\"key\";r=999;t=1`."),
        "RateLimit-Policy": text("The bucket and what it holds: `\"key\";q=1000;w=10`."),
        "Retry-After": { "description": "In how many seconds to ask again.", "schema": { "type": "integer" } },
        "WWW-Authenticate": text("How to show a key, RFC 6750."),
        "Content-Disposition": text("A name for the file."),
        "Link": text("`rel=\"next\"` leads to the next page, where there is one (RFC 8288)."),
        "Location": text("Where the import is told from now on."),
    })
}

/// The headers of a success.
pub(super) fn answer_headers(endpoint: &Endpoint, operation: &Operation, status: u16) -> Value {
    let mut names = Vec::new();
    if endpoint.access != Access::Open {
        names.push("request-id");
    }
    if matches!(endpoint.access, Access::Key(_) | Access::PathKey(_)) && !endpoint.is_page() {
        names.extend(["RateLimit", "RateLimit-Policy"]);
    }
    if operation.tagged {
        names.push("ETag");
    }
    match endpoint.action {
        Action::Export => names.push("Content-Disposition"),
        Action::Audit => names.push("Link"),
        Action::List => names.extend(["Content-Disposition", "Link"]),
        Action::TakeImport | Action::ContinueImport if status != 200 => names.push("Location"),
        _ => {}
    }
    let named = names.into_iter().map(|name| {
        let reference = json!({ "$ref": format!("#/components/headers/{name}") });
        (name.to_owned(), reference)
    });
    Value::Object(named.collect::<Map<_, _>>())
}

/// The schema of an answer that is made by hand.
pub(super) fn answer_without_type(action: Action) -> Value {
    match action {
        Action::Health => json!({
            "type": "object", "required": ["status", "version"], "additionalProperties": false,
            "properties": {
                "status": { "const": "ok" },
                "version": { "type": "string", "description": "The version of the service." },
            },
        }),
        _ => json!({ "type": "object", "description": "An OpenAPI document." }),
    }
}

/// The media types, besides JSON, that an answer can have.
pub(super) fn other_forms(action: Action) -> &'static [&'static str] {
    match action {
        Action::Export => &["application/zip", "text/html"],
        Action::Audit => &["application/x-ndjson"],
        Action::ShowPage(LinkKind::Result) => &["application/json", "application/zip"],
        _ => lists::other_forms(action),
    }
}
