//! The parameters of paths, queries and headers, the form fields, and the headers of answers.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::api::contract::lists;
use crate::api::contract::operation::Operation;
use crate::api::contract::rehearsal::Example;
use crate::api::export::Format;
use crate::api::key::Scope;
use crate::api::route::{Access, Endpoint};
use crate::api::routes::endpoints;
use crate::api::schema::{id, reference, time};
use crate::consent::certificate::Requester;
use crate::consent::{Channel, PurposeSlug};
use crate::ledger::{DeliveryState, RequestState, Section};
use crate::model::request::RequestKind;
use crate::platforms::Provider;

/// Registers the types that only parameters use.
pub(in crate::api) fn register(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Format>();
    generator.subschema_for::<Requester>();
    generator.subschema_for::<Section>();
    generator.subschema_for::<Channel>();
    generator.subschema_for::<PurposeSlug>();
    generator.subschema_for::<Provider>();
    generator.subschema_for::<RequestKind>();
    generator.subschema_for::<RequestState>();
    generator.subschema_for::<DeliveryState>();
    generator.subschema_for::<crate::api::schema::EventId>();
    lists::register(generator);
}

/// The pages that a link can answer with besides the page for a success.
pub(in crate::api) const OTHER_PAGES: &[(u16, &str)] = &[
    (
        404,
        "The link is not valid, or its subject request or preferences no longer exist. For a deleted confirmation or an expired \
           download, the status is 200 and the page says so.",
    ),
    (410, "The link was called back; nothing was changed."),
    (413, "The form is too large."),
    (429, "Too many visits."),
    (500, "The service failed; nothing was changed."),
];

/// The pages that a posted form can get besides the page for a success.
pub(in crate::api) const FORM_PAGES: &[(u16, &str)] = &[
    (403, "The page of the form is not on an origin of the key, or the browser sent no origin."),
    (404, "The key is invalid, revoked or expired."),
    (409, "The form was sent before with this `id` and other content."),
    (415, "The form has another encoding than `application/x-www-form-urlencoded`."),
    (422, "A field is invalid and nothing was recorded. The page says what to correct."),
    (503, "The shop's space is nearly used up; the form can be sent again later."),
];

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// Returns the media types of the body that a browser posts to a page, or that a provider posts.
pub(in crate::api) fn forms(action: &str) -> &'static [&'static str] {
    match action {
        "unsubscribe" => &[URLENCODED, "multipart/form-data"],
        "changePreferences" | "confirm" | "proveRequest" | "enterRequestCode" | "submitForm" => &[URLENCODED],
        "takeInbound" | "takePlatformEvent" => &[URLENCODED, "application/json"],
        _ => &[],
    }
}

/// Returns the schema of a form's fields.
pub(in crate::api) fn form(action: &str) -> Value {
    let actions = |actions: &[&str]| json!({ "type": "string", "enum": actions });
    let fields = match action {
        "unsubscribe" => json!({ "List-Unsubscribe": { "const": "One-Click" } }),
        "changePreferences" => {
            let kinds: Vec<&str> = RequestKind::ALL.iter().map(|kind| kind.as_str()).collect();
            json!({ "action": actions(&[&["save", "stop"], kinds.as_slice()].concat()), "shown": { "type": "string" } })
        }
        "enterRequestCode" => json!({ "code": { "type": "string" }, "action": actions(&["resend"]) }),
        "proveRequest" => json!({ "action": actions(&["resend"]) }),
        "submitForm" => return of_form(),
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
            "email": text("The e-mail address of the person."),
            "phone": text("The telephone number of the person, with + and the country code."),
            "country": text("The country of the person, ISO 3166-1 alpha-2. An invalid value is ignored."),
            "notice": text("The id of one of the shop's notices that has choices."),
            "version": text("The version of the notice."),
            "locale": text("The language of the notice, and of the page in the answer."),
            "choice": {
                "type": "array", "items": { "type": "string" },
                "description": "One entry `channel:purpose` for each box that is ticked.",
            },
            "form": text("The shop's name for the form."),
            "identity": text("The identity token of the customer, as in `POST /v1/consents`."),
            "id": { "type": "string", "format": "uuid", "description": "The id of the submission, so that a form that is sent twice is recorded once. Use a new id for each page view." },
            "altcha": text("The solution that a widget of ALTCHA adds, see `presence` of `POST /v1/consents`."),
            "cf-turnstile-response": text("The token that a widget of Cloudflare Turnstile adds."),
            "return": text("The URL of the shop's page that the answer links back to."),
        },
    })
}

