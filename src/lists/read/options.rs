//! The import options that the sender of a file gives.

use crate::consent::{Basis, Channel, CountryCode, PurposeSlug};
use crate::model::list_kind::ListKind;
use crate::platforms::Profile;

/// The import options. An option that is not given is read from the file, if possible; otherwise the file is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The name of the file. Some files say in their name which kind of list they are.
    pub name: Option<String>,
    /// The meaning of a row that contains no choice.
    pub list: Option<ListKind>,
    /// The channel of rows that name none. If the file has columns for several channels, only this channel is read.
    pub channel: Option<Channel>,
    /// The purpose of rows that name none. `None` if the sender named no purpose.
    pub purpose: Option<PurposeSlug>,
    /// The basis of an opt-in that names none. Default: consent.
    pub basis: Option<Basis>,
    /// The country of telephone numbers without a country code. Default: the shop's country.
    pub country: Option<CountryCode>,
    /// The platform that the file comes from. Default: found from the headers.
    pub profile: Option<Profile>,
    /// The mapping of columns, as pairs of a field and a header. Default: the mapping of the profile. See
    /// [`own_columns`].
    pub columns: Vec<(String, String)>,
    /// Whether a `no` counts as an opt-out even if it may also mean that the person was never asked.
    pub is_no_opt_out: bool,
}

/// Reads `field:header,field:header`. A comma that is not followed by a field belongs to the header.
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
    fn the_columns_parameter_is_a_list_of_pairs() {
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
