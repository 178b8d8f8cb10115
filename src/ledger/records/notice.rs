//! The words that a person read before they chose, kept once for each text: a record names them by their hash.
//!
//! What the shop says that it shows stands in its settings. Here are those of our own pages, and those that a submission brought
//! along: a page's word for what it has shown, of which nothing is certain but the hash.

use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::submission::NoticeShown;
use crate::model::text::{Locale, Sha256Hex, Token};

vocabulary! {
    /// Who says that these are the words.
    TextFrom, "unknown origin of words" {
        /// The shop, in its settings.
        Shop = "shop",
        /// placet, of its own pages.
        Placet = "placet",
        /// Whoever sent the submission: the words have the hash that is on record, and nobody else says that they were shown.
        Sender = "sender",
    }
}

/// How many texts of anonymous senders are kept: many times what a shop's forms have, and too few to fill its ledger.
const SENT_TEXTS: i64 = 500;

/// Words that were shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// On which of our pages.
    pub id: &'a str,
    /// In which language.
    pub locale: &'a str,
    /// The words.
    pub text: &'a str,
}

/// Keeps the words, and tells how a record names them.
///
/// # Errors
/// Those of the database.
pub fn own_words(tx: &dyn Database, shown: &Shown<'_>) -> Result<Option<NoticeShown>, DatabaseError> {
    let text_sha256 = Sha256Hex::of(shown.text);
    tx.execute(
        "INSERT INTO own_words (text_sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[Param::Text(text_sha256.as_str()), Param::Text(shown.text)],
    )?;
    let named = move || {
        Some(NoticeShown {
            id: Token::parse(&format!("placet:{}", shown.id))?,
            version: Token::parse(env!("CARGO_PKG_VERSION"))?,
            locale: Locale::parse(shown.locale)?,
            text_sha256,
            text: None,
        })
    };
    Ok(named())
}

/// Keeps the words that a submission brought along. Anyone can send some, so of anonymous ones there is an end.
pub(crate) fn keep_sent(
    tx: &dyn Database,
    notice: &NoticeShown,
    is_anonymous: bool,
    now: Param<'_>,
) -> Result<(), DatabaseError> {
    if let Some(text) = notice.text.as_deref() {
        tx.execute(
            "INSERT INTO sent_words (text_sha256, text, first_at) SELECT ?1, ?2, ?3
             WHERE NOT ?4 OR (SELECT count(*) FROM sent_words) < ?5 ON CONFLICT DO NOTHING",
            &[
                Param::Text(notice.text_sha256.as_str()),
                Param::Text(text),
                now,
                Param::Integer(is_anonymous.into()),
                Param::Integer(SENT_TEXTS),
            ],
        )?;
    }
    tx.execute(
        "UPDATE sent_words SET uses = uses + 1 WHERE text_sha256 = ?",
        &[Param::Text(notice.text_sha256.as_str())],
    )
}

/// Lets go of what nothing is left to name, when these submissions go: a JSON list of their ids.
pub(crate) fn let_go(tx: &dyn Database, submissions: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE sent_words SET uses = uses - (
             SELECT count(*) FROM json_each(?1) t JOIN submission s ON s.id = t.value
             WHERE s.notice_sha256 = sent_words.text_sha256)
         WHERE text_sha256 IN (
             SELECT s.notice_sha256 FROM json_each(?1) t JOIN submission s ON s.id = t.value)",
        &[Param::Text(submissions)],
    )?;
    tx.execute("DELETE FROM sent_words WHERE uses <= 0", &[])
}
