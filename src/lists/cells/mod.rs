//! Single cells: times, countries and words as files have them.
//!
//! | file | what it holds |
//! |---|---|
//! | `word` | the words for opt-in, opt-out and reasons of a suppression |
//! | `instant` | points in time |
//! | `country` | countries and regions |

pub(super) mod country;
pub(super) mod instant;
pub(super) mod word;
