//! Single cells: times, countries and words as files have them.
//!
//! | file | what it holds |
//! |---|---|
//! | `word` | the words for opt-in, opt-out and reasons of a suppression |
//! | `instant` | points in time |
//! | `opt_out_column` | columns that are not read and speak of an opt-out |
//! | `country` | countries and regions |

pub(super) mod country;
pub(super) mod instant;
pub(super) mod opt_out_column;
pub(super) mod word;
