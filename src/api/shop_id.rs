//! The id of a shop.

use base16ct::lower as hex;

/// The id of a shop in keys and object names. It is never a plain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShopId(pub [u8; 16]);

impl ShopId {
    /// Parses the id of a shop: 32 hexadecimal digits. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode_vec(text).ok()?.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for ShopId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode_string(&self.0))
    }
}
