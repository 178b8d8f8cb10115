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
}

impl Deployment {
    /// The name of the variable with the public URL.
    pub const PUBLIC_URL: &'static str = "PLACET_PUBLIC_URL";
    /// The name of the variable that, set to `1`, permits webhooks to plain HTTP and private network addresses.
    pub const LOCAL_WEBHOOKS: &'static str = "PLACET_LOCAL_WEBHOOKS";

    /// Builds the settings from the values of the variables. An empty string means "not set".
    pub fn new(secrets: Secrets, public_url: &str, local_webhooks: &str) -> Self {
        let public_url = public_url.trim().trim_end_matches('/');
        let public_url = (!public_url.is_empty()).then(|| public_url.to_owned());
        Self { secrets, public_url, local_webhooks: local_webhooks.trim() == "1" }
    }
}

impl From<Secrets> for Deployment {
    /// Builds a deployment that makes no links.
    fn from(secrets: Secrets) -> Self {
        Self::new(secrets, "", "")
    }
}
