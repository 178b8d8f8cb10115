//! Body of `POST /v1/shops` and of `PUT /v1/shop`.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::contract::schema;
use crate::api::problem::{Fault, Problem};
use crate::api::wire::handling::{EvidencePolicyBody, LinksBody, RequestsBody, RetentionBody};
use crate::api::wire::privacy::{LimitsBody, PrivacyBody};
use crate::api::wire::{BASIS, CHANNEL, COUNTRY, LINE, LOCALE, ORIGIN, PURPOSE, TOKEN, each, field, optional};
use crate::consent::{Basis, Channel, CountryCode, Override, Policy, PurposeSlug, Waiver};
use crate::ledger::{Notice, NoticeChoice, PolicySettings, Settings};
use crate::model::text::{Line, Locale, Origin, Token};

/// Body of `POST /v1/shops` and of `PUT /v1/shop`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ShopBody {
    /// The name that people know it by.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    name: String,
    /// Where it is established.
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    country: Option<String>,
    /// The web origins on which its publishable keys work.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Origin>"))]
    origins: Vec<String>,
    /// The channels it uses.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Channel>", length(min = 1)))]
    channels: Vec<String>,
    /// The purposes it has.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<PurposeSlug>", length(min = 1)))]
    purposes: Vec<String>,
    /// The words that it shows, by version and language.
    #[serde(default)]
    notices: Vec<Object<NoticeText>>,
    /// What it asks for beyond the law, and where it goes its own way.
    policy: Option<Object<PolicyBody>>,
    /// What a person may know of how their data is handled.
    privacy: Option<Object<PrivacyBody>>,
    /// How much may be asked of it.
    limits: Option<Object<LimitsBody>>,
    /// Links, and the messages that they stand in.
    links: Option<Object<LinksBody>>,
    /// Requests of persons.
    requests: Option<Object<RequestsBody>>,
    /// For how long things are kept that are of no use any more.
    retention: Option<Object<RetentionBody>>,
    /// What is kept of where a page's submission came from, besides what it says itself.
    evidence: Option<Object<EvidencePolicyBody>>,
}

/// Words that are shown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NoticeText {
    /// The shop's name for them.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    id: String,
    /// Their version.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    version: String,
    /// Their language.
    #[cfg_attr(feature = "contract", schemars(with = "Locale"))]
    locale: String,
    /// The notice, and below it the label of each choice, a line each. At most 8,000 bytes.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 8_000)))]
    text: String,
    /// The choices that the last lines of the text are the labels of, in this order: with them `<placet-optin>` can show it.
    #[serde(default)]
    choices: Vec<Object<OfferBody>>,
}

/// A choice that a notice offers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct OfferBody {
    /// By this channel.
    #[cfg_attr(feature = "contract", schemars(with = "Channel"))]
    channel: String,
    /// For this purpose.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
}

/// What is given tightens the law; only an override loosens it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct PolicyBody {
    /// The channels on which an anonymous opt-in awaits confirmation; all where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Channel>>"))]
    confirmation: Option<Vec<String>>,
    /// Those of the shop's purposes that are no advertising.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<PurposeSlug>>"))]
    transactional: Option<Vec<String>>,
    /// The bases that advertising may rest on; all where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Basis>>"))]
    bases: Option<Vec<String>>,
    /// The age from which on a person's act counts, where it is above that of the law, in years.
    #[cfg_attr(feature = "contract", schemars(range(max = 120)))]
    minimum_age: Option<u16>,
    /// Whether a person of unknown age counts as too young.
    age_required: Option<bool>,
    /// Months after which every ground lapses if the person has not turned to the shop; 0 for no such limit.
    #[cfg_attr(feature = "contract", schemars(range(max = 1_200)))]
    expires_after_months: Option<u16>,
    /// Where the shop goes its own way: each rule once.
    #[serde(default)]
    overrides: Vec<Object<OverrideBody>>,
}

