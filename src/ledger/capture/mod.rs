//! Everything that makes a record: submissions, confirmations, acts by link or message, choices that staff enters, activities.
//!
//! | file | what it holds |
//! |---|---|
//! | `take` | takes a submission, step by step |
//! | `decide` | what a submission changes: a pure function over what is known |
//! | `write` | reads what is known, and writes what was decided |
//! | `identity` | which addresses of a submission the shop vouches for |
//! | `flood` | the limit of anonymous records for one address |
//! | `confirmation` | double opt-in |
//! | `person_act` | what a person does by a link or a message |
//! | `preferences` | saves what a person chose on the preference page |
//! | `inbound` | what people write back |
//! | `staff_choice` | a choice that an employee changes |
//! | `activity` | what keeps a ground alive |

pub(super) mod activity;
pub(super) mod confirmation;
pub(super) mod decide;
pub(super) mod flood;
pub(super) mod identity;
pub(super) mod inbound;
pub(super) mod person_act;
pub(super) mod preferences;
pub(super) mod staff_choice;
pub(super) mod take;
pub(super) mod write;
