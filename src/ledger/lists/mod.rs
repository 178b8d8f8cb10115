//! Lists of people, in and out.
//!
//! | file | what it holds |
//! |---|---|
//! | `import` | a file of people, taken in page by page |
//! | `export` | the list of persons with their current standings |
//! | `suppressions` | the list of suppressions |

pub(super) mod export;
pub(super) mod import;
pub(super) mod suppressions;
