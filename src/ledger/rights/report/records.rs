//! The records of a contact with their evidence, and the sources of the records.

use serde::Serialize;

use crate::consent::{Assurance, Basis, Channel, Choice, Ground, PurposeSlug, Timestamp};
use crate::json;
use crate::ledger::people::contact::Contact;
use crate::ledger::records::notice::TextFrom;
use crate::ledger::records::standing::{TRACK_COLUMNS, track_in};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Cells, Database, DatabaseError, Row};
use crate::ledger::store::id::parse_id;
use crate::model::evidence::KeptEvidence;

/// One consent record, with its evidence.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RecordEntry {
    /// The id of the record.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The address of the record; `null` if the address has been corrected since, see the section `requests`.
    pub address: Option<String>,
    /// The channel; `null` for all channels.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all purposes.
    pub purpose: Option<PurposeSlug>,
    /// The choice.
    pub choice: Choice,
    /// The basis of an opt-in.
    pub basis: Option<Basis>,
    /// The evidence for the record.
    #[serde(skip_serializing_if = "KeptEvidence::is_empty")]
    pub evidence: KeptEvidence,
    /// Whether it is an objection to direct marketing, GDPR Art. 21(2).
    pub objection: bool,
    /// The assurance: how it is known that the person acted.
    pub assurance: Assurance,
    /// The time of the act by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// The time when the ledger received the record.
    pub received_at: Timestamp,
    /// The time from which the record counts; `null` for an opt-in of unknown age.
    pub effective_at: Option<Timestamp>,
    /// The notice that was shown; `null` if nobody was asked.
    pub notice: Option<NoticeEntry>,
    /// The place where the choice was captured.
    pub source: SourceEntry,
    /// The submission that contained the record.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub submission: String,
    /// The time since which the record no longer counts, because its import was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_at: Option<Timestamp>,
}

/// The notice that was shown.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct NoticeEntry {
    /// The shop's id for the notice.
    pub id: String,
    /// The version of the notice.
    pub version: String,
    /// The language of the notice, a BCP 47 tag.
    pub locale: String,
    /// The SHA-256 of the notice text, as 64 hexadecimal digits.
    pub text_sha256: String,
    /// The notice text, if known. Its hash equals `text_sha256`.
    pub text: Option<String>,
    /// The source that says that this is the text. For `sender` only the hash is certain.
    pub text_from: Option<TextFrom>,
}

/// The place where a choice was captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SourceEntry {
    /// The kind of place, such as `form`.
    pub kind: String,
    /// The URL of the page, without query and fragment.
    pub url: Option<String>,
    /// The form on the page.
    pub form: Option<String>,
    /// The version of the storefront module, if it captured the choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Whether the browser sent Global Privacy Control. It opts out of selling and sharing data; it says nothing about
    /// messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gpc: bool,
    /// The network of the sender, such as `203.0.113.0/24` or `2001:db8:1::/48`, if the shop stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The sender's browser without minor versions, if the shop stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The id of the import that contained the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub import: Option<String>,
    /// The row in the imported file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
}

/// A source of data, GDPR Art. 15(1)(g).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SourceSeen {
    /// The place where data was captured.
    #[serde(flatten)]
    pub source: SourceEntry,
    /// The time of the first record from this source.
    pub first_at: Timestamp,
    /// The time of the last record from this source.
    pub last_at: Timestamp,
    /// The number of records.
    pub records: u32,
}

pub(crate) fn records_of(
    database: &dyn Database,
    shop: &Shop,
    contact: &Contact,
) -> Result<Vec<RecordEntry>, DatabaseError> {
    database
        .query(
            "SELECT r.channel, r.purpose, r.choice, r.ground, r.objection, r.assurance, r.effective_at, r.id,
                 r.evidence, a.value, s.id, s.occurred_at, s.received_at, v.at,
                 s.notice_id, s.notice_version, s.notice_locale, s.notice_sha256, w.text, sent.text,
                 (SELECT n.text FROM notice n WHERE n.id = s.notice_id AND n.version = s.notice_version
                     AND n.locale = s.notice_locale AND n.text_sha256 = s.notice_sha256),
                 s.source_kind, s.source_url, s.source_form, s.source_module, s.source_gpc, s.source_ip,
                 s.source_user_agent, s.import, s.import_row
             FROM address a JOIN record r ON r.address = a.id JOIN submission s ON s.id = r.submission
             LEFT JOIN own_words w ON w.text_sha256 = s.notice_sha256
             LEFT JOIN reversal v ON v.address = r.address AND v.record = r.id
             LEFT JOIN sent_words sent ON sent.text_sha256 = s.notice_sha256
             WHERE a.contact = ? ORDER BY r.id",
            &[contact.param()],
        )?
        .iter()
        .map(|row| record_in(shop, row))
        .collect()
}

