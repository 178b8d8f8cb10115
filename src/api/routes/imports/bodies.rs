//! Reads the options of an imported file: the query parameters, and the headers of a file that is uploaded in parts
//! (draft-ietf-httpbis-resumable-upload).

use http::HeaderMap;

use crate::api::fields::{BASIS, CHANNEL, COUNTRY, LINE, PURPOSE};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::consent::{Basis, Channel, CountryCode, PurposeSlug};
use crate::ledger::Settings;
use crate::lists::{ImportOptions, ListKind, Profile, own_columns};
use crate::model::text::Line;

const LIST: Fault = Fault::new("unknown_list", ListKind::USE_ONE);
const PROFILE: Fault = Fault::new("unknown_profile", Profile::USE_ONE);
const NO: Fault = Fault::new("unknown_choice", "use opt_out, or leave it out");
const END: Fault =
    Fault::new("invalid_upload", "write Upload-Complete: ?1 if the file ends with this request, otherwise ?0");
const OFFSET: Fault =
    Fault::new("invalid_upload", "write Upload-Offset with the number of bytes already received, the field `received`");

/// Reads the import options from the query. Refuses a channel or purpose that the shop does not use.
pub(in crate::api) fn import_options(query: &Query, settings: &Settings) -> Result<ImportOptions, Problem> {
    let channel = query.parsed("channel", Channel::parse, CHANNEL)?;
    let purpose = query.parsed("purpose", PurposeSlug::parse, PURPOSE)?;
    if channel.is_some_and(|channel| !settings.channels.contains(&channel)) {
        let fault = Fault::new("channel_off", "the shop does not use this channel");
        return Err(Problem::Parameter { name: "channel", fault });
    }
    if purpose.as_ref().is_some_and(|purpose| !settings.purposes.contains(purpose)) {
        let fault = Fault::new("unknown_purpose", "the shop has no such purpose");
        return Err(Problem::Parameter { name: "purpose", fault });
    }
    Ok(ImportOptions {
        name: query.parsed("name", Line::parse, LINE)?.map(|name| name.as_str().to_owned()),
        list: query.parsed("list", ListKind::parse, LIST)?,
        channel,
        purpose,
        basis: query.parsed("basis", Basis::parse, BASIS)?,
        country: query.parsed("country", CountryCode::parse, COUNTRY)?,
        profile: query.parsed("profile", Profile::parse, PROFILE)?,
        columns: query.text("columns").map(own_columns).unwrap_or_default(),
        is_no_opt_out: query.parsed("no", |text| (text == "opt_out").then_some(()), NO)?.is_some(),
    })
}

/// Whether the file ends with this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum FileEnd {
    Here,
    MoreToCome,
}

impl FileEnd {
    pub(in crate::api) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match headers.get("upload-complete").map(|value| value.as_bytes()) {
            None | Some(b"?1") => Ok(Self::Here),
            Some(b"?0") => Ok(Self::MoreToCome),
            Some(_) => Err(Problem::field("", END)),
        }
    }
}

/// Reads the number of bytes of the file that were sent before this request, from the header `Upload-Offset`.
pub(in crate::api) fn upload_offset(headers: &HeaderMap) -> Result<u64, Problem> {
    let text = headers.get("upload-offset").and_then(|value| value.to_str().ok());
    text.and_then(|text| text.trim().parse().ok()).ok_or_else(|| Problem::field("", OFFSET))
}
