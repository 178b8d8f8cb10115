//! The writers of one submission row and one record row.

use crate::consent::{ActTime, Assurance, Timestamp};
use crate::ledger::records::notice;
use crate::ledger::records::standing::Columns;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::time_of_id;
use crate::model::evidence::KeptEvidence;
use crate::model::person::PersonFacts;
use crate::model::submission::{NoticeShown, Source, Submission};
use crate::model::text::Token;

pub(crate) fn inserted(tx: &dyn Database, sql: &str, params: &[Param<'_>]) -> Result<i64, DatabaseError> {
    tx.first(sql, params)?.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)
}

pub(crate) fn submitted(
    tx: &dyn Database,
    submission: &Submission,
    id: &str,
    contact: Param<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let source = &submission.source;
    let notice = submission.notice.as_ref().map_or([""; 4], |notice| {
        [notice.id.as_str(), notice.version.as_str(), notice.locale.as_str(), notice.text_sha256.as_str()]
    });
    let [notice_id, notice_version, notice_locale, notice_sha256] = notice.map(Param::Text);
    if let Some(notice) = &submission.notice {
        let is_of_page = submission.is_anonymous() || submission.identified.is_some();
        notice::store_sent_texts(tx, notice, (submission.is_anonymous(), is_of_page), now)?;
    }
    let facts = submission.claimed_facts().and_then(|facts| serde_json::to_string(&facts).ok());
    tx.execute(
        "INSERT INTO submission (id, fingerprint, contact, received_at, occurred_at, notice_id, notice_version,
             notice_locale, notice_sha256, source_kind, source_url, source_form, source_module, source_gpc, source_ip,
             source_user_agent, source_provider, facts, beside)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(id),
            Param::Text(&submission.fingerprint.current),
            contact,
            Param::Integer(now.millis()),
            submission.time.stated().map_or(Param::Null, |at| Param::Integer(at.millis())),
            notice_id,
            notice_version,
            notice_locale,
            notice_sha256,
            Param::Text(source.kind.as_str()),
            Param::text_or_null(source.url.as_ref().map(|url| url.as_str())),
            Param::text_or_null(source.form.as_ref().map(|form| form.as_str())),
            Param::text_or_null(source.module.as_ref().map(|module| module.as_str())),
            Param::Integer(source.gpc.into()),
            Param::text_or_null(source.ip.as_deref()),
            Param::text_or_null(source.user_agent.as_deref()),
            Param::text_or_null(source.provider.as_ref().map(Token::as_str)),
            Param::text_or_null(facts.as_deref()),
            Param::text_or_null(submission.beside.map(|id| id.to_string()).as_deref()),
        ],
    )
}

/// Returns the month of a time, in UTC, such as `2026-11`. Records are counted by it.
pub(crate) fn month_of(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}

pub(crate) fn recorded(
    tx: &dyn Database,
    address: i64,
    track: &crate::consent::Track,
    submission: &str,
    evidence: &KeptEvidence,
) -> Result<(), DatabaseError> {
    let columns = Columns::of(track);
    let evidence = if evidence.is_empty() { None } else { serde_json::to_string(evidence).ok() };
    tx.execute(
        "INSERT INTO record_count (month, channel, purpose, choice, assurance, count) VALUES (?, ?, ?, ?, ?, 1)
         ON CONFLICT DO UPDATE SET count = count + 1",
        &[
            Param::Text(&month_of(time_of_id(track.record.0))),
            columns.channel(),
            columns.purpose(),
            columns.choice(),
            columns.assurance(),
        ],
    )?;
    tx.execute(
        "INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance, effective_at, submission,
             evidence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&track.record.0.to_string()),
            Param::Integer(address),
            columns.channel(),
            columns.purpose(),
            columns.choice(),
            columns.ground(),
            columns.objection(),
            columns.assurance(),
            columns.effective_at(),
            Param::Text(submission),
            Param::text_or_null(evidence.as_deref()),
        ],
    )
}

impl Submission {
    /// Builds the submission for an act that an employee enters for a known contact, so that its records have evidence
    /// like any other. `kind` is the kind of its source.
    pub(crate) fn entered(
        shop: &Shop,
        kind: &str,
        notice: Option<NoticeShown>,
        time: ActTime,
        context: &Context<'_>,
    ) -> Result<Self, DatabaseError> {
        let id = context.next_id();
        let kind = Token::parse(kind).ok_or(DatabaseError::Shape { column: 0 })?;
        Ok(Self {
            id,
            fingerprint: shop.secret.body_hash(&[id.as_bytes()]),
            addresses: Vec::new(),
            external: None,
            person: PersonFacts::default(),
            choices: Vec::new(),
            notice,
            source: Source::of(kind),
            time,
            assurance: Assurance::Staff,
            connection: None,
            identified: None,
            beside: None,
        })
    }
}
