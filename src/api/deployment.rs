//! The settings that an operator makes once for all shops.

use crate::api::secrets::Secrets;

/// The settings of a deployment.
pub struct Deployment {
    /// The secrets that sign keys and links.
    pub secrets: Secrets,
    /// The URL at the start of every link, such as `https://consent.example`, without a trailing slash. `None`: no
    /// links are made.
    pub public_url: Option<String>,
    /// Whether webhooks may use plain HTTP and private network addresses. For a developer's machine only.
    pub local_webhooks: bool,
    /// The secret of Cloudflare Turnstile; empty if it is not set.
    pub turnstile_secret: String,
    /// The URL that checks the tokens of Turnstile.
    pub turnstile_url: String,
}

impl Deployment {
    /// The name of the variable with the public URL.
    pub const PUBLIC_URL: &'static str = "PLACET_PUBLIC_URL";
    /// The name of the variable that, set to `1`, permits webhooks to plain HTTP and private network addresses.
    pub const LOCAL_WEBHOOKS: &'static str = "PLACET_LOCAL_WEBHOOKS";

    /// The name of the variable with the secret of Cloudflare Turnstile.
    pub const TURNSTILE_SECRET: &'static str = "PLACET_TURNSTILE_SECRET";
    /// The name of the variable with another URL that checks the tokens of Turnstile, for tests.
    pub const TURNSTILE_URL: &'static str = "PLACET_TURNSTILE_URL";
    const SITEVERIFY: &'static str = "https://challenges.cloudflare.com/turnstile/v0/siteverify";

    /// Builds the settings from the values of the variables. An empty string means "not set".
    pub fn new(secrets: Secrets, public_url: &str, local_webhooks: &str) -> Self {
        let public_url = public_url.trim().trim_end_matches('/');
        let public_url = (!public_url.is_empty()).then(|| public_url.to_owned());
        Self {
            secrets,
            public_url,
            local_webhooks: local_webhooks.trim() == "1",
            turnstile_secret: String::new(),
            turnstile_url: Self::SITEVERIFY.to_owned(),
        }
    }

    /// Sets the secret of Turnstile and, for tests, another URL. An empty string means "not set".
    #[must_use]
    pub fn with_turnstile(self, secret: String, url: String) -> Self {
        let turnstile_url = if url.is_empty() { self.turnstile_url } else { url };
        Self { turnstile_secret: secret, turnstile_url, ..self }
    }
}

impl From<Secrets> for Deployment {
    /// Builds a deployment that makes no links.
    fn from(secrets: Secrets) -> Self {
        Self::new(secrets, "", "")
    }
}
