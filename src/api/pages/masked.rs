//! An address that only its owner recognises.

use crate::consent::AddressKind;

/// Masks an address so that only its owner recognises it: `j•••@e•••.com`, `+44••• 23`.
pub(in crate::api) fn masked(kind: AddressKind, value: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let last = |text: &str, count: usize| {
        let mut end: Vec<char> = text.chars().rev().filter(|c| !c.is_whitespace()).take(count).collect();
        end.reverse();
        end.into_iter().collect::<String>()
    };
    match kind {
        AddressKind::Email => {
            let (local, domain) = value.rsplit_once('@').unwrap_or((value, ""));
            let (name, ending) = domain.rsplit_once('.').unwrap_or((domain, ""));
            format!("{}•••@{}•••.{ending}", first(local), first(name))
        }
        AddressKind::Phone => format!("{}••• {}", value.chars().take(3).collect::<String>(), last(value, 2)),
        AddressKind::Push => format!("•••{}", last(value, 4)),
        AddressKind::Postal => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_so_that_only_its_owner_recognises_it() {
        for (kind, value, shown) in [
            (AddressKind::Email, "jane.doe@example.com", "j•••@e•••.com"),
            (AddressKind::Email, "j@localhost", "j•••@l•••."),
            (AddressKind::Email, "ünal@bücher.example", "ü•••@b•••.example"),
            (AddressKind::Phone, "+44 7700 900123", "+44••• 23"),
            (AddressKind::Push, "https://push.example/abcdef", "•••cdef"),
            (AddressKind::Postal, "1 High Street\nLondon", "•••"),
        ] {
            assert_eq!(masked(kind, value), shown);
        }
    }
}
