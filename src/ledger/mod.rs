//! THE MEMORY: one shop's ledger over a synchronous SQLite database.
//!
//! The service parses the input. A pure function decides a command from the stored data and the time. The ledger writes
//! the events of the command in the same transaction. SQL only stores. Nothing acknowledged is lost, nothing is done
//! twice.
//!
//! A function whose parameter is called `tx` writes in the transaction of its caller. If it fails, the caller rolls the
//! transaction back. A function whose parameter is called `database` needs no transaction, or makes its own.
//!
//! Each folder imports only from folders below it in this table; `tests/shape.rs` checks that. Only the service imports
//! from this file.
//!
//! | folder | what a reader looks for there |
//! |---|---|
//! | `upkeep` | the audit log, repeated requests, daily work, retention |
//! | `rights` | report, subject requests, rectification, restriction, erasure (GDPR Art. 15 to 21) |
//! | `lists` | lists of people in and out, the list of suppressions |
//! | `sync` | connections to shop platforms: what they hold, and what they are owed |
//! | `capture` | the ways in which a record is made: submissions, confirmations, acts by link or message, staff |
//! | `outbox` | events and messages that wait until they are delivered |
//! | `people` | contacts, their addresses, merging and separating them, decisions for them |
//! | `records` | records, their standing, suppressions, notices |
//! | `shop` | the tenant: settings, API keys, providers, webhooks |
//! | `store` | the database, its schema, ids, the context of one call |
//!
//! # Errors
//! If a function describes no errors, it returns a [`DatabaseError`] when SQLite fails.

mod capture;
mod lists;
mod outbox;
mod people;
mod records;
mod rights;
mod shop;
mod store;
mod sync;
mod upkeep;

pub use sync::connection::{
    Connection, ConnectionChange, ConnectionMode, ConnectionSettings, ConnectionState, Credentials, NewConnection,
    RemoteErasure, add_connection, change_connection, connection, credentials_of, hook_secret, list_connections, pace,
    remove_connection, set_credentials, set_token,
};
pub use sync::note::{Seen, must_read, note_act, note_customer, note_deleted};
pub use sync::owed::{
    RemoteTask, compare_page, has_changes, next_due, next_task, note_failure, note_fault, note_written, nothing_owed,
};
pub use sync::progress::{
    Conflict, Preview, Samples, approve, begin_sweep, conflicts, halt, note_page, preview, stop_at_cap,
};

pub use upkeep::audit::{AuditEntry, AuditPage, AuditQuery, Audited, audit_page, note as note_request, note_again};
pub use upkeep::earlier::{has_earlier_data, renew_page};
pub use upkeep::idempotency::{KEPT_FOR, Kept, kept_answer, open_answer, seal_answer, store_answer};
pub use upkeep::job::{Job, finish_job, job, postpone_job};
pub use upkeep::migrated::tell_migrated;
pub use upkeep::retention::{Overdue, OverdueEntry, expired, purge};
pub use upkeep::statistics::{StatisticsEntry, statistics};
pub use upkeep::unproven::{UnprovenCount, UnprovenOverview, UnprovenQuery, drop_unproven, unproven_overview};

pub use rights::erase::{Certified, ErasureAsked, certificate_of, erase_contact, external_ids_of};
pub use rights::rectify::{Fact, Rectification, RectifyError, rectify_contact, suppress_corrected};
pub use rights::report::about::{AboutEntry, PeriodEntry, PurposeEntry, RightEntry, ShopEntry};
pub use rights::report::addresses::AddressEntry;
pub use rights::report::contact_report::{ContactReport, ProfileEntry, RestrictionEntry, contact_report};
pub use rights::report::records::{NoticeEntry, RecordEntry, SourceEntry, SourceSeen};
pub use rights::report::selection::{REPORT_TABLES, ReportTable, Section, Selection, Shape};
pub use rights::report::standings::{ActivityEntry, StandingEntry};
pub use rights::requests::carry_out::{DecideError, StaffDecision, Verified, decide_request, verify_request};
pub use rights::requests::download::{Download, download_of};
pub use rights::requests::open::{Checked, NewRequest, OpenError, check_code, code_of, open_request, resend};
pub use rights::requests::remind::remind;
pub use rights::requests::subject_request::{
    RequestOrigin, RequestQuery, RequestState, SubjectRequest, list_requests, subject_request,
};
pub use rights::restrict::{note_export, restrict};

