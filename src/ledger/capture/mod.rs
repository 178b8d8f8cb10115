//! Everything that makes a record: submissions, confirmations, acts by link or message, choices that staff enters, activities.
//!
//! | file | what it holds |
//! |---|---|
//! | `take` | takes a submission, step by step |
//! | `decide` | decides what a submission changes; a pure function |
//! | `write` | reads what is known, and writes what was decided |
//! | `identity` | finds the addresses of a submission that the shop's signed identity names |
//! | `flood` | the limit of anonymous records for one address |
//! | `confirmation` | double opt-in |
//! | `person_act` | what a person does by a link or a message |
//! | `preferences` | saves what a person chose on the preference page |
//! | `presence` | a proof of work that shows that somebody sits at the page |
//! | `inbound` | reads what people write back: STOP, START, YES |
//! | `staff_choice` | changes a choice for an employee |
//! | `activity` | records activities, which keep a ground from expiring |

pub(super) mod activity;
pub(super) mod confirmation;
pub(super) mod decide;
pub(super) mod flood;
pub(super) mod identity;
pub(super) mod inbound;
pub(super) mod outcome;
pub(super) mod person_act;
pub(super) mod preferences;
pub(super) mod presence;
pub(super) mod staff_choice;
pub(super) mod take;
pub(super) mod write;
