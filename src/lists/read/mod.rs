//! Reads a file of people, row by row.
//!
//! | file | what it holds |
//! |---|---|
//! | `options` | what the caller says about a file |
//! | `column` | what a column is about |
//! | `header` | finds the columns |
//! | `layout, layout_error` | how a file is read, and why it cannot be |
//! | `file` | the rows of a file, piece by piece |
//! | `place` | a place in a file |
//! | `scan` | rows of CSV |
//! | `object` | rows that are JSON objects |
//! | `encoding` | bytes that are not UTF-8 |
//! | `values` | the cells of a row |
//! | `row` | what single cells say |
//! | `choices` | what a row says of channels and purposes |
//! | `meaning` | what a whole row says |
//! | `fault` | what is wrong with a row |

pub(super) mod choices;
pub(super) mod column;
pub(super) mod encoding;
pub(super) mod fault;
pub(super) mod file;
pub(super) mod header;
pub(super) mod layout;
pub(super) mod layout_error;
pub(super) mod meaning;
pub(super) mod object;
pub(super) mod options;
pub(super) mod place;
pub(super) mod row;
pub(super) mod scan;
pub(super) mod values;
