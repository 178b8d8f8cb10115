//! What an operator sets once for all shops.

use crate::api::key::Secrets;

/// The settings of a deployment.
pub struct Deployment {
    /// What keys and links are made with.
    pub secrets: Secrets,
    /// What links begin with, such as `https://consent.example`, without a slash at its end; nothing where it is not set.
    pub public_url: Option<String>,
    /// Whether events may be sent without TLS and to private addresses: on a developer's machine alone.
    pub local_webhooks: bool,
}

impl Deployment {
    /// The variable with the public URL.
    pub const PUBLIC_URL: &'static str = "PLACET_PUBLIC_URL";
    /// The variable that, set to `1`, lets events go to private addresses.
    pub const LOCAL_WEBHOOKS: &'static str = "PLACET_LOCAL_WEBHOOKS";

    /// Takes the settings in as they stand in variables, empty where they are not set.
    pub fn new(secrets: Secrets, public_url: &str, local_webhooks: &str) -> Self {
        let public_url = public_url.trim().trim_end_matches('/');
        let public_url = (!public_url.is_empty()).then(|| public_url.to_owned());
        Self { secrets, public_url, local_webhooks: local_webhooks.trim() == "1" }
    }
}

impl From<Secrets> for Deployment {
    /// One that makes no links.
    fn from(secrets: Secrets) -> Self {
        Self::new(secrets, "", "")
    }
}
