//! The errors of a call, and their place in it.

use crate::consent::Activity;
use crate::consent::Assurance;
use crate::consent::Basis;
use crate::consent::Channel;
use crate::consent::Choice;
use crate::consent::Dealing;
use crate::consent::Relation;
use crate::consent::Waiver;
use std::borrow::Cow;
use std::fmt::Display;

use serde::Serialize;

/// A stable code and the place in the call as a JSON Pointer (RFC 6901). An error never contains the value: it may be
/// an address, and errors are written to logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The code of the error.
    pub code: Code,
    /// The place of the error. Empty for the whole call.
    pub pointer: Cow<'static, str>,
}

/// Defines the codes: the text that JavaScript receives, and the advice for each.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $message:expr;)+) => {
        /// The code of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl Code {
            /// Returns what to do about the error.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// A value is missing here, or it has the wrong type.
    BadInput = "bad_input", "give here what logic.d.ts names; null does not stand for a field that is left out";
    /// An unknown field. If it were ignored, a misspelt objection would have no effect.
    UnknownField = "unknown_field", "leave out what logic.d.ts does not name";
    /// The channel is unknown.
    UnknownChannel = "unknown_channel", Channel::USE_ONE;
    /// The choice is unknown.
    UnknownChoice = "unknown_choice", Choice::USE_ONE;
    /// The activity is unknown.
    UnknownActivity = "unknown_activity", Activity::USE_ONE;
    /// The basis is unknown.
    UnknownBasis = "unknown_basis", Basis::USE_ONE;
    /// The dealing is unknown.
    UnknownDealing = "unknown_dealing", Dealing::USE_ONE;
    /// The assurance is unknown.
    UnknownAssurance = "unknown_assurance", Assurance::USE_ONE;
    /// The relation is unknown.
    UnknownRelation = "unknown_relation", Relation::USE_ONE;
    /// The waiver is unknown.
    UnknownWaiver = "unknown_waiver", Waiver::USE_ONE;
    /// The rule is unknown.
    UnknownRule = "unknown_rule", "use the id of a row of rules()";
    /// The kind of address is unknown.
    UnknownKind = "unknown_kind", "use email or phone";
    /// The purpose is not a valid slug.
    BadPurpose = "bad_purpose", "use 1 to 48 lower-case letters, digits and _, a letter first";
    /// The record id is not a UUID.
    BadId = "bad_id", "use a UUID";
    /// The time is not valid.
    BadTime = "bad_time", "use RFC 3339 with an offset, such as 2026-11-23T10:00:00Z";
    /// The date is not valid.
    BadDate = "bad_date", "use a date without a time, such as 2009-05-01";
    /// The country is not valid.
    BadCountry = "bad_country", "use ISO 3166-1 alpha-2 in capitals, such as FR";
    /// The region of a country is not valid.
    BadRegion = "bad_region", "use what follows the country in ISO 3166-2, such as FL for US-FL";
    /// The reason cannot be repeated in a decision.
    BadReason = "bad_reason", "say why, in 1 to 200 characters on one line";
    /// The number is out of its range.
    OutOfRange = "out_of_range", "use a whole number: 0 to 120 for minimum_age, 0 to 1200 for expires_after_months";
    /// Only an opt-out or an activity may leave channel or purpose open.
    NotSpecific = "not_specific", "name a channel and a purpose; only an opt-out or an activity may leave them open";
    /// The field has no meaning together with another field.
    DoesNotApply = "does_not_apply", "leave this out, or change what it does not go with: a basis and a dealing go with an opt_in, an objection or a suppression with an opt_out, an activity with no choice";
    /// The basis and the dealing do not form a ground.
    NoGround = "no_ground", "give a dealing that the basis can rest on: purchase, negotiation, free_account or support for soft_opt_in; purchase, contract or inquiry for implied; none for any other";
    /// An override cannot change this.
    NotOverridable = "not_overridable", "leave this out: contract never is a ground for advertising, and the rule for what is no advertising cannot be loosened";
    /// The rule has two overrides.
    RepeatedRule = "repeated_rule", "override each rule once, with everything in it";
    /// No mail can be sent to this address.
    BadEmail = "bad_email", "check the spelling: no mail could be sent to this";
    /// The number is not an international telephone number.
    BadPhone = "bad_phone", "write the number with + and its country code, E.164";
    /// The text is not a certificate, or it has a later version.
    BadCertificate = "bad_certificate", "give the certificate whole and as it was issued; it may also be of a version later than this build knows";
    /// The certificate was signed with another key.
    WrongKey = "wrong_key", "use the key that the certificate names: its kid is the RFC 7638 thumbprint";
    /// The signature is not valid: the certificate is forged or was changed.
    BadSignature = "bad_signature", "believe nothing that it says: the key that it names has not signed this";
    /// The key cannot be used to verify a certificate.
    BadKey = "bad_key", "give an Ed25519 public key as a JWK (RFC 8037), or a JWK Set";
}

impl Error {
    /// Creates an error with this code at this place.
    pub(super) fn at(code: Code, pointer: impl Into<Cow<'static, str>>) -> Self {
        Self { code, pointer: pointer.into() }
    }

    /// Adds the path of the enclosing object. The path is built only after an error, because most calls are valid.
    pub(super) fn below(self, place: impl Display) -> Self {
        Self { pointer: format!("{place}{}", self.pointer).into(), ..self }
    }
}
