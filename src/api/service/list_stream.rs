//! Downloads of lists, page by page, so that a list of any length needs no more memory than a short one.

use std::io::Write as _;

use bytes::Bytes;
use flate2::write::GzEncoder;
use uuid::Uuid;

use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::job_error::JobError;
use crate::consent::{Channel, Decision, Ground, PurposeSlug, Reason, Timestamp};
use crate::ledger::{
    Import, ListAsked, ListPlace, ListRow, Shop, SuppressedPlace, errors_page, list_page, suppressed_page,
};
use crate::lists::write::{ListWriter, OutDecision, OutRow};
use crate::lists::{ErrorWriter, Layout};
use crate::model::suppression::SuppressedRow;

/// How many addresses are examined for one such response, because few of them may belong in the list.
const LOOKED_AT: u32 = 20_000;
/// How many addresses or errors are examined at once.
const AT_ONCE: u16 = 1_000;

/// A download of a list in progress.
pub struct ListStream {
    pub(in crate::api) source: Source,
    pub(in crate::api) gzip: Option<GzEncoder<Vec<u8>>>,
    pub(in crate::api) out: Vec<u8>,
    pub(in crate::api) has_begun: bool,
    pub(in crate::api) is_over: bool,
}

pub(in crate::api) enum Source {
    People { asked: ListAsked, place: Option<ListPlace>, writer: ListWriter },
    Suppressed { place: Option<SuppressedPlace>, writer: ListWriter },
    Errors { import: Uuid, after: u64, writer: ErrorWriter },
}

/// The position in a list, as written in a URL. It contains numbers and hashes, never an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Cursor {
    People(ListPlace),
    Suppressed(SuppressedPlace),
}

impl Cursor {
    pub(in crate::api) fn parse(text: &str) -> Option<Self> {
        let place = |after: &str, until: &str| {
            let number = |text: &str| text.parse::<i64>().ok().filter(|number| (0..1 << 53).contains(number));
            Some(ListPlace { after: number(after)?, until: number(until)? })
        };
        let mut parts = text.split('.');
        let parsed = match (parts.next()?, parts.next()?, parts.next()?) {
            ("p", after, until) => Self::People(place(after, until)?),
            ("a", after, until) => Self::Suppressed(SuppressedPlace::ByAddress(place(after, until)?)),
            ("h", hash, channel) => {
                let channel = if channel == "all" { "*" } else { Channel::parse(channel)?.as_str() };
                let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                let is_hash = hash.len() == 43 && hash.bytes().all(is_letter);
                let (hash, channel) = (hash.to_owned(), channel.to_owned());
                is_hash.then_some(Self::Suppressed(SuppressedPlace::ByHash { hash, channel }))?
            }
            _ => return None,
        };
        parts.next().is_none().then_some(parsed)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::People(ListPlace { after, until }) => write!(f, "p.{after}.{until}"),
            Self::Suppressed(SuppressedPlace::ByAddress(ListPlace { after, until })) => write!(f, "a.{after}.{until}"),
            Self::Suppressed(SuppressedPlace::ByHash { hash, channel }) => {
                write!(f, "h.{hash}.{}", if channel == "*" { "all" } else { channel })
            }
        }
    }
}

impl ShopService {
    /// Returns some rows of a list as a complete body, and the cursor of the next page.
    pub(in crate::api) fn page_of_list(
        &self,
        shop: &Shop,
        stream: &mut ListStream,
        limit: u32,
    ) -> Result<(Bytes, Option<Cursor>), Problem> {
        let (mut rows, mut looked_at) = (0, 0);
        stream.begin();
        while rows < limit && looked_at < LOOKED_AT && !stream.is_over {
            let at_once = u16::try_from(limit - rows).unwrap_or(AT_ONCE).min(AT_ONCE);
            rows += self.write_page(shop, stream, at_once)?;
            looked_at += u32::from(at_once);
        }
        let next = stream.cursor();
        stream.end();
        Ok((stream.taken()?, next))
    }

    /// Returns the next bytes of a list; `None` at its end. They may be empty before the end.
    ///
    /// # Errors
    /// [`JobError`] if the database fails. What was sent so far is then not the whole list.
    pub fn next_piece(&self, stream: &mut ListStream) -> Result<Option<Bytes>, JobError> {
        if stream.is_over {
            return Ok(None);
        }
        let shop = self.shop()?.ok_or(Problem::InvalidKey)?;
        stream.begin();
        self.write_page(&shop, stream, AT_ONCE)?;
        if stream.is_over {
            stream.end();
        }
        Ok(Some(stream.taken()?))
    }

