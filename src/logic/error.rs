//! What can be wrong with a call, and where in it.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Serialize;

/// A word that is stable, and the place in the call, as a JSON Pointer (RFC 6901). The value itself stays out: it may be an
/// address, and errors end up in logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    /// What is wrong.
    pub code: Code,
    /// Where; empty for the call as a whole.
    pub pointer: Cow<'static, str>,
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
    /// Something is missing here, or of another type than it should be.
    BadInput = "bad_input", "give here what logic.d.ts names; null does not stand for a field that is left out";
    /// A field that means nothing here. Passed over, a misspelt objection would be none.
    UnknownField = "unknown_field", "leave out what logic.d.ts does not name";
    /// No such channel.
    UnknownChannel = "unknown_channel", "use email, sms, phone, whatsapp, push or post";
    /// No such choice.
    UnknownChoice = "unknown_choice", "use opt_in, opt_out or declined";
    /// No such activity.
    UnknownActivity = "unknown_activity", "use used, contacted or screened";
    /// No such basis.
    UnknownBasis = "unknown_basis", "use consent, soft_opt_in, implied, legitimate_interest or contract";
    /// No such dealing.
    UnknownDealing = "unknown_dealing", "use purchase, contract, negotiation, free_account, inquiry or support";
    /// No such assurance.
    UnknownAssurance = "unknown_assurance", "use listed, reported, claimed, confirmed, authenticated or staff";
    /// No such relation.
    UnknownRelation = "unknown_relation", "use consumer or business";
    /// No such waiver.
    UnknownWaiver = "unknown_waiver", "use confirmation, age, expiry or screening";
    /// No such rule.
    UnknownRule = "unknown_rule", "use the id of a row of rules()";
    /// No such kind of address.
    UnknownKind = "unknown_kind", "use email or phone";
    /// Not a purpose.
    BadPurpose = "bad_purpose", "use 1 to 48 lower-case letters, digits and _, a letter first";
    /// Not a record id.
    BadId = "bad_id", "use a UUID";
    /// Not a time.
    BadTime = "bad_time", "use RFC 3339 with an offset, such as 2026-11-23T10:00:00Z";
    /// Not a date.
    BadDate = "bad_date", "use a date without a time, such as 2009-05-01";
    /// Not a country.
    BadCountry = "bad_country", "use ISO 3166-1 alpha-2 in capitals, such as FR";
    /// Not a part of a country.
    BadRegion = "bad_region", "use what follows the country in ISO 3166-2, such as FL for US-FL";
    /// Not a reason that could be repeated in a decision.
    BadReason = "bad_reason", "say why, in 1 to 200 characters on one line";
    /// A number beyond its bounds.
    OutOfRange = "out_of_range", "use a whole number: 0 to 120 for minimum_age, 0 to 1200 for expires_after_months";
    /// Only a refusal or an activity may be wide.
    NotSpecific = "not_specific", "name a channel and a purpose; only an opt-out or an activity may leave them open";
    /// A field that has no meaning beside another.
    DoesNotApply = "does_not_apply", "leave this out, or change what it does not go with: a basis and a dealing go with an opt_in, an objection or a suppression with an opt_out, an activity with no choice";
    /// A basis and a dealing that make no ground.
    NoGround = "no_ground", "give a dealing that the basis can rest on: purchase, negotiation, free_account or support for soft_opt_in; purchase, contract or inquiry for implied; none for any other";
    /// No override reaches this.
    NotOverridable = "not_overridable", "leave this out: contract never is a ground for advertising, and the rule for what is no advertising cannot be loosened";
    /// Two overrides of one rule.
    RepeatedRule = "repeated_rule", "override each rule once, with everything in it";
    /// No mail could be sent to this.
    BadEmail = "bad_email", "check the spelling: no mail could be sent to this";
    /// Not an international number.
    BadPhone = "bad_phone", "write the number with + and its country code, E.164";
    /// Not a certificate, or one of a later version.
    BadCertificate = "bad_certificate", "give the certificate whole and as it was issued; it may also be of a version later than this build knows";
    /// A certificate of another key.
    WrongKey = "wrong_key", "use the key that the certificate names: its kid is the RFC 7638 thumbprint";
    /// A forgery, or a certificate that was changed.
    BadSignature = "bad_signature", "believe nothing that it says: the key that it names has not signed this";
    /// Not a key to check with.
    BadKey = "bad_key", "give an Ed25519 public key as a JWK (RFC 8037), or a JWK Set";
}

impl Error {
    /// This mistake at this place.
    pub(super) fn at(code: Code, pointer: impl Into<Cow<'static, str>>) -> Self {
        Self { code, pointer: pointer.into() }
    }

    /// The same, seen from farther up. Places are put together only once something is wrong: most calls are right.
    pub(super) fn below(self, place: impl Display) -> Self {
        Self { pointer: format!("{place}{}", self.pointer).into(), ..self }
    }
}
