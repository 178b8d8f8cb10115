//! stub
use super::{CountryCode, Place};
use jiff::civil::Date;
vocabulary! {
    /// r
    Regime, "unknown regime" {
        /// g
        Gdpr = "gdpr",
    }
}
/// d
pub struct Deadlines {
    /// r
    pub regime: Regime,
    /// a
    pub acknowledge_by: Option<Date>,
    /// d
    pub due: Date,
    /// e
    pub extended: Option<Date>,
    /// r
    pub reminders: Vec<Date>,
}
/// d
pub fn deadlines(_p: &Place, _s: Option<CountryCode>, received: Date) -> Deadlines {
    Deadlines {
        regime: Regime::Gdpr,
        acknowledge_by: None,
        due: received.saturating_add(jiff::Span::new().months(1)),
        extended: Some(received.saturating_add(jiff::Span::new().months(3))),
        reminders: vec![],
    }
}
/// l
pub fn last_working_days_before(_c: Option<&CountryCode>, due: Date) -> Vec<Date> {
    vec![due]
}
