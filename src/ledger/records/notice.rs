//! Stores the notice texts that persons read before a choice, each text once. A record refers to a text by its hash.
//!
//! The notices of the shop are in its settings. This file stores their texts for good, the notices of placet's own pages,
//! and the texts that submissions brought along. For those only the page says that they were shown; only the hash is certain.

use crate::consent::Timestamp;
use crate::ledger::shop::settings::Notice;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::day_count::{count, counted};
use crate::model::submission::NoticeShown;
use crate::model::text::{Locale, Sha256Hex, Token};

vocabulary! {
    /// The source of a notice text.
    TextFrom, "unknown origin of words" {
        /// The shop, in its settings.
        Shop = "shop",
        /// placet, for its own pages.
        Placet = "placet",
        /// The sender of the submission. The text has the hash on record, but nobody else confirms that it was shown.
        Sender = "sender",
    }
}

/// The maximum number of stored texts that no proven act names: far more than a shop's forms have, but too few to fill
/// its ledger.
const SENT_TEXTS: i64 = 500;
/// The maximum number of texts of a day from pages.
pub(crate) const TEXTS_A_DAY: i64 = 100;
/// How long a new text is never pushed out, in milliseconds: its first readers have that time to answer the question. There
/// is always an older one, because [`SENT_TEXTS`] are more than those of four days.
const YOUNG: i64 = 4 * 86_400_000;

/// A notice that one of placet's own pages showed.
#[derive(Clone, Copy, Debug)]
pub struct NoticeSource<'a> {
    /// The id of the notice.
    pub id: &'a str,
    /// The language of the notice.
    pub locale: &'a str,
    /// The notice text.
    pub text: &'a str,
}

/// Stores a notice of placet's own pages and returns how a record refers to it.
pub fn own_notice(tx: &dyn Database, shown: &NoticeSource<'_>) -> Result<Option<NoticeShown>, DatabaseError> {
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

/// Stores the texts of the shop's notices for good: a record of a choice refers to them. Returns the index of the first
/// notice that has another text than it had before; the caller must then refuse the notices.
pub fn keep_notices(tx: &dyn Database, notices: &[Notice]) -> Result<Option<usize>, DatabaseError> {
    for (index, notice) in notices.iter().enumerate() {
        let name = [notice.id.as_str(), notice.version.as_str(), notice.locale.as_str()];
        let [id, version, locale] = name.map(Param::Text);
        let kept = tx.first(
            "INSERT INTO notice (id, version, locale, text_sha256, text) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET text = text RETURNING text",
            &[id, version, locale, Param::Text(Sha256Hex::of(&notice.text).as_str()), Param::Text(&notice.text)],
        )?;
        if kept.map(|row| row.text(0).map(|text| text != notice.text)).transpose()?.unwrap_or(false) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Stores the notice text that a submission brought along. `is_limited`: a page sent it, and anyone can send texts.
///
/// There is room for [`SENT_TEXTS`] texts that no proven act names. A new text takes the place of the one that was used
/// least. A page adds at most [`TEXTS_A_DAY`] texts a day.
pub(crate) fn store_sent_texts(
    tx: &dyn Database,
    notice: &NoticeShown,
    (is_anonymous, is_limited): (bool, bool),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sha256 = Param::Text(notice.text_sha256.as_str());
    let is_known = || tx.first("SELECT 1 FROM sent_words WHERE text_sha256 = ?", &[sha256]).map(|row| row.is_some());
    if let Some(text) = notice.text.as_deref()
        && !is_known()?
        && (!is_limited || make_room(tx, now)?)
    {
        tx.execute(
            "INSERT INTO sent_words (text_sha256, text, first_at) VALUES (?, ?, ?)",
            &[sha256, Param::Text(text), Param::Integer(now.millis())],
        )?;
    }
    tx.execute(
        "UPDATE sent_words SET uses = uses + 1, proven = proven + ? WHERE text_sha256 = ?",
        &[Param::Integer((!is_anonymous).into()), sha256],
    )
}

/// Makes room for one more text of a page. Returns whether there is any today.
fn make_room(tx: &dyn Database, now: Timestamp) -> Result<bool, DatabaseError> {
    if counted(tx, "texts", now)? >= TEXTS_A_DAY {
        return Ok(false);
    }
    count(tx, "texts", now)?;
    tx.execute(
        "DELETE FROM sent_words WHERE proven = 0 AND text_sha256 = (
             SELECT text_sha256 FROM sent_words WHERE proven = 0 AND first_at < ?2 ORDER BY uses, first_at LIMIT 1)
         AND (SELECT count(*) FROM sent_words WHERE proven = 0) >= ?1",
        &[Param::Integer(SENT_TEXTS), Param::Integer(now.plus_millis(-YOUNG).millis())],
    )?;
    Ok(true)
}

/// Returns whether the text of a notice is stored, or is one of the shop's.
pub(crate) fn is_text_kept(tx: &dyn Database, notice: &NoticeShown) -> Result<bool, DatabaseError> {
    let kept = "SELECT 1 FROM sent_words WHERE text_sha256 = ?1 UNION ALL SELECT 1 FROM notice WHERE text_sha256 = ?1";
    Ok(tx.first(kept, &[Param::Text(notice.text_sha256.as_str())])?.is_some())
}

/// Notes that the person has confirmed opt-ins that name a text. `records` is a JSON array of the ids of their records.
pub(crate) fn prove_texts(tx: &dyn Database, address: i64, records: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE sent_words SET proven = proven + 1 WHERE text_sha256 IN (
             SELECT s.notice_sha256 FROM json_each(?) t CROSS JOIN record r ON r.address = ? AND r.id = t.value
             JOIN submission s ON s.id = r.submission)",
        &[Param::Text(records), Param::Integer(address)],
    )
}

/// Deletes notice texts that no submission refers to once the given submissions are deleted. `submissions` is a JSON
/// array of ids.
pub(crate) fn delete_unused(tx: &dyn Database, submissions: &str) -> Result<(), DatabaseError> {
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
