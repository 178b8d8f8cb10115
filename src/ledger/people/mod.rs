//! Contacts: how one is found, which addresses it has, how two become one, and what may be sent to it.
//!
//! | file | what it holds |
//! |---|---|
//! | `contact` | finds a contact; the revision of its data |
//! | `address` | stored addresses, as links name them |
//! | `profile` | the facts about a person, proven and claimed |
//! | `separate` | separates addresses that may belong to different persons |
//! | `merge` | two contacts that are one person |
//! | `decisions` | may we send this? for many contacts at once |
//! | `disclosure` | which recipient got which data |
//! | `rights_log` | what was done under a person's rights |

pub(super) mod address;
pub(super) mod contact;
pub(super) mod decisions;
pub(super) mod disclosure;
pub(super) mod merge;
pub(super) mod profile;
pub(super) mod rights_log;
pub(super) mod separate;
