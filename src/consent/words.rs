//! The fixed vocabularies of consent: small enumerations with one spelling each.

/// Defines an enumeration whose variants have one written form, the same in code, JSON, SQL and pages.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident, $unknown:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[cfg_attr(feature = "contract", schemars(rename = $text))] $variant,)+
        }

        impl $name {
            /// Every word of this vocabulary, in the order of its definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The written form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads the written form; nothing else is understood, neither other case nor surrounding space.
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
                // The text itself stays out of the error: it may hold anything, an address included.
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom($unknown))
            }
        }
    };
}

vocabulary! {
    /// A way to reach a person.
    Channel, "unknown channel" {
        /// Electronic mail.
        Email = "email",
        /// Text messages.
        Sms = "sms",
        /// Calls.
        Phone = "phone",
        /// WhatsApp messages.
        Whatsapp = "whatsapp",
        /// Notifications of a browser or an app.
        Push = "push",
        /// Letters.
        Post = "post",
    }
}

impl Channel {
    /// The kind of address that this channel needs.
    pub const fn address_kind(self) -> AddressKind {
        match self {
            Self::Email => AddressKind::Email,
            Self::Sms | Self::Phone | Self::Whatsapp => AddressKind::Phone,
            Self::Push => AddressKind::Push,
            Self::Post => AddressKind::Postal,
        }
    }
}

vocabulary! {
    /// What kind of thing an address is.
    AddressKind, "unknown kind of address" {
        /// A mailbox.
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
    /// What a person chose.
    Choice, "unknown choice" {
        /// Yes.
        OptIn = "opt_in",
        /// No more.
        OptOut = "opt_out",
        /// Was asked and did not say yes. Evidence only: it never changes a standing opt-in.
        Declined = "declined",
    }
}

vocabulary! {
    /// The ground on which an opt-in rests.
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
    /// How we know that the person acted.
    Assurance, "unknown assurance" {
        /// A file says so.
        Listed = "listed",
        /// A connected platform says so, with its own time.
        Reported = "reported",
        /// An anonymous form says so.
        Claimed = "claimed",
        /// A link or a code that was sent to that very address came back.
        Confirmed = "confirmed",
        /// The shop vouches for its logged-in customer.
        Authenticated = "authenticated",
        /// An employee entered it and gave a reason.
        Staff = "staff",
    }
}

vocabulary! {
    /// What kind of no an opt-out is.
    Refusal, "unknown refusal" {
        /// An ordinary no to what it names.
        Plain = "opt_out",
        /// An objection to direct marketing, GDPR Art. 21(2).
        Objection = "objection",
        /// What is left of an erased person: their address is not to be subscribed again.
        Suppression = "suppression",
    }
}

vocabulary! {
    /// What happens without anybody choosing anything, and keeps a ground alive. Only the latest of each kind matters.
    Activity, "unknown activity" {
        /// The shop used the opt-in: it called, or wrote.
        Used = "used",
        /// The person turned to the shop: bought, replied, followed a link. Opening a message is none (CNIL).
        Contacted = "contacted",
        /// The address was looked up in the do-not-call register of its country and is not listed there.
        Screened = "screened",
    }
}

vocabulary! {
    /// As whom a person is addressed.
    Relation, "unknown relation" {
        /// As a private person. Also where nothing is known.
        Consumer = "consumer",
        /// At their professional address, about their profession.
        Business = "business",
    }
}

impl Assurance {
    /// Whether a refusal known in this way counts. An anonymous form can turn nobody off: the address gets a link instead.
    pub const fn may_opt_out(self) -> bool {
        !matches!(self, Self::Claimed)
    }

    /// Whether a consent known in this way can end an earlier refusal at all (its time is another matter).
    pub const fn may_end(self, refusal: Refusal) -> bool {
        match self {
            // An old list never wakes a person who left, and an anonymous form proves nothing.
            Self::Listed | Self::Claimed => false,
            // Only the person's own proven act lifts an objection under GDPR Art. 21(2), or wakes an erased address.
            Self::Reported | Self::Staff => matches!(refusal, Refusal::Plain),
            Self::Confirmed | Self::Authenticated => true,
        }
    }
}
