//! The general information that a person may request in addition to their data (GDPR Art. 15(1) and (2)): purposes and
//! bases, sources, recipients, retention periods, rights.

use serde::Serialize;

use crate::consent::{Basis, PurposeSlug};
use crate::ledger::rights::report::records::{RecordEntry, SourceSeen, sources_of};
use crate::ledger::shop::Shop;
use crate::ledger::shop::privacy::Recipient;

/// The shop that holds the data (the controller).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ShopEntry {
    /// The id of the shop.
    pub id: String,
    /// The name of the shop.
    pub name: String,
    /// The country where the shop is established.
    pub country: Option<String>,
    /// How to reach the controller.
    pub contact: Option<String>,
    /// The URL of the privacy notice.
    pub policy_url: Option<String>,
}

impl ShopEntry {
    pub(crate) fn of(shop: &Shop) -> Self {
        let (settings, privacy) = (&shop.settings, &shop.settings.privacy);
        Self {
            id: shop.id.clone(),
            name: settings.name.as_str().to_owned(),
            country: settings.country.map(|country| country.as_str().to_owned()),
            contact: privacy.contact.as_ref().map(|contact| contact.as_str().to_owned()),
            policy_url: privacy.policy_url.as_ref().map(|url| url.as_str().to_owned()),
        }
    }
}

/// General information for a person, in addition to their data.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct AboutEntry {
    /// The shop's purposes, and the bases on record for each, Art. 15(1)(a).
    pub purposes: Vec<PurposeEntry>,
    /// The sources of the data, Art. 15(1)(g).
    pub sources: Vec<SourceSeen>,
    /// The recipients that the shop discloses data to, Art. 15(1)(c) and (2). Actual disclosures are in the section
    /// `recipients`.
    pub recipients: Vec<Recipient>,
    /// The retention periods, Art. 15(1)(d).
    pub periods: Vec<PeriodEntry>,
    /// The rights of the person, Art. 15(1)(e) and (f).
    pub rights: Vec<RightEntry>,
    /// Whether decisions about the person are automated, Art. 15(1)(h).
    pub automated_decisions: &'static str,
    /// The supervisory authority for complaints; `null` if the shop does not name one.
    pub authority: Option<String>,
}

/// A purpose, and the bases on record for it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct PurposeEntry {
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The description of the purpose; `null` if the shop does not give one.
    pub text: Option<String>,
    /// The bases of the opt-ins on record.
    pub bases: Vec<Basis>,
    /// Whether the shop declares the purpose as transactional.
    pub transactional: bool,
}

/// A retention period.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct PeriodEntry {
    /// The data that is stored.
    pub what: &'static str,
    /// The length of the period.
    pub period: String,
    /// The legal basis of the period.
    pub law: &'static str,
}

/// A right of the person.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct RightEntry {
    /// The name of the right.
    pub right: &'static str,
    /// The legal basis of the right.
    pub law: &'static str,
    /// A description of the right.
    pub text: &'static str,
}

const RIGHTS: &[RightEntry] = &[
    RightEntry {
        right: "withdrawal",
        law: "GDPR Art. 7(3)",
        text: "take a consent back at any time, as easily as it was given",
    },
    RightEntry { right: "access", law: "GDPR Art. 15", text: "know what is held, and get a copy of it" },
    RightEntry { right: "rectification", law: "GDPR Art. 16", text: "have put right what is wrong" },
    RightEntry { right: "erasure", law: "GDPR Art. 17", text: "have everything erased" },
    RightEntry { right: "restriction", law: "GDPR Art. 18", text: "have the data kept and not used" },
    RightEntry {
        right: "portability",
        law: "GDPR Art. 20",
        text: "take the data elsewhere, in a form that machines read",
    },
    RightEntry {
        right: "objection",
        law: "GDPR Art. 21(2)",
        text: "object to direct marketing, without giving a reason",
    },
    RightEntry { right: "complaint", law: "GDPR Art. 77", text: "complain to a supervisory authority" },
];

impl AboutEntry {
    pub(crate) fn of(shop: &Shop, records: &[RecordEntry]) -> Self {
        let (settings, privacy) = (&shop.settings, &shop.settings.privacy);
        let mut purposes: Vec<&PurposeSlug> = settings.purposes.iter().collect();
        for purpose in records.iter().filter_map(|record| record.purpose.as_ref()) {
            if !purposes.contains(&purpose) {
                purposes.push(purpose);
            }
        }
        let entry = |purpose: &PurposeSlug| {
            let mut bases: Vec<Basis> = records
                .iter()
                .filter(|record| record.purpose.as_ref() == Some(purpose))
                .filter_map(|record| record.basis)
                .collect();
            bases.sort_unstable();
            bases.dedup();
            let described = privacy.purposes.iter().find(|described| described.purpose == *purpose);
            PurposeEntry {
                purpose: purpose.clone(),
                text: described.map(|described| described.text.as_str().to_owned()),
                bases,
                transactional: settings.policy.transactional.contains(purpose),
            }
        };
        Self {
            purposes: purposes.into_iter().map(entry).collect(),
            sources: sources_of(records),
            recipients: privacy.recipients.clone(),
            periods: periods(shop),
            rights: RIGHTS.to_vec(),
            automated_decisions: "none with legal or similar effect: a machine decides only whether a message may be sent",
            authority: privacy.authority.as_ref().map(|authority| authority.as_str().to_owned()),
        }
    }
}

fn periods(shop: &Shop) -> Vec<PeriodEntry> {
    let months = shop.settings.policy.expires_after_months;
    let records = if months == 0 {
        "until erasure is asked for, since the shop must be able to prove each opt-in and honour each opt-out"
            .to_owned()
    } else {
        format!("until erasure is asked for; an opt-in lapses {months} months after the person last turned to the shop")
    };
    let days = format!("{} days", shop.settings.privacy.audit_days());
    vec![
        PeriodEntry { what: "addresses, profile, records", period: records, law: "GDPR Art. 7(1), 17" },
        PeriodEntry {
            what: "who looked at or changed it, by the contact's id",
            period: days,
            law: "GDPR Art. 5(2), 32",
        },
        PeriodEntry {
            what: "answers kept for requests that are sent again",
            period: "24 hours".into(),
            law: "GDPR Art. 5(1)(e)",
        },
        PeriodEntry {
            what: "after an erasure: keyed hashes of the addresses, so that they are not written to again, and of what was handed in, so that it is not taken twice",
            period: "without end".into(),
            law: "GDPR Art. 17(3)(b), 21(3)",
        },
        PeriodEntry {
            what: "after an erasure: the signed certificate, with the contact's id and no name",
            period: "without end".into(),
            law: "GDPR Art. 5(2)",
        },
    ]
}