/// A rule that the shop loosens, knowing that it does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct OverrideBody {
    /// The id of a rule for advertising, such as `de-email`.
    #[cfg_attr(feature = "contract", schemars(with = "schema::RuleId"))]
    rule: String,
    /// Bases that are accepted beyond those of the rule.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<schema::AdvertisingBasis>"))]
    accept: Vec<String>,
    /// What is not asked for.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Waiver>"))]
    waive: Vec<String>,
    /// Why. Every decision under the rule repeats it.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    reason: String,
}

impl ShopBody {
    pub(in crate::api) fn parse(&self) -> Result<Settings, Problem> {
        let empty = Fault::new("empty_list", "name at least one");
        if self.channels.is_empty() {
            return Err(Problem::field("/channels", empty));
        }
        if self.purposes.is_empty() {
            return Err(Problem::field("/purposes", empty));
        }
        let confirmation = self.policy.as_ref().and_then(|policy| policy.0.confirmation.as_deref());
        let purposes = each("/purposes", &self.purposes, PurposeSlug::parse, &PURPOSE)?;
        let policy = self.policy.as_ref().map(|policy| policy.0.parse(&purposes)).transpose()?;
        Ok(Settings {
            name: field("/name", &self.name, Line::parse, LINE)?,
            country: optional("/country", self.country.as_deref(), CountryCode::parse, COUNTRY)?,
            origins: each("/origins", &self.origins, Origin::parse, &ORIGIN)?,
            channels: each("/channels", &self.channels, Channel::parse, &CHANNEL)?,
            purposes,
            notices: self
                .notices
                .iter()
                .enumerate()
                .map(|(at, notice)| notice.0.parse(at))
                .collect::<Result<_, _>>()?,
            confirmation: match confirmation {
                Some(channels) => each("/policy/confirmation", channels, Channel::parse, &CHANNEL)?,
                None => Policy::default().confirmation,
            },
            policy: policy.unwrap_or_default(),
            privacy: self.privacy.as_ref().map(|privacy| privacy.0.parse()).transpose()?.unwrap_or_default(),
            limits: self.limits.as_ref().map(|limits| limits.0.parse()).transpose()?.unwrap_or_default(),
            links: self.links.as_ref().map(|links| links.0.parse()).transpose()?.unwrap_or_default(),
            requests: self.requests.as_ref().map(|requests| requests.0.parse()).transpose()?.unwrap_or_default(),
            retention: self.retention.as_ref().map(|own| own.0.parse()).transpose()?.unwrap_or_default(),
            evidence: self.evidence.as_ref().map(|own| own.0.parse()).unwrap_or_default(),
        })
    }
}

impl PolicyBody {
    fn parse(&self, purposes: &[PurposeSlug]) -> Result<PolicySettings, Problem> {
        let default = PolicySettings::default();
        let own = |text: &str| purposes.iter().find(|purpose| purpose.as_str() == text).cloned();
        let transactional = self.transactional.as_deref().unwrap_or_default();
        let unknown = Fault::new("unknown_purpose", "the shop has no such purpose");
        let bounded = |pointer: &str, given: Option<u16>, max: u16, detail: &'static str| match given {
            Some(number) if number > max => Err(Problem::field(pointer, Fault::new("out_of_range", detail))),
            given => Ok(given.unwrap_or(0)),
        };
        for (index, own) in self.overrides.iter().enumerate() {
            if self.overrides.iter().take(index).any(|earlier| earlier.0.rule == own.0.rule) {
                let fault = Fault::new("repeated_rule", "override each rule once, with all that is loosened");
                return Err(Problem::field(format!("/policy/overrides/{index}/rule"), fault));
            }
        }
        let numbered = self.overrides.iter().enumerate();
        Ok(PolicySettings {
            transactional: each("/policy/transactional", transactional, own, &unknown)?,
            bases: match self.bases.as_deref() {
                Some(bases) => each("/policy/bases", bases, Basis::parse, &BASIS)?,
                None => default.bases,
            },
            minimum_age: bounded("/policy/minimum_age", self.minimum_age, Policy::MAX_AGE, "use 0 to 120 years")?,
            age_required: self.age_required.unwrap_or(default.age_required),
            expires_after_months: bounded(
                "/policy/expires_after_months",
                self.expires_after_months,
                Policy::MAX_MONTHS,
                "use 1 to 1200 months, or 0 for no such limit",
            )?,
            overrides: numbered.map(|(at, own)| own.0.parse(at)).collect::<Result<_, _>>()?,
        })
    }
}

