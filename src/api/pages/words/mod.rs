//! All texts of the pages and messages, one file per language.
//!
//! A language is a constant of [`Words`], so a missing text is a compile error. Placeholders are written in `{braces}`;
//! see [`crate::api::pages::fill`]. Texts that begin with `sms_` use only characters of GSM 03.38, so that a message costs one
//! part.

use crate::api::pages::language::Language;
use crate::consent::Channel;

pub(in crate::api) mod de;
pub(in crate::api) mod en;
pub(in crate::api) mod es;
pub(in crate::api) mod fr;
pub(in crate::api) mod it;
pub(in crate::api) mod nl;

/// Declares the texts. In tests it also makes a list of them.
macro_rules! words {
    ($($(#[$doc:meta])* $text:ident,)+) => {
        /// The texts of one language.
        #[derive(Debug)]
        pub(in crate::api) struct Words {
            /// The names of the months, as used in a date.
            pub months: [&'static str; 12],
            /// Each channel in a sentence.
            pub by: &'static [(Channel, &'static str)],
            /// Each channel in a text message.
            pub sms_by: &'static [(Channel, &'static str)],
            $($(#[$doc])* pub $text: &'static str,)+
        }

        #[cfg(test)]
        impl Words {
            /// Returns every text with its name, without the months.
            pub(in crate::api) fn texts(&self) -> Vec<(&'static str, &'static str)> {
                let of_channels = self.by.iter().map(|(_, text)| ("by", *text));
                let of_sms = self.sms_by.iter().map(|(_, text)| ("sms_by", *text));
                [$((stringify!($text), self.$text),)+].into_iter().chain(of_channels).chain(of_sms).collect()
            }
        }
    };
}

words! {
    /// The format of a date in a sentence: `{day}`, `{month}` as a name, `{year}`.
    date,
    /// The format of a date in text messages: also `{dd}` and `{mm}`.
    sms_date,
    /// The first day of a month.
    first_day,
    /// The format of a date with the `{time}` of day.
    date_time,

    // Kinds of addresses, as headings.
    kind_email, kind_phone, kind_push, kind_postal,
    /// A purpose as a name, in the quotation marks of the language.
    quoted,

    // What surrounds every page.
    privacy_notice, contact, languages, withdraw,

    // The confirmation page.
    confirm_title, confirm_lead, confirm_starts, confirm_button, confirm_unasked,
    confirm_done_title, confirm_done, confirm_again_title, confirm_again,
    confirm_expired_title, confirm_expired, confirm_gone_title, confirm_gone,
    confirm_never, confirm_never_title, confirm_never_done,

    // The unsubscribe page.
    unsubscribe_title, unsubscribe_ask, unsubscribe_button, unsubscribe_done_title, unsubscribe_done, at_once,
    scope_one, scope_channel, scope_purpose, scope_all, orders_go_on, all_choices, choices_link_sent,

    // The preference page.
    choices_title, choices_lead, choices_save, choices_saved, choices_pending, choices_none, choices_unchanged,
    choices_one_change, choices_changes,
    note_awaiting, note_objected, note_suppressed, note_expired, note_restricted,
    stop_title, stop_text, stop_button, stopped_title, stopped_text,
    data_title, data_lead, data_access, data_access_button, data_erasure, data_erasure_button, data_rectification,
    data_rectification_label, data_rectification_button, data_objection, data_objection_button,
    sent_title, sent_text,
    recall_title, recall_text, recall_button, recalled_title, recalled_text, called_back_title, called_back_text,
    nothing_title, nothing_text,

    // The kinds of subject requests, as names.
    access, portability, erasure, rectification, objection,
    // The explanations of what confirming a request does, and the buttons.
    access_ask, portability_ask, erasure_ask, rectification_ask, objection_ask,
    access_button, portability_button, erasure_button, rectification_button, objection_button,
    // The texts when a request is done.
    access_done, portability_done, erasure_done, rectification_done, objection_done,
    erasure_final, erasure_hash,

    // The pages of a subject request.
    request_lead, request_unasked, code_label, code_hint, code_wrong, code_one_try, code_tries, code_button,
    waiting_title, waiting_text, done_title, files_until, files_care, file, held_title, held_text,
    refused_title, refused_text, refused_reason, complain_named, complain, request_expired_title, request_expired,
    resend_button, resent_title, resent_text, completed_title, completed_text,

    // The download page.
    files_title, files_lead, files_expired_title, files_expired, files_gone_title, files_gone,

    // The page that answers a form.
    form_done_title, form_done, form_back, form_refused_title, form_email, form_phone, form_nothing, form_again, form_faulty,

    // Pages without a shop.
    broken_title, broken_text, too_many_title, too_many_text, failed_title, failed_text,

    // Emails, and messages without a length limit.
    hello, mail_confirm_subject, mail_confirm_lead, mail_confirm_link, mail_day, mail_days, mail_confirm_unasked,
    chat_confirm, mail_request_subject, mail_request_lead, mail_request_link, mail_code, mail_minutes,
    mail_request_unasked, mail_result_subject, mail_result_lead, mail_ready, mail_ready_link, mail_extended,
    mail_extended_reason, mail_choices_subject, mail_choices_lead,

    // Text messages.
    sms_yes, sms_confirm, sms_access, sms_portability, sms_erasure, sms_rectification, sms_objection,
    sms_request_link, sms_request_code, sms_request_both, sms_choices, sms_ready, sms_completed, sms_refused, sms_complain_named,
    sms_complain, sms_extended, sms_stopped, sms_started, sms_help, sms_help_contact,
}

impl Language {
    /// Returns the texts of this language.
    pub(in crate::api) const fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Fr => &fr::WORDS,
            Self::De => &de::WORDS,
            Self::Es => &es::WORDS,
            Self::It => &it::WORDS,
            Self::Nl => &nl::WORDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_names_every_channel() {
        for language in Language::ALL {
            for texts in [language.words().by, language.words().sms_by] {
                assert!(texts.iter().map(|(channel, _)| channel).eq(Channel::ALL), "{language:?}");
            }
        }
    }
}
