//! The body of `POST /v1/shops` and `PUT /v1/shop`.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::body::Object;
use crate::api::fields::{
    BASIS, CHANNEL, COUNTRY, Faults, LINE, LOCALE, ORIGIN, PURPOSE, TOKEN, each, field, gather, optional,
};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::shop::handling_body::{EvidencePolicyBody, LinksBody, RequestsBody, RetentionBody};
use crate::api::routes::shop::limits_body::LimitsBody;
use crate::api::routes::shop::privacy_body::PrivacyBody;
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{Basis, Channel, CountryCode, Override, Policy, PurposeSlug, Waiver};
use crate::ledger::{Notice, NoticeChoice, PolicySettings, Settings};
use crate::model::text::{Line, Locale, Origin, Token};

/// Body of `POST /v1/shops` and `PUT /v1/shop`: the settings of a shop.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ShopBody {
    /// As in the answer. Passed over, so that an answer can be sent back.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Anything>"))]
    #[expect(dead_code, reason = "passed over")]
    id: Option<IgnoredAny>,
    /// As in the answer. Passed over.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Anything>"))]
    #[expect(dead_code, reason = "passed over")]
    created_at: Option<IgnoredAny>,
    /// As in the answer. Passed over.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Anything>"))]
    #[expect(dead_code, reason = "passed over")]
    certificate_key: Option<IgnoredAny>,
    /// As in the answer. Passed over.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Anything>"))]
    #[expect(dead_code, reason = "passed over")]
    setup: Option<IgnoredAny>,
    /// The name under which people know the shop.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    name: String,
    /// The country where the shop is established, ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    country: Option<String>,
    /// The web origins on which the shop's publishable keys work.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Origin>"))]
    origins: Vec<String>,
    /// The channels that the shop uses, at least one.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Channel>", length(min = 1)))]
    channels: Vec<String>,
    /// The purposes that the shop uses, at least one.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<PurposeSlug>", length(min = 1)))]
    purposes: Vec<String>,
    /// The notices that the shop shows, one for each id, version and language.
    #[serde(default)]
    notices: Vec<Object<NoticeText>>,
    /// The rules that the shop adds to the law, and the rules that it loosens. Default: the law alone, and confirmation
    /// of every anonymous opt-in.
    policy: Option<Object<PolicyBody>>,
    /// The information that a person can read about the handling of their data.
    privacy: Option<Object<PrivacyBody>>,
    /// The rate limits, in requests per second.
    limits: Option<Object<LimitsBody>>,
    /// The settings of links and of the messages that contain them.
    links: Option<Object<LinksBody>>,
    /// The settings of subject requests.
    requests: Option<Object<RequestsBody>>,
    /// The retention periods of data that is no longer needed.
    retention: Option<Object<RetentionBody>>,
    /// The data about the origin of a page's submission that the shop stores as evidence, beyond what the page sends
    /// itself.
    evidence: Option<Object<EvidencePolicyBody>>,
}

/// A notice: the text that a person reads before they choose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NoticeText {
    /// The shop's id for the notice.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    id: String,
    /// The version of the notice.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    version: String,
    /// The language of the notice, a BCP 47 tag.
    #[cfg_attr(feature = "contract", schemars(with = "Locale"))]
    locale: String,
    /// The full text: the notice, and below it the label of each choice, one per line. At most 8,000 bytes.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 8_000)))]
    text: String,
    /// The choices whose labels are the last lines of the text, in the same order. `<placet-optin>` needs them to show
    /// the notice.
    #[serde(default)]
    choices: Vec<Object<OfferBody>>,
}

/// Body of `PUT /v1/notices/{id}/{version}/{locale}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "NoticeTextBody"))]
pub(in crate::api) struct NoticeBody {
    /// The full text: the notice, and below it the label of each choice, one per line. At most 8,000 bytes.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 8_000)))]
    text: String,
    /// The choices whose labels are the last lines of the text, in the same order.
    #[serde(default)]
    choices: Vec<Object<OfferBody>>,
}

/// A choice that a notice offers: one channel for one purpose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct OfferBody {
    /// The channel.
    #[cfg_attr(feature = "contract", schemars(with = "Channel"))]
    channel: String,
    /// The purpose.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
}