impl OverrideBody {
    fn parse(&self, index: usize) -> Result<Override, Problem> {
        let at = |name: &str| format!("/policy/overrides/{index}/{name}");
        let basis = |text: &str| Basis::parse(text).filter(|basis| *basis != Basis::Contract);
        let bases = Fault::new("unknown_basis", "use consent, soft_opt_in, implied or legitimate_interest");
        let waivers = Fault::new("unknown_waiver", "use confirmation, age, expiry or screening");
        let reason =
            Fault::new("invalid_text", "say why the shop loosens the rule, in 1 to 200 characters on one line");
        Ok(Override {
            rule: field(&at("rule"), &self.rule, Override::rule_named, UNKNOWN_RULE)?,
            accept: each(&at("accept"), &self.accept, basis, &bases)?,
            waive: each(&at("waive"), &self.waive, Waiver::parse, &waivers)?,
            reason: field(&at("reason"), &self.reason, Override::written_reason, reason)?,
        })
    }
}

const NO_LABELS: Fault = Fault::new(
    "missing_field",
    "write the notice on one line and below it a label for each of these choices, a line each, without needless white space",
);

impl OfferBody {
    fn parse(&self, pointer: &str, place: usize) -> Result<NoticeChoice, Problem> {
        Ok(NoticeChoice {
            channel: field(&format!("{pointer}/{place}/channel"), &self.channel, Channel::parse, CHANNEL)?,
            purpose: field(&format!("{pointer}/{place}/purpose"), &self.purpose, PurposeSlug::parse, PURPOSE)?,
        })
    }
}

const UNKNOWN_RULE: Fault = Fault::new("unknown_rule", "use the id of a rule for advertising, such as de-email");

impl NoticeText {
    fn parse(&self, index: usize) -> Result<Notice, Problem> {
        let at = |name: &str| format!("/notices/{index}/{name}");
        let choices = self.choices.iter().enumerate().map(|(place, own)| own.0.parse(&at("choices"), place));
        let choices = choices.collect::<Result<Vec<_>, _>>()?;
        for (place, own) in choices.iter().enumerate() {
            if choices.iter().take(place).any(|earlier| earlier == own) {
                let fault = Fault::new("repeated_choice", "offer each channel and purpose once");
                return Err(Problem::field(at(&format!("choices/{place}")), fault));
            }
        }
        // As a page shows and hashes them: white space collapsed.
        let is_line = |line: &str| !line.is_empty() && line.split_whitespace().collect::<Vec<_>>().join(" ") == line;
        let lines = self.text.split('\n');
        if !choices.is_empty() && (lines.clone().count() != choices.len() + 1 || !lines.clone().all(is_line)) {
            return Err(Problem::field(at("choices"), NO_LABELS));
        }
        Ok(Notice {
            choices,
            id: field(&at("id"), &self.id, Token::parse, TOKEN)?,
            version: field(&at("version"), &self.version, Token::parse, TOKEN)?,
            locale: field(&at("locale"), &self.locale, Locale::parse, LOCALE)?,
            text: field(
                &at("text"),
                &self.text,
                Self::words,
                Fault::new("invalid_text", "use 1 to 8000 bytes of text"),
            )?,
        })
    }

    /// Words of a length that can be kept.
    pub(super) fn words(text: &str) -> Option<String> {
        (1..=8_000).contains(&text.len()).then(|| text.to_owned())
    }
}
