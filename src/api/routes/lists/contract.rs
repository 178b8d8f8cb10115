//! Lists handed out: the descriptions and types of the routes, for the contract.

use crate::api::contract::lists::rows::{DecidedLine, ListLine, SuppressedLine};
use crate::api::contract::operation::{LISTS, Operation, maker};

pub(in crate::api) const OPERATIONS: &[Operation] = &[Operation {
    id: "getList",
    summary: "Download a list",
    about: "The current state of contacts: a row for each address, channel and purpose, in the order in which \
            the addresses became known. Without `limit`, one answer contains the whole list, whatever its \
            length. With `limit`, the answer is one page, and the header `link` gives the URL of the next \
            page, if there is one. A page may have fewer rows than `limit`. In CSV only the first page has the \
            header line. Data that a platform's columns cannot express without saying too much is left out. \
            The list `suppressed` contains all addresses that must never get marketing; it accepts only `by`, \
            `format`, `cells`, `gzip`, `after` and `limit`.",
    answers: &[maker!(Vec<ListLine>), maker!(Vec<DecidedLine>), maker!(Vec<SuppressedLine>)],
    codes: &["unknown_list", "channel_off", "unknown_purpose", "no_purpose", "not_writable"],
    ..LISTS
}];
