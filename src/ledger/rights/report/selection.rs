//! What is asked of a report: sections, channel, purpose and time.

use crate::consent::{Channel, PurposeSlug, Scope, Timestamp};

vocabulary! {
    /// A part of a report that can be asked for by itself.
    Section, "unknown section" {
        /// What rules and ages go by.
        Profile = "profile",
        /// Addresses, and what platforms call the person.
        Addresses = "addresses",
        /// What stands now, with the decision for each.
        Standings = "standings",
        /// Every act, with its evidence.
        Records = "records",
        /// What keeps grounds alive.
        Activities = "activities",
        /// What was done for the person under their rights.
        Requests = "requests",
        /// What was handed to whom.
        Recipients = "recipients",
        /// What a person may know beyond what is held: purposes, sources, periods, rights.
        Information = "information",
    }
}

/// What is asked for. What is absent does not restrict it.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The sections.
    pub sections: Vec<Section>,
    /// Only what bears on this channel.
    pub channel: Option<Channel>,
    /// Only what bears on this purpose.
    pub purpose: Option<PurposeSlug>,
    /// Only records and activities that count from this time on.
    pub since: Option<Timestamp>,
    /// Only records and activities that count from before this time.
    pub until: Option<Timestamp>,
    /// Whether the person themselves gets it, by a link: without what may be somebody else's.
    pub for_person: bool,
}

impl Default for Selection {
    /// Everything.
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

    /// Whether a scope bears on what is asked for. One that leaves the channel or the purpose open bears on all.
    pub(crate) fn covers(&self, scope: &Scope) -> bool {
        let channel = self.channel.is_none_or(|channel| scope.channel.is_none_or(|own| own == channel));
        channel && self.purpose.as_ref().is_none_or(|asked| scope.purpose.as_ref().is_none_or(|own| own == asked))
    }

    pub(crate) fn spans(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}
