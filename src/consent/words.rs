//! The fixed vocabularies of consent: small enumerations in which each value has one spelling.

/// Defines an enumeration in which each variant has one written form, the same in code, JSON, SQL and pages.
macro_rules! or_list {
    ($only:literal) => { $only };
    ($last_but_one:literal, $last:literal) => { concat!($last_but_one, " or ", $last) };
    ($first:literal, $($rest:literal),+) => { concat!($first, ", ", or_list!($($rest),+)) };
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident, $unknown:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[cfg_attr(feature = "contract", schemars(rename = $text))] $variant,)+
        }

        impl $name {
            /// Every value of this vocabulary, in the order of its definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How to correct a wrong value: `use a, b or c`.
            pub const USE_ONE: &'static str = concat!("use ", or_list!($($text),+));

            /// Returns the written form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads the written form. Returns `None` for anything else, including another case or surrounding space.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The error must not repeat the text: it may hold anything, including an address.
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom($unknown))
            }
        }
    };
}

/// Gives each variant of a vocabulary a number that never changes: it is in links that were sent, in the browsers of
/// visitors, or crosses to JavaScript. A new variant gets a new number; a number is never used again.
macro_rules! codes {
    ($name:ident { $($variant:ident = $code:literal,)+ }) => {
        impl $name {
            /// Returns the number of this variant wherever it is stored or sent as a number. It never changes.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Returns the variant with a number; `None` for any other number.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

vocabulary! {
    /// The kind of an address.
    AddressKind, "unknown kind of address" {
        /// An email address.
        Email = "email",
        /// A telephone number in E.164 form.
        Phone = "phone",
        /// A push subscription.
        Push = "push",
        /// A postal address.
        Postal = "postal",
    }
}

vocabulary! {
    /// The choice of a person.
    Choice, "unknown choice" {
        /// The person opts in.
        OptIn = "opt_in",
        /// The person opts out.
        OptOut = "opt_out",
        /// The person was asked and did not opt in. Evidence only: it never changes an existing opt-in.
        Declined = "declined",
    }
}

vocabulary! {
    /// The legal basis of an opt-in.
    Basis, "unknown basis" {
        /// Consent, GDPR Art. 6(1)(a).
        Consent = "consent",
        /// The existing-customer exception, ePrivacy Directive Art. 13(2).
        SoftOptIn = "soft_opt_in",
        /// Implied consent, CASL s. 10(9).
        Implied = "implied",
        /// Legitimate interest, GDPR Art. 6(1)(f).
        LegitimateInterest = "legitimate_interest",
        /// Performance of a contract, GDPR Art. 6(1)(b).
        Contract = "contract",
    }
}

vocabulary! {
    /// How the shop knows that the person acted.
    Assurance, "unknown assurance" {
        /// An imported file says that the person acted.
        Listed = "listed",
        /// A connected platform says that the person acted, with the platform's own time.
        Reported = "reported",
        /// An anonymous form says that the person acted.
        Claimed = "claimed",
        /// The person used a link or a code that was sent to this address.
        Confirmed = "confirmed",
        /// The shop vouches for its logged-in customer.
        Authenticated = "authenticated",
        /// An employee entered it and gave a reason.
        Staff = "staff",
    }
}

codes! {
    Assurance {
        Listed = 0,
        Reported = 1,
        Claimed = 2,
        Confirmed = 3,
        Authenticated = 4,
        Staff = 5,
    }
}

vocabulary! {
    /// The kind of an opt-out.
    Refusal, "unknown refusal" {
        /// An ordinary opt-out from a channel, a purpose or both.
        Plain = "opt_out",
        /// An objection to direct marketing, GDPR Art. 21(2).
        Objection = "objection",
        /// The rest of an erased contact: the address must not be subscribed again.
        Suppression = "suppression",
    }
}

codes! {
    Refusal {
        Plain = 10,
        Objection = 11,
        Suppression = 12,
    }
}

vocabulary! {
    /// An event without a choice that keeps an opt-in valid. Only the latest event of each kind matters.
    Activity, "unknown activity" {
        /// The shop used the opt-in: it called the person or wrote to them.
        Used = "used",
        /// The person contacted the shop: they bought, replied or followed a link. Opening a message does not count
        /// (CNIL).
        Contacted = "contacted",
        /// The address was looked up in the do-not-call register of its country and is not listed there.
        Screened = "screened",
    }
}

codes! {
    Activity {
        Used = 14,
        Contacted = 15,
        Screened = 16,
    }
}

vocabulary! {
    /// The role in which a person is addressed.
    Relation, "unknown relation" {
        /// A private person. Also the default if nothing is known.
        Consumer = "consumer",
        /// A business contact: a person addressed at their professional address, about their profession.
        Business = "business",
    }
}

impl Assurance {
    /// Returns whether an opt-out with this assurance counts. One from an anonymous form does not: placet sends a link
    /// to the address instead.
    pub const fn may_opt_out(self) -> bool {
        !matches!(self, Self::Claimed)
    }

    /// Returns whether an opt-in with this assurance can end an earlier opt-out of this kind. The caller compares the
    /// times.
    pub const fn may_end(self, refusal: Refusal) -> bool {
        match self {
            // An old list must not subscribe a person who opted out, and an anonymous form proves nothing. A report ends
            // only what its own connection reported, see `judge`.
            Self::Listed | Self::Claimed | Self::Reported => false,
            // Only the person's own proven act ends an objection (GDPR Art. 21(2)) or a suppression.
            Self::Staff => matches!(refusal, Refusal::Plain),
            Self::Confirmed | Self::Authenticated => true,
        }
    }
}
