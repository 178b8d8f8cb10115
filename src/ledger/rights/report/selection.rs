//! What is asked of a report: sections, channel, purpose and time.

use crate::consent::{Channel, PurposeSlug, Scope, Timestamp};

vocabulary! {
    /// A section of a report that can be requested separately.
    Section, "unknown section" {
        /// Facts that legal rules and age limits depend on.
        Profile = "profile",
        /// The addresses and external ids of the contact.
        Addresses = "addresses",
        /// The current standings, with the decision for each.
        Standings = "standings",
        /// All records, with their evidence.
        Records = "records",
        /// The activities that keep grounds valid.
        Activities = "activities",
        /// The acts done for the person under their rights.
        Requests = "requests",
        /// The disclosures of data to recipients.
        Recipients = "recipients",
        /// General information: purposes, sources, periods, rights.
        Information = "information",
    }
}

/// The selection for a report. An absent field does not restrict it.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The sections to include.
    pub sections: Vec<Section>,
    /// Only data that applies to this channel.
    pub channel: Option<Channel>,
    /// Only data that applies to this purpose.
    pub purpose: Option<PurposeSlug>,
    /// Only records and activities that count from this time on.
    pub since: Option<Timestamp>,
    /// Only records and activities that count from before this time.
    pub until: Option<Timestamp>,
    /// Whether the report is for the person themselves, through a link. It then omits data that may belong to somebody
    /// else.
    pub for_person: bool,
}

impl Default for Selection {
    /// Selects everything.
    fn default() -> Self {
        Self {
            sections: Section::ALL.to_vec(),
            channel: None,
            purpose: None,
            since: None,
            until: None,
            for_person: false,
        }
    }
}

impl Selection {
    pub(crate) fn wants(&self, section: Section) -> bool {
        self.sections.contains(&section)
    }

    /// Returns whether a scope applies to the selection. A scope with an open channel or purpose applies to all of
    /// them.
    pub(crate) fn covers(&self, scope: &Scope) -> bool {
        let channel = self.channel.is_none_or(|channel| scope.channel.is_none_or(|own| own == channel));
        channel && self.purpose.as_ref().is_none_or(|asked| scope.purpose.as_ref().is_none_or(|own| own == asked))
    }

    pub(crate) fn spans(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}
