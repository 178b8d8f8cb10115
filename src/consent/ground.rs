//! The grounds on which a shop may write, and the evidence that each needs.

use crate::consent::channel::Channel;
use crate::consent::words::{Assurance, Basis};

vocabulary! {
    /// An event between a person and a shop, on which a basis other than the person's consent depends.
    Dealing, "unknown dealing" {
        /// A sale.
        Purchase = "purchase",
        /// A running contract, such as a subscription.
        Contract = "contract",
        /// Negotiations about a sale, PECR reg. 22(3)(a).
        Negotiation = "negotiation",
        /// A free account for an offer that is also sold, CJEU C-654/23.
        FreeAccount = "free_account",
        /// A question about what the shop sells, CASL s. 10(10)(e).
        Inquiry = "inquiry",
        /// Support of a charity, or interest in its aims, PECR reg. 22(3A).
        Support = "support",
    }
}

vocabulary! {
    /// A basis together with the dealing it depends on. Each ground is judged by itself: an inquiry today does not
    /// shorten the permission that a purchase yesterday gave.
    Ground, "unknown ground" {
        /// The person's consent.
        Consent = "consent",
        /// A soft opt-in of an existing customer, from a sale.
        SoftPurchase = "soft_opt_in:purchase",
        /// A soft opt-in of a person who negotiated about a sale.
        SoftNegotiation = "soft_opt_in:negotiation",
        /// A soft opt-in of a customer with a free account.
        SoftFreeAccount = "soft_opt_in:free_account",
        /// A soft opt-in of a charity's supporter.
        SoftSupport = "soft_opt_in:support",
        /// Consent implied by a sale.
        ImpliedPurchase = "implied:purchase",
        /// Consent implied by a running contract.
        ImpliedContract = "implied:contract",
        /// Consent implied by an inquiry.
        ImpliedInquiry = "implied:inquiry",
        /// A legitimate interest of the shop, balanced against the interests of the person.
        LegitimateInterest = "legitimate_interest",
        /// Performance of a contract. It never allows marketing.
        Contract = "contract",
    }
}

codes! {
    Ground {
        Consent = 0,
        SoftPurchase = 1,
        SoftNegotiation = 2,
        SoftFreeAccount = 3,
        SoftSupport = 4,
        ImpliedPurchase = 5,
        ImpliedContract = 6,
        ImpliedInquiry = 7,
        LegitimateInterest = 8,
        Contract = 9,
    }
}

impl Ground {
    /// Returns the basis without the dealing.
    pub const fn basis(self) -> Basis {
        match self {
            Self::Consent => Basis::Consent,
            Self::SoftPurchase | Self::SoftNegotiation | Self::SoftFreeAccount | Self::SoftSupport => Basis::SoftOptIn,
            Self::ImpliedPurchase | Self::ImpliedContract | Self::ImpliedInquiry => Basis::Implied,
            Self::LegitimateInterest => Basis::LegitimateInterest,
            Self::Contract => Basis::Contract,
        }
    }

    /// Returns the dealing that the ground depends on, or `None` if it needs none.
    pub const fn dealing(self) -> Option<Dealing> {
        match self {
            Self::SoftPurchase | Self::ImpliedPurchase => Some(Dealing::Purchase),
            Self::SoftNegotiation => Some(Dealing::Negotiation),
            Self::SoftFreeAccount => Some(Dealing::FreeAccount),
            Self::SoftSupport => Some(Dealing::Support),
            Self::ImpliedContract => Some(Dealing::Contract),
            Self::ImpliedInquiry => Some(Dealing::Inquiry),
            Self::Consent | Self::LegitimateInterest | Self::Contract => None,
        }
    }
}

/// The evidence that a shop stores to prove a ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// The event between the person and the shop.
    pub dealing: Option<Dealing>,
    /// The shop's own reference for the dealing: an order, an offer, an account or a contract.
    pub reference: Option<&'a str>,
    /// Whether the person could refuse when the address was collected, easily and free of charge.
    pub refusal_offered: bool,
    /// Whether the shop advertises only its own similar products.
    pub own_similar_products: bool,
    /// The document that balances the interests, GDPR Art. 6(1)(f).
    pub assessment: Option<&'a str>,
    /// The reason why an employee entered the record.
    pub reason: Option<&'a str>,
    /// The channel by which the confirmation was received.
    pub confirmed_by: Option<Channel>,
}