/// Returns the code of the problem that a query parameter can cause.
pub(in crate::api) fn code_of(action: &str, name: &str) -> &'static str {
    if let Some(code) = lists::code_of(action, name) {
        return code;
    }
    match name {
        "before" if action == "listDeliveries" => "invalid_event_id",
        "state" => "unknown_state",
        "sections" => "unknown_section",
        "channel" => "unknown_channel",
        "purpose" => "invalid_purpose",
        "since" | "until" => "invalid_time",
        "notice" => "invalid_token",
        "network" | "after" => "invalid_text",
        "format" => "unknown_format",
        "cells" => "unknown_cells",
        "requested_by" => "unknown_requester",
        "accounts" => "unknown_accounts",
        "contact" | "key" | "before" => "invalid_id",
        "route" => "unknown_route",
        // The code of a parameter without a description. No problem has it, so the document is then refused.
        "limit" => "out_of_range",
        "kind" => "unknown_request",
        "due_by" => "invalid_date",
        _ => "undescribed_parameter",
    }
}

/// Returns the schema and the description of a query parameter.
fn query(action: &str, name: &str) -> (Value, &'static str) {
    if let Some(own) = lists::query(action, name) {
        return own;
    }
    match (name, action) {
        ("sections", _) => (
            json!({ "type": "array", "items": reference("Section"), "minItems": 1 }),
            "The sections of the report, separated by commas. Default: all.",
        ),
        ("channel", "getLinks") => (
            reference("Channel"),
            "The channel that the person opts out of with the link `unsubscribe`. Default: all channels.",
        ),
        ("purpose", "getLinks") => (
            reference("Purpose"),
            "The purpose that the person opts out of with the link `unsubscribe`. Default: all purposes.",
        ),
        ("state", "listRequests") => (reference("RequestState"), "Return only requests in this state."),
        ("kind", _) => (reference("RequestKind"), "Return only requests of this kind."),
        ("due_by", _) => {
            (json!({ "type": "string", "format": "date" }), "Return only unanswered requests due by this date.")
        }
        ("channel", _) => (reference("Channel"), "Return only data that applies to this channel."),
        ("purpose", _) => (reference("Purpose"), "Return only data that applies to this purpose."),
        ("since", "previewUnproven" | "dropUnproven") => {
            (time(), "Only contacts that were entered from this time on, RFC 3339.")
        }
        ("until", "previewUnproven" | "dropUnproven") => {
            (time(), "Only contacts that were entered before this time, RFC 3339, and that no form has named since.")
        }
        ("notice", _) => (token(), "Only contacts that were entered under the notice with this id."),
        ("network", _) => (
            json!({ "type": "string" }),
            "Only contacts that were entered from this network, as `by_network` shows it.",
        ),
        ("since", _) => (time(), "Return only entries from this time on, RFC 3339."),
        ("until", _) => (time(), "Return only entries before this time, RFC 3339."),
        ("cells", "exportContact") => (
            reference("ListCells"),
            "The reader of the cells of the CSV files. Default: `spreadsheet`; a program asks for `exact`.",
        ),
        ("format", "readAudit") => (json!({ "enum": ["json", "ndjson"], "default": "json" }), "The answer format."),
        ("format", _) => (reference("Format"), "The format of the export. Default: `json`."),
        ("accounts", _) => (
            json!({ "enum": ["all"] }),
            "`all`: erase the contact although it has several external ids. The contact report lists them.",
        ),
        ("requested_by", _) => (reference("Requester"), "The party that requested the erasure. Default: `person`."),
        ("contact", _) => (id(), "Return only entries about this contact."),
        ("key", _) => (id(), "Return only requests made with this key."),
        ("route", _) => {
            let routes: Vec<&str> = endpoints().map(|own| own.path).collect();
            let routes: std::collections::BTreeSet<&str> = routes.into_iter().collect();
            (json!({ "enum": routes }), "Return only requests to this route.")
        }
        ("state", _) => (reference("DeliveryState"), "Return only deliveries in this state. Default: all states."),
        ("before", "listDeliveries") => {
            (reference("EventId"), "Return entries older than this event. Pass the `next` of the previous page.")
        }
        ("after", _) => (
            json!({ "type": "string", "maxLength": 200 }),
            "Return customers after this id of the platform. Pass the `next` of the previous page.",
        ),
        ("before", _) => (id(), "Return entries older than this one. Pass the `next` of the previous page."),
        ("limit", _) => {
            (json!({ "type": "integer", "minimum": 1, "maximum": 1_000, "default": 100 }), "Maximum number of entries.")
        }
        _ => (json!({}), ""),
    }
}

