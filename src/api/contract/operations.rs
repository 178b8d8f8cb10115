//! What each route is for, in words, and what it takes, answers and refuses: one entry an action.

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

/// The groups, in the order of the page.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("Capture", "What pages and servers do when somebody chooses."),
    ("Decisions", "Whether a message may be sent, and what keeps the answer true."),
    ("Contacts", "What is held on one person: told, changed, erased (GDPR Chapter III)."),
    ("Links", "What a person does without an account, by a link or a word sent back (GDPR Art. 7(3), 12(2))."),
    ("Requests", "What persons ask for under their rights, and by when it has to be answered (GDPR Art. 12(3))."),
    ("Lists", include_str!("lists.md")),
    ("Shop", "The shop's settings, keys, log and numbers."),
    ("Events", include_str!("events.md")),
    ("Service", "The deployment itself."),
];

const REPORT: &[Maker] = &[maker!(ContactReport)];
const CONTACT: Operation = Operation { tag: "Contacts", codes: &["contact_not_found"], ..NONE };
/// A change of one contact, which answers with what is then held.
const CHANGE: Operation = Operation { answers: REPORT, tagged: true, conditional: true, ..CONTACT };
const SHOP: Operation = Operation { tag: "Shop", ..NONE };
const WEBHOOK: Operation = Operation { tag: "Events", codes: &["webhook_not_found"], ..NONE };

const LINKS: Operation = Operation { tag: "Links", ..NONE };
const REQUESTS: Operation = Operation { tag: "Requests", codes: &["request_not_found"], ..NONE };
const PAGE: Operation =
    Operation { about: "A page in the person's language, without cookies. Looking at it changes nothing.", ..LINKS };

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
        (LinkKind::Unsubscribe, false) => "Page to leave by",
        (LinkKind::Unsubscribe, true) => "Leave in one click (RFC 8058)",
        (LinkKind::Preferences, false) => "Preference page",
        (LinkKind::Preferences, true) => "Change choices, stop everything, or ask for one's data",
        (LinkKind::Confirm, false) => "Page to confirm a yes",
        (LinkKind::Confirm, true) => "Confirm a yes, once",
        (LinkKind::Request, false) => "Page to prove a request",
        (LinkKind::Request, true) => "Prove a request by the link",
        (LinkKind::Code, false) => "Page to enter a code",
        (LinkKind::Code, true) => "Prove a request by the code",
        (LinkKind::Result | LinkKind::Hook, _) => "What a request asked for, to download",
    }
}

/// What the ledger may find wrong with a choice.
macro_rules! choice_faults {
    ($($more:literal),*) => {
        &["basis_without_opt_in", "objection_without_opt_out", "channel_off", "unknown_purpose", "no_address",
          "not_specific", "basis_not_accepted", "missing_evidence", $($more),*]
    };
}

