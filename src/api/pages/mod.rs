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

pub(in crate::api) mod confirm;
pub(in crate::api) mod dates;
pub(in crate::api) mod files;
pub(in crate::api) mod fill;
pub(in crate::api) mod form;
pub(in crate::api) mod frame;
pub(in crate::api) mod language;
pub(in crate::api) mod letter;
pub(in crate::api) mod message;
pub(in crate::api) mod preferences;
pub(in crate::api) mod request;
pub(in crate::api) mod shown;
pub(in crate::api) mod sms;
pub(in crate::api) mod unsubscribe;
pub(in crate::api) mod words;

#[cfg(test)]
pub(in crate::api) mod message_tests;
#[cfg(test)]
pub(in crate::api) mod page_tests;

pub(in crate::api) use confirm::confirm;
pub(in crate::api) use files::downloads;
pub(in crate::api) use form::{form, misplaced};
pub(in crate::api) use frame::{STYLE, broken, failed, too_many};
pub(in crate::api) use language::negotiate;
pub(in crate::api) use letter::Message;
pub(in crate::api) use message::{confirm_message, preferences_message, request_message, result_message};
pub(in crate::api) use preferences::{SCRIPT, preferences};
pub(in crate::api) use request::request;
pub(in crate::api) use shown::{confirm_words, preferences_words};
pub(in crate::api) use sms::{help_reply, started_reply, stopped_reply};
pub(in crate::api) use unsubscribe::unsubscribe;