/// The shop's policy. Its fields tighten the law; only an override loosens it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct PolicyBody {
    /// The channels on which an anonymous opt-in awaits confirmation. Default: all channels.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Channel>>"))]
    confirmation: Option<Vec<String>>,
    /// The transactional purposes, which are not marketing. Each must be one of the shop's purposes. Default: none.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<PurposeSlug>>"))]
    transactional: Option<Vec<String>>,
    /// The bases that the shop accepts for marketing. Default: all.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Basis>>"))]
    bases: Option<Vec<String>>,
    /// The minimum age from which a person's act counts, in years. It has an effect only above the age in the law.
    /// Default: 0.
    #[cfg_attr(feature = "contract", schemars(range(max = 120)))]
    minimum_age: Option<u16>,
    /// Whether a person of unknown age counts as too young. Default: false.
    age_required: Option<bool>,
    /// The number of months without activity of the person after which every ground lapses. Default: 0, no such limit.
    #[cfg_attr(feature = "contract", schemars(range(max = 1_200)))]
    expires_after_months: Option<u16>,
    /// The rules that the shop loosens. Each rule occurs at most once.
    #[serde(default)]
    overrides: Vec<Object<OverrideBody>>,
}

/// A rule that the shop loosens on purpose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct OverrideBody {
    /// The id of a rule for marketing, such as `de-email`.
    #[cfg_attr(feature = "contract", schemars(with = "schema::RuleId"))]
    rule: String,
    /// The bases that the shop accepts in addition to those of the rule.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<schema::AdvertisingBasis>"))]
    accept: Vec<String>,
    /// The requirements of the rule that the shop waives.
    #[serde(default)]
    #[cfg_attr(feature = "contract", schemars(with = "Vec<Waiver>"))]
    waive: Vec<String>,
    /// The reason for the override, in 1 to 200 characters. Every decision under the rule repeats it.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    reason: String,
}

impl ShopBody {
    pub(in crate::api) fn parse(&self) -> Result<Settings, Problem> {
        let mut faults = Faults::default();
        let some_of = |pointer: &str, is_empty: bool| match is_empty {
            true => Err(Problem::field(pointer, Fault::new("empty_list", "give at least one"))),
            false => Ok(()),
        };
        faults.keep(some_of("/channels", self.channels.is_empty()));
        faults.keep(some_of("/purposes", self.purposes.is_empty()));
        let channels = faults.keep(each("/channels", &self.channels, Channel::parse, &CHANNEL));
        let purposes = faults.keep(each("/purposes", &self.purposes, PurposeSlug::parse, &PURPOSE));
        let name = faults.keep(field("/name", &self.name, Line::parse, LINE));
        let country = faults.keep(optional("/country", self.country.as_deref(), CountryCode::parse, COUNTRY));
        let origins = faults.keep(each("/origins", &self.origins, Origin::parse, &ORIGIN));
        // What a notice offers and what a policy names is one of the channels and purposes.
        let offered = channels.as_deref().zip(purposes.as_deref());
        let notices = offered.and_then(|(channels, purposes)| {
            let numbered = self.notices.iter().enumerate();
            faults.keep(gather(
                numbered.map(|(at, notice)| notice.0.parse(&format!("/notices/{at}"), channels, purposes)),
            ))
        });
        let policy = purposes
            .as_deref()
            .and_then(|purposes| faults.keep(self.policy.as_ref().map(|policy| policy.0.parse(purposes)).transpose()));
        let privacy = faults.keep(self.privacy.as_ref().map(|own| own.0.parse()).transpose());
        let limits = faults.keep(self.limits.as_ref().map(|own| own.0.parse()).transpose());
        let links = faults.keep(self.links.as_ref().map(|own| own.0.parse()).transpose());
        let requests = faults.keep(self.requests.as_ref().map(|own| own.0.parse()).transpose());
        let retention = faults.keep(self.retention.as_ref().map(|own| own.0.parse()).transpose());
        let evidence = self.evidence.as_ref().map(|own| own.0.parse()).unwrap_or_default();
        let read = || {
            Some(Settings {
                name: name?,
                country: country?,
                origins: origins?,
                channels: channels?,
                purposes: purposes?,
                notices: notices?,
                policy: policy?.unwrap_or_default(),
                privacy: privacy?.unwrap_or_default(),
                limits: limits?.unwrap_or_default(),
                links: links?.unwrap_or_default(),
                requests: requests?.unwrap_or_default(),
                retention: retention?.unwrap_or_default(),
                evidence,
            })
        };
        faults.or(read())
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
                let fault = Fault::new("repeated_rule", "override each rule once; list all its waivers there");
                return Err(Problem::field(format!("/policy/overrides/{index}/rule"), fault));
            }
        }
        let mut faults = Faults::default();
        let confirmation = faults.keep(match self.confirmation.as_deref() {
            Some(channels) => each("/policy/confirmation", channels, Channel::parse, &CHANNEL),
            None => Ok(default.confirmation),
        });
        let transactional = faults.keep(each("/policy/transactional", transactional, own, &unknown));
        let bases = faults.keep(match self.bases.as_deref() {
            Some(bases) => each("/policy/bases", bases, Basis::parse, &BASIS),
            None => Ok(default.bases),
        });
        let minimum_age =
            faults.keep(bounded("/policy/minimum_age", self.minimum_age, Policy::MAX_AGE, "use 0 to 120 years"));
        let expires_after_months = faults.keep(bounded(
            "/policy/expires_after_months",
            self.expires_after_months,
            Policy::MAX_MONTHS,
            "use 1 to 1200 months, or 0 for no such limit",
        ));
        let overrides = faults.keep(gather(self.overrides.iter().enumerate().map(|(at, own)| own.0.parse(at))));
        let read = || {
            Some(PolicySettings {
                confirmation: confirmation?,
                transactional: transactional?,
                bases: bases?,
                minimum_age: minimum_age?,
                age_required: self.age_required.unwrap_or(default.age_required),
                expires_after_months: expires_after_months?,
                overrides: overrides?,
            })
        };
        faults.or(read())
    }
}