pub use lists::export::{ListAsked, ListPlace, ListRow, list_begin, list_page};
pub use lists::import::errors::{KeptError, errors_page, store_errors};
pub use lists::import::receive::{
    AppendError, NewImport, append, begin_import, chunk_from, complete_import, drop_chunks, drop_trial, find_repeated,
    forget_import, same_file,
};
pub use lists::import::state::{
    Counts, Digest, Import, ImportState, Progress, emit_import_ended, import, import_to_work_on, list_imports,
    note_progress, set_import_state,
};
pub use lists::import::take::{ListedFault, TakenRow, refuses, take_page};
pub use lists::import::undo::{begin_undo, undo_page};
pub use lists::suppressions::{SuppressedPlace, suppressed_page};

pub use capture::activity::{ActivityNoted, note_activities};
pub use capture::confirmation::{Answered, Confirmation, confirm, confirmation, never_ask};
pub use capture::decide::{Receipt, SubmissionError};
pub use capture::flood::tell_no_space;
pub use capture::inbound::{InboundKeyword, InboundMessage, inbound_text, receive_inbound};
pub use capture::outcome::{ChoiceOutcome, ChoiceResult, note_outcomes, outcome_of};
pub use capture::person_act::{
    PersonAct, PersonMessage, PersonSource, has_left, note_own_acts, opt_outs, stop_everything,
};
pub use capture::preferences::save_preferences;
pub use capture::presence::{Challenge, MAX_NUMBER, challenge, is_solved};
pub use capture::staff_choice::{ChangeError, ChoiceChange, change_choice};
pub use capture::take::record_submission;

pub use outbox::administration::{AdministrationChange, tell_change};
pub use outbox::backlog::{DeliveryEntry, DeliveryState, Replay, Replayed, deliveries_page, replay};
pub use outbox::delivery::{DeliveryKey, DueDelivery, SendOutcome, Waiting, due_deliveries, note_outcome, waiting};
pub use outbox::event::addresses_told;
pub use outbox::message::{
    Message, MessageDetail, MessageKind, ScopeEntry, list_messages, message, note_read, send_held, tell_waiting,
};
pub use outbox::message_budget::{MessageBudget, held_due};
pub use outbox::preferences_link::{send_own_link, send_preferences_link};
pub use outbox::setup::{MissingSetup, SetupGap, missing_setup};
pub use outbox::signature::{public_key, signatures};
pub use outbox::target::Target;
pub use outbox::webhook::{
    Health, NewWebhook, WebhookError, add_webhook, change_webhook, health_of, remove_webhook, rotate_webhook,
};

pub use people::address::{
    LinkTarget, LinkedAddress, StoredAddress, addresses_to_link, call_back_links, find_verified_address, same_person,
    target_of,
};
pub use people::contact::{Lookup, find_contact, last_locale, revision_of};
pub use people::decisions::{Asked, Decided, Outcome, decide_contacts};
pub use people::disclosure::{DisclosureEntry, note_disclosure};
pub use people::merge::{MergeError, merge_contacts, unmerge_contact};
pub use people::rights_log::{ActDetail, Acting, RightsAct, RightsEntry};

pub use records::act::ChoiceFault;
pub use records::notice::{NoticeSource, TextFrom, keep_notices, own_notice};
pub use records::standing::{keep as keep_track, standing_of};
pub use records::suppression::{Suppression, suppress};

pub use shop::Shop;
pub use shop::api_key::{
    KeyError, NewKey, StoredKey, VouchingKey, add_key, find_key, keep_identity, key_in_use, list_keys, note_use,
    revoke_all_keys, revoke_key, rotate_key, vouching_keys,
};
pub use shop::limits::{Limits, MessageLimits, PresenceProof};
pub use shop::privacy::{Privacy, PurposeText, Recipient, RecipientRole};
pub use shop::provider::{
    Answering, KnownProvider, ProviderSetup, list_providers, made_for_provider, remove_provider, store_provider,
};
pub use shop::seal::Sealer;
pub use shop::secret::{KeyUse, ShopSecret};
pub use shop::settings::{Evidence, Links, Notice, NoticeChoice, PolicySettings, Requests, Retention, Settings};
pub use shop::webhook::{EventType, Payload, Webhook, list_webhooks};

pub use store::context::{Context, Runtime, Sequence};
pub use store::database::{Database, DatabaseError, Param, Row, Value};
#[cfg(feature = "native")]
pub use store::native::{OsRuntime, Sqlite};
pub use store::schema::migrate;
