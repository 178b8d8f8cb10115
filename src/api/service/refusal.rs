//! Converts errors of the ledger into problems of the API, each with a pointer to the mistake and with what to do.

use crate::api::problem::{Fault, Problem};
use crate::ledger::{
    ChangeError, ChoiceFault, DecideError, KeyError, MergeError, OpenError, RectifyError, SubmissionError,
};

pub(in crate::api) fn submission_refused(error: SubmissionError) -> Problem {
    match error {
        SubmissionError::Conflict => Problem::SubmissionConflict,
        SubmissionError::NoNotice => {
            let fault =
                Fault::new("missing_field", "give the notice that was shown: a consent and a declined choice need one");
            Problem::field("/notice", fault)
        }
        SubmissionError::NotBornYet => {
            let fault = Fault::new("invalid_date", "the date of birth is in the future; check the year");
            Problem::field("/contact/born", fault)
        }
        SubmissionError::NoSpace => Problem::NoSpace,
        SubmissionError::OverBudget => Problem::TooManyRequests { retry_after: 3_600 },
        SubmissionError::Database(error) => error.into(),
        SubmissionError::Choice { index, fault } => choice_refused(&format!("/choices/{index}"), fault),
    }
}

pub(in crate::api) fn change_refused(error: ChangeError) -> Problem {
    match error {
        ChangeError::Unknown => Problem::ContactNotFound,
        ChangeError::NotTheirs => {
            Problem::field("/address", Fault::new("unknown_address", "the contact does not have this address"))
        }
        ChangeError::Ambiguous(kind) => Problem::field(
            "/address",
            Fault {
                code: "ambiguous_address",
                detail: format!("the contact has several {kind} addresses; give the one that the opt-in is about")
                    .into(),
            },
        ),
        ChangeError::Database(error) => error.into(),
        // Channel and purpose are in the path, and a JSON pointer cannot point there.
        ChangeError::Choice(fault @ (ChoiceFault::ChannelOff | ChoiceFault::UnknownPurpose)) => {
            Problem::field("", words_of(fault))
        }
        ChangeError::Choice(fault) => choice_refused("", fault),
    }
}

fn choice_refused(at: &str, fault: ChoiceFault) -> Problem {
    let field = match fault {
        ChoiceFault::ChannelOff | ChoiceFault::NoAddress(Some(_)) => "/channel",
        ChoiceFault::UnknownPurpose => "/purpose",
        ChoiceFault::ContractForAdvertising => "/basis",
        ChoiceFault::NoAddress(None) | ChoiceFault::Repeated | ChoiceFault::NotSpecific => "",
        ChoiceFault::Undated => return Problem::field("/occurred_at", words_of(fault)),
        ChoiceFault::Missing(missing) => {
            return Problem::field(format!("{at}/evidence/{}", missing.field()), words_of(fault));
        }
    };
    Problem::field(format!("{at}{field}"), words_of(fault))
}

const fn words_of(fault: ChoiceFault) -> Fault {
    Fault::new(fault.code(), fault.advice())
}

pub(in crate::api) fn rectification_refused(error: RectifyError) -> Problem {
    match error {
        RectifyError::Unknown => Problem::ContactNotFound,
        RectifyError::NotTheirs => {
            let fault = Fault::new("unknown_address", "the contact does not have this address");
            Problem::field("/address/from", fault)
        }
        RectifyError::NotBornYet => {
            let fault = Fault::new("invalid_date", "the date of birth is in the future; check the year");
            Problem::field("/profile/born", fault)
        }
        RectifyError::Taken => Problem::AddressTaken,
        RectifyError::Database(error) => error.into(),
    }
}

pub(in crate::api) fn merge_refused(error: MergeError) -> Problem {
    match error {
        MergeError::Unknown => Problem::ContactNotFound,
        MergeError::UnknownSource => {
            Problem::field("/contact", Fault::new("unknown_contact", "the shop has no contact with this address or id"))
        }
        MergeError::Same => Problem::MergeConflict { detail: "these are one contact already" },
        MergeError::NotMerged => Problem::MergeConflict { detail: "the other contact is not merged into this one" },
        MergeError::Database(error) => error.into(),
    }
}

pub(in crate::api) fn key_refused(error: KeyError) -> Problem {
    match error {
        KeyError::Unknown => Problem::KeyNotFound,
        KeyError::Gone => Problem::KeyGone,
        KeyError::LastAdmin => Problem::LastAdminKey,
        KeyError::Database(error) => error.into(),
    }
}

pub(in crate::api) fn request_refused(error: OpenError) -> Problem {
    match error {
        OpenError::NotReachable => {
            let fault = Fault::new("no_address", "give an address that a message can be sent to, or send `verified`");
            Problem::field("/contact", fault)
        }
        OpenError::OverBudget => Problem::TooManyRequests { retry_after: 3_600 },
        OpenError::NoCalendar => Problem::Misconfigured {
            what: "the runtime does not know the time zone of the shop; set links.time_zone".into(),
        },
        OpenError::Database(error) => error.into(),
    }
}

pub(in crate::api) fn decision_refused(error: DecideError) -> Problem {
    match error {
        DecideError::Unknown => Problem::RequestNotFound,
        DecideError::NotWaiting => {
            Problem::RequestConflict { detail: "only a verified request that was not answered can be decided" }
        }
        DecideError::Corrected => Problem::RequestConflict {
            detail: "the address that asked was corrected since, so the link did not prove whose data this is; refuse it, \
                     or erase the contact by its own route",
        },
        DecideError::NotExtendable => Problem::RequestConflict {
            detail: "the law allows no extension, the request was extended before, or the first time limit is over",
        },
        DecideError::Database(error) => error.into(),
    }
}