/// The piece of evidence that is missing for a ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The dealing is missing, or the ground cannot depend on the given dealing.
    Dealing,
    /// The shop's reference for the sale, negotiations, account or contract is missing.
    Reference,
    /// The statement that the person could refuse at once is missing.
    RefusalOffered,
    /// The statement that only the shop's own similar products are advertised is missing.
    OwnSimilarProducts,
    /// The document that balances the interests is missing.
    Assessment,
    /// The reason why an employee entered the record is missing.
    Reason,
    /// The channel of the confirmation is missing, or the given channel does not reach the address that is to be
    /// confirmed.
    ConfirmedBy,
}

impl Missing {
    /// Returns the name of the field that must be given.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Dealing => "dealing",
            Self::Reference => "reference",
            Self::RefusalOffered => "refusal_offered",
            Self::OwnSimilarProducts => "own_similar_products",
            Self::Assessment => "assessment",
            Self::Reason => "reason",
            Self::ConfirmedBy => "confirmed_by",
        }
    }

    /// Returns a text that says what to give and which law requires it.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Dealing => {
                "say what the ground rests on: purchase, negotiation, free_account or support for a soft_opt_in (ePrivacy Directive Art. 13(2), PECR reg. 22); purchase, contract or inquiry for implied (CASL s. 10(9))"
            }
            Self::Reference => "name the sale, talks, account, inquiry or contract that the ground rests on",
            Self::RefusalOffered => {
                "a soft_opt_in needs refusal_offered: true, that the person could refuse when the address was taken (ePrivacy Directive Art. 13(2))"
            }
            Self::OwnSimilarProducts => {
                "a soft_opt_in needs own_similar_products: true; it covers nothing else (ePrivacy Directive Art. 13(2))"
            }
            Self::Assessment => "name the document that weighs the interests (GDPR Art. 6(1)(f))",
            Self::Reason => "say why the employee enters this",
            Self::ConfirmedBy => {
                "name the channel that the confirmation came by; it must reach the same kind of address: an e-mail proves nothing for a telephone (BGH I ZR 164/09)"
            }
        }
    }
}

