//! A route as the contract describes it.

use schemars::{Schema, SchemaGenerator};

/// Makes the schema of a type, known to the generator from then on.
pub(in crate::api) type Maker = fn(&mut SchemaGenerator) -> Schema;

/// A route in words and types.
pub(in crate::api) struct Operation {
    pub(in crate::api) id: &'static str,
    pub(in crate::api) tag: &'static str,
    pub(in crate::api) summary: &'static str,
    pub(in crate::api) about: &'static str,
    /// What is sent.
    pub(in crate::api) body: Option<Maker>,
    /// The status of success, and what is answered with it; in which forms besides is told by the document's own table.
    pub(in crate::api) status: u16,
    /// What the statuses of success say where there are several, all with the same answer.
    pub(in crate::api) statuses: &'static [(u16, &'static str)],
    pub(in crate::api) answers: &'static [Maker],
    /// Whether the answer bears an `ETag`.
    pub(in crate::api) tagged: bool,
    /// Whether it heeds `If-Match`.
    pub(in crate::api) conditional: bool,
    /// The codes of problems that neither its access, nor the types of its body and query, nor its headers explain.
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

pub(in crate::api) use maker;