impl Operation {
    /// The entry of an action.
    #[allow(clippy::too_many_lines, reason = "a table")]
    pub(super) fn of(action: Action) -> Self {
        match action {
            Action::Health => Self {
                id: "getHealth",
                tag: "Service",
                summary: "Is it up?",
                about: "Asks no shop and no database.",
                ..NONE
            },
            Action::OpenApi => Self {
                id: "getContract",
                tag: "Service",
                summary: "This contract, for machines",
                about: "Generated from the code that serves it. Any page may read it.",
                ..NONE
            },
            Action::Docs => Self {
                id: "getDocs",
                tag: "Service",
                summary: "This contract, for people",
                about: "A page without scripts that needs nothing else.",
                ..NONE
            },
            Action::CreateShop => Self {
                id: "createShop",
                summary: "Create a shop",
                about: "Answers with the shop's first keys, this once.",
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
                summary: "What a page needs",
                about: "Channels, purposes, notices, and the rules as numbers, so that the storefront module decides as the \
                        service does. Changes when the shop or the law does.",
                answers: &[maker!(StorefrontAnswer<'static>)],
                tagged: true,
                ..NONE
            },
            Action::StorefrontOfKey => Self {
                id: "getStorefrontOfKey",
                tag: "Capture",
                summary: "What a page needs, by a key in the path",
                about: "The same for a publishable key. A browser asks so at once, without the preflight that an `Authorization` \
                        header costs.",
                answers: &[maker!(StorefrontAnswer<'static>)],
                tagged: true,
                ..NONE
            },
            Action::Submit => Self {
                id: "submitConsents",
                tag: "Capture",
                summary: "Record choices",
                about: "One submission, with its evidence (GDPR Art. 7(1)). Idempotent by its `id`: send it until it is \
                        answered. From a page it is a claim: it turns nobody off, and learns nothing of anybody. What a page \
                        says of an address that the shop has signed for, in `identity`, counts as the customer's own word.",
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
                summary: "Report on a contact, found by address",
                about: "In a body, since addresses do not belong into URLs. Everything that is held (GDPR Art. 15).",
                body: Some(maker!(LookupBody)),
                codes: &["contact_not_found", "ambiguous_lookup"],
                conditional: false,
                ..CHANGE
            },
            Action::Report => Self {
                id: "getContact",
                summary: "Report on a contact",
                about: "Everything that is held, with evidence and a decision for each channel and purpose (GDPR Art. 15). \
                        The id of a merged contact leads to the one that it is part of.",
                conditional: false,
                ..CHANGE
            },
            Action::Export => Self {
                id: "exportContact",
                summary: "Export what is held on a contact",
                about: "Everything or the named sections, for machines, tables or people (GDPR Art. 15(3), 20). Noted among \
                        the person's requests.",
                answers: REPORT,
                ..CONTACT
            },
            Action::ChangeChoice => Self {
                id: "changeChoice",
                summary: "Enter a choice for a person",
                about: "By staff, with a reason. `*` stands for all channels or all purposes; only an `opt_out` takes it. A \
                        staff's yes never ends an objection (GDPR Art. 21(3)).",
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
                about: "GDPR Art. 16. A corrected address is gone; its records move to the new one, except for proofs that \
                        were the old one's. Of the profile, what is absent stays and what is `null` is forgotten.",
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
                summary: "Restrict the use of the data, or lift that",
                about: "GDPR Art. 18. While it stands every decision is a no. Again it changes nothing.",
                body: Some(maker!(RestrictionBody)),
                ..CHANGE
            },
            Action::Merge => Self {
                id: "mergeContacts",
                summary: "Put two contacts together",
                about: "The one in the body becomes part of the one in the path, and can be taken out again.",
                body: Some(maker!(MergeBody)),
                codes: &["contact_not_found", "ambiguous_lookup", "unknown_contact", "merge_conflict"],
                ..CHANGE
            },
            Action::Unmerge => Self {
                id: "unmergeContact",
                summary: "Take a merged contact out again",
                about: "Each gets back what was theirs.",
                body: Some(maker!(UnmergeBody)),
                codes: &["contact_not_found", "unknown_contact", "merge_conflict"],
                ..CHANGE
            },
            Action::Erase => Self {
                id: "eraseContact",
                summary: "Erase a contact",
                about: "GDPR Art. 17. Answers with a signed certificate; keyed hashes of the addresses stay, so that nobody \
                        writes to them again (Art. 17(3)(b), 21(3)). Again it answers with the same certificate.",
                answers: &[maker!(ErasedAnswer)],
                conditional: true,
                ..CONTACT
            },
            Action::Certificate => Self {
                id: "getCertificate",
                summary: "The certificate of an erasure",
                about: "As the erasure answered it (GDPR Art. 5(2)).",
                answers: &[maker!(ErasedAnswer)],
                ..CONTACT
            },
            Action::Decide => Self {
                id: "decide",
                tag: "Decisions",
                summary: "May we send this now?",
                about: "A yes or a no for each contact, with the record that decides and the law behind it. Ask right before \
                        sending. For many contacts a mistake is told in its place.",
                body: Some(maker!(DecisionsBody)),
                answers: &[maker!(DecidedAnswer), maker!(DecisionsAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "too_many_contacts"],
                ..NONE
            },
            Action::NoteActivities => Self {
                id: "noteActivities",
                tag: "Decisions",
                summary: "Note what keeps a ground alive",
                about: "Uses, contacts, look-ups in a do-not-call register. Only the latest of each kind counts, so order and \
                        repetition do not matter.",
                body: Some(maker!(ActivitiesBody)),
                answers: &[maker!(NotedAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_activities"],
                ..NONE
            },
            Action::NoteDisclosure => Self {
                id: "noteDisclosure",
                tag: "Contacts",
                summary: "Note what was handed to whom",
                about: "A person may ask who got their data (GDPR Art. 15(1)(c)), and recipients are to be told of corrections \
                        and erasures (Art. 19).",
                body: Some(maker!(DisclosureBody)),
                answers: &[maker!(DisclosedAnswer)],
                codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_data"],
                ..NONE
            },
            Action::Suppress => Self {
                id: "suppressAddress",
                tag: "Decisions",
                summary: "Never write to this address again",
                about: "Also one of whom nothing is held. Only a keyed hash is kept, and only the person's own proven yes ends \
                        it (GDPR Art. 21(3)).",
                body: Some(maker!(SuppressionBody)),
                status: 201,
                answers: &[maker!(SuppressionAnswer)],
                codes: &["ambiguous_lookup", "no_address"],
                ..NONE
            },
            Action::Statistics => Self {
                id: "getStatistics",
                summary: "How many said what",
                about: "Counts by month, channel, purpose and choice, those of the erased included. It reads every record.",
                answers: &[maker!(StatisticsAnswer)],
                ..SHOP
            },
            Action::ReadShop => Self {
                id: "getShop",
                summary: "The shop's settings",
                about: "Every default said.",
                answers: &[maker!(ShopSettingsAnswer<'static>)],
                tagged: true,
                ..SHOP
            },
            Action::WriteShop => Self {
                id: "putShop",
                summary: "Change the shop's settings",
                about: "All of them: what is left out goes back to its default. Records stay as they are.",
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
                summary: "The shop's keys",
                about: "Every key that there ever was, the newest first, without the keys themselves.",
                answers: &[maker!(KeyListAnswer<'static>)],
                ..SHOP
            },
            Action::CreateKey => Self {
                id: "createKey",
                summary: "Create a key",
                about: "Answers with the key, this once: only its hash is stored.",
                body: Some(maker!(NewKeyBody)),
                status: 201,
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["empty_list", "origins_of_secret_key", "in_the_past", "already_done"],
                ..SHOP
            },
            Action::RotateKey => Self {
                id: "rotateKey",
                summary: "Replace a key",
                about: "By a new one that may do the same; the old one stays good for a while.",
                body: Some(maker!(RotationBody)),
                status: 201,
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["key_not_found", "key_gone", "already_done"],
                ..SHOP
            },
            Action::RevokeKey => Self {
                id: "revokeKey",
                summary: "Revoke a key",
                about: "At once. Again it changes nothing.",
                answers: &[maker!(KeyAnswer<'static>)],
                codes: &["key_not_found", "last_admin_key"],
                ..SHOP
            },
            Action::Audit => Self {
                id: "readAudit",
                summary: "Who did what",
                about: "Every request with a key, the newest first; contacts by their ids, never by an address (GDPR Art. 5(2), \
                        32). Page by sending `next` as `before`; as NDJSON the header `link` leads on.",
                answers: &[maker!(AuditAnswer)],
                ..SHOP
            },
            Action::Links => Self {
                id: "getLinks",
                summary: "Links for the shop's mails",
                about: "For each address of a contact a preference page and a one-click unsubscribe (RFC 8058) with the headers \
                        for the mail. They never expire, and act for that address: send them nowhere else.",
                answers: &[maker!(LinksAnswer)],
                codes: &["contact_not_found", "channel_off", "unknown_purpose"],
                ..LINKS
            },
            Action::Message => Self {
                id: "getMessage",
                summary: "A message to send",
                about: "What a `message.requested` event is about: to whom, with ready text in their language. Kept for a week.",
                answers: &[maker!(MessageAnswer)],
                codes: &["message_not_found"],
                ..LINKS
            },
            Action::ListMessages => Self {
                id: "listMessages",
                summary: "Messages to send",
                about: "The newest first, for shops that ask instead of being told by a webhook. There are messages only where a \
                        webhook wants `message.requested`.",
                answers: &[maker!(MessagesAnswer)],
                ..LINKS
            },
            Action::ShowPage(kind) => Self { id: page_id(kind, false), summary: page_title(kind, false), ..PAGE },
            Action::UsePage(kind) => Self {
                id: page_id(kind, true),
                summary: page_title(kind, true),
                about: "A form of `application/x-www-form-urlencoded`; the same again changes nothing more. Noted in the audit \
                        log under the key that is none.",
                ..PAGE
            },
            Action::TakeForm => Self {
                id: "submitForm",
                tag: "Capture",
                summary: "Record choices from a form that runs no script",
                about: "The `action` of a form on a page of the shop's. What was offered are the choices of the notice that is \
                        named: a box that was not ticked is `declined`. A choice whose address is empty is left out. Unknown \
                        fields are passed over. Answers with a page that is the same for everybody, or says what to do.",
                ..NONE
            },
            Action::GreetProvider => Self {
                id: "greetProvider",
                summary: "Meta's handshake",
                about: "Answers `hub.challenge` where `hub.verify_token` is the shop's.",
                ..LINKS
            },
            Action::TakeInbound => Self {
                id: "takeInbound",
                summary: "What persons write back",
                about: "Signed by the provider: Twilio (`X-Twilio-Signature`), Meta (`X-Hub-Signature-256`), any other as Standard \
                        Webhooks with `{channel, from, text}`. STOP, START, HELP and YES in several languages, the whole message \
                        and nothing else; once by the id of the message.",
                ..LINKS
            },
            Action::Preferences => Self {
                id: "getPreferences",
                summary: "What a logged-in customer may choose",
                about: "For the shop's own account page, by the identity that its server has signed with a key that may `read`: \
                        what the preference page shows, with masked addresses. Nothing is written by asking. Change it by \
                        `POST /v1/consents` with the identity.",
                body: Some(maker!(PreferencesBody)),
                answers: &[maker!(PreferencesAnswer)],
                codes: &["invalid_identity", "expired_identity"],
                ..LINKS
            },
            Action::SendPreferencesLink => Self {
                id: "sendPreferencesLink",
                summary: "Send somebody the link to their preference page",
                about: "For who is not logged in: a message of the kind `preferences` goes to the address that they enter, where \
                        it is known, three times a day at most, and by no channel that its owner has stopped. The answer is the \
                        same in any case, and as much is done for it.",
                body: Some(maker!(PreferencesLinkBody)),
                status: 202,
                answers: &[maker!(PreferencesLinkAnswer)],
                codes: &["ambiguous_lookup"],
                ..LINKS
            },
            Action::OpenRequest => Self {
                id: "openRequest",
                summary: "Open a request for a person",
                about: "From a page, or by the shop's server. The address is asked whether it was they, by a link or a code that is \
                        good for 30 minutes. The answer never tells whether the address is known.",
                body: Some(maker!(RequestBody)),
                status: 202,
                answers: &[maker!(OpenedAnswer)],
                codes: &["unknown_request", "ambiguous_lookup", "needs_secret_key", "no_address", "invalid_text"],
                ..REQUESTS
            },
            Action::ListRequests => Self {
                id: "listRequests",
                summary: "Requests of persons",
                about: "The newest first. Page by sending `next` as `before`.",
                answers: &[maker!(RequestsAnswer)],
                codes: &[],
                ..REQUESTS
            },
            Action::ReadRequest => Self {
                id: "getRequest",
                summary: "A request",
                about: "With the law whose time it goes by, and the last days for receipt and answer.",
                answers: &[maker!(SubjectRequest)],
                ..REQUESTS
            },
            Action::DecideRequest => Self {
                id: "decideRequest",
                summary: "Approve, refuse or extend a request",
                about: "Where the shop wants an employee to see it. Approving carries it out, and needs the scope `erase` or \
                        `export` for what it does. The person is told by a message (GDPR Art. 12(3) and (4)).",
                body: Some(maker!(DecisionBody)),
                answers: &[maker!(SubjectRequest)],
                codes: &["request_not_found", "request_conflict", "unknown_action"],
                ..REQUESTS
            },
            Action::ListProviders => Self {
                id: "listProviders",
                summary: "Providers of inbound messages",
                about: "And the address that each hands in to.",
                answers: &[maker!(ProvidersAnswer)],
                ..SHOP
            },
            Action::WriteProvider => Self {
                id: "setProvider",
                summary: "Set up a provider of inbound messages",
                about: "Twilio's auth token, Meta's app secret and verify token; for `generic` a secret is made, and shown this once.",
                body: Some(maker!(ProviderBody)),
                answers: &[maker!(ProviderAnswer)],
                codes: &["provider_not_found", "invalid_secret"],
                ..SHOP
            },
            Action::RemoveProvider => Self {
                id: "removeProvider",
                summary: "Remove a provider of inbound messages",
                about: "What it hands in is refused from then on.",
                answers: &[maker!(ProvidersAnswer)],
                codes: &["provider_not_found"],
                ..SHOP
            },
            Action::Retention => Self {
                id: "previewRetention",
                summary: "What would go now",
                about: "What has outlived its use and goes with the next daily run (GDPR Art. 5(1)(e)); nothing goes by asking.",
                answers: &[maker!(RetentionAnswer)],
                ..SHOP
            },
            Action::ListWebhooks => Self {
                id: "listWebhooks",
                summary: "The shop's webhooks",
                about: "And how each fares. Without their secrets.",
                answers: &[maker!(WebhookListAnswer<'static>)],
                codes: &[],
                ..WEBHOOK
            },
            Action::CreateWebhook => Self {
                id: "createWebhook",
                summary: "Have events sent to an address",
                about: "At most 16 a shop. Answers with the secret, this once. What happens from now on is sent.",
                body: Some(maker!(NewWebhookBody)),
                status: 201,
                answers: &[maker!(WebhookAnswer<'static>)],
                codes: &["empty_list", "too_many_webhooks"],
                ..WEBHOOK
            },
            Action::WriteWebhook => Self {
                id: "putWebhook",
                summary: "Change a webhook, switch it off or on",
                about: "All of it: what is left out goes back to its default. What waits for it is sent at once; while it is \
                        off it waits, and what happens is not kept for it.",
                body: Some(maker!(WebhookBody)),
                answers: &[maker!(WebhookAnswer<'static>)],
                codes: &["webhook_not_found", "empty_list"],
                ..WEBHOOK
            },
            Action::RemoveWebhook => Self {
                id: "removeWebhook",
                summary: "Remove a webhook",
                about: "With all that waits for it. Answers with what it was.",
                answers: &[maker!(WebhookAnswer<'static>)],
                ..WEBHOOK
            },
            Action::RotateWebhook => Self {
                id: "rotateWebhook",
                summary: "Give a webhook a new secret",
                about: "For a while events are signed with both, so that no receiver has to change at the same moment. Only the \
                        last two are ever used.",
                body: Some(maker!(SecretRotationBody)),
                answers: &[maker!(WebhookAnswer<'static>)],
                ..WEBHOOK
            },
            Action::ListDeliveries => Self {
                id: "listDeliveries",
                summary: "What was sent, waits, or was given up",
                about: "The newest event first, without what it told. Kept as long as `retention.event_days` says once delivered or given up. Page by \
                        sending `next` as `before`.",
                answers: &[maker!(DeliveriesAnswer)],
                ..WEBHOOK
            },
            Action::Replay => Self {
                id: "replayDeliveries",
                summary: "Send events once more",
                about: "As if they were new, under the same `webhook-id`. At most 1,000 at a time, the oldest first: ask again \
                        until nothing is left. Of those that wait already, it is those whose time has not come.",
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
