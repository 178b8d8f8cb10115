//! What can be wrong with a call, and where in it.

use serde::Serialize;

/// A word that is stable, and the place in the call, as a JSON Pointer (RFC 6901). The value itself stays out: it may be an
/// address, and errors end up in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// What is wrong.
    pub code: Code,
    /// Where; empty for the call as a whole.
    pub pointer: String,
}

/// Defines the codes: the word that JavaScript sees, and what to do about it.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $message:literal;)+) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl Code {
            /// What to do about it.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// The call is not made of the right types, or lacks a field.
    BadInput = "bad_input", "give an object with the fields that logic.d.ts names";
    /// A field that means nothing here. Passed over, a misspelt objection would be none.
    UnknownField = "unknown_field", "leave out what logic.d.ts does not name";
    /// No such channel.
    UnknownChannel = "unknown_channel", "use email, sms, phone, whatsapp, push or post";
    /// No such choice.
    UnknownChoice = "unknown_choice", "use opt_in, opt_out or declined";
    /// No such basis.
    UnknownBasis = "unknown_basis", "use consent, soft_opt_in, implied, legitimate_interest or contract";
    /// No such assurance.
    UnknownAssurance = "unknown_assurance", "use listed, reported, claimed, confirmed, authenticated or staff";
    /// No such kind of address.
    UnknownKind = "unknown_kind", "use email or phone";
    /// Not a purpose.
    BadPurpose = "bad_purpose", "use 1 to 48 lower-case letters, digits and _, a letter first";
    /// Not a record id.
    BadId = "bad_id", "use a UUID";
    /// Not a time.
    BadTime = "bad_time", "use RFC 3339 with an offset, such as 2026-11-23T10:00:00Z";
    /// Only a refusal may be wide.
    NotSpecific = "not_specific", "name a channel and a purpose; only an opt-out may leave them open";
    /// A ground without an opt-in, or an objection without an opt-out.
    DoesNotApply = "does_not_apply", "give a basis with an opt-in only, an objection with an opt-out only";
    /// No mail could be sent to this.
    BadEmail = "bad_email", "check the spelling: no mail could be sent to this";
    /// Not an international number.
    BadPhone = "bad_phone", "write the number with + and its country code, E.164";
}

impl Error {
    /// This mistake at this place.
    pub(super) fn at(code: Code, pointer: impl Into<String>) -> Self {
        Self { code, pointer: pointer.into() }
    }
}