/// Returns the parameters that several operations share.
pub(in crate::api) fn shared(contact: &str, key: &str, webhook: &str) -> Value {
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
            "A unique key for the request. Within one day the request can be repeated safely with the same key.",
            json!({ "type": "string", "pattern": "^[!#-~]{1,128}$" }),
        ),
        "IfMatch": header("If-Match", "The `ETag` of the state that the change is based on. If the state has changed since, the request is refused.", tags.clone()),
        "IfNoneMatch": header("If-None-Match", "The `ETag` of the answer that the caller has already. If it is still current, the answer is 304.", tags),
        "Origin": header(
            "Origin",
            "The origin of the page; browsers send it. A publishable key must be valid for this origin.",
            json!({ "type": "string" }),
        ),
    })
}

fn shop_id() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
}

fn token() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$" })
}

/// Returns the parameters of an operation.
pub(in crate::api) fn of(endpoint: &Endpoint, operation: &Operation, example: Option<&Example>) -> Vec<Value> {
    let shared = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut parameters = Vec::new();
    let names = endpoint.path.split('/').filter(|part| part.starts_with('{'));
    for (place, name) in names.enumerate() {
        let value = example.and_then(|example| example.values.get(place));
        let in_path = |name: &str, schema: Value, about: &str| json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema, "example": value });
        parameters.push(match name {
            "{channel}" => {
                let schema = json!({ "anyOf": [reference("Channel"), { "const": "*" }] });
                in_path("channel", schema, "The channel; `*` for all channels.")
            }
            "{purpose}" => {
                let schema = json!({ "anyOf": [reference("Purpose"), { "const": "*" }] });
                in_path("purpose", schema, "The purpose; `*` for all purposes.")
            }
            "{shop}" => in_path("shop", shop_id(), "The id of the shop, from the answer that created it."),
            "{id}" if endpoint.id == "putNotice" => in_path("id", token(), "The shop's id for the notice."),
            "{version}" => in_path("version", token(), "The version of the notice."),
            "{locale}" => in_path("locale", json!({ "type": "string" }), "The language of the notice, a BCP 47 tag."),
            "{key}" => in_path("key", json!({ "type": "string" }), "A publishable key of the shop."),
            "{token}" => in_path("token", json!({ "type": "string" }), "The signed token of the link."),
            "{provider}" => in_path("provider", reference("Provider"), "The message provider."),
            "{list}" => in_path("list", reference("ListKind"), "The message provider."),
            _ if endpoint.path.starts_with("/v1/imports") => in_path("id", id(), "The id of the import."),
            _ if endpoint.path.starts_with("/v1/messages") => in_path("id", id(), "The id of the message."),
            _ if endpoint.path.starts_with("/v1/requests") => in_path("id", id(), "The id of the request."),
            _ if endpoint.path.starts_with("/v1/keys") => shared("KeyId"),
            _ if endpoint.path.starts_with("/v1/webhooks") => shared("WebhookId"),
            _ => shared("ContactId"),
        });
    }
    for name in endpoint.query {
        let (schema, about) = query(endpoint.id, name);
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
    parameters.extend(lists::headers(endpoint.id));
    if operation.conditional {
        parameters.push(shared("IfMatch"));
    }
    if matches!(endpoint.id, "getStorefront" | "getStorefrontOfKey") {
        parameters.push(shared("IfNoneMatch"));
    }
    if matches!(endpoint.access, Access::Key(Scope::Storefront | Scope::Capture) | Access::PathKey(_)) {
        parameters.push(shared("Origin"));
    }
    parameters
}

