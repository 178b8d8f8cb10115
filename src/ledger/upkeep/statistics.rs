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
    /// Whether somebody stands for the choice: the person by their address or account, an employee, a platform or a list.
    /// `false`: an anonymous form states it, and anybody can send such forms. `null`: records that were erased before
    /// this was counted.
    pub proven: Option<bool>,
    /// The number of records.
    pub count: i64,
}

/// Returns the counts by month, channel, purpose, choice and whether they are proven. They are kept with each record, so
/// that no record has to be read.
pub fn statistics(database: &dyn Database) -> Result<Vec<StatisticsEntry>, DatabaseError> {
    let rows = database.query(
        "SELECT month, nullif(channel, '*'), nullif(purpose, '*'), choice, proven, sum(count) FROM (
             SELECT month, channel, purpose, choice, assurance <> 'claimed' AS proven, count FROM record_count
             UNION ALL SELECT month, channel, purpose, choice, NULL, count FROM erased_count)
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(StatisticsEntry {
                month: row.text(0)?.to_owned(),
                channel: row.optional_text(1)?.map(str::to_owned),
                purpose: row.optional_text(2)?.map(str::to_owned),
                choice: row.text(3)?.to_owned(),
                proven: if row.is_null(4) { None } else { Some(row.integer(4)? == 1) },
                count: row.integer(5)?,
            })
        })
        .collect()
}
