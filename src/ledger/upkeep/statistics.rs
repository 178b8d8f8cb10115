//! Counts of records without personal data. Records of erased persons are included.

use serde::Serialize;

use crate::ledger::store::database::{Database, DatabaseError};

/// One count.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct StatisticsEntry {
    /// The month of receipt, in UTC, such as `2026-11`.
    pub month: String,
    /// The channel; `null` for all channels.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::consent::Channel>"))]
    pub channel: Option<String>,
    /// The purpose; `null` for all purposes.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::consent::PurposeSlug>"))]
    pub purpose: Option<String>,
    /// The choice: `opt_in`, `opt_out` or `declined`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::consent::Choice"))]
    pub choice: String,
    /// The number of records.
    pub count: i64,
}

/// Counts the records by month, channel, purpose and choice. It reads every record, so the time grows with their
/// number.
pub fn statistics(database: &dyn Database) -> Result<Vec<StatisticsEntry>, DatabaseError> {
    let rows = database.query(
        "SELECT month, nullif(channel, '*'), nullif(purpose, '*'), choice, sum(count) FROM (
             SELECT strftime('%Y-%m', s.received_at / 1000, 'unixepoch') AS month, channel, purpose, choice, count(*) AS count
                 FROM record r JOIN submission s ON s.id = r.submission GROUP BY 1, 2, 3, 4
             UNION ALL SELECT month, channel, purpose, choice, count FROM erased_count)
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(StatisticsEntry {
                month: row.text(0)?.to_owned(),
                channel: row.optional_text(1)?.map(str::to_owned),
                purpose: row.optional_text(2)?.map(str::to_owned),
                choice: row.text(3)?.to_owned(),
                count: row.integer(4)?,
            })
        })
        .collect()
}
