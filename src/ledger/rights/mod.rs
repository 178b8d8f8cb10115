//! What a person can demand under the law: report, rectification, restriction, erasure, and the requests for them.
//!
//! | file | what it holds |
//! |---|---|
//! | `report` | all that is held on one person |
//! | `requests` | subject requests, from their opening to their answer |
//! | `restrict` | restriction (GDPR Art. 18), and the note of an export |
//! | `rectify` | what is wrong put right (Art. 16) |
//! | `erase` | erasure and its certificate (Art. 17) |

pub(super) mod erase;
pub(super) mod rectify;
pub(super) mod report;
pub(super) mod requests;
pub(super) mod restrict;
