//! What whoever sends a file says about it.

use crate::consent::{Basis, Channel, CountryCode, PurposeSlug};
use crate::lists::kind::ListKind;
use crate::lists::profile::Profile;

/// What is said about a file beside it. Whatever is left out is found in the file, or is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// What the file is called: some say in it what they are.
    pub name: Option<String>,
    /// What a row means that says neither yes nor no.
    pub list: Option<ListKind>,
    /// The channel of rows that name none. Of a file that has columns for several channels, the only one that is read.
    pub channel: Option<Channel>,
    /// The purpose of rows that name none.
    pub purpose: Option<PurposeSlug>,
    /// The ground of a yes that names none; otherwise it is consent.
    pub basis: Option<Basis>,
    /// The country of telephone numbers that say none; otherwise it is the shop's.
    pub country: Option<CountryCode>,
    /// Whose file it is; otherwise it is found by the headers.
    pub profile: Option<Profile>,
    /// The columns, as pairs of a field and a header; otherwise the profile has them. See [`own_columns`].
    pub columns: Vec<(String, String)>,
    /// Whether a no that may as well mean that the person was never asked is a no.
    pub is_no_opt_out: bool,
}

/// Reads `field:Header,field:Header`. A comma that no field follows is part of the header.
pub fn own_columns(text: &str) -> Vec<(String, String)> {
    let mut columns: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once(':'), columns.last_mut()) {
            (None, Some((_, header))) => {
                header.push(',');
                header.push_str(part);
            }
            (None, None) => columns.push((part.trim().to_owned(), String::new())),
            (Some((field, header)), _) => columns.push((field.trim().to_owned(), header.trim().to_owned())),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_columns_are_pairs() {
        let read = |text| own_columns(text).into_iter().map(|(a, b)| format!("{a}={b}")).collect::<Vec<_>>();
        assert_eq!(read("email:Correo, choice:Acepta?"), ["email=Correo", "choice=Acepta?"]);
        assert_eq!(read("email:Mail, private,phone:Tel: mobile"), ["email=Mail, private", "phone=Tel: mobile"]);
        assert_eq!(read("email"), ["email="]);
        assert_eq!(read(""), ["="]);
    }
}

/// The channels, the purposes and the country of the shop that a file is read for.
#[derive(Clone, Copy, Debug)]
pub struct ShopScopes<'a> {
    /// The channels that the shop uses.
    pub channels: &'a [Channel],
    /// The purposes that the shop has.
    pub purposes: &'a [PurposeSlug],
    /// The country in which the shop is established. National phone numbers are read by it.
    pub country: Option<CountryCode>,
}
