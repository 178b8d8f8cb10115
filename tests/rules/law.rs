//! The law of each place as plain conditions: no table of rows and no order of precedence.

use placet::consent::{Channel, Ground, Override, Waiver};

use super::reference::Question;

/// 2026-02-05T00:00 in London: charities may write to their supporters, PECR reg. 22(3A).
pub const CHARITIES: i64 = 1_770_249_600_000;
/// 2026-08-11T00:00 in Paris: calls need consent, Code de la consommation L.223-1.
pub const FRENCH_CALLS: i64 = 1_786_399_200_000;

fn in_the_eea(country: &str) -> bool {
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".contains(country)
        && !country.is_empty()
}

fn is_implied(ground: Ground) -> bool {
    matches!(ground, Ground::ImpliedPurchase | Ground::ImpliedContract | Ground::ImpliedInquiry)
}

impl Question<'_> {
    pub fn is_written(&self) -> bool {
        matches!(self.channel, Channel::Email | Channel::Sms | Channel::Whatsapp)
    }

    pub fn is_transactional(&self) -> bool {
        self.shop.transactional.iter().any(|purpose| purpose.as_str() == self.purpose)
    }

    /// Returns whether no row covers this place and channel, so that the strictest rule applies.
    pub fn is_unknown(&self) -> bool {
        if in_the_eea(self.country) {
            return false;
        }
        match self.country {
            "GB" | "CH" | "US" | "CA" | "AU" => self.channel == Channel::Push,
            "BR" => self.channel == Channel::Push || self.channel == Channel::Post,
            _ => true,
        }
    }

    /// Returns whether the place is a US state with an act of its own for calls and texts.
    pub fn in_a_strict_state(&self) -> bool {
        self.country == "US"
            && ["CT", "FL", "MD", "MS", "NJ", "OK", "RI", "TX"].contains(&self.region)
            && matches!(self.channel, Channel::Sms | Channel::Whatsapp | Channel::Phone)
    }

    /// Returns the id of the rule.
    pub fn rule(&self, now: i64) -> &'static str {
        use Channel::*;
        if self.is_transactional() {
            return "transactional";
        }
        if self.in_a_strict_state() {
            return match self.region {
                "CT" => "us-ct-calls",
                "FL" => "us-fl-calls",
                "MD" => "us-md-calls",
                "MS" => "us-ms-calls",
                "NJ" => "us-nj-calls",
                "OK" => "us-ok-calls",
                "RI" => "us-ri-calls",
                _ => "us-tx-calls",
            };
        }
        match (self.country, self.channel) {
            ("DE", Email) => "de-email",
            ("DE", Sms | Whatsapp) => "de-messaging",
            ("DE", Phone) if self.business => "de-phone-business",
            ("DE", Phone) => "de-phone",
            ("DE", Post) => "de-post",
            ("FR", Email | Sms | Whatsapp) if self.business => "fr-mail-business",
            ("FR", Email | Sms | Whatsapp) => "fr-mail",
            ("FR", Phone) if now < FRENCH_CALLS => "fr-phone-until-2026",
            ("FR", Phone) => "fr-phone",
            ("FR", Post) => "fr-post",
            ("IT", Email) => "it-email",
            ("IT", Sms | Whatsapp) => "it-messaging",
            ("IT", Phone) => "it-phone",
            ("IT", Post) => "it-post",
            ("ES", Email | Sms | Whatsapp) => "es-mail",
            ("ES", Phone) => "es-phone",
            ("PL", Email | Sms | Whatsapp | Phone) => "pl-all",
            ("NL", Phone) => "nl-phone",
            ("GB", Email | Sms | Whatsapp) if now < CHARITIES => "gb-mail",
            ("GB", Email | Sms | Whatsapp) => "gb-mail-2026",
            ("GB", Phone) => "gb-phone",
            ("GB", Post) => "gb-post",
            ("CH", Email | Sms | Whatsapp) => "ch-mail",
            ("CH", Phone) => "ch-phone",
            ("CH", Post) => "ch-post",
            ("US", Email) if self.region == "CA" => "us-ca-email",
            ("US", Email) => "us-email",
            ("US", Sms | Whatsapp) => "us-messaging",
            ("US", Phone) => "us-phone",
            ("US", Post) => "us-post",
            ("CA", Email | Sms | Whatsapp) => "ca-mail",
            ("CA", Phone) => "ca-phone",
            ("CA", Post) => "ca-post",
            ("BR", Email | Sms | Whatsapp) => "br-mail",
            ("BR", Phone) => "br-phone",
            ("AU", Email | Sms | Whatsapp) => "au-mail",
            ("AU", Phone) => "au-phone",
            ("AU", Post) => "au-post",
            (country, Email) if in_the_eea(country) => "eu-email",
            (country, Sms | Whatsapp) if in_the_eea(country) => "eu-messaging",
            (country, Phone) if in_the_eea(country) => "eu-phone",
            (country, Push) if in_the_eea(country) => "eu-push",
            (country, Post) if in_the_eea(country) => "eu-post",
            (_, Phone) => "any-phone",
            _ => "any",
        }
    }

    pub fn own_way(&self, now: i64) -> Option<&Override> {
        let rule = self.rule(now);
        if self.is_transactional() { None } else { self.shop.overrides.iter().find(|own| own.rule == rule) }
    }

    pub fn waives(&self, what: Waiver, now: i64) -> bool {
        self.own_way(now).is_some_and(|own| own.waive.contains(&what))
    }

    /// Returns whether the law of the place accepts the ground for marketing.
    pub fn is_lawful(&self, ground: Ground, now: i64) -> bool {
        let by_interest = ground == Ground::LegitimateInterest;
        if ground == Ground::Consent {
            return true;
        }
        // A contract is no ground for marketing.
        if ground == Ground::Contract {
            return false;
        }
        if self.is_unknown() || self.channel == Channel::Push {
            return false;
        }
        if self.channel == Channel::Post {
            return self.country == "US" || by_interest;
        }
        if self.channel == Channel::Phone {
            // A business is presumed to want calls from those it deals with.
            if self.country == "DE" && self.business {
                return is_implied(ground);
            }
            if self.country == "FR" && now >= FRENCH_CALLS {
                return ground == Ground::ImpliedContract;
            }
            return by_interest && ["FR", "IT", "GB", "CH", "CA", "BR", "AU"].contains(&self.country);
        }
        if self.country == "US" {
            return self.channel == Channel::Email;
        }
        if self.country == "PL" || (self.country == "IT" && self.channel != Channel::Email) {
            return false;
        }
        if self.country == "FR" && self.business && by_interest {
            return true;
        }
        match ground {
            Ground::SoftPurchase => in_the_eea(self.country) || self.country == "GB" || self.country == "CH",
            Ground::SoftFreeAccount => in_the_eea(self.country) || self.country == "GB",
            Ground::SoftNegotiation => self.country == "GB",
            Ground::SoftSupport => self.country == "GB" && now >= CHARITIES,
            Ground::ImpliedPurchase | Ground::ImpliedContract => self.country == "CA" || self.country == "AU",
            Ground::ImpliedInquiry => self.country == "CA",
            _ => by_interest && self.country == "BR",
        }
    }

    pub fn accepts(&self, ground: Ground, now: i64) -> bool {
        if self.is_transactional() {
            return ground == Ground::Consent || ground == Ground::Contract;
        }
        let loosened = self.own_way(now).is_some_and(|own| own.accept.contains(&ground.basis()));
        ground != Ground::Contract
            && (self.is_lawful(ground, now) || loosened)
            && self.shop.bases.contains(&ground.basis())
    }

    pub fn wants_confirmation(&self, now: i64) -> bool {
        if self.is_transactional() {
            return self.shop.confirmation.contains(&self.channel);
        }
        let german = self.country == "DE" && (self.is_written() || (self.channel == Channel::Phone && !self.business));
        let by_law = (german || self.is_unknown()) && !self.waives(Waiver::Confirmation, now);
        by_law || self.shop.confirmation.contains(&self.channel)
    }

    pub fn minimum_age(&self, now: i64) -> u16 {
        if self.is_transactional() {
            return 0;
        }
        let by_law = match self.country {
            _ if self.waives(Waiver::Age, now) => 0,
            "CH" | "CA" | "AU" => 0,
            "BR" => 12,
            "BE" | "DK" | "EE" | "FI" | "LV" | "MT" | "PT" | "SE" | "GB" | "IS" | "US" => 13,
            "AT" | "BG" | "CY" | "ES" | "IT" | "LT" => 14,
            "CZ" | "FR" | "GR" | "SI" | "NO" => 15,
            _ => 16,
        };
        if self.shop.minimum_age > by_law { self.shop.minimum_age } else { by_law }
    }

    /// Returns for how many days a look-up in the register counts, or `None` if none is needed.
    pub fn screening_days(&self, now: i64) -> Option<i64> {
        if self.is_transactional() || self.waives(Waiver::Screening, now) {
            return None;
        }
        match (self.country, self.channel) {
            ("FR", Channel::Phone) if now < FRENCH_CALLS => Some(30),
            ("IT", Channel::Phone) => Some(15),
            ("IT", Channel::Post) => Some(30),
            ("GB", Channel::Phone) => Some(28),
            ("CH" | "BR" | "AU", Channel::Phone) => Some(30),
            ("CA" | "US", Channel::Phone) => Some(31),
            _ if self.in_a_strict_state() => Some(31),
            _ => None,
        }
    }

    /// Returns for how many months a dealing implies consent.
    pub fn implied_months(&self, ground: Ground, now: i64) -> Option<i64> {
        if !is_implied(ground) || self.is_transactional() || self.waives(Waiver::Expiry, now) {
            return None;
        }
        let inquiry = ground == Ground::ImpliedInquiry;
        if self.country == "CA" && self.is_written() {
            return Some(if inquiry { 6 } else { 24 });
        }
        if self.in_a_strict_state() || (self.country == "US" && self.channel == Channel::Phone) {
            return Some(if inquiry { 3 } else { 18 });
        }
        None
    }

    pub fn inactivity_months(&self, now: i64) -> Option<i64> {
        if self.is_transactional() {
            return None;
        }
        let french = self.country == "FR" && self.channel != Channel::Push;
        let by_law = ((french || self.is_unknown()) && !self.waives(Waiver::Expiry, now)).then_some(36);
        let by_shop = (self.shop.expires_after_months > 0).then_some(i64::from(self.shop.expires_after_months));
        by_law.into_iter().chain(by_shop).min()
    }

    pub fn disuse_months(&self, now: i64) -> Option<i64> {
        let german = self.country == "DE" && !self.business;
        let applies = self.channel == Channel::Phone && (german || self.is_unknown());
        (applies && !self.is_transactional() && !self.waives(Waiver::Expiry, now)).then_some(60)
    }
}

#[test]
fn the_starting_dates_of_both_laws_are_local_midnights() {
    let millis = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(millis("2026-02-05T00:00:00+00:00"), CHARITIES);
    assert_eq!(millis("2026-08-11T00:00:00+02:00"), FRENCH_CALLS);
}
