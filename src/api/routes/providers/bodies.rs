//! What a caller sends to set up a provider of messages.

use serde::Deserialize;

use crate::api::fields::{LINE, each, optional};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::requests::bodies::ProviderSecrets;
use crate::ledger::Answering;
use crate::model::text::Line;

/// Body of `PUT /v1/providers/{provider}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProviderBody {
    /// The secret with which the provider signs, such as Twilio's auth token; 16 to 256 visible characters. Absent for
    /// a provider whose secret placet makes.
    #[cfg_attr(feature = "contract", schemars(length(min = 16, max = 256)))]
    secret: Option<String>,
    /// The verify token, if the provider asks for one, as Meta does: it shows that the URL belongs to the shop; 8 to 128
    /// visible characters.
    #[cfg_attr(feature = "contract", schemars(length(min = 8, max = 128)))]
    verify_token: Option<String>,
    /// Who answers keywords such as STOP: `provider` or `placet`. Default: the provider if it does so by itself, as Twilio
    /// does; otherwise placet.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Answering>"))]
    answers: Option<String>,
    /// Your own numbers at Twilio, such as `+441234567890`, or your phone number ids at Meta. Opt-ins that are sent to
    /// another number of the same account do not count for this shop. Absent: every number of the account is yours.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Vec<Line>>"))]
    #[serde(default)]
    numbers: Vec<String>,
}

const ANSWERING: Fault = Fault::new("unknown_answering", Answering::USE_ONE);

impl ProviderBody {
    pub(in crate::api) fn parse(&self) -> Result<ProviderSecrets, Problem> {
        let visible = |shortest: usize, longest: usize| {
            move |text: &str| {
                let fits = (shortest..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
                fits.then(|| text.to_owned())
            }
        };
        let secret = Fault::new("invalid_secret", "use the 16 to 256 visible characters that the provider shows");
        let word = Fault::new("invalid_secret", "use 8 to 128 visible characters");
        Ok(ProviderSecrets {
            secret: optional("/secret", self.secret.as_deref(), visible(16, 256), secret)?,
            answers: optional("/answers", self.answers.as_deref(), Answering::parse, ANSWERING)?,
            numbers: each(
                "/numbers",
                &self.numbers,
                |text| Line::parse(text).map(|line| line.as_str().to_owned()),
                &LINE,
            )?,
            verify_token: optional("/verify_token", self.verify_token.as_deref(), visible(8, 128), word)?,
        })
    }
}
