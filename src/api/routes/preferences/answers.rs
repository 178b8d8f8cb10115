//! What a page learns of a customer's choices.

use serde::Serialize;

use crate::consent::{AddressKind, Channel, Choice, PurposeSlug};

/// Answer of `POST /v1/preferences`: the choices of a customer.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesAnswer {
    /// The addresses in the identity token, and the addresses that the shop has stated to belong to the same person.
    pub(in crate::api) addresses: Vec<AddressChoices>,
}

/// The choices for one address.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct AddressChoices {
    /// The kind of the address.
    pub(in crate::api) kind: AddressKind,
    /// The masked address, such as `j•••@e•••.com`: its owner recognises it, others cannot read it.
    pub(in crate::api) masked: String,
    /// Whether the identity token contains the address. A submission with this token can change the choices of such an
    /// address only. The choices of any other address are changed on the preference page.
    pub(in crate::api) named: bool,
    /// The choices, in the order of the shop's channels and purposes.
    pub(in crate::api) choices: Vec<ChoiceEntry>,
}

/// The choice for one channel and purpose.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ChoiceEntry {
    /// The channel of the choice.
    pub(in crate::api) channel: Channel,
    /// The purpose of the choice.
    pub(in crate::api) purpose: PurposeSlug,
    /// The description of the purpose for people; `null` if the shop has none.
    pub(in crate::api) text: Option<String>,
    /// The choice of the person; `null` if the person was never asked.
    pub(in crate::api) choice: Option<Choice>,
    /// The standing: `opted_in`, `awaiting_confirmation`, `opted_out`, `declined` or `never_asked`; or `suppressed` if
    /// nothing may be sent whatever the person chose.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["opted_in", "awaiting_confirmation", "opted_out", "declined", "never_asked", "suppressed"])))]
    pub(in crate::api) status: &'static str,
    /// Whether the opt-in takes effect once the address confirms it.
    pub(in crate::api) confirmable: bool,
}

/// Answer of `POST /v1/preferences/link`. It is the same whether or not the address is known.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesLinkAnswer {
    /// Always `if_known`: the link is sent if the address is known, at most three times a day.
    #[cfg_attr(feature = "contract", schemars(extend("const" = "if_known")))]
    pub(in crate::api) sent: &'static str,
}
