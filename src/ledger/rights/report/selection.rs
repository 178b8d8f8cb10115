//! The sections of a report, the tables that they are shown in, and what is asked of a report.

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
        /// The accounts at connected shop platforms.
        Connections = "connections",
        /// General information: purposes, sources, periods, rights.
        Information = "information",
    }
}

/// A table of a report. CSV files and the page to print are made from the JSON by this description.
#[derive(Clone, Copy, Debug)]
pub struct ReportTable {
    /// The name: a field of the JSON. `information_purposes` is the field `purposes` of `information`.
    pub name: &'static str,
    /// The title on the page.
    pub title: &'static str,
    /// The explanation below the title.
    pub about: &'static str,
    /// How its rows are found in the JSON.
    pub shape: Shape,
    /// The columns that form the heading of a row on the page.
    pub heading: &'static [&'static str],
}

/// How the rows of a table are found in the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One row: the fields of the report that no other table has.
    Alone,
    /// One row: the fields of an object, without its lists that are tables themselves.
    Fields,
    /// One row for each element of a list.
    List,
}

/// The tables of a report, in their order.
pub const REPORT_TABLES: &[ReportTable] = &[
    ReportTable {
        name: "contact",
        title: "This report",
        about: "Who holds the data, and which contact this is about.",
        shape: Shape::Alone,
        heading: &[],
    },
    ReportTable {
        name: "profile",
        title: "Profile",
        about: "What rules and ages go by.",
        shape: Shape::Fields,
        heading: &[],
    },
    ReportTable {
        name: "addresses",
        title: "Addresses",
        about: "How you can be reached, and how the shop knows that the address is yours.",
        shape: Shape::List,
        heading: &["kind", "value"],
    },
    ReportTable {
        name: "external_ids",
        title: "Names at other platforms",
        about: "What connected platforms call you.",
        shape: Shape::List,
        heading: &[],
    },
    ReportTable {
        name: "standings",
        title: "What stands now",
        about: "For each address, channel and purpose: whether a message may be sent, by which law, and why.",
        shape: Shape::List,
        heading: &["channel", "purpose", "status"],
    },
    ReportTable {
        name: "records",
        title: "Every choice on record",
        about: "Oldest first, with what was shown to you and where.",
        shape: Shape::List,
        heading: &["choice", "channel", "purpose"],
    },
    ReportTable {
        name: "activities",
        title: "Activities",
        about: "What keeps a permission alive; the latest of each kind.",
        shape: Shape::List,
        heading: &["activity", "channel"],
    },
    ReportTable {
        name: "requests",
        title: "What was done under your rights",
        about: "Exports, corrections, restrictions, merges.",
        shape: Shape::List,
        heading: &["act"],
    },
    ReportTable {
        name: "recipients",
        title: "What was handed to whom",
        about: "The recipients of your data and what they got.",
        shape: Shape::List,
        heading: &["recipient"],
    },
    ReportTable {
        name: "connections",
        title: "Your accounts at connected platforms",
        about: "The choices that each account holds.",
        shape: Shape::List,
        heading: &["platform", "account"],
    },
    ReportTable {
        name: "information",
        title: "Further information",
        about: "Automated decisions, and where to complain.",
        shape: Shape::Fields,
        heading: &[],
    },
    ReportTable {
        name: "information_purposes",
        title: "Purposes",
        about: "What the data is used for, and on which grounds.",
        shape: Shape::List,
        heading: &["purpose"],
    },
    ReportTable {
        name: "information_sources",
        title: "Sources",
        about: "Where the data came from.",
        shape: Shape::List,
        heading: &["kind", "form"],
    },
    ReportTable {
        name: "information_recipients",
        title: "Recipients in general",
        about: "Whom the shop hands data to.",
        shape: Shape::List,
        heading: &["name"],
    },
    ReportTable {
        name: "information_periods",
        title: "Periods",
        about: "For how long what is kept.",
        shape: Shape::List,
        heading: &["what"],
    },
    ReportTable {
        name: "information_rights",
        title: "Your rights",
        about: "What you may ask for.",
        shape: Shape::List,
        heading: &["right"],
    },
];

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
    /// Whether the report is for the shop's staff alone. It then names contacts that may be other persons.
    pub for_staff: bool,
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
            for_staff: false,
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