/// Returns whether the route accepts an `Idempotency-Key`. A part of a file is repeated safely by its offset instead.
pub(in crate::api) fn takes_idempotency_key(endpoint: &Endpoint) -> bool {
    let has_key = matches!(endpoint.access, Access::Key(_) | Access::Root | Access::Operator);
    endpoint.mutates() && has_key && endpoint.id != "continueImport"
}

/// Returns the headers of answers.
pub(in crate::api) fn headers() -> Value {
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "ETag": text("A value that identifies the state of the resource. For a shop or a contact, send it as `If-Match`. For the settings of the storefront, send it as `If-None-Match`."),
        "request-id": { "description": "The id of the request, as in the audit log.", "schema": id() },
        "RateLimit": text("The number of requests left (`r`) and the seconds until the full quota is available again (`t`): `\"key\";r=999;t=1`."),
        "RateLimit-Policy": text("The quota of requests (`q`) and its window in seconds (`w`): `\"key\";q=1000;w=10`."),
        "Retry-After": { "description": "The number of seconds to wait before the next attempt.", "schema": { "type": "integer" } },
        "WWW-Authenticate": text("The authentication scheme, RFC 6750."),
        "Content-Disposition": text("A name for the downloaded file."),
        "Link": text("The URL of the next page as `rel=\"next\"`, if there is one (RFC 8288)."),
        "Location": text("The path of the import."),
    })
}

/// Returns the headers of a success.
pub(in crate::api) fn answer_headers(endpoint: &Endpoint, operation: &Operation, status: u16) -> Value {
    let mut names = Vec::new();
    if endpoint.access != Access::Open {
        names.push("request-id");
    }
    if matches!(endpoint.access, Access::Key(_) | Access::PathKey(_) | Access::Operator) && !endpoint.is_page() {
        names.extend(["RateLimit", "RateLimit-Policy"]);
    }
    if operation.tagged {
        names.push("ETag");
    }
    match endpoint.id {
        "exportContact" => names.push("Content-Disposition"),
        "readAudit" => names.push("Link"),
        "getList" => names.extend(["Content-Disposition", "Link"]),
        "createImport" | "continueImport" if status != 200 => names.push("Location"),
        _ => {}
    }
    let named = names.into_iter().map(|name| {
        let reference = json!({ "$ref": format!("#/components/headers/{name}") });
        (name.to_owned(), reference)
    });
    Value::Object(named.collect::<Map<_, _>>())
}

/// Returns the schema of an answer that has no Rust type.
pub(in crate::api) fn answer_without_type(action: &str) -> Value {
    match action {
        "getHealth" => json!({
            "type": "object", "required": ["status", "version"], "additionalProperties": false,
            "properties": {
                "status": { "const": "ok" },
                "version": { "type": "string", "description": "The version of the service." },
            },
        }),
        _ => json!({ "type": "object", "description": "An OpenAPI document." }),
    }
}

/// Returns the media types, besides JSON, of an answer.
pub(in crate::api) fn other_forms(action: &str) -> &'static [&'static str] {
    match action {
        "exportContact" => &["application/zip", "text/html"],
        "readAudit" => &["application/x-ndjson"],
        "showResult" => &["application/json", "application/zip"],
        _ => lists::other_forms(action),
    }
}
