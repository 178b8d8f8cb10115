//! Every act of a contact with its evidence, and where acts came from.

use serde::Serialize;

use crate::consent::{Assurance, Basis, Channel, Choice, Ground, PurposeSlug, Timestamp};
use crate::json;
use crate::ledger::people::contact::Contact;
use crate::ledger::records::notice::TextFrom;
use crate::ledger::records::standing::track_in;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Row};
use crate::ledger::store::id::parse_id;
use crate::model::evidence::KeptEvidence;

/// One act, with its evidence.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RecordEntry {
    /// Its id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The address it was about; `null` for one that has been corrected since, see the requests.
    pub address: Option<String>,
    /// The channel; `null` for all.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all.
    pub purpose: Option<PurposeSlug>,
    /// The choice.
    pub choice: Choice,
    /// The ground of an opt-in.
    pub basis: Option<Basis>,
    /// What shows that the ground is there.
    #[serde(skip_serializing_if = "KeptEvidence::is_empty")]
    pub evidence: KeptEvidence,
    /// Whether it is an objection to direct marketing, GDPR Art. 21(2).
    pub objection: bool,
    /// How we know.
    pub assurance: Assurance,
    /// When, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// When it reached the ledger.
    pub received_at: Timestamp,
    /// Since when it counts; `null` for an opt-in of unknown age.
    pub effective_at: Option<Timestamp>,
    /// What was shown; `null` where nobody was asked.
    pub notice: Option<NoticeEntry>,
    /// Where.
    pub source: SourceEntry,
    /// The submission that brought it.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub submission: String,
    /// Since when it counts no more, because the import that brought it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_at: Option<Timestamp>,
}

/// The words that were shown.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct NoticeEntry {
    /// The shop's name for them.
    pub id: String,
    /// Their version.
    pub version: String,
    /// Their language.
    pub locale: String,
    /// Their SHA-256, hexadecimal.
    pub text_sha256: String,
    /// The words themselves, where they are known: their hash is the one above.
    pub text: Option<String>,
    /// Who says that these are the words that were shown; of `sender` it is the hash alone that is certain.
    pub text_from: Option<TextFrom>,
}

/// Where an act was captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SourceEntry {
    /// The kind of place.
    pub kind: String,
    /// The page, without query and fragment.
    pub url: Option<String>,
    /// The form.
    pub form: Option<String>,
    /// The version of the storefront module, where it captured it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Whether the browser sent Global Privacy Control: a no to selling and sharing, which says nothing of messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gpc: bool,
    /// The network that it came from, `203.0.113.0/24` or `2001:db8:1::/48`, where the shop keeps that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The browser that it came from, without minor versions, where the shop keeps that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The import of the list that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub import: Option<String>,
    /// The row of that list, the first being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
}

/// A place that data came from, GDPR Art. 15(1)(g).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct SourceSeen {
    /// The place.
    #[serde(flatten)]
    pub source: SourceEntry,
    /// For the first time.
    pub first_at: Timestamp,
    /// For the last time.
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
                 a.value, s.id, s.occurred_at, s.received_at, s.notice_id, s.notice_version, s.notice_locale,
                 s.notice_sha256, s.source_kind, s.source_url, s.source_form, r.evidence, w.text,
                 s.source_module, s.source_gpc, sent.text, s.source_ip, s.source_user_agent, s.import, s.import_row, v.at
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
    let notice = match row.text(12)? {
        "" => None,
        id => {
            let (version, locale, hash) = (row.text(13)?, row.text(14)?, row.text(15)?);
            let of_placet = row.optional_text(20)?.filter(|_| id.starts_with("placet:")).map(str::to_owned);
            let of_shop = || shop.settings.words_of(id, version, locale, hash).map(|text| (text, TextFrom::Shop));
            let sent = row.optional_text(23)?.map(|text| (text.to_owned(), TextFrom::Sender));
            let words = of_placet.map(|text| (text, TextFrom::Placet)).or_else(of_shop).or(sent);
            let (text, text_from) = words.unzip();
            Some(NoticeEntry {
                text,
                text_from,
                id: id.to_owned(),
                version: version.to_owned(),
                locale: locale.to_owned(),
                text_sha256: hash.to_owned(),
            })
        }
    };
    let evidence = match row.optional_text(19)? {
        None => KeptEvidence::default(),
        Some(text) => json::read(text).ok_or(DatabaseError::Shape { column: 19 })?,
    };
    Ok(RecordEntry {
        id: track.record.0.to_string(),
        channel: track.scope.channel,
        purpose: track.scope.purpose,
        choice: track.act.choice().ok_or(DatabaseError::Shape { column: 2 })?,
        basis: track.act.ground().map(Ground::basis),
        evidence,
        objection: track.act.is_objection(),
        assurance: track.assurance,
        effective_at: dated(track.at),
        address: Some(row.text(8)?.to_owned()).filter(|address| !address.is_empty()),
        submission: row.parsed(9, parse_id)?.to_string(),
        occurred_at: if row.is_null(10) { None } else { Some(row.time(10)?) },
        received_at: row.time(11)?,
        notice,
        source: SourceEntry {
            kind: row.text(16)?.to_owned(),
            url: row.optional_text(17)?.map(str::to_owned),
            form: row.optional_text(18)?.map(str::to_owned),
            module: row.optional_text(21)?.map(str::to_owned),
            gpc: row.integer(22)? == 1,
            ip: row.optional_text(24)?.map(str::to_owned),
            user_agent: row.optional_text(25)?.map(str::to_owned),
            import: row.optional_text(26)?.map(str::to_owned),
            row: if row.is_null(27) { None } else { Some(row.integer(27)?) },
        },
        reversed_at: if row.is_null(28) { None } else { Some(row.time(28)?) },
    })
}

/// The places that some records came from, in the order in which they came.
pub(crate) fn sources_of(records: &[RecordEntry]) -> Vec<SourceSeen> {
    let mut sources: Vec<SourceSeen> = Vec::new();
    for record in records {
        let at = record.received_at;
        // A place is one, whoever was there.
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
