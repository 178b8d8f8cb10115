//! The description of each route: its texts, and the types that it takes, returns and refuses. One entry for each
//! action.

use crate::api::answer::webhooks::{DeliveriesAnswer, WebhookAnswer, WebhookListAnswer};
use crate::api::answer::{
    AuditAnswer, DecidedAnswer, DecisionsAnswer, DisclosedAnswer, ErasedAnswer, KeyAnswer, KeyListAnswer,
    NewShopAnswer, NotedAnswer, ReceiptAnswer, ShopSettingsAnswer, StatisticsAnswer, StorefrontAnswer,
    SuppressionAnswer,
};
use crate::api::contract::operation::{Maker, NONE, Operation, maker};
use crate::api::link::LinkKind;
use crate::api::route::Action;
use crate::api::service::links::{
    LinksAnswer, MessageAnswer, MessagesAnswer, ProviderAnswer, ProvidersAnswer, RetentionAnswer,
};
use crate::api::service::preferences::{PreferencesAnswer, PreferencesLinkAnswer};
use crate::api::service::requests::{OpenedAnswer, RequestsAnswer};
use crate::api::wire::contacts::{ActivitiesBody, DecisionsBody, LookupBody, SuppressionBody};
use crate::api::wire::keys::{NewKeyBody, RotationBody};
use crate::api::wire::preferences::{PreferencesBody, PreferencesLinkBody};
use crate::api::wire::requests::{DecisionBody, ProviderBody, RequestBody};
use crate::api::wire::rights::{
    ChoiceChangeBody, DisclosureBody, MergeBody, RectificationBody, RestrictionBody, UnmergeBody,
};
use crate::api::wire::shop::ShopBody;
use crate::api::wire::submission::SubmissionBody;
use crate::api::wire::webhooks::{NewWebhookBody, ReplayBody, SecretRotationBody, WebhookBody};
use crate::ledger::{ContactReport, Replayed, SubjectRequest};

/// The groups of routes, in the order of the page.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("Capture", "Receives the choices that people make on the shop's pages or elsewhere."),
    ("Decisions", "Decides whether a message may be sent, and records what decisions depend on."),
    ("Contacts", "The data of one person: read, change, export, erase (GDPR Chapter III)."),
    ("Links", "What a person can do without an account, by a link or a reply (GDPR Art. 7(3), 12(2))."),
    ("Requests", "Subject requests: people exercise their rights, with deadlines (GDPR Art. 12(3))."),
    ("Lists", include_str!("lists.md")),
    ("Shop", "The shop's settings, keys, audit log and statistics."),
    ("Events", include_str!("events.md")),
    ("Service", "The deployment itself."),
];

const REPORT: &[Maker] = &[maker!(ContactReport)];
const CONTACT: Operation = Operation { tag: "Contacts", codes: &["contact_not_found"], ..NONE };
/// A change of one contact. It returns the report on the contact after the change.
const CHANGE: Operation = Operation { answers: REPORT, tagged: true, conditional: true, ..CONTACT };
const SHOP: Operation = Operation { tag: "Shop", ..NONE };
const WEBHOOK: Operation = Operation { tag: "Events", codes: &["webhook_not_found"], ..NONE };

const LINKS: Operation = Operation { tag: "Links", ..NONE };
const REQUESTS: Operation = Operation { tag: "Requests", codes: &["request_not_found"], ..NONE };
const PAGE: Operation =
    Operation { about: "A page in the person's language, without cookies. Opening it changes nothing.", ..LINKS };

const fn page_id(kind: LinkKind, used: bool) -> &'static str {
    match (kind, used) {
        (LinkKind::Unsubscribe, false) => "showUnsubscribe",
        (LinkKind::Unsubscribe, true) => "unsubscribe",
        (LinkKind::Preferences, false) => "showPreferences",
        (LinkKind::Preferences, true) => "changePreferences",
        (LinkKind::Confirm, false) => "showConfirmation",
        (LinkKind::Confirm, true) => "confirm",
        (LinkKind::Request, false) => "showRequestLink",
        (LinkKind::Request, true) => "proveRequest",
        (LinkKind::Code, false) => "showRequestCode",
        (LinkKind::Code, true) => "enterRequestCode",
        (LinkKind::Result | LinkKind::Hook, _) => "showResult",
    }
}

