//! Every problem that there is, by its code. A test holds the lists against the sources.

use crate::api::problem::{Fault, Problem};

/// One of each kind of problem that is not about a field or a parameter.
pub(super) fn kinds() -> Vec<Problem> {
    vec![
        Problem::MalformedJson { line: 1, column: 1 },
        Problem::InvalidIdempotencyKey,
        Problem::MissingKey,
        Problem::InvalidKey,
        Problem::WrongScope { needed: "read" },
        Problem::WrongOrigin,
        Problem::RouteNotFound,
        Problem::ContactNotFound,
        Problem::KeyNotFound,
        Problem::MethodNotAllowed { allow: String::new() },
        Problem::SubmissionConflict,
        Problem::AddressTaken,
        Problem::MergeConflict { detail: "" },
        Problem::MessageNotFound,
        Problem::RequestNotFound,
        Problem::RequestConflict { detail: "" },
        Problem::ProviderNotFound,
        Problem::BadSignature,
        Problem::KeyGone,
        Problem::LastAdminKey,
        Problem::AlreadyDone,
        Problem::ChangedMeanwhile,
        Problem::BodyTooLarge { limit: 0 },
        Problem::UnsupportedMediaType,
        Problem::IdempotencyMismatch,
        Problem::TooManyRequests { retry_after: 1 },
        Problem::Misconfigured { what: String::new() },
        Problem::Internal { cause: String::new() },
    ]
}

/// What can be wrong with a field or a parameter, status 422: the code, and what it says.
pub(super) const FAULTS: &[(&str, &str)] = &[
    ("ambiguous_address", "The contact has several addresses that this could be about"),
    ("ambiguous_lookup", "Exactly one of some fields is wanted"),
    ("basis_not_accepted", "A contract is no ground for advertising"),
    ("basis_without_opt_in", "Only an opt-in has a basis"),
    ("channel_off", "The shop does not use the channel"),
    ("duplicate_field", "The field stands twice"),
    ("duplicate_parameter", "The parameter stands twice"),
    ("empty_list", "At least one is wanted"),
    ("in_the_past", "The time is not to come"),
    ("invalid_assurance", "No assurance"),
    ("invalid_country", "No country code, ISO 3166-1 alpha-2"),
    ("invalid_date", "No date, or none that somebody could be born on"),
    ("invalid_email", "No mail could be sent to this"),
    ("invalid_external_id", "Not of the form platform:id"),
    ("invalid_id", "No UUID"),
    ("invalid_locale", "No language tag, BCP 47"),
    ("invalid_origin", "No web origin"),
    ("invalid_phone", "No telephone number with + and country code, E.164"),
    ("invalid_postal", "No postal address of 10 to 400 characters"),
    ("invalid_purpose", "No purpose: lower-case letters, digits and _"),
    ("invalid_push", "No push endpoint or token"),
    ("invalid_region", "No region code, ISO 3166-2, or one without its country"),
    ("invalid_secret", "No secret that a provider could sign with"),
    ("invalid_sha256", "No SHA-256, hexadecimal in lower case"),
    ("invalid_text", "Empty, too long, or not on one line"),
    ("invalid_time", "No time, RFC 3339 with an offset"),
    ("invalid_token", "Not 1 to 64 letters, digits and . _ : -"),
    ("invalid_url", "No http or https address"),
    ("missing_evidence", "The ground needs more to show that it is there"),
    ("missing_field", "The field is required, here at least"),
    ("needs_secret_key", "A publishable key may not say this"),
    ("no_address", "The channel needs an address of another kind"),
    ("not_specific", "Only an opt-out may leave channel or purpose open"),
    ("nothing_to_do", "Nothing is to be corrected"),
    ("objection_without_opt_out", "Only an opt-out can be an objection"),
    ("origins_of_secret_key", "A secret key works on no page"),
    ("other_kind", "The addresses are not of one kind"),
    ("out_of_range", "The number is too small or too large"),
    ("repeated_choice", "The channel and purpose stand earlier in the list"),
    ("repeated_rule", "The rule stands earlier in the list"),
    ("too_many_contacts", "More than 10,000 contacts"),
    ("unknown_action", "Nothing that could be decided"),
    ("unknown_activity", "No activity"),
    ("unknown_address", "The contact does not have the address"),
    ("unknown_basis", "No basis, or none that is possible here"),
    ("unknown_channel", "No channel"),
    ("unknown_choice", "No choice"),
    ("unknown_contact", "The other contact is not known"),
    ("unknown_dealing", "No dealing"),
    ("unknown_field", "No such field"),
    ("unknown_format", "No such format"),
    ("unknown_kind", "No kind of key"),
    ("unknown_parameter", "No such parameter"),
    ("unknown_purpose", "The shop has no such purpose"),
    ("unknown_reason", "No reason of a suppression"),
    ("unknown_relation", "No relation"),
    ("unknown_request", "No kind of request"),
    ("unknown_requester", "Nobody who could ask for an erasure"),
    ("unknown_role", "No role of a recipient"),
    ("unknown_route", "No route of this contract"),
    ("unknown_rule", "No rule that could be overridden"),
    ("unknown_scope", "No scope, or none for this kind of key"),
    ("unknown_section", "No section of a report"),
    ("unknown_state", "No state of a request"),
    ("unknown_time_zone", "No time zone that the service knows"),
    ("unknown_waiver", "Nothing that could be waived"),
    ("unreadable", "Signed, and not what a provider hands in"),
    ("wrong_number_of_activities", "Not 1 to 64 activities"),
    ("wrong_number_of_choices", "Not 1 to 64 choices"),
    ("wrong_number_of_data", "Not 1 to 64 kinds of data"),
    ("wrong_type", "A value of another type than expected"),
];

/// What every body can get wrong, whatever is in it.
pub(super) const OF_ANY_BODY: &[&str] = &["duplicate_field", "missing_field", "unknown_field", "wrong_type"];

/// The status that a code comes with; `None` where there is no such code.
pub(super) fn status_of(code: &str) -> Option<u16> {
    if FAULTS.iter().any(|(own, _)| *own == code) {
        return Some(Problem::field("", Fault::new("", "")).status().as_u16());
    }
    kinds().iter().find(|kind| kind.code() == code).map(|kind| kind.status().as_u16())
}