impl Evidence<'_> {
    /// Returns the ground that follows from a basis and this evidence.
    ///
    /// # Errors
    /// The first piece of evidence that is missing.
    pub fn ground(&self, basis: Basis) -> Result<Ground, Missing> {
        let referred = |ground| self.reference.map(|_| ground).ok_or(Missing::Reference);
        match (basis, self.dealing) {
            (Basis::Consent, _) => Ok(Ground::Consent),
            (Basis::Contract, _) => referred(Ground::Contract),
            (Basis::LegitimateInterest, _) => {
                self.assessment.map(|_| Ground::LegitimateInterest).ok_or(Missing::Assessment)
            }
            (Basis::Implied, Some(Dealing::Purchase)) => referred(Ground::ImpliedPurchase),
            (Basis::Implied, Some(Dealing::Contract)) => referred(Ground::ImpliedContract),
            (Basis::Implied, Some(Dealing::Inquiry)) => referred(Ground::ImpliedInquiry),
            (Basis::SoftOptIn, Some(dealing)) => {
                let ground = match dealing {
                    Dealing::Purchase => Ground::SoftPurchase,
                    Dealing::Negotiation => Ground::SoftNegotiation,
                    Dealing::FreeAccount => Ground::SoftFreeAccount,
                    Dealing::Support => Ground::SoftSupport,
                    Dealing::Contract | Dealing::Inquiry => return Err(Missing::Dealing),
                };
                match (self.refusal_offered, self.own_similar_products) {
                    (false, _) => Err(Missing::RefusalOffered),
                    // A charity advertises its aims and has no products.
                    (true, false) if dealing != Dealing::Support => Err(Missing::OwnSimilarProducts),
                    (true, _) => referred(ground),
                }
            }
            (Basis::Implied | Basis::SoftOptIn, _) => Err(Missing::Dealing),
        }
    }

    /// Checks whether this evidence is sufficient for an act on a channel with this assurance.
    ///
    /// # Errors
    /// The piece of evidence that is missing.
    pub fn supports(&self, assurance: Assurance, channel: Option<Channel>) -> Result<(), Missing> {
        let reached = |by: Channel| channel.is_none_or(|channel| by.address_kind() == channel.address_kind());
        match assurance {
            Assurance::Staff if self.reason.is_none() => Err(Missing::Reason),
            Assurance::Confirmed if !self.confirmed_by.is_some_and(reached) => Err(Missing::ConfirmedBy),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOFT: Evidence<'_> = Evidence {
        dealing: Some(Dealing::Purchase),
        reference: Some("order 1001"),
        refusal_offered: true,
        own_similar_products: true,
        assessment: None,
        reason: None,
        confirmed_by: None,
    };

    #[test]
    fn a_ground_without_its_evidence_names_the_missing_field() {
        let none = Evidence::default();
        let inquiry = Evidence { dealing: Some(Dealing::Inquiry), ..SOFT };
        for (evidence, basis, outcome) in [
            (none, Basis::Consent, Ok(Ground::Consent)),
            (SOFT, Basis::SoftOptIn, Ok(Ground::SoftPurchase)),
            (none, Basis::SoftOptIn, Err(Missing::Dealing)),
            (inquiry, Basis::SoftOptIn, Err(Missing::Dealing)),
            (Evidence { refusal_offered: false, ..SOFT }, Basis::SoftOptIn, Err(Missing::RefusalOffered)),
            (Evidence { own_similar_products: false, ..SOFT }, Basis::SoftOptIn, Err(Missing::OwnSimilarProducts)),
            (Evidence { reference: None, ..SOFT }, Basis::SoftOptIn, Err(Missing::Reference)),
            (
                Evidence { own_similar_products: false, dealing: Some(Dealing::Support), ..SOFT },
                Basis::SoftOptIn,
                Ok(Ground::SoftSupport),
            ),
            (SOFT, Basis::Implied, Ok(Ground::ImpliedPurchase)),
            (inquiry, Basis::Implied, Ok(Ground::ImpliedInquiry)),
            (none, Basis::Implied, Err(Missing::Dealing)),
            (Evidence { dealing: Some(Dealing::FreeAccount), ..SOFT }, Basis::Implied, Err(Missing::Dealing)),
            (Evidence { reference: None, ..SOFT }, Basis::Implied, Err(Missing::Reference)),
            (none, Basis::LegitimateInterest, Err(Missing::Assessment)),
            (Evidence { assessment: Some("LIA-7"), ..none }, Basis::LegitimateInterest, Ok(Ground::LegitimateInterest)),
            (none, Basis::Contract, Err(Missing::Reference)),
            (SOFT, Basis::Contract, Ok(Ground::Contract)),
        ] {
            assert_eq!(evidence.ground(basis), outcome, "{evidence:?} {basis}");
        }
    }

    #[test]
    fn bgh_i_zr_164_09_a_confirmation_by_email_confirms_an_email_address_only() {
        let by = |channel| Evidence { confirmed_by: Some(channel), ..Evidence::default() };
        for (evidence, channel, outcome) in [
            (by(Channel::Email), Channel::Email, Ok(())),
            (by(Channel::Email), Channel::Phone, Err(Missing::ConfirmedBy)),
            (by(Channel::Email), Channel::Sms, Err(Missing::ConfirmedBy)),
            (by(Channel::Sms), Channel::Email, Err(Missing::ConfirmedBy)),
            // These channels use the same number, so a code on one of them confirms the others.
            (by(Channel::Sms), Channel::Phone, Ok(())),
            (by(Channel::Phone), Channel::Whatsapp, Ok(())),
            (Evidence::default(), Channel::Email, Err(Missing::ConfirmedBy)),
        ] {
            assert_eq!(evidence.supports(Assurance::Confirmed, Some(channel)), outcome, "{evidence:?} {channel}");
        }
        assert_eq!(Evidence::default().supports(Assurance::Staff, None), Err(Missing::Reason));
        assert_eq!(Evidence { reason: Some("phoned"), ..SOFT }.supports(Assurance::Staff, None), Ok(()));
        assert_eq!(Evidence::default().supports(Assurance::Claimed, Some(Channel::Email)), Ok(()));
    }

    #[test]
    fn the_name_of_a_ground_is_its_basis_and_dealing() {
        for ground in Ground::ALL {
            let word = match ground.dealing() {
                Some(dealing) => format!("{}:{dealing}", ground.basis()),
                None => ground.basis().to_string(),
            };
            assert_eq!(ground.as_str(), word);
        }
    }
}
