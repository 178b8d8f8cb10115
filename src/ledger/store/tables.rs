//! Every table, and what an erasure does with it (GDPR Art. 17). A test refuses a table that is not in this list.

/// The action of an erasure on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The rows contain personal data. The erasure deletes them.
    Deleted(Tie),
    /// The rows contain personal data. The erasure empties the personal columns and keeps the others, for a reason.
    Emptied(Tie, &'static str),
    /// The rows may reveal something about a person to somebody who has other data. The erasure keeps them, for a
    /// reason.
    Kept(&'static str),
    /// The rows contain no data about a person.
    Impersonal,
}

/// The way to find the rows of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// The column `address` contains the row id of an address.
    AddressRow,
    /// The column `contact` contains the row id of the contact, or of a contact that was merged into it.
    ContactRow,
    /// The column `contact` contains the id of the contact.
    ContactId,
    /// The row is the contact itself.
    Contact,
    /// The column `pseudonym` contains the keyed hash that links contain instead of the address.
    Pseudonym,
    /// The erasure finds the row by the keyed hash of an address.
    Hash,
    /// The erasure deletes the row together with its submission.
    Submission,
}

use Class::{Deleted, Emptied, Impersonal, Kept};
use Tie::{AddressRow, Contact, ContactId, ContactRow, Hash, Pseudonym, Submission};

/// All tables. An erasure deletes rows in this order, so a row is deleted before the row that it refers to.
pub(crate) const TABLES: &[(&str, Class)] = &[
    ("damped", Deleted(AddressRow)),
    ("confirmation", Deleted(AddressRow)),
    ("track", Deleted(AddressRow)),
    ("reversal", Deleted(AddressRow)),
    ("former_pseudonym", Deleted(AddressRow)),
    ("record", Deleted(AddressRow)),
    ("submission", Deleted(ContactRow)),
    ("external_id", Deleted(ContactRow)),
    ("rights_act", Deleted(ContactRow)),
    ("disclosure", Deleted(ContactRow)),
    ("import_learned", Deleted(ContactRow)),
    ("inbound_text", Deleted(ContactRow)),
    ("idempotency", Deleted(ContactId)),
    ("address", Deleted(ContactRow)),
    ("contact", Deleted(Contact)),
    ("message", Deleted(Pseudonym)),
    (
        "remote",
        Emptied(
            Pseudonym,
            "the platform's id of the customer waits until the platform has unsubscribed or erased them",
        ),
    ),
    ("import_error", Deleted(Hash)),
    ("import_error_name", Deleted(Hash)),
    ("sent_words", Deleted(Submission)),
    (
        "subject_request",
        Emptied(Pseudonym, "the shop must show that the request was made and answered (11 CCR § 7101, GDPR Art. 5(2))"),
    ),
    (
        "import_chunk",
        Kept("a file that is being imported; it is deleted when the import ends, and its rows meet the suppression"),
    ),
    ("import_trial", Kept("keyed hashes of the addresses in a dry run; they are deleted when it ends")),
    ("suppression", Kept("a keyed hash, so that nobody subscribes the address again (GDPR Art. 17(3)(b), 21(3))")),
    ("spent_submission", Kept("a keyed hash, so that a submission that comes again brings nobody back")),
    ("erased_contact", Kept("the id leads to the certificate (GDPR Art. 5(2))")),
    ("certificate", Kept("it proves the erasure (GDPR Art. 5(2))")),
    ("record_count", Kept("numbers by month, which name nobody")),
    ("erased_count", Kept("numbers by month, which name nobody")),
    ("audit", Kept("it names a contact by its id alone, and shows that the erasure was done (GDPR Art. 5(2), 32)")),
    ("event", Kept("it names a contact by its id alone, and goes after the retention period of events")),
    ("delivery", Impersonal),
    (
        "budget_count",
        Kept(
            "counts by hour for a day, those of messages to one address and of requests of one visitor under a keyed hash",
        ),
    ),
    ("inbound", Kept("a keyed hash of a provider's message id, so that a message is taken once")),
    ("shop", Impersonal),
    ("api_key", Impersonal),
    ("webhook", Impersonal),
    ("provider", Impersonal),
    ("connection", Impersonal),
    ("own_words", Impersonal),
    ("notice", Impersonal),
    ("job", Impersonal),
    ("import", Impersonal),
    ("schema_version", Impersonal),
];

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::ledger::store::database::Database;
    use crate::ledger::store::native::Sqlite;
    use crate::ledger::store::schema::migrate;

    fn tables() -> Vec<(String, String)> {
        let database = Sqlite::in_memory().unwrap();
        migrate(&database).unwrap();
        let rows = database.query("SELECT name, sql FROM sqlite_master WHERE type = 'table'", &[]).unwrap();
        rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned())).collect()
    }

    #[test]
    fn every_table_is_classified_once() {
        let mut found: Vec<String> = tables().into_iter().map(|(name, _)| name).collect();
        let mut listed: Vec<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
        found.sort();
        listed.sort();
        assert_eq!(found, listed, "classify each table in store/tables.rs, once");
    }

    #[test]
    fn a_table_that_refers_to_a_person_is_not_impersonal() {
        let refers = [
            "REFERENCES contact",
            "REFERENCES address",
            "REFERENCES submission",
            " contact TEXT",
            " contact INTEGER",
            " pseudonym ",
            " subject ",
            " hash TEXT",
            " to_value ",
        ];
        for (name, sql) in tables() {
            let class = TABLES.iter().find(|(own, _)| *own == name).map(|(_, class)| *class).unwrap();
            // The hash of a key is no hash of a person.
            if name != "api_key" && refers.iter().any(|refers| sql.contains(refers)) {
                assert_ne!(class, Impersonal, "{name}");
            }
            for (column, tie) in
                [("REFERENCES address", AddressRow), ("contact INTEGER NOT NULL REFERENCES", ContactRow)]
            {
                if sql.contains(column) && !matches!(class, Kept(_)) && name != "address" {
                    let ties = [Deleted(tie), Deleted(ContactRow), Deleted(AddressRow)];
                    assert!(ties.contains(&class), "{name} would keep rows of an erased person");
                }
            }
        }
    }
}
