//! Common parts of the tests for lists: a shop, and rows as lines of text.

use std::sync::LazyLock;

use crate::consent::{Channel, CountryCode, PurposeSlug};
use crate::lists::*;

const CHANNELS: &[Channel] = &[Channel::Email, Channel::Sms, Channel::Whatsapp, Channel::Post];
static PURPOSES: LazyLock<Vec<PurposeSlug>> = LazyLock::new(|| {
    ["newsletter", "offers", "partner_offers"].iter().filter_map(|slug| PurposeSlug::parse(slug)).collect()
});

/// Returns the scopes of a shop in the United Kingdom that uses every channel except phone and push.
pub(crate) fn scopes() -> ShopScopes<'static> {
    ShopScopes { channels: CHANNELS, purposes: &PURPOSES, country: CountryCode::parse("GB") }
}

pub(crate) fn newsletter() -> ImportOptions {
    ImportOptions { purpose: PurposeSlug::parse("newsletter"), ..ImportOptions::default() }
}

pub(crate) fn layout(file: &[u8], options: &ImportOptions) -> (Layout, Place) {
    Layout::of(&file[..file.len().min(256 * 1024)], file.len() <= 256 * 1024, options, &scopes()).unwrap()
}

/// Reads a whole file.
pub(crate) fn read(file: &[u8], options: &ImportOptions) -> Vec<ReadRow> {
    let (layout, mut place) = layout(file, options);
    let mut rows = Vec::new();
    loop {
        let rest = &file[usize::try_from(place.byte).unwrap()..];
        let read = read_rows(&layout, place, rest, true, 1_000);
        let is_stuck = read.place == place;
        place = read.place;
        rows.extend(read.rows);
        if is_stuck {
            assert_eq!(place.byte, file.len() as u64, "read to the end");
            return rows;
        }
    }
}

/// Returns rows as lines: their content, or the code of their fault.
pub(crate) fn described(rows: &[ReadRow]) -> Vec<String> {
    let warned = |row: &ReadRow| {
        let codes: Vec<String> = row.warnings.iter().map(code).collect();
        if codes.is_empty() { String::new() } else { format!(" (warned: {})", codes.join(", ")) }
    };
    rows.iter().map(|row| format!("{}: {}{}", row.line, outcome(&row.outcome), warned(row))).collect()
}

fn outcome(outcome: &Result<Listed, RowFault>) -> String {
    match outcome {
        Ok(Listed::Person(listed)) => person(listed),
        Ok(Listed::Suppressed(listed)) => listed.iter().map(suppression).collect::<Vec<_>>().join(", "),
        Err(fault) => code(fault),
    }
}

fn code(fault: &RowFault) -> String {
    match fault.column {
        Some(column) => format!("{} in {column}", fault.code()),
        None => fault.code().to_owned(),
    }
}

fn person(listed: &ListedPerson) -> String {
    let mut described: Vec<String> = listed.addresses.iter().map(|address| address.given().to_owned()).collect();
    described.extend(listed.external.as_ref().map(|external| external.as_str().to_owned()));
    let place = listed.person.country.map(|country| {
        let region = listed.person.region.map(|region| format!("-{}", region.as_str())).unwrap_or_default();
        format!("{}{region}", country.as_str())
    });
    described.extend(place);
    described.extend(listed.person.relation.map(|relation| relation.to_string()));
    described.extend(listed.person.born.as_ref().map(|born| born.as_str().to_owned()));
    described.extend(listed.choices.iter().map(choice));
    described.join(" ")
}

fn choice(choice: &ListedChoice) -> String {
    let channel = choice.scope.channel.map_or("*", Channel::as_str);
    let purpose = choice.scope.purpose.as_ref().map_or("*", |purpose| purpose.as_str());
    let act = match choice.act {
        ListedAct::Yes { basis } => format!("yes:{basis}"),
        ListedAct::No { objection: false } => "no".to_owned(),
        ListedAct::No { objection: true } => "objection".to_owned(),
        ListedAct::NotOptedIn => "not_opted_in".to_owned(),
    };
    let at = choice.occurred_at.map(|at| format!("@{at}")).unwrap_or_default();
    let evidence = match choice.evidence.is_empty() {
        true => String::new(),
        false => serde_json::to_string(&choice.evidence).unwrap(),
    };
    format!("[{channel}/{purpose} {act}{at}{evidence}]")
}

fn suppression(listed: &ListedSuppression) -> String {
    let target = match &listed.target {
        Suppressed::Address(address) => address.given().to_owned(),
        Suppressed::Sha256 { kind, hash } => format!("{kind}:{}…", &hash.as_str()[..8]),
        Suppressed::Hash(hash) => format!("hash:{}…", &hash.as_str()[..8]),
    };
    let channel = listed.channel.map_or("*", Channel::as_str);
    let since = listed.since.map(|at| format!("@{at}")).unwrap_or_default();
    format!("{target} suppressed on {channel}: {}{since}", listed.reason)
}