const fn page_title(kind: LinkKind, used: bool) -> &'static str {
    match (kind, used) {
        (LinkKind::Unsubscribe, false) => "Show the unsubscribe page",
        (LinkKind::Unsubscribe, true) => "Unsubscribe with one click (RFC 8058)",
        (LinkKind::Preferences, false) => "Show the preference page",
        (LinkKind::Preferences, true) => "Change choices, opt out of everything, or open a subject request",
        (LinkKind::Confirm, false) => "Show the page that confirms an opt-in",
        (LinkKind::Confirm, true) => "Confirm an opt-in, once",
        (LinkKind::Request, false) => "Show the page that verifies a request",
        (LinkKind::Request, true) => "Verify a request with the link",
        (LinkKind::Code, false) => "Show the page to enter a code",
        (LinkKind::Code, true) => "Verify a request with the code",
        (LinkKind::Result | LinkKind::Hook, _) => "Download the result of a request",
    }
}

/// The codes of the problems that the ledger can find in a choice.
macro_rules! choice_faults {
    ($($more:literal),*) => {
        &["basis_without_opt_in", "objection_without_opt_out", "channel_off", "unknown_purpose", "no_address",
          "not_specific", "basis_not_accepted", "missing_evidence", $($more),*]
    };
}

impl Operation {
    /// Returns the entry of an action.
    #[allow(clippy::too_many_lines, reason = "a table")]
    pub(super) fn of(action: Action) -> Self {
        match action {
            Action::Health => Self {
                id: "getHealth",
                tag: "Service",
                summary: "Check that the service runs",
                about: "Accesses no shop and no database.",
                ..NONE
            },
            Action::OpenApi => Self {
                id: "getContract",
                tag: "Service",
                summary: "Get this contract as OpenAPI",
                about: "The document is generated from the code that serves it. Any web page may read it.",
                ..NONE
            },
            Action::Docs => Self {
                id: "getDocs",
                tag: "Service",
                summary: "Get this contract as a page",
                about: "An HTML page without scripts and without external resources.",
                ..NONE
            },
            Action::CreateShop => Self {
                id: "createShop",
                summary: "Create a shop",
                about: "Returns the shop's first keys. They are never shown again.",
                body: Some(maker!(ShopBody)),
                status: 201,
                answers: &[maker!(NewShopAnswer<'static>)],
                codes: &[
                    "empty_list",
                    "unknown_purpose",
                    "repeated_choice",
                    "repeated_rule",
                    "unknown_time_zone",
                    "unknown_request",
                    "already_done",
                ],
                ..SHOP
            },
            Action::Storefront => Self {
                id: "getStorefront",
                tag: "Capture",
                summary: "Get the storefront configuration",
                about: "The channels, purposes and notices of the shop, and the decision table, with which the \
                        storefront module decides as the service does. The answer changes when the shop's settings or \
                        the rules change.",
                answers: &[maker!(StorefrontAnswer<'static>)],
                tagged: true,
                ..NONE
            },
            Action::StorefrontOfKey => Self {
                id: "getStorefrontOfKey",
                tag: "Capture",
                summary: "Get the storefront configuration, with the key in the path",
                about: "The same answer as `GET /v1/storefront`, for a publishable key. A browser can send this \
                        request without a CORS preflight, which an `Authorization` header would cause.",
                answers: &[maker!(StorefrontAnswer<'static>)],
                tagged: true,
                ..NONE
            },
            Action::Submit => Self {
                id: "submitConsents",
                tag: "Capture",
                summary: "Record choices",
                about: "Records one submission with its evidence (GDPR Art. 7(1)). It is idempotent by its `id`: \
                        repeat it until you get an answer. A submission from a page is `claimed`: it opts nobody out, \
                        and the answer reveals nothing about the person. If `identity` names an address, choices for \
                        this address count as the customer's own.",
                body: Some(maker!(SubmissionBody)),
                status: 201,
                answers: &[maker!(ReceiptAnswer)],
                codes: choice_faults!(
                    "needs_secret_key",
                    "wrong_number_of_choices",
                    "repeated_choice",
                    "invalid_identity",
                    "other_words",
                    "submission_conflict"
                ),
                ..NONE
            },
            Action::Lookup => Self {
                id: "lookUpContact",
                summary: "Find a contact by address or platform id, and get the report",
                about: "The address is in the body, because addresses must not be part of URLs. The report contains \
                        everything that the shop holds about the contact (GDPR Art. 15).",
                body: Some(maker!(LookupBody)),
                codes: &["contact_not_found", "ambiguous_lookup"],
                conditional: false,
                ..CHANGE
            },
            Action::Report => Self {
                id: "getContact",
                summary: "Get the report on a contact",
                about: "Everything that the shop holds about the contact, with the evidence and a decision for each \
                        channel and purpose (GDPR Art. 15). The id of a merged contact returns the contact that it is \
                        part of.",
                conditional: false,
                ..CHANGE
            },
            Action::Export => Self {
                id: "exportContact",
                summary: "Export the data of a contact",
                about: "The whole report or only some sections, as JSON, as CSV tables in a ZIP file, or as a page for \
                        people (GDPR Art. 15(3), 20). The export is noted in the section `requests` of the contact's \
                        report.",
                answers: REPORT,
                ..CONTACT
            },
            Action::ChangeChoice => Self {
                id: "changeChoice",
                summary: "Enter a choice for a person",
                about: "An employee enters the choice, with a reason. In the path, `*` stands for all channels or all \
                        purposes; only an `opt_out` may use it. An opt-in by an employee never ends an objection (GDPR \
                        Art. 21(3)).",
                body: Some(maker!(ChoiceChangeBody)),
                codes: choice_faults!(
                    "contact_not_found",
                    "invalid_purpose",
                    "ambiguous_lookup",
                    "unknown_address",
                    "ambiguous_address",
                    "other_words"
                ),
                ..CHANGE
            },
            Action::Rectify => Self {
                id: "rectifyContact",
                summary: "Correct an address or the profile",
                about: "Rectification, GDPR Art. 16. The old address is deleted. Its records move to the new address, \
                        but confirmations of the old address prove nothing for the new one. In the profile, absent \
                        fields stay unchanged and fields that are `null` are deleted.",
                body: Some(maker!(RectificationBody)),
                codes: &[
                    "contact_not_found",
                    "ambiguous_lookup",
                    "other_kind",
                    "nothing_to_do",
                    "unknown_address",
                    "address_taken",
                ],
                ..CHANGE
            },
            Action::Restrict => Self {
                id: "restrictContact",
                summary: "Restrict the use of a contact's data, or lift the restriction",
                about: "GDPR Art. 18. While the restriction is in force, every decision about the contact is a denial. \
                        Repeating the request changes nothing.",
                body: Some(maker!(RestrictionBody)),
                ..CHANGE
            },
            Action::Merge => Self {
                id: "mergeContacts",
                summary: "Merge two contacts",
                about: "The contact in the body becomes part of the contact in the path. `POST \
                        /v1/contacts/{id}/unmerge` separates them again.",
                body: Some(maker!(MergeBody)),
                codes: &["contact_not_found", "ambiguous_lookup", "unknown_contact", "merge_conflict"],
                ..CHANGE
            },
            Action::Unmerge => Self {
                id: "unmergeContact",
                summary: "Separate a merged contact",
                about: "Each contact gets back its own addresses and external ids. Data that was added after the merge \
                        stays with the contact in the path.",
                body: Some(maker!(UnmergeBody)),
                codes: &["contact_not_found", "unknown_contact", "merge_conflict"],
                ..CHANGE
            },
            Action::Erase => Self {
                id: "eraseContact",
                summary: "Erase a contact",
                about: "GDPR Art. 17. Returns a signed certificate. Keyed hashes of the addresses remain, so that \
                        nobody sends messages to them again (Art. 17(3)(b), 21(3)). Repeating the request returns the \
                        same certificate.",
                answers: &[maker!(ErasedAnswer)],
                conditional: true,
                ..CONTACT
            },
            Action::Certificate => Self {
                id: "getCertificate",
                summary: "Get the certificate of an erasure",
                about: "The same answer as that of the erasure (GDPR Art. 5(2)).",
                answers: &[maker!(ErasedAnswer)],
                ..CONTACT
            },
            Action::Decide => Self {
                id: "decide",
                tag: "Decisions",
                summary: "Decide whether a message may be sent now",
                about: "Returns a decision for each contact: allow or deny, with the deciding record and the rule of \
                        law. Ask right before you send. For many contacts, an error is reported at the position of its \
                        contact.",
                body: Some(maker!(DecisionsBody)),
                answers: &[maker!(DecidedAnswer), maker!(DecisionsAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "too_many_contacts"],
                ..NONE
            },
            Action::NoteActivities => Self {
                id: "noteActivities",
                tag: "Decisions",
                summary: "Record activities that keep an opt-in valid",
                about: "Activities are uses of an opt-in, contacts by the person, and lookups in a do-not-call \
                        register. Only the latest of each kind counts, so order and repetition do not matter.",
                body: Some(maker!(ActivitiesBody)),
                answers: &[maker!(NotedAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_activities"],
                ..NONE
            },
            Action::NoteDisclosure => Self {
                id: "noteDisclosure",
                tag: "Contacts",
                summary: "Record a disclosure of data to a recipient",
                about: "A person has the right to know who received their data (GDPR Art. 15(1)(c)), and recipients \
                        have to be told of corrections and erasures (Art. 19).",
                body: Some(maker!(DisclosureBody)),
                answers: &[maker!(DisclosedAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_data"],
                ..NONE
            },
            Action::Suppress => Self {
                id: "suppressAddress",
                tag: "Decisions",
                summary: "Suppress an address",
                about: "No marketing is sent to the address from now on, even if the shop does not know it. Only a \
                        keyed hash of the address is stored. Only an opt-in that the person has proven ends the \
                        suppression (GDPR Art. 21(3)).",
                body: Some(maker!(SuppressionBody)),
                status: 201,
                answers: &[maker!(SuppressionAnswer)],
                codes: &["ambiguous_lookup", "no_address"],
                ..NONE
            },
            Action::Statistics => Self {
                id: "getStatistics",
                summary: "Count records",
                about: "Numbers of records by month, channel, purpose and choice, those of erased contacts included. \
                        The request reads every record.",
                answers: &[maker!(StatisticsAnswer)],
                ..SHOP
            },
            Action::ReadShop => Self {
                id: "getShop",
                summary: "Get the shop's settings",
                about: "All settings, with every default filled in.",
                answers: &[maker!(ShopSettingsAnswer<'static>)],
                tagged: true,
                ..SHOP
            },
            Action::WriteShop => Self {
                id: "putShop",
                summary: "Replace the shop's settings",
                about: "Replaces all settings: a field that is absent is set to its default. Existing records do not \
                        change.",
                body: Some(maker!(ShopBody)),
                answers: &[maker!(ShopSettingsAnswer<'static>)],
                tagged: true,
                conditional: true,
                codes: &[
                    "empty_list",
                    "unknown_purpose",
                    "repeated_choice",
                    "repeated_rule",
                    "unknown_time_zone",
                    "unknown_request",
                ],
                ..SHOP
            },
            Action::ListKeys => Self {
                id: "listKeys",
                summary: "List the shop's keys",
                about: "All keys, including expired and revoked ones, the newest first. The keys themselves are not \
                        shown.",
                answers: &[maker!(KeyListAnswer<'static>)],
                ..SHOP
            },
            Action::CreateKey => Self {
                id: "createKey",
                summary: "Create a key",
                about: "Returns the key. It is never shown again, because only its hash is stored.",
                body: Some(maker!(NewKeyBody)),
                status: 201,
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["empty_list", "origins_of_secret_key", "in_the_past", "already_done"],
                ..SHOP
            },
            Action::RotateKey => Self {
                id: "rotateKey",
                summary: "Replace a key",
                about: "Creates a new key with the same scopes and origins. The old key keeps working for \
                        `overlap_seconds`.",
                body: Some(maker!(RotationBody)),
                status: 201,
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["key_not_found", "key_gone", "already_done"],
                ..SHOP
            },
            Action::RevokeKey => Self {
                id: "revokeKey",
                summary: "Revoke a key",
                about: "The key stops working at once. Repeating the request changes nothing.",
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["key_not_found", "last_admin_key"],
                ..SHOP
            },
            Action::Audit => Self {
                id: "readAudit",
                summary: "Read the audit log",
                about: "Every request that was made with a key, the newest first. Contacts are named by id, never by \
                        address (GDPR Art. 5(2), 32). For the next page, send `next` as `before`; in NDJSON, follow \
                        the header `link`.",
                answers: &[maker!(AuditAnswer)],
                ..SHOP
            },
            Action::Links => Self {
                id: "getLinks",
                summary: "Get links for the shop's emails",
                about: "For each address of the contact: the URL of its preference page, a one-click unsubscribe URL \
                        (RFC 8058), and the headers for the email. The links never expire. Anyone who has them can act \
                        for the address, so send them to this address only.",
                answers: &[maker!(LinksAnswer)],
                codes: &["contact_not_found", "channel_off", "unknown_purpose"],
                ..LINKS
            },
            Action::Message => Self {
                id: "getMessage",
                summary: "Get a message to send",
                about: "The message that a `message.requested` event is about: its recipient and its complete text in \
                        the person's language. It is stored for one week.",
                answers: &[maker!(MessageAnswer)],
                codes: &["message_not_found"],
                ..LINKS
            },
            Action::ListMessages => Self {
                id: "listMessages",
                summary: "List the messages to send",
                about: "The newest first, for shops that poll instead of using a webhook. Messages are created only if \
                        one of the shop's webhooks wants `message.requested`.",
                answers: &[maker!(MessagesAnswer)],
                ..LINKS
            },
            Action::ShowPage(kind) => Self { id: page_id(kind, false), summary: page_title(kind, false), ..PAGE },
            Action::UsePage(kind) => Self {
                id: page_id(kind, true),
                summary: page_title(kind, true),
                about: "A form of the type `application/x-www-form-urlencoded`. Posting it again changes nothing more. \
                        The audit log records it under the nil UUID instead of a key.",
                ..PAGE
            },
            Action::TakeForm => Self {
                id: "submitForm",
                tag: "Capture",
                summary: "Record choices from a form that runs no script",
                about: "The `action` of a form on one of the shop's pages. The notice that the form names defines the \
                        offered choices: a box that is not ticked is `declined`. A choice whose address is empty is \
                        left out. Unknown fields are ignored. The answer is a page that is the same for everybody, or \
                        that says what to correct.",
                ..NONE
            },
            Action::GreetProvider => Self {
                id: "greetProvider",
                summary: "Answer the verification request of Meta",
                about: "Returns `hub.challenge` if `hub.verify_token` is the shop's verify token.",
                ..LINKS
            },
            Action::TakeInbound => Self {
                id: "takeInbound",
                summary: "Receive messages that people send back",
                about: "The provider signs the request: Twilio with `X-Twilio-Signature`, Meta with \
                        `X-Hub-Signature-256`, any other as Standard Webhooks with the body `{channel, from, text}`. \
                        Recognises STOP, START, HELP and YES in several languages if the message contains nothing \
                        else. Each message is processed once, by its id.",
                ..LINKS
            },
            Action::Preferences => Self {
                id: "getPreferences",
                summary: "Get the choices of a logged-in customer",
                about: "For the account page of the shop. The identity token must be signed with a key that has the \
                        scope `read`. The answer has the content of the preference page, with masked addresses. The \
                        request writes nothing. To change choices, send `POST /v1/consents` with the identity token.",
                body: Some(maker!(PreferencesBody)),
                answers: &[maker!(PreferencesAnswer)],
                codes: &["invalid_identity", "expired_identity"],
                ..LINKS
            },
            Action::SendPreferencesLink => Self {
                id: "sendPreferencesLink",
                summary: "Send a link to the preference page",
                about: "For people who are not logged in. A message of the kind `preferences` is sent to the address \
                        that the person enters if the shop knows it, at most three times a day, and never on a channel \
                        that the owner of the address has stopped. The answer and its duration are the same in every \
                        case.",
                body: Some(maker!(PreferencesLinkBody)),
                status: 202,
                answers: &[maker!(PreferencesLinkAnswer)],
                codes: &["ambiguous_lookup"],
                ..LINKS
            },
            Action::OpenRequest => Self {
                id: "openRequest",
                summary: "Open a subject request",
                about: "From one of the shop's pages, or from its server. The address gets a link or a code that is \
                        valid for 30 minutes, with which the person verifies the request. The answer never reveals \
                        whether the address is known.",
                body: Some(maker!(RequestBody)),
                status: 202,
                answers: &[maker!(OpenedAnswer)],
                codes: &["unknown_request", "ambiguous_lookup", "needs_secret_key", "no_address", "invalid_text"],
                ..REQUESTS
            },
            Action::ListRequests => Self {
                id: "listRequests",
                summary: "List subject requests",
                about: "The newest first. For the next page, send `next` as `before`.",
                answers: &[maker!(RequestsAnswer)],
                codes: &[],
                ..REQUESTS
            },
            Action::ReadRequest => Self {
                id: "getRequest",
                summary: "Get a subject request",
                about: "The request with the law that sets its deadline, and with the last days for the \
                        acknowledgement and for the answer.",
                answers: &[maker!(SubjectRequest)],
                ..REQUESTS
            },
            Action::DecideRequest => Self {
                id: "decideRequest",
                summary: "Approve, refuse or extend a subject request",
                about: "For requests that an employee has to decide. Approval carries the request out; it requires the \
                        scope `erase` for an erasure and `export` for access or portability. The person is told by a \
                        message (GDPR Art. 12(3) and (4)).",
                body: Some(maker!(DecisionBody)),
                answers: &[maker!(SubjectRequest)],
                codes: &["request_not_found", "request_conflict", "unknown_action"],
                ..REQUESTS
            },
            Action::ListProviders => Self {
                id: "listProviders",
                summary: "List the providers of inbound messages",
                about: "The providers, each with the URL to which it has to send inbound messages.",
                answers: &[maker!(ProvidersAnswer)],
                ..SHOP
            },
            Action::WriteProvider => Self {
                id: "setProvider",
                summary: "Set up a provider of inbound messages",
                about: "Send the auth token of Twilio, or the app secret and the verify token of Meta. For `generic`, \
                        placet generates a secret and shows it only in this answer.",
                body: Some(maker!(ProviderBody)),
                answers: &[maker!(ProviderAnswer)],
                codes: &["provider_not_found", "invalid_secret"],
                ..SHOP
            },
            Action::RemoveProvider => Self {
                id: "removeProvider",
                summary: "Remove a provider of inbound messages",
                about: "Messages from this provider are refused from now on.",
                answers: &[maker!(ProvidersAnswer)],
                codes: &["provider_not_found"],
                ..SHOP
            },
            Action::Retention => Self {
                id: "previewRetention",
                summary: "Preview the data that will be deleted",
                about: "The data whose retention period has expired and that the next daily run deletes (GDPR Art. \
                        5(1)(e)). This request deletes nothing.",
                answers: &[maker!(RetentionAnswer)],
                ..SHOP
            },
            Action::ListWebhooks => Self {
                id: "listWebhooks",
                summary: "List the shop's webhooks",
                about: "The webhooks with their state of delivery, without their secrets.",
                answers: &[maker!(WebhookListAnswer<'static>)],
                codes: &[],
                ..WEBHOOK
            },
            Action::CreateWebhook => Self {
                id: "createWebhook",
                summary: "Create a webhook",
                about: "A shop has at most 16 webhooks. The answer contains the secret, which is never shown again. \
                        Events from now on are sent to the webhook.",
                body: Some(maker!(NewWebhookBody)),
                status: 201,
                answers: &[maker!(WebhookAnswer<'static>)],
                codes: &["empty_list", "too_many_webhooks"],
                ..WEBHOOK
            },
            Action::WriteWebhook => Self {
                id: "putWebhook",
                summary: "Change, disable or enable a webhook",
                about: "Replaces all fields: a field that is absent is set to its default. Pending events are sent at \
                        once. While the webhook is disabled, its pending events wait and new events are not stored for \
                        it.",
                body: Some(maker!(WebhookBody)),
                answers: &[maker!(WebhookAnswer<'static>)],
                codes: &["webhook_not_found", "empty_list"],
                ..WEBHOOK
            },
            Action::RemoveWebhook => Self {
                id: "removeWebhook",
                summary: "Remove a webhook",
                about: "Removes the webhook and its pending events. Returns the webhook as it was.",
                answers: &[maker!(WebhookAnswer<'static>)],
                ..WEBHOOK
            },
            Action::RotateWebhook => Self {
                id: "rotateWebhook",
                summary: "Give a webhook a new secret",
                about: "Events are signed with the old and the new secret for a while, so that receivers need not \
                        change at the same moment. At most the last two secrets are used.",
                body: Some(maker!(SecretRotationBody)),
                answers: &[maker!(WebhookAnswer<'static>)],
                ..WEBHOOK
            },
            Action::ListDeliveries => Self {
                id: "listDeliveries",
                summary: "List the deliveries of a webhook",
                about: "The newest event first, without the data of the events. A delivery is stored for \
                        `retention.event_days` after it succeeded or was given up. For the next page, send `next` as \
                        `before`.",
                answers: &[maker!(DeliveriesAnswer)],
                ..WEBHOOK
            },
            Action::Replay => Self {
                id: "replayDeliveries",
                summary: "Send events again",
                about: "The events are sent as if they were new, under the same `webhook-id`. At most 1,000 at a time, \
                        the oldest first: repeat the request until `left` is 0. Of `pending` deliveries, only those \
                        that are not due yet are replayed.",
                body: Some(maker!(ReplayBody)),
                answers: &[maker!(Replayed)],
                ..WEBHOOK
            },
            Action::List
            | Action::TakeImport
            | Action::ContinueImport
            | Action::ListImports
            | Action::ReadImport
            | Action::ImportErrors
            | Action::CancelImport
            | Action::UndoImport => crate::api::contract::lists::operation(action),
        }
    }
}
