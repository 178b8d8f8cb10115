//! The pages that people see when they open a link, and the texts of the messages to them, in six languages.
//!
//! The functions turn views into strings. Nothing here reads data, sends anything or decides anything; addresses arrive
//! masked. The pages load nothing, set no cookie and work without JavaScript; the only script, [`SCRIPT`], makes the
//! preference page easier to use. A `GET` of a page changes nothing: every change is a form that posts to the page's
//! own path.
//!
//! | file | content |
//! |---|---|
//! | `language` | the six languages, and the choice of one for a person |
//! | `words` | all texts, one file per language |
//! | `fill`, `dates` | placeholders in the texts; the format of dates |
//! | `frame` | what surrounds every page; pages without a shop |
//! | `confirm`, `unsubscribe`, `preferences`, `request`, `files`, `form` | the pages |
//! | `shown` | the notice on a page, as a record refers to it |
//! | `message`, `letter`, `sms` | the messages; their layout as text and HTML; the shorter form for SMS |
//!
//! | form | fields |
//! |---|---|
//! | confirmation | `action=confirm` |
//! | unsubscribe | `List-Unsubscribe=One-Click`, as mail providers send it (RFC 8058) |
//! | preferences | `action=save`, `shown`, and the name of each ticked row with `on`; or `action=stop` |
//! | preferences, links | `action=recall` |
//! | preferences, rights | `action=access`, `erasure`, `objection`, or `rectification` with `details` |
//! | subject request | `action=confirm`, with `code` if one is asked for; `action=resend` |

pub(in crate::api) mod confirm;
pub(in crate::api) mod dates;
pub(in crate::api) mod files;
pub(in crate::api) mod fill;
pub(in crate::api) mod form;
pub(in crate::api) mod frame;
pub(in crate::api) mod language;
pub(in crate::api) mod letter;
pub(in crate::api) mod masked;
pub(in crate::api) mod message;
pub(in crate::api) mod outcome;
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
pub(in crate::api) use preferences::{SCRIPT, called_back, preferences};
pub(in crate::api) use request::request;
pub(in crate::api) use shown::{confirm_words, preferences_words};
pub(in crate::api) use sms::{help_reply, started_reply, stopped_reply};
pub(in crate::api) use unsubscribe::unsubscribe;
