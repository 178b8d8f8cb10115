//! A route as the contract describes it.

use schemars::{Schema, SchemaGenerator};

/// Returns the schema of a type and registers the type with the generator.
pub(in crate::api) type Maker = fn(&mut SchemaGenerator) -> Schema;

/// The description of a route.
pub(in crate::api) struct Operation {
    pub(in crate::api) id: &'static str,
    pub(in crate::api) tag: &'static str,
    pub(in crate::api) summary: &'static str,
    pub(in crate::api) about: &'static str,
    /// The type of the body.
    pub(in crate::api) body: Option<Maker>,
    /// The status of a success. `answers` are the types of its JSON body; `parameters::other_forms` lists other media
    /// types.
    pub(in crate::api) status: u16,
    /// The statuses of success with their descriptions, if there are several. All have the same body.
    pub(in crate::api) statuses: &'static [(u16, &'static str)],
    pub(in crate::api) answers: &'static [Maker],
    /// Whether the answer has an `ETag`.
    pub(in crate::api) tagged: bool,
    /// Whether the route supports `If-Match`.
    pub(in crate::api) conditional: bool,
    /// The codes of problems that do not follow from the access, the body, the query or the headers of the route.
    pub(in crate::api) codes: &'static [&'static str],
}

pub(in crate::api) const NONE: Operation = Operation {
    id: "",
    tag: "",
    summary: "",
    about: "",
    body: None,
    status: 200,
    statuses: &[],
    answers: &[],
    tagged: false,
    conditional: false,
    codes: &[],
};

macro_rules! maker {
    ($type:ty) => {
        |generator: &mut schemars::SchemaGenerator| generator.subschema_for::<$type>()
    };
}

/// The codes of the problems that the ledger can find in a choice.
macro_rules! choice_faults {
    ($($more:literal),*) => {
        &["basis_without_opt_in", "objection_without_opt_out", "channel_off", "unknown_purpose", "no_address",
          "not_specific", "basis_not_accepted", "missing_evidence", $($more),*]
    };
}

pub(in crate::api) const CONTACT: Operation = Operation { tag: "Contacts", codes: &["contact_not_found"], ..NONE };

pub(in crate::api) const SHOP: Operation = Operation { tag: "Shop", ..NONE };

pub(in crate::api) const LINKS: Operation = Operation { tag: "Links", ..NONE };

pub(in crate::api) const LISTS: Operation = Operation { tag: "Lists", ..NONE };

pub(in crate::api) use {choice_faults, maker};
