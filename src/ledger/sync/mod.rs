//! Connections to shop platforms: what the platform holds, what it changed, and what it is owed.
//!
//! The principle is a three-way merge with a mirror: the last state that the ledger knows the platform to hold. What the
//! platform holds differs from the mirror: the platform has changed it. The mirror differs from the ledger: the platform
//! is owed a write. All equal: there is nothing to do. So an echo, a repetition or a late message of the platform changes
//! nothing, without any window of time.
//!
//! | file | what it holds |
//! |---|---|
//! | `connection` | the rows of connections, their settings and credentials |
//! | `mirror` | the law: what a change of the platform means, and what the platform is owed; pure |
//! | `remote_row` | the row of a customer of a platform |
//! | `note` | takes what the platform tells of a customer |
//! | `owed` | what the platform is owed, and what came of it |
//! | `erasure` | what an erasure does with the customers of platforms |
//! | `held` | the accounts of one person, for the contact report |
//! | `progress` | reading all customers, page by page; approval of great changes |

pub(super) mod connection;
pub(super) mod erasure;
pub(super) mod held;
pub(super) mod mirror;
pub(super) mod note;
pub(super) mod owed;
pub(super) mod progress;
pub(super) mod remote_row;
