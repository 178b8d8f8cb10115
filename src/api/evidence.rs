//! What a shop may store about the origin of a page's submission: a truncated IP address, and the browser without its
//! minor versions (data minimisation, GDPR Art. 5(1)(c)). The front worker truncates both, so nothing more exact
//! reaches the shop or is stored.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ledger::Evidence;
use crate::model::submission::Source;

/// The maximum length of a stored browser name, in characters.
const LONGEST: usize = 200;

/// Returns the network and the browser as the front worker hands them over, from the IP address and the `User-Agent` of
/// the client.
pub fn evidence(address: Option<&str>, user_agent: Option<&str>) -> String {
    let network = address.and_then(network);
    format!("{} {}", network.as_deref().unwrap_or("-"), user_agent.map(browser).unwrap_or_default())
}

/// Copies into the source the parts of `evidence_text` that the shop's settings ask to store.
pub(in crate::api) fn keep(source: &mut Source, wanted: Evidence, evidence_text: &str) {
    let (network, browser) = evidence_text.split_once(' ').unwrap_or((evidence_text, ""));
    let kept = |is_wanted: bool, text: &str| (is_wanted && !matches!(text, "" | "-")).then(|| text.to_owned());
    source.ip = kept(wanted.ip, network);
    source.user_agent = kept(wanted.user_agent, browser.trim());
}

/// Returns the first 24 bits of an IPv4 address or the first 48 bits of an IPv6 address; `None` if the text is neither.
fn network(address: &str) -> Option<String> {
    match address.trim().parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(own) => {
            let [a, b, c, _] = own.octets();
            Some(format!("{}/24", Ipv4Addr::new(a, b, c, 0)))
        }
        IpAddr::V6(own) => {
            let [a, b, c, ..] = own.segments();
            Some(format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
    }
}

/// Returns the part of an address that stands for one visitor: an IPv4 address, or the first 64 bits of an IPv6 address,
/// because a household has all addresses below them. Any other text stands for itself. Of an IPv6 address also returns
/// the first 48 bits, because one customer of a network can have all addresses below them too.
pub(in crate::api) fn visitor_of(address: &str) -> (String, Option<String>) {
    match address.trim().parse::<IpAddr>().map(|own| own.to_canonical()) {
        Ok(IpAddr::V6(own)) => {
            let [a, b, c, d, ..] = own.segments();
            let household = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
            (format!("{household}/64"), network(address.trim()))
        }
        Ok(own) => (own.to_string(), None),
        Err(_) => (address.trim().to_owned(), None),
    }
}

/// Returns a `User-Agent` (RFC 9110 §10.1.5) in printable ASCII, with only the first number of each version.
fn browser(user_agent: &str) -> String {
    let mut kept = String::new();
    // State of the current word: it contains a digit; it contains only digits; a minor version has begun.
    let (mut is_numbered, mut is_number, mut is_minor) = (false, true, false);
    for c in user_agent.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, ' ' | '/' | ';' | '(' | ')' | ',' | ':') {
            (is_numbered, is_number, is_minor) = (false, true, false);
            kept.push(c);
            continue;
        }
        // `17_5_1` is a version; `x86_64` is not.
        is_minor |= is_numbered && (c == '.' || c == '_' && is_number);
        is_numbered |= c.is_ascii_digit();
        is_number &= c.is_ascii_digit();
        if !is_minor {
            kept.push(c);
        }
    }
    kept.truncate(LONGEST);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_a_household_are_one_visitor() {
        assert_eq!(visitor_of("2001:db8:1:2:3:4:5:6"), visitor_of("2001:db8:1:2::9"));
        assert_ne!(visitor_of("2001:db8:1:2::9"), visitor_of("2001:db8:1:3::9"));
        assert_eq!(visitor_of("2001:db8:1:2::9").1, visitor_of("2001:db8:1:3::9").1);
        assert_eq!(visitor_of("::ffff:192.0.2.7"), ("192.0.2.7".to_owned(), None));
        assert_ne!(visitor_of("192.0.2.7"), visitor_of("192.0.2.8"));
        assert_eq!(visitor_of(" something "), ("something".to_owned(), None));
    }

    #[test]
    fn only_the_network_of_an_ip_address_is_stored() {
        for (address, kept) in [
            ("203.0.113.77", Some("203.0.113.0/24")),
            (" 203.0.113.255 ", Some("203.0.113.0/24")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1::/48")),
            ("2001:DB8::1", Some("2001:db8::/48")),
            ("::ffff:203.0.113.77", Some("203.0.113.0/24")),
            ("::ffff:cb00:714d", Some("203.0.113.0/24")),
            ("::1", Some("::/48")),
            ("203.0.113.77:4711", None),
            ("203.0.113", None),
            ("203.0.113.077", None),
            ("203.0.113.7, 10.0.0.1", None),
            ("fe80::1%eth0", None),
            ("<script>", None),
            ("", None),
        ] {
            assert_eq!(network(address).as_deref(), kept, "{address}");
        }
    }

    #[test]
    fn minor_versions_of_a_browser_are_removed() {
        for (given, kept) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Mozilla/5 (Windows NT 10; Win64; x64) AppleWebKit/537 (KHTML, like Gecko) Chrome/126 Safari/537",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) Version/17.5 Mobile/15E148",
                "Mozilla/5 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17 Mobile/15E148",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
                "Mozilla/5 (X11; Linux x86_64; rv:126) Gecko/20100101 Firefox/126",
            ),
            ("Dalvik/2.1.0 (Linux; Android 14; Build/UP1A.231005.007)", "Dalvik/2 (Linux; Android 14; Build/UP1A)"),
            ("shop.example/1.2", "shop.example/1"),
            ("a\r\nset-cookie: b\0\u{7f}ünal\t", "aset-cookie: bnal"),
            ("", ""),
        ] {
            assert_eq!(browser(given), kept);
            assert_eq!(browser(kept), kept, "again changes nothing");
        }
        assert_eq!(browser(&"é".repeat(5_000)), "");
        assert_eq!(browser(&"x".repeat(5_000)).len(), 200);
    }

    #[test]
    fn evidence_that_the_shop_has_not_enabled_is_not_stored() {
        let evidence_text = evidence(Some("203.0.113.77"), Some("curl/8.5.0"));
        for (ip, user_agent) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut source = Source::of(crate::model::text::Token::parse("form").unwrap());
            keep(&mut source, Evidence { ip, user_agent }, &evidence_text);
            assert_eq!(source.ip.as_deref(), ip.then_some("203.0.113.0/24"));
            assert_eq!(source.user_agent.as_deref(), user_agent.then_some("curl/8"));
        }
        assert_eq!(evidence(None, None), "- ");
        let mut source = Source::of(crate::model::text::Token::parse("form").unwrap());
        keep(&mut source, Evidence { ip: true, user_agent: true }, "");
        keep(&mut source, Evidence { ip: true, user_agent: true }, evidence(Some("x"), None).trim());
        assert_eq!((source.ip, source.user_agent), (None, None));
    }
}
