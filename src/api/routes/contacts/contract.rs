//! One contact: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{CONTACT, LINKS, Maker, NONE, Operation, choice_faults, maker};
use crate::api::lookup_body::LookupBody;
use crate::api::routes::contacts::answers::{CalledBackAnswer, DisclosedAnswer, ErasedAnswer, LinksAnswer};
use crate::api::routes::contacts::bodies::{
    ChoiceChangeBody, DisclosureBody, MergeBody, RectificationBody, RestrictionBody, UnmergeBody,
};
use crate::ledger::ContactReport;

const REPORT: &[Maker] = &[maker!(ContactReport)];

/// A change of one contact. It returns the report on the contact after the change.
const CHANGE: Operation = Operation { answers: REPORT, tagged: true, conditional: true, ..CONTACT };

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "lookUpContact",
        summary: "Find a contact by address or platform id, and get the report",
        about: "The address is in the body, because addresses must not be part of URLs. The report contains \
                everything that the shop holds about the contact (GDPR Art. 15).",
        body: Some(maker!(LookupBody)),
        codes: &["contact_not_found", "ambiguous_lookup"],
        conditional: false,
        ..CHANGE
    },
    Operation {
        id: "getContact",
        summary: "Get the report on a contact",
        about: "Everything that the shop holds about the contact, with the evidence and a decision for each \
                channel and purpose (GDPR Art. 15). The id of a merged contact returns the contact that it is \
                part of.",
        conditional: false,
        ..CHANGE
    },
    Operation {
        id: "exportContact",
        summary: "Export the data of a contact",
        about: "The whole report or only some sections, as JSON, as CSV tables in a ZIP file, or as a page for \
                people (GDPR Art. 15(3), 20). The export is noted in the section `requests` of the contact's \
                report.",
        answers: REPORT,
        ..CONTACT
    },
    Operation {
        id: "changeChoice",
        summary: "Enter a choice for a person",
        about: "An employee enters the choice, with a reason. In the path, `*` stands for all channels or all \
                purposes; only an `opt_out` may use it. An opt-in by an employee never ends an objection (GDPR \
                Art. 21(3)).",
        body: Some(maker!(ChoiceChangeBody)),
        codes: choice_faults!(
            "contact_not_found",
            "invalid_purpose",
            "ambiguous_lookup",
            "unknown_address",
            "ambiguous_address",
            "other_words"
        ),
        ..CHANGE
    },
    Operation {
        id: "rectifyContact",
        summary: "Correct an address or the profile",
        about: "Rectification, GDPR Art. 16. The old address is deleted. Its records move to the new address, \
                but confirmations of the old address prove nothing for the new one. In the profile, absent \
                fields stay unchanged and fields that are `null` are deleted.",
        body: Some(maker!(RectificationBody)),
        codes: &[
            "contact_not_found",
            "ambiguous_lookup",
            "other_kind",
            "nothing_to_do",
            "unknown_address",
            "address_taken",
        ],
        ..CHANGE
    },
    Operation {
        id: "restrictContact",
        summary: "Restrict the use of a contact's data, or lift the restriction",
        about: "GDPR Art. 18. While the restriction is in force, every decision about the contact is a denial. \
                Repeating the request changes nothing.",
        body: Some(maker!(RestrictionBody)),
        ..CHANGE
    },
    Operation {
        id: "mergeContacts",
        summary: "Merge two contacts",
        about: "The contact in the body becomes part of the contact in the path. `POST \
                /v1/contacts/{id}/unmerge` separates them again.",
        body: Some(maker!(MergeBody)),
        codes: &["contact_not_found", "ambiguous_lookup", "unknown_contact", "merge_conflict"],
        ..CHANGE
    },
    Operation {
        id: "unmergeContact",
        summary: "Separate a merged contact",
        about: "Each contact gets back its own addresses and external ids. Data that was added after the merge \
                stays with the contact in the path.",
        body: Some(maker!(UnmergeBody)),
        codes: &["contact_not_found", "unknown_contact", "merge_conflict"],
        ..CHANGE
    },
    Operation {
        id: "eraseContact",
        summary: "Erase a contact",
        about: "GDPR Art. 17. Returns a signed certificate. Keyed hashes of the addresses remain, so that \
                nobody sends messages to them again (Art. 17(3)(b), 21(3)). Repeating the request returns the \
                same certificate. If the contact has several external ids, the erasure erases all of these accounts \
                and has to be asked for with `accounts=all`.",
        answers: &[maker!(ErasedAnswer)],
        codes: &["contact_not_found", "several_accounts"],
        conditional: true,
        ..CONTACT
    },
    Operation {
        id: "getCertificate",
        summary: "Get the certificate of an erasure",
        about: "The same answer as that of the erasure (GDPR Art. 5(2)).",
        answers: &[maker!(ErasedAnswer)],
        ..CONTACT
    },
    Operation {
        id: "noteDisclosure",
        tag: "Contacts",
        summary: "Record a disclosure of data to a recipient",
        about: "A person has the right to know who received their data (GDPR Art. 15(1)(c)), and recipients \
                have to be told of corrections and erasures (Art. 19).",
        body: Some(maker!(DisclosureBody)),
        answers: &[maker!(DisclosedAnswer)],
        codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_data"],
        ..NONE
    },
    Operation {
        id: "getLinks",
        summary: "Get links for the shop's emails",
        about: "For each address of the contact: the URL of its preference page, a one-click unsubscribe URL \
                (RFC 8058), and the headers for the email. The links work until they are called back. \
                Anyone who has them can act for the address, so send them to this address only.",
        answers: &[maker!(LinksAnswer)],
        codes: &["contact_not_found", "channel_off", "unknown_purpose"],
        ..LINKS
    },
    Operation {
        id: "callBackLinksOfContact",
        summary: "Call back a contact's links",
        about: "All links to the addresses of the contact that were made before now stop working, for example because \
                somebody else has one. Links that are made later work.",
        answers: &[maker!(CalledBackAnswer)],
        codes: &["contact_not_found"],
        ..LINKS
    },
];
