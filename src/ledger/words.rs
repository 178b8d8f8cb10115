//! The words of our own pages that a person read before they chose, kept once for each text: a record names them by their hash,
//! as it does with the shop's own.

use sha2::{Digest, Sha256};

use super::submission::NoticeShown;
use super::text::{Locale, Sha256Hex, Token};
use super::{Database, DatabaseError, Param};

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
pub fn own_words<D: Database>(tx: &D, shown: &Shown<'_>) -> Result<Option<NoticeShown>, DatabaseError> {
    let hash = base16ct::lower::encode_string(&Sha256::digest(shown.text));
    tx.execute(
        "INSERT INTO own_words (text_sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[Param::Text(&hash), Param::Text(shown.text)],
    )?;
    let named = || {
        Some(NoticeShown {
            id: Token::parse(&format!("placet:{}", shown.id))?,
            version: Token::parse(env!("CARGO_PKG_VERSION"))?,
            locale: Locale::parse(shown.locale)?,
            text_sha256: Sha256Hex::parse(&hash)?,
        })
    };
    Ok(named())
}
