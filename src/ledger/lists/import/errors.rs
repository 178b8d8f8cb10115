//! The rejected rows of an import, stored in their original form for as long as somebody may want to correct them.

use uuid::Uuid;

use crate::consent::{Address, EmailAddress, PhoneNumber};
use crate::ledger::lists::import::state::number;
use crate::ledger::records::suppression::hash_of;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The maximum number of rejected rows stored per import. All of them are counted.
const KEPT: u64 = 100_000;

/// The most addresses of one row that are indexed, so that an erasure finds them. A row with more is stored without its cells.
const INDEXED: usize = 1_000;

/// A rejected row, or a row that was taken although something in it could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptError {
    /// The number of the row, counted from 1.
    pub row: u64,
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// The fault, as JSON. An array of warnings if the row was taken.
    pub fault: String,
    /// The cells of the row, as JSON. Empty if the row was taken.
    pub cells: String,
}

/// Stores the rejected rows and the warnings of a page. `earlier` is the number of such rows before this page.
pub fn store_errors(
    tx: &dyn Database,
    shop: &Shop,
    id: Uuid,
    errors: &[KeptError],
    earlier: u64,
) -> Result<(), DatabaseError> {
    let id = id.to_string();
    let room = usize::try_from(KEPT.saturating_sub(earlier)).unwrap_or(usize::MAX);
    for error in errors.iter().take(room) {
        let names = names_in(shop, &error.cells);
        // What an erasure would not find must not be stored.
        let (names, cells) = if names.len() > INDEXED { (Vec::new(), "[]") } else { (names, &*error.cells) };
        tx.execute(
            "INSERT INTO import_error (import, row, line, fault, cells) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            &[Param::Text(&id), number(error.row), number(error.line), Param::Text(&error.fault), Param::Text(cells)],
        )?;
        for name in names {
            tx.execute(
                "INSERT INTO import_error_name (hash, import, row) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                &[Param::Text(&name), Param::Text(&id), number(error.row)],
            )?;
        }
    }
    Ok(())
}

/// Returns the addresses that can be read in the cells of a row, as the hashes that an erasure looks for.
fn names_in(shop: &Shop, cells: &str) -> Vec<String> {
    let cells: Vec<String> = crate::json::read(cells).unwrap_or_default();
    let read = |cell: &String| {
        let email = || EmailAddress::parse(cell).map(Address::Email);
        let home = shop.settings.country;
        let phone = || PhoneNumber::of_country(cell.trim_start_matches('\''), home).ok().map(Address::Phone);
        if cell.contains('@') { email() } else { phone() }
    };
    let found = cells.iter().filter_map(read).take(INDEXED + 1);
    found.map(|address| hash_of(shop, address.kind(), address.key())).collect()
}

/// Deletes the rejected rows that contain an address, given by its hash.
pub(in crate::ledger) fn forget_errors_of(tx: &dyn Database, hash: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "DELETE FROM import_error WHERE (import, row) IN (SELECT import, row FROM import_error_name WHERE hash = ?)",
        &[Param::Text(hash)],
    )?;
    tx.execute("DELETE FROM import_error_name WHERE hash = ?", &[Param::Text(hash)])
}

/// Returns rejected rows after a given row, in the order of the file.
pub fn errors_page(database: &dyn Database, id: Uuid, after: u64, limit: u16) -> Result<Vec<KeptError>, DatabaseError> {
    database
        .query(
            "SELECT row, line, fault, cells FROM import_error WHERE import = ? AND row > ? ORDER BY row LIMIT ?",
            &[Param::Text(&id.to_string()), number(after), Param::Integer(limit.into())],
        )?
        .iter()
        .map(|row| {
            let count = |column| row.integer(column).map(|count| u64::try_from(count).unwrap_or(0));
            Ok(KeptError {
                row: count(0)?,
                line: count(1)?,
                fault: row.text(2)?.to_owned(),
                cells: row.text(3)?.to_owned(),
            })
        })
        .collect()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::ledger::shop::seal::Sealer;
    use crate::ledger::store::context::Context;
    use crate::ledger::store::native::{OsRuntime, Sqlite};
    use crate::ledger::store::schema::migrate;

    #[test]
    fn an_erasure_finds_every_address_in_a_rejected_row() {
        let database = Sqlite::in_memory().unwrap();
        migrate(&database).unwrap();
        let settings = serde_json::from_str(include_str!("../../../../tests/fixtures/shop.json")).unwrap();
        let shop =
            Shop::create(&database, "07", settings, &[], &Sealer::new(vec![(0, [7; 32])]), &Context::of(&OsRuntime))
                .unwrap();
        database.execute("INSERT INTO import (id, state, key, settings, is_dry_run, created_at, touched_at) VALUES (?, 'done', '', '', 0, 0, 0)", &[Param::Text(&Uuid::nil().to_string())]).unwrap();
        let row = |row: u64, count: usize| {
            let cells: Vec<String> = (0..count).map(|number| format!("person{row}-{number}@example.com")).collect();
            KeptError { row, line: row, fault: "{}".into(), cells: serde_json::to_string(&cells).unwrap() }
        };
        store_errors(&database, &shop, Uuid::nil(), &[row(1, 17), row(2, 1_001)], 0).unwrap();
        let kept = errors_page(&database, Uuid::nil(), 0, 10).unwrap();
        assert_eq!(
            (kept.len(), &*kept[1].cells),
            (2, "[]"),
            "a row with too many addresses is stored without its cells"
        );
        let last = Address::Email(EmailAddress::parse("person1-16@example.com").unwrap());
        forget_errors_of(&database, &hash_of(&shop, last.kind(), last.key())).unwrap();
        let left = errors_page(&database, Uuid::nil(), 0, 10).unwrap();
        assert_eq!(left.iter().map(|error| error.row).collect::<Vec<_>>(), [2], "the 17th address was found");
    }
}
