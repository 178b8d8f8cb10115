//! The shop's policy as a call contains it.

use super::error::Code;
use serde::Deserialize;

use crate::consent::rules::{rules, transactional};
use crate::consent::{Basis, Channel, Override, Policy, PurposeSlug, Waiver};
use crate::logic::error::Error;
use crate::logic::object::{Given, Object, Text};

/// A policy. An absent field has the value of [`Policy::default`].
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct PolicyCall<'a> {
    channels: Given<Vec<Text<'a>>>,
    confirmation: Given<Vec<Text<'a>>>,
    transactional: Given<Vec<Text<'a>>>,
    bases: Given<Vec<Text<'a>>>,
    minimum_age: Given<f64>,
    age_required: Given<bool>,
    expires_after_months: Given<f64>,
    overrides: Given<Vec<Object<OverrideCall<'a>>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct OverrideCall<'a> {
    rule: Given<Text<'a>>,
    accept: Given<Vec<Text<'a>>>,
    waive: Given<Vec<Text<'a>>>,
    reason: Given<Text<'a>>,
}

impl PolicyCall<'_> {
    pub(super) fn read(self) -> Result<Policy, Error> {
        let usual = Policy::default();
        let channels = |given: &Given<Vec<Text<'_>>>, at| given.parse_all(Channel::parse, Code::UnknownChannel, at);
        let transactional = self.transactional.parse_all(PurposeSlug::parse, Code::BadPurpose, "/transactional")?;
        let bases = self.bases.parse_all(Basis::parse, Code::UnknownBasis, "/bases")?;
        let mut policy = Policy {
            channels: channels(&self.channels, "/channels")?.unwrap_or(usual.channels),
            confirmation: channels(&self.confirmation, "/confirmation")?.unwrap_or(usual.confirmation),
            transactional: transactional.unwrap_or(usual.transactional),
            bases: bases.unwrap_or(usual.bases),
            minimum_age: whole(&self.minimum_age, Policy::MAX_AGE, "/minimum_age")?.unwrap_or(usual.minimum_age),
            age_required: self.age_required.0.unwrap_or(usual.age_required),
            expires_after_months: whole(&self.expires_after_months, Policy::MAX_MONTHS, "/expires_after_months")?
                .unwrap_or(usual.expires_after_months),
            overrides: usual.overrides,
        };
        for (index, Object(call)) in self.overrides.0.unwrap_or_default().into_iter().enumerate() {
            let own = call.read(&policy.overrides).map_err(|error| error.below(format_args!("/overrides/{index}")))?;
            policy.overrides.push(own);
        }
        Ok(policy)
    }
}

impl OverrideCall<'_> {
    fn read(self, earlier: &[Override]) -> Result<Override, Error> {
        let known = |text: &str| rules().find(|rule| rule.id == text).map(|rule| rule.id);
        let rule = Given(self.rule.parse(known, Code::UnknownRule, "/rule")?).required("/rule")?;
        if rule == transactional().id {
            return Err(Error::at(Code::NotOverridable, "/rule"));
        }
        // Only the first override would count, and nobody would notice.
        if earlier.iter().any(|own| own.rule == rule) {
            return Err(Error::at(Code::RepeatedRule, "/rule"));
        }
        let accept = self.accept.parse_all(Basis::parse, Code::UnknownBasis, "/accept")?.unwrap_or_default();
        let contract = |text: &Text<'_>| text.0 == Basis::Contract.as_str();
        if let Some(index) = self.accept.0.iter().flatten().position(contract) {
            return Err(Error::at(Code::NotOverridable, format!("/accept/{index}")));
        }
        let reason = self.reason.parse(Override::written_reason, Code::BadReason, "/reason")?;
        Ok(Override {
            rule: rule.into(),
            accept,
            waive: self.waive.parse_all(Waiver::parse, Code::UnknownWaiver, "/waive")?.unwrap_or_default(),
            reason: Given(reason).required("/reason")?,
        })
    }
}

/// Returns a whole number up to a maximum. JavaScript has fractions and negative numbers too; these are out of range.
fn whole(given: &Given<f64>, max: u16, at: &'static str) -> Result<Option<u16>, Error> {
    let Some(number) = given.0 else { return Ok(None) };
    if number.fract() != 0.0 || !(0.0..=f64::from(max)).contains(&number) {
        return Err(Error::at(Code::OutOfRange, at));
    }
    // The cast is exact: the number is whole and within the range.
    Ok(Some(number as u16))
}