impl OverrideBody {
    fn parse(&self, index: usize) -> Result<Override, Problem> {
        let at = |name: &str| format!("/policy/overrides/{index}/{name}");
        let basis = |text: &str| Basis::parse(text).filter(|basis| *basis != Basis::Contract);
        let bases = Fault::new("unknown_basis", "use consent, soft_opt_in, implied or legitimate_interest");
        let waivers = Fault::new("unknown_waiver", Waiver::USE_ONE);
        let reason = Fault::new(
            "invalid_text",
            "give the reason why the shop loosens the rule, in 1 to 200 characters on one line",
        );
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
    "write the notice on one line, and the label of each choice on a line of its own below it, without extra spaces",
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
    /// Parses a notice. It may offer only what the shop has.
    fn parse(&self, pointer: &str, channels: &[Channel], purposes: &[PurposeSlug]) -> Result<Notice, Problem> {
        let at = |name: &str| format!("{pointer}/{name}");
        let choices = self.choices.iter().enumerate().map(|(place, own)| own.0.parse(&at("choices"), place));
        let choices = choices.collect::<Result<Vec<_>, _>>()?;
        for (place, own) in choices.iter().enumerate() {
            if !channels.contains(&own.channel) {
                let fault = Fault::new("channel_off", "the shop does not use this channel");
                return Err(Problem::field(at(&format!("choices/{place}/channel")), fault));
            }
            if !purposes.contains(&own.purpose) {
                let fault = Fault::new("unknown_purpose", "the shop has no such purpose");
                return Err(Problem::field(at(&format!("choices/{place}/purpose")), fault));
            }
            if choices.iter().take(place).any(|earlier| earlier == own) {
                let fault = Fault::new("repeated_choice", "offer each channel and purpose once");
                return Err(Problem::field(at(&format!("choices/{place}")), fault));
            }
        }
        // Pages show and hash the lines with collapsed white space, so the lines must have that form already.
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

    /// Parses a notice whose id, version and locale are in the path.
    pub(in crate::api) fn of_path(body: NoticeBody, path: [&str; 3], settings: &Settings) -> Result<Notice, Problem> {
        let [id, version, locale] = path.map(str::to_owned);
        let notice = Self { id, version, locale, text: body.text, choices: body.choices };
        notice.parse("", &settings.channels, &settings.purposes)
    }

    /// Returns the text if its length is allowed: 1 to 8,000 bytes.
    pub(in crate::api) fn words(text: &str) -> Option<String> {
        (1..=8_000).contains(&text.len()).then(|| text.to_owned())
    }
}
