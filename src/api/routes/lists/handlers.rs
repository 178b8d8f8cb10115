//! Hands out lists of people.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, Response, header};

use crate::api::fields::{BASIS, CHANNEL, COUNTRY, CURSOR, PURPOSE, TIME};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::service::call::Call;
use crate::api::service::list_stream::{Cursor, ListStream, Source};
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::{Basis, Channel, CountryCode, PurposeSlug, Timestamp};
use crate::ledger::{ListAsked, SuppressedPlace, list_begin};
use crate::lists::ListKind;
use crate::lists::write::{Columns, Form, ListWriter, Unwritable};
pub(in crate::api) use crate::platforms::cell::Cells;

/// The maximum number of rows in one response, if pages are asked for.
const MAX_PAGE: u32 = 10_000;

/// The parameters that apply only to lists of people.
const OF_PEOPLE: &[&str] = &["channel", "purpose", "basis", "country", "since"];

const LIST: Fault = Fault::new("unknown_list", ListKind::USE_ONE);

const FORM: Fault = Fault::new("unknown_format", Form::USE_ONE);

const COLUMNS: Fault = Fault::new("unknown_profile", Columns::USE_ONE);

const CELLS: Fault = Fault::new("unknown_cells", Cells::USE_ONE);

const BY: Fault = Fault::new("unknown_form", "use address or hash");

const LIMIT: Fault = Fault::new("out_of_range", "use 1 to 10000");

const ONE_PURPOSE: Fault = Fault::new("no_purpose", "the columns of a platform have no purpose: give one");

pub(in crate::api) fn writer(kind: ListKind, query: &Query) -> Result<ListWriter, Problem> {
    let form = query.parsed("format", Form::parse, FORM)?.unwrap_or(Form::Csv);
    let columns = query.parsed("profile", Columns::parse, COLUMNS)?.unwrap_or(Columns::Placet);
    let cells = query.parsed("cells", Cells::parse, CELLS)?.unwrap_or(Cells::Exact);
    ListWriter::new(form, columns, cells, kind, query.flag("decide")?).map_err(|unwritable| {
        let name = match unwritable {
            Unwritable::ColumnsAreCsv => "format",
            Unwritable::SuppressionsArePlacet => "profile",
            Unwritable::DecisionsArePlacet | Unwritable::SuppressionsDecide => "decide",
        };
        Problem::Parameter { name, fault: Fault { code: "not_writable", detail: unwritable.to_string().into() } }
    })
}

impl ShopService {
    pub(in crate::api) fn list(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let kind = ListKind::parse(call.route.value(0)).ok_or(Problem::Parameter { name: "list", fault: LIST })?;
        let cursor = query.parsed("after", Cursor::parse, CURSOR)?;
        let is_later = cursor.is_some();
        let limit = |text: &str| text.parse::<u32>().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
        let limit = query.parsed("limit", limit, LIMIT)?;
        let gzip = query.flag("gzip")?.then(|| GzEncoder::new(Vec::new(), Compression::fast()));
        let writer = writer(kind, query)?;
        let (media_type, ending) = (writer.media_type(), writer.ending());
        let source = self.source(call, query, kind, cursor, writer)?;
        let (out, is_over) = (Vec::new(), false);
        let is_packed = gzip.is_some();
        let mut stream = ListStream { source, gzip, out, has_begun: is_later, is_over };
        let mut response = Response::new(Bytes::new());
        if let Some(limit) = limit {
            let (page, next) = self.page_of_list(&call.shop, &mut stream, limit)?;
            response = Response::new(page);
            if let Some(next) = next {
                let link =
                    format!("<{}>; rel=\"next\"", query.link(call.request.uri().path(), "after", &next.to_string()));
                let link = HeaderValue::from_str(&link).map_err(|_| Problem::Internal { cause: "a link".into() })?;
                response.headers_mut().insert(header::LINK, link);
            }
        }
        let headers = response.headers_mut();
        let name = format!("attachment; filename=\"{kind}.{ending}{}\"", if is_packed { ".gz" } else { "" });
        let media_type = if is_packed { "application/gzip" } else { media_type };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(name) = HeaderValue::from_str(&name) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        let reply = Reply::from(response);
        Ok(if limit.is_some() { reply } else { reply.with_stream(stream) })
    }

    fn source(
        &self,
        call: &Call<'_>,
        query: &Query,
        kind: ListKind,
        cursor: Option<Cursor>,
        writer: ListWriter,
    ) -> Result<Source, Problem> {
        let wrong_cursor = Problem::Parameter { name: "after", fault: CURSOR };
        let by_address = query.parsed("by", |text| ["hash", "address"].iter().position(|own| *own == text), BY)?;
        if kind == ListKind::Suppressed {
            if let Some(name) = OF_PEOPLE.iter().find(|name| query.text(name).is_some()) {
                let fault = Fault::new("not_writable", "leave it out: the list of suppressions has no such filter");
                return Err(Problem::Parameter { name, fault });
            }
            let place = match cursor {
                Some(Cursor::Suppressed(place)) => place,
                Some(Cursor::People(_)) => return Err(wrong_cursor),
                None if by_address == Some(1) => SuppressedPlace::ByAddress(list_begin(self.database())?),
                None => SuppressedPlace::ByHash { hash: String::new(), channel: String::new() },
            };
            return Ok(Source::Suppressed { place: Some(place), writer });
        }
        let asked = ListAsked {
            opted_in: kind == ListKind::OptedIn,
            channel: query.parsed("channel", Channel::parse, CHANNEL)?,
            purpose: query.parsed("purpose", PurposeSlug::parse, PURPOSE)?,
            basis: query.parsed("basis", Basis::parse, BASIS)?,
            country: query.parsed("country", CountryCode::parse, COUNTRY)?,
            since: query.parsed("since", Timestamp::parse, TIME)?,
            decide: query.flag("decide")?,
            now: call.context.now,
        };
        if asked.channel.is_some_and(|channel| !call.shop.settings.channels.contains(&channel)) {
            let fault = Fault::new("channel_off", "the shop does not use this channel");
            return Err(Problem::Parameter { name: "channel", fault });
        }
        if asked.purpose.as_ref().is_some_and(|purpose| !call.shop.settings.purposes.contains(purpose)) {
            let fault = Fault::new("unknown_purpose", "the shop has no such purpose");
            return Err(Problem::Parameter { name: "purpose", fault });
        }
        let columns = query.parsed("profile", Columns::parse, COLUMNS)?.unwrap_or(Columns::Placet);
        if asked.purpose.is_none() && columns != Columns::Placet {
            return Err(Problem::Parameter { name: "purpose", fault: ONE_PURPOSE });
        }
        let place = match cursor {
            Some(Cursor::People(place)) => place,
            Some(Cursor::Suppressed(_)) => return Err(wrong_cursor),
            None => list_begin(self.database())?,
        };
        Ok(Source::People { asked, place: Some(place), writer })
    }
}
