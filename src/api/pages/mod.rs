//! What people see who hold a link, and what is written to them: pages, and the texts of messages, in six languages.
//!
//! Functions from views to strings. Nothing here looks anything up, sends anything or decides anything; addresses come masked.
//! The pages load nothing, set no cookie and work without JavaScript; the one script, [`SCRIPT`], makes the preference page
//! handier. A GET of any of them changes nothing: each act is a form that posts to the page's own path.
//!
//! | file | idea |
//! |---|---|
//! | `language` | the six languages, and which of them a person gets |
//! | `words` | every text, one file a language |
//! | `fill`, `dates` | what is put into the texts; how dates are written |
//! | `frame` | what is around every page; pages without a shop |
//! | `confirm`, `unsubscribe`, `preferences`, `request`, `files`, `form` | the pages |
//! | `shown` | the words of a page as a record keeps them |
//! | `message`, `letter`, `sms` | messages that ask and tell; how a letter looks; what fits a text message |
//!
//! | form | fields |
//! |---|---|
//! | confirmation | `action=confirm` |
//! | unsubscription | `List-Unsubscribe=One-Click`, as mail providers send it (RFC 8058) |
//! | preferences | `action=save`, `shown`, and the name of each ticked row with `on`; or `action=stop` |
//! | preferences, rights | `action=access`, `erasure`, `objection`, or `rectification` with `details` |
//! | request | `action=confirm`, with `code` where one is asked for; `action=resend` |

mod confirm;
mod dates;
mod files;
mod fill;
mod form;
mod frame;
mod language;
mod letter;
mod message;
mod preferences;
mod request;
mod shown;
mod sms;
mod unsubscribe;
mod words;

#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod page_tests;

pub(in crate::api) use confirm::{ConfirmState, ConfirmView, confirm};
pub(in crate::api) use files::{DownloadState, DownloadView, downloads};
pub(in crate::api) use form::{FormRefusal, FormState, form, misplaced};
pub(in crate::api) use frame::{Frame, STYLE, broken, failed, too_many};
pub(in crate::api) use language::{Language, negotiate};
pub(in crate::api) use letter::Message;
pub(in crate::api) use message::{Outcome, confirm_message, preferences_message, request_message, result_message};
pub(in crate::api) use preferences::{Group, PreferencesState, PreferencesView, Row, RowNote, SCRIPT, preferences};
pub(in crate::api) use request::{RequestState, RequestView, request};
pub(in crate::api) use shown::{confirm_words, preferences_words};
pub(in crate::api) use sms::{help_reply, started_reply, stopped_reply};
pub(in crate::api) use unsubscribe::{UnsubscribeState, UnsubscribeView, unsubscribe};
