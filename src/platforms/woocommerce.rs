//! Files of customers from WooCommerce.

use crate::platforms::columns::ReadColumns;
use crate::platforms::field::Field;

pub(super) const READ: ReadColumns = ReadColumns {
    columns: &[(Field::Email, &["email"]), (Field::Phone, &["billing phone"]), (Field::Country, &["country / region"])],
    marks: &["country / region", "billing phone", "total spend", "aov"],
    external: None,
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
    is_day_first: false,
    kinds: &[],
};