    /// Writes a page into the stream. Returns its number of rows.
    fn write_page(&self, shop: &Shop, stream: &mut ListStream, at_once: u16) -> Result<u32, Problem> {
        let (mut rows, out) = (0, &mut stream.out);
        let is_over = match &mut stream.source {
            Source::People { asked, place, writer } => {
                if let Some(from) = *place {
                    let mut emit = |row: &ListRow<'_>| rows += u32::from(writer.row(out, &out_row(row)));
                    *place = list_page(self.database(), shop, asked, (from, at_once), &mut emit)?;
                }
                place.is_none()
            }
            Source::Suppressed { place, writer } => {
                if let Some(from) = place.take() {
                    let mut emit = |row: &SuppressedRow<'_>| rows += u32::from(writer.suppression(out, row));
                    *place = suppressed_page(self.database(), shop, (&from, at_once), &mut emit)?;
                }
                place.is_none()
            }
            Source::Errors { import, after, writer } => {
                let errors = errors_page(self.database(), *import, *after, at_once)?;
                for error in &errors {
                    writer.row(out, error.line, &error.fault, &error.cells)?;
                    *after = error.row;
                    rows += 1;
                }
                errors.len() < usize::from(at_once)
            }
        };
        stream.is_over = is_over;
        Ok(rows)
    }
}

impl ListStream {
    /// Builds the stream of the rows of an import that were not taken.
    pub(in crate::api) fn of_errors(import: &Import, query: &Query) -> Result<Self, Problem> {
        let formats = Fault::new("unknown_format", "use csv or json");
        let is_json = query.parsed("format", |text| ["csv", "json"].iter().position(|own| *own == text), formats)?;
        let layout: Option<Layout> = import.layout.as_deref().map(serde_json::from_str).transpose()?;
        let writer = ErrorWriter::new(layout.as_ref(), is_json == Some(1));
        let source = Source::Errors { import: import.id, after: 0, writer };
        Ok(Self { source, gzip: None, out: Vec::new(), has_begun: false, is_over: false })
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.has_begun, true) {
            match &mut self.source {
                Source::People { writer, .. } | Source::Suppressed { writer, .. } => writer.begin(&mut self.out),
                Source::Errors { writer, .. } => writer.begin(&mut self.out),
            }
        }
    }

    fn end(&mut self) {
        match &mut self.source {
            Source::People { writer, .. } | Source::Suppressed { writer, .. } => writer.end(&mut self.out),
            Source::Errors { writer, .. } => writer.end(&mut self.out),
        }
        self.is_over = true;
    }

    fn cursor(&self) -> Option<Cursor> {
        match &self.source {
            Source::People { place, .. } => place.map(Cursor::People),
            Source::Suppressed { place, .. } => place.clone().map(Cursor::Suppressed),
            Source::Errors { .. } => None,
        }
    }

    /// Takes the bytes that were written and not sent yet, compressed if gzip was asked for.
    fn taken(&mut self) -> Result<Bytes, Problem> {
        let written = std::mem::take(&mut self.out);
        let Some(gzip) = &mut self.gzip else { return Ok(written.into()) };
        let failed = |_| Problem::Internal { cause: "gzip into memory".into() };
        gzip.write_all(&written).map_err(failed)?;
        if self.is_over {
            gzip.try_finish().map_err(failed)?;
        }
        Ok(std::mem::take(gzip.get_mut()).into())
    }

    /// Returns the media type of a list of errors; `None` for other lists, which have theirs already.
    pub(in crate::api) const fn media_type(&self) -> Option<&'static str> {
        match &self.source {
            Source::Errors { writer, .. } => Some(writer.media_type()),
            _ => None,
        }
    }
}

fn out_row<'a>(row: &'a ListRow<'_>) -> OutRow<'a> {
    let statement = &row.statement;
    let since = statement.decided_by.map(|entry| entry.at).filter(|at| *at > Timestamp::BEGINNING);
    OutRow {
        kind: row.kind,
        address: row.address,
        contact: row.contact,
        country: row.country,
        region: row.region,
        channel: row.channel,
        purpose: row.purpose.map(PurposeSlug::as_str),
        status: statement.status.as_str(),
        basis: statement.decided_by.and_then(|entry| entry.act.ground()).map(Ground::basis),
        objection: statement.decided_by.is_some_and(|entry| entry.act.is_objection()),
        assurance: statement.decided_by.map(|entry| entry.assurance),
        since,
        decision: row.decision.as_ref().map(out_decision),
    }
}

fn out_decision<'a>(decision: &'a Decision<'_>) -> OutDecision<'a> {
    OutDecision {
        allow: decision.allows(),
        reason: decision.reason().map(Reason::as_str),
        rule: decision.rule.id,
        until: decision.until(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_written_and_every_other_text_is_refused() {
        let place = ListPlace { after: 500, until: 1_000 };
        let hash = "A".repeat(43);
        for cursor in [
            Cursor::People(place),
            Cursor::Suppressed(SuppressedPlace::ByAddress(place)),
            Cursor::Suppressed(SuppressedPlace::ByHash { hash: hash.clone(), channel: "*".into() }),
            Cursor::Suppressed(SuppressedPlace::ByHash { hash, channel: "email".into() }),
        ] {
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }
        for bad in ["", "p", "p.1", "p.1.2.3", "p.-1.2", "p.1.9007199254740993", "x.1.2", "h.jane@example.com.all"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