fn record_in(shop: &Shop, row: &Row) -> Result<RecordEntry, DatabaseError> {
    let track = track_in(row, 0)?;
    let mut cells = Cells::after(row, TRACK_COLUMNS);
    Ok(RecordEntry {
        id: track.record.0.to_string(),
        channel: track.scope.channel,
        purpose: track.scope.purpose,
        choice: track.act.choice().ok_or(DatabaseError::Shape { column: 2 })?,
        basis: track.act.ground().map(Ground::basis),
        objection: track.act.is_objection(),
        assurance: track.assurance,
        effective_at: dated(track.at),
        evidence: match cells.optional_text()? {
            None => KeptEvidence::default(),
            Some(text) => json::read(&text).ok_or(DatabaseError::Json)?,
        },
        address: Some(cells.text()?).filter(|address| !address.is_empty()),
        submission: cells.parsed(parse_id)?.to_string(),
        occurred_at: cells.optional_time()?,
        received_at: cells.time()?,
        reversed_at: cells.optional_time()?,
        notice: notice_in(shop, &mut cells)?,
        source: SourceEntry {
            kind: cells.text()?,
            url: cells.optional_text()?,
            form: cells.optional_text()?,
            module: cells.optional_text()?,
            gpc: cells.flag()?,
            ip: cells.optional_text()?,
            user_agent: cells.optional_text()?,
            import: cells.optional_text()?,
            row: cells.optional_integer()?,
        },
    })
}

/// Reads the notice with its text: placet's own text, otherwise the text of the shop's notice, otherwise the text that
/// the sender gave.
fn notice_in(shop: &Shop, cells: &mut Cells<'_>) -> Result<Option<NoticeEntry>, DatabaseError> {
    let (id, version, locale, text_sha256) = (cells.text()?, cells.text()?, cells.text()?, cells.text()?);
    let (of_placet, sent, kept) = (cells.optional_text()?, cells.optional_text()?, cells.optional_text()?);
    if id.is_empty() {
        return Ok(None);
    }
    let of_placet = of_placet.filter(|_| id.starts_with("placet:")).map(|text| (text, TextFrom::Placet));
    let of_shop =
        || shop.settings.words_of(&id, &version, &locale, &text_sha256).or(kept).map(|text| (text, TextFrom::Shop));
    let (text, text_from) = of_placet.or_else(of_shop).or(sent.map(|text| (text, TextFrom::Sender))).unzip();
    Ok(Some(NoticeEntry { id, version, locale, text_sha256, text, text_from }))
}

/// Returns the sources of some records, in the order in which they first occur.
pub(crate) fn sources_of(records: &[RecordEntry]) -> Vec<SourceSeen> {
    let mut sources: Vec<SourceSeen> = Vec::new();
    for record in records {
        let at = record.received_at;
        // Network, browser and row do not distinguish sources.
        let source = SourceEntry { ip: None, user_agent: None, row: None, ..record.source.clone() };
        match sources.iter_mut().find(|seen| seen.source == source) {
            Some(seen) => {
                seen.first_at = seen.first_at.min(at);
                seen.last_at = seen.last_at.max(at);
                seen.records += 1;
            }
            None => sources.push(SourceSeen { source, first_at: at, last_at: at, records: 1 }),
        }
    }
    sources
}

pub(crate) fn dated(at: Timestamp) -> Option<Timestamp> {
    (at > Timestamp::BEGINNING).then_some(at)
}
