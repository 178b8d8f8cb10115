//! The URLs that events may be sent to: only public internet hosts, and only over TLS, so that nobody can use this
//! service to reach hosts that only it can reach (server-side request forgery).
//!
//! This file can only judge the URL itself. If a public name resolves to a private address, the network of the runtime
//! refuses it, because it does not reach private addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// A URL that events may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

/// Names that belong to no host of the public internet: RFC 6761, 6762, 7686, 8375 and ICANN's `internal`.
const PRIVATE_NAMES: &[&str] =
    &["local", "localhost", "localdomain", "internal", "home.arpa", "onion", "test", "invalid"];

impl Target {
    /// The maximum length of a URL, in octets.
    pub const MAX_LEN: usize = 2048;

    /// Parses a URL like a browser does, so that `0x7f.1` is recognised as an IP address. `local` also allows `http`
    /// and private hosts, such as a developer's own machine.
    pub fn parse(text: &str, local: bool) -> Option<Self> {
        let url =
            Url::parse(text).ok().filter(|url| text.len() <= Self::MAX_LEN && url.as_str().len() <= Self::MAX_LEN)?;
        let by_tls = url.scheme() == "https";
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let reaches_out = local || is_public(&url.host()?);
        let good = (by_tls || local && url.scheme() == "http") && bare && reaches_out && url.port() != Some(0);
        good.then(|| Self(url.into()))
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_public_v4(*address),
        Host::Ipv6(address) => is_public_v6(*address),
        Host::Domain(name) => {
            let is_private = |private: &&str| name.strip_suffix(*private).is_some_and(|rest| rest.ends_with('.'));
            name.contains('.') && !name.ends_with('.') && !PRIVATE_NAMES.iter().any(is_private) && *name != "home.arpa"
        }
    }
}

/// Returns whether the IANA registry of special-purpose addresses does not list the address.
fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network; private use; loopback; multicast and reserved.
        [0 | 10 | 127 | 224.., ..] => false,
        // Shared by carriers, RFC 6598; link-local; private use.
        [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => false,
        // Protocols; documentation; relays to IPv6; benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => false,
        _ => true,
    }
}

/// Returns whether the address is global unicast, 2000::/3. So no address passes that contains an IPv4 address: mapped,
/// compatible and NAT64 addresses lie outside, and Teredo and 6to4 are excluded below.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocols and Teredo; documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // 6to4.
        [0x2002, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_https_url_is_a_valid_target() {
        for good in [
            "https://hooks.shop.example/placet",
            "https://hooks.shop.example:8443/placet?token=1",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://bücher.example/",
            "https://localhost.example/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
        ] {
            assert!(Target::parse(good, false).is_some(), "{good}");
        }
        assert_eq!(Target::parse("https://SHOP.example", false).unwrap().as_str(), "https://shop.example/");
    }

    #[test]
    fn every_other_url_is_no_valid_target() {
        for bad in include_str!("refused.txt").lines().filter(|line| !line.is_empty()) {
            assert_eq!(Target::parse(bad, false), None, "{bad}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(Target::MAX_LEN));
        assert_eq!(Target::parse(&long, false), None);
    }

    #[test]
    fn a_development_deployment_may_send_to_its_own_machine() {
        for good in ["http://127.0.0.1:8788/hook", "http://localhost:3000/", "https://10.0.0.5/"] {
            assert!(Target::parse(good, true).is_some(), "{good}");
        }
        for bad in ["ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:0/", "file:///etc/hosts"] {
            assert_eq!(Target::parse(bad, true), None, "{bad}");
        }
    }
}
