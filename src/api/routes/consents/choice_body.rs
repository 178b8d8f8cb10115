//! A choice with its basis and the evidence for it, as callers state them.

use serde::{Deserialize, Serialize};

use crate::api::body::Object;
use crate::api::fields::{BASIS, CHANNEL, CHOICE, DEALING, LINE, PURPOSE, field, needs_secret_key, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::{Basis, Channel, Choice, Dealing, PurposeSlug, Scope};
use crate::model::evidence::KeptEvidence;
use crate::model::submission::{ChosenAct, Claim, StatedChoice};
use crate::model::text::Line;

/// One choice of the person for a channel and a purpose.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ChoiceBody {
    /// The channel. Absent: all channels, which only an `opt_out` sent with a secret key may mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    pub(in crate::api) channel: Option<String>,
    /// The purpose. Absent: all purposes, which only an `opt_out` sent with a secret key may mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    pub(in crate::api) purpose: Option<String>,
    /// The choice: `opt_in`, `opt_out`, `declined` or `pre_ticked`. A box that the page ticked and the person did not
    /// touch is `pre_ticked`: it is recorded as `declined`, with `pre_ticked` in its evidence.
    #[cfg_attr(feature = "contract", schemars(with = "StatedChoice"))]
    pub(in crate::api) choice: String,
    /// The legal basis of an opt-in. Default: `consent`. Any other basis requires a secret key and evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Basis>"))]
    pub(in crate::api) basis: Option<String>,
    /// Whether an opt-out is an objection to direct marketing, GDPR Art. 21(2). Default: false. Requires a secret key
    /// and `choice` `opt_out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) objection: Option<bool>,
    /// The evidence that the basis applies. Requires a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) evidence: Option<Object<EvidenceBody>>,
}

/// The evidence that the basis of a choice applies.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct EvidenceBody {
    /// The event between the person and the shop on which the basis rests, such as a purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Dealing>"))]
    dealing: Option<String>,
    /// The shop's own reference to the event: an order, an account or a contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reference: Option<String>,
    /// Whether the person could refuse marketing simply and free of charge when the shop collected the address.
    /// Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal_offered: Option<bool>,
    /// Whether the shop advertises only its own similar products. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_similar_products: Option<bool>,
    /// The place where the shop has documented its balancing of interests, GDPR Art. 6(1)(f).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    assessment: Option<String>,
    /// The reason why an employee entered the choice. Required with the assurance `staff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reason: Option<String>,
    /// The channel through which the person confirmed. Required with the assurance `confirmed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    confirmed_by: Option<String>,
}

const STATED: Fault = Fault::new("unknown_choice", StatedChoice::USE_ONE);

impl ChoiceBody {
    pub(in crate::api) fn parse(&self, index: usize, trusted: bool) -> Result<ChosenAct, Problem> {
        let at = |name: &str| format!("/choices/{index}/{name}");
        let stated = field(&format!("/choices/{index}/choice"), &self.choice, StatedChoice::parse, STATED)?;
        let is_pre_ticked = stated == StatedChoice::PreTicked;
        let choice = if is_pre_ticked { Choice::Declined.as_str() } else { &self.choice };
        let claim = claim(&format!("/choices/{index}"), choice, self.basis.as_deref(), self.objection)?;
        let private = [
            ("basis", matches!(claim, Claim::OptIn { basis } if basis != Basis::Consent)),
            ("objection", self.objection == Some(true)),
            ("evidence", self.evidence.is_some()),
        ];
        if let Some((name, _)) = private.iter().find(|(_, said)| *said && !trusted) {
            return Err(Problem::field(at(name), needs_secret_key()));
        }
        let scope = Scope {
            channel: optional(&at("channel"), self.channel.as_deref(), Channel::parse, CHANNEL)?,
            purpose: optional(&at("purpose"), self.purpose.as_deref(), PurposeSlug::parse, PURPOSE)?,
        };
        if !trusted && !scope.is_specific() {
            let missing = if scope.channel.is_none() { "channel" } else { "purpose" };
            return Err(Problem::field(at(missing), Fault::new("missing_field", "this field is required")));
        }
        let evidence = self.evidence.as_ref().map(|evidence| evidence.0.parse(&at("evidence"))).transpose()?;
        let evidence = KeptEvidence { pre_ticked: is_pre_ticked, ..evidence.unwrap_or_default() };
        Ok(ChosenAct { scope, claim, evidence })
    }
}

/// Parses a choice with its basis or objection flag, and refuses a field that does not belong to the choice.
pub(in crate::api) fn claim(
    pointer: &str,
    choice: &str,
    basis: Option<&str>,
    objection: Option<bool>,
) -> Result<Claim, Problem> {
    let at = |name: &str| format!("{pointer}/{name}");
    let basis = optional(&at("basis"), basis, Basis::parse, BASIS)?;
    let claim = match field(&at("choice"), choice, Choice::parse, CHOICE)? {
        Choice::OptIn => Claim::OptIn { basis: basis.unwrap_or(Basis::Consent) },
        Choice::OptOut => Claim::OptOut { objection: objection.unwrap_or(false) },
        Choice::Declined => Claim::Declined,
    };
    if basis.is_some() && !matches!(claim, Claim::OptIn { .. }) {
        return Err(Problem::field(at("basis"), Fault::new("basis_without_opt_in", "only an opt-in has a basis")));
    }
    if objection.is_some() && !matches!(claim, Claim::OptOut { .. }) {
        let fault = Fault::new("objection_without_opt_out", "only an opt_out can be an objection");
        return Err(Problem::field(at("objection"), fault));
    }
    Ok(claim)
}

impl EvidenceBody {
    pub(in crate::api) fn parse(&self, pointer: &str) -> Result<KeptEvidence, Problem> {
        let line = |name: &str, text: &Option<String>| {
            optional(&format!("{pointer}/{name}"), text.as_deref(), Line::parse, LINE)
        };
        let by = self.confirmed_by.as_deref();
        Ok(KeptEvidence {
            dealing: optional(&format!("{pointer}/dealing"), self.dealing.as_deref(), Dealing::parse, DEALING)?,
            reference: line("reference", &self.reference)?,
            refusal_offered: self.refusal_offered.unwrap_or(false),
            own_similar_products: self.own_similar_products.unwrap_or(false),
            assessment: line("assessment", &self.assessment)?,
            reason: line("reason", &self.reason)?,
            confirmed_by: optional(&format!("{pointer}/confirmed_by"), by, Channel::parse, CHANNEL)?,
            ..KeptEvidence::default()
        })
    }
}
