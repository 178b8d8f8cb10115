//! The shop itself: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{Operation, SHOP, maker};
use crate::api::routes::contacts::answers::CalledBackAnswer;
use crate::api::routes::shop::answers::{AuditAnswer, RetentionAnswer, ShopSettingsAnswer, StatisticsAnswer};
use crate::api::routes::shop::shop_body::{NoticeBody, ShopBody};
use crate::api::schema::SettingsPatch;
use crate::ledger::Notice;

/// What may be wrong with the settings of a shop, whether all or some of them are sent.
const SETTINGS_FAULTS: &[&str] = &[
    "out_of_range",
    "empty_list",
    "unknown_purpose",
    "channel_off",
    "notice_changed",
    "repeated_choice",
    "repeated_rule",
    "unknown_presence",
    "unknown_time_zone",
    "unknown_request",
];

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "getShop",
        summary: "Get the shop's settings",
        about: "All settings, with every default filled in.",
        answers: &[maker!(ShopSettingsAnswer<'static>)],
        tagged: true,
        ..SHOP
    },
    Operation {
        id: "putShop",
        summary: "Replace the shop's settings",
        about: "Replaces all settings: a field that is absent is set to its default. Existing records do not \
                change.",
        body: Some(maker!(ShopBody)),
        answers: &[maker!(ShopSettingsAnswer<'static>)],
        tagged: true,
        conditional: true,
        codes: SETTINGS_FAULTS,
        ..SHOP
    },
    Operation {
        id: "patchShop",
        summary: "Change some of the shop's settings",
        about: "A JSON merge patch (RFC 7396): the fields of the body replace those of the settings, a field that is \
                `null` is set to its default, all others stay. A list is replaced as a whole.",
        body: Some(maker!(SettingsPatch)),
        answers: &[maker!(ShopSettingsAnswer<'static>)],
        tagged: true,
        conditional: true,
        codes: SETTINGS_FAULTS,
        ..SHOP
    },
    Operation {
        id: "putNotice",
        summary: "Add a notice",
        about: "Adds a notice to the shop's settings. The text of a known id, version and locale never changes, \
                because records refer to it: a new text needs a new version. The choices that the notice offers may \
                change.",
        body: Some(maker!(NoticeBody)),
        answers: &[maker!(Notice)],
        codes: &["unknown_purpose", "channel_off", "notice_changed", "repeated_choice"],
        ..SHOP
    },
    Operation {
        id: "getStatistics",
        summary: "Count records",
        about: "The answer counts the records by month of receipt, channel, purpose and choice. It includes the records \
                of erased contacts. The service reads every record, so the request is slow in a large shop.",
        answers: &[maker!(StatisticsAnswer)],
        ..SHOP
    },
    Operation {
        id: "readAudit",
        summary: "Read the audit log",
        about: "Every request that was made with a key, the newest first. Contacts are named by id, never by \
                address (GDPR Art. 5(2), 32). For the next page, send `next` as `before`; in NDJSON, follow \
                the header `link`.",
        answers: &[maker!(AuditAnswer)],
        ..SHOP
    },
    Operation {
        id: "callBackLinks",
        summary: "Call back all links",
        about: "For an incident: all links for persons that the shop has sent so far stop working. That includes the \
                links to unsubscribe in messages that people already have, so they need another way to say no.",
        answers: &[maker!(CalledBackAnswer)],
        ..SHOP
    },
    Operation {
        id: "previewRetention",
        summary: "Preview the data that will be deleted",
        about: "The data whose retention period has expired and that the next daily run deletes (GDPR Art. \
                5(1)(e)). This request deletes nothing.",
        answers: &[maker!(RetentionAnswer)],
        ..SHOP
    },
];
