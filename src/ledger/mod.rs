//! THE MEMORY: one shop's ledger over a synchronous SQLite database.
//!
//! What comes in is already parsed. A command is decided by a pure function over what is known and the moment, and its events
//! are written in the same transaction; SQL only stores. Nothing acknowledged is lost, nothing is done twice.
//!
//! | file | idea |
//! |---|---|
//! | `database`, `native` | the one way out: the `Database` trait and its values; the database natively (feature `native`) |
//! | `schema` | the tables and their migrations |
//! | `moment` | time and chance as values |
//! | `text` | bounded texts that records are made of |
//! | `shop`, `privacy` | the shop's settings and secret; what it tells people, and its limits |
//! | `key` | the keys that open it |
//! | `contact` | how a contact is found, and in which state it is |
//! | `submission`, `write` | what is handed in and the rules for taking it; the SQL behind it |
//! | `identified` | who is behind a submission: what the shop has signed for, and what is anybody's |
//! | `damping` | a flood of anonymous submissions for one address |
//! | `evidence` | what shows that a ground is there |
//! | `choice` | a choice that an employee changes |
//! | `activity` | what keeps grounds alive |
//! | `suppression` | addresses that are not to be written to, kept as hashes |
//! | `decisions` | may we send this? for many at once |
//! | `track` | the law of standings as SQL |
//! | `report` | all that is held on one person |
//! | `rights` | what was done for a person, and restriction |
//! | `rectify`, `merge`, `erase` | what is wrong put right; two contacts that are one person; erasure and its certificate |
//! | `disclosure` | what was handed to whom |
//! | `statistics` | counts without persons |
//! | `audit` | who did what; what has outlived its time |
//! | `idempotency` | a request that is sent again |
//! | `link`, `own_act` | addresses as links name them, and what a person does by one |
//! | `set_apart` | addresses that may be of different persons, before one of them is answered |
//! | `confirmation`, `words` | double opt-in; the words of our own pages |
//! | `inbound`, `provider` | what persons write back, and who hands it in |
//! | `message` | what the shop has to send |
//! | `request` | what persons ask for under their rights |
//! | `retention`, `handling` | what has outlived its use; what a shop decides about all this |
//! | `outbox` | what happened, kept until the shop has been told |
//! | `import` | lists of people, taken in page by page |
//! | `list`, `suppressed` | lists of people, as they stand; the list of suppressions |
//! | `job` | what runs by itself, and when |

mod activity;
mod audit;
mod choice;
mod confirmation;
mod contact;
mod damping;
mod database;
mod decisions;
mod disclosure;
mod erase;
mod evidence;
mod handling;
mod idempotency;
mod identified;
mod import;
mod inbound;
mod job;
mod key;
mod link;
mod list;
mod merge;
mod message;
mod moment;
#[cfg(feature = "native")]
mod native;
mod outbox;
mod own_act;
mod preferences_link;
mod privacy;
mod provider;
mod rectify;
mod report;
mod request;
mod retention;
mod rights;
mod schema;
mod set_apart;
mod shop;
mod statistics;
mod submission;
mod suppressed;
mod suppression;
pub mod text;
mod track;
mod words;
mod write;

pub use activity::{ActivityNoted, note_activities};
pub use audit::{AuditEntry, AuditQuery, Audited, audit_page, note as note_request, sweep};
pub use choice::{ChangeError, ChoiceChange, change_choice};
pub use confirmation::{Answered, Confirmation, confirm, confirmation};
pub use contact::{Lookup, revision_of};
pub use database::{Database, DatabaseError, Param, Row, Value};
pub use decisions::{Asked, Decided, Outcome, decide_contacts};
pub use disclosure::{DisclosureEntry, note_disclosure};
pub use erase::{Certified, ErasureAsked, certificate_of, erase_contact};
pub use evidence::KeptEvidence;
pub use handling::{Evidence, Links, Requests, Retention};
pub use idempotency::{Kept, keep_answer, kept_answer};
pub use identified::Identified;
pub use import::{
    AppendError, Counts, Digest, Import, ImportState, KeptError, Listed, ListedChoice, ListedFault, ListedPerson,
    ListedSuppression, ListedWord, NewImport, Progress, Suppressed, TakenRow, append, begin_import, begin_undo,
    chunk_from, complete_import, drop_chunks, drop_trial, errors_page, find_repeated, forget_import, import,
    import_to_work_on, keep_errors, list_imports, note_progress, refuses, same_file, set_import_state, take_page,
    tell_import_ended, undo_page,
};
pub use inbound::{Heard, Said, hear};
pub use job::{Job, finish_job, job, postpone_job};
pub use key::{
    KeyError, NewKey, StoredKey, VouchingKey, add_key, find_key, key_in_use, list_keys, note_use, revoke_key,
    rotate_key, vouching_keys,
};
pub use link::{Named, addresses_to_link, find_to_link, last_locale, named, same_person};
pub use list::{ListAsked, ListPlace, ListRow, list_begin, list_page};
pub use merge::{MergeError, merge_contacts, unmerge_contact};
pub use message::{Message, MessageDetail, MessageKind, ScopeEntry, list_messages, message};
pub use moment::{Host, Mark, Moment};
#[cfg(feature = "native")]
pub use native::{OsHost, Sqlite};
pub use outbox::{
    DeliveryEntry, DeliveryKey, DeliveryState, DueDelivery, EventType, Health, NewWebhook, Payload, Replay, Replayed,
    SendOutcome, Target, Waiting, Webhook, WebhookError, add_webhook, addresses_told, change_webhook, deliveries_page,
    due_deliveries, health_of, list_webhooks, note_outcome, public_key, remove_webhook, replay, rotate_webhook,
    signatures, waiting,
};
pub use own_act::{OwnAct, has_left, noes, note_own_acts, stop_everything};
pub use preferences_link::send_preferences_link;
pub use privacy::{Limits, Privacy, PurposeText, Recipient, RecipientRole};
pub use provider::{KnownProvider, keep_provider, list_providers, made_for_provider, remove_provider};
pub use rectify::{Fact, Rectification, RectifyError, rectify_contact};
pub use report::{
    AboutEntry, ActivityEntry, AddressEntry, ContactReport, NoticeEntry, PeriodEntry, ProfileEntry, PurposeEntry,
    RecordEntry, RestrictionEntry, RightEntry, Section, Selection, ShopEntry, SourceEntry, SourceSeen, StandingEntry,
    contact_report,
};
pub use request::{
    Checked, DecideError, Download, NewRequest, OpenError, RequestKind, RequestOrigin, RequestQuery, RequestState,
    StaffDecision, SubjectRequest, Verified, check_code, code_of, decide_request, download_of, list_requests,
    open_request, remind, resend, subject_request, verify_request,
};
pub use retention::{Overdue, OverdueEntry, overdue, retain};
pub use rights::{ActDetail, Acting, RightsAct, RightsEntry, note_export, restrict};
pub use schema::migrate;
pub use shop::{Notice, NoticeChoice, PolicySettings, Settings, Shop};
pub use statistics::{StatisticsEntry, statistics};
pub use submission::{
    ChoiceFault, ChosenAct, Claim, NoticeShown, PersonFacts, Receipt, Source, Submission, SubmissionError,
    record_submission,
};
pub use suppressed::{SuppressedPlace, SuppressedRow, suppressed_page};
pub use suppression::{Suppression, SuppressionReason, suppress};
pub use track::{keep as keep_track, standing_of};
pub use words::{Shown, TextFrom, own_words};
