//! THE OUTSIDE WORLD: platforms and providers, each by its own rules, as values of ours.
//!
//! To add a provider of messages, write its file, implement [`Platform`] in it, and add it to [`Provider`] here. To add a
//! platform with lists, write its file with the columns that it reads and writes, and add it to [`Profile`] and
//! [`Columns`] here.
//!
//! | file | what it holds |
//! |---|---|
//! | `platform` | the trait, a request as it comes, and the messages in it |
//! | `twilio`, `meta`, `generic` | one provider of messages each |
//! | `connector` | what a shop platform is to a connection |
//! | `shopify_admin`, `woocommerce_rest`, `custom` | one shop platform each, as a connection speaks to it |
//! | `placet`, `shopify`, … | the files of one platform each: columns, marks, values |
//! | `columns`, `field`, `cell`, `list_row` | the parts of such a description |
//! | `signature` | MACs, and the scheme of Standard Webhooks |
//! | `keywords` | the words that people send back |

mod brevo;
pub(crate) mod cell;
pub(crate) mod columns;
pub mod connector;
mod custom;
pub(crate) mod field;
mod generic;
mod keywords;
mod klaviyo;
pub(crate) mod list_row;
mod magento;
mod mailchimp;
mod meta;
pub(crate) mod placet;
mod platform;
mod prestashop;
mod shopify;
mod shopify_admin;
pub mod signature;
mod twilio;
mod woocommerce;
mod woocommerce_rest;

use self::columns::{ReadColumns, WrittenColumns};
pub use self::connector::{Access, AccessToken, Connector, HookTarget, Refused, RemotePage};
pub use self::keywords::{Keyword, keyword};
pub use self::platform::{Hook, HookError, Inbound, InboundAct, Platform};

vocabulary! {
    /// The name of a message provider. The provider sends the replies of people to placet.
    Provider, "unknown provider" {
        /// Twilio: text messages and WhatsApp. It signs with the auth token, in the header `X-Twilio-Signature`.
        Twilio = "twilio",
        /// Meta's Cloud API: WhatsApp. It signs with the app secret, in the header `X-Hub-Signature-256`, and asks for the
        /// verify token once.
        Meta = "meta",
        /// Any other provider, or the shop's own server. It signs as in Standard Webhooks, with a secret that placet makes.
        /// The body is `{channel, from, text}`.
        Generic = "generic",
    }
}

vocabulary! {
    /// The name of a shop platform that a connection keeps in step.
    ShopPlatform, "unknown platform" {
        /// Shopify, by its Admin API.
        Shopify = "shopify",
        /// WooCommerce, by its REST API.
        Woocommerce = "woocommerce",
        /// A platform of the shop's own: a plugin speaks placet's protocol.
        Custom = "custom",
    }
}

impl ShopPlatform {
    /// Returns how the platform is spoken to.
    pub fn connector(self) -> &'static dyn Connector {
        match self {
            Self::Shopify => &shopify_admin::ShopifyAdmin,
            Self::Woocommerce => &woocommerce_rest::WoocommerceRest,
            Self::Custom => &custom::Custom,
        }
    }
}

impl Provider {
    /// Returns the implementation of the provider's signatures and message format.
    pub fn platform(self) -> &'static dyn Platform {
        match self {
            Self::Twilio => &twilio::Twilio,
            Self::Meta => &meta::Meta,
            Self::Generic => &generic::Generic,
        }
    }
}

/// Returns the names of the request headers that hooks of providers and platforms need.
pub fn headers() -> Vec<&'static str> {
    let providers = Provider::ALL.iter().flat_map(|provider| provider.platform().headers());
    let platforms = ShopPlatform::ALL.iter().flat_map(|platform| platform.connector().hook_headers());
    let mut all: Vec<_> = providers.chain(platforms).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

vocabulary! {
    /// The platform that a file comes from.
    Profile, "unknown profile" {
        /// placet's own files, and every file that uses the names of placet's fields.
        Placet = "placet",
        /// A file of customers from Shopify.
        Shopify = "shopify",
        /// A file of profiles from Klaviyo.
        Klaviyo = "klaviyo",
        /// A file of an audience from Mailchimp: subscribed, unsubscribed or cleaned.
        Mailchimp = "mailchimp",
        /// A file of contacts from Brevo.
        Brevo = "brevo",
        /// A file of newsletter subscribers from Magento.
        Magento = "magento",
        /// A file of PrestaShop's newsletter module, or of its customers.
        Prestashop = "prestashop",
        /// A file of customers from WooCommerce. It contains no choices.
        Woocommerce = "woocommerce",
    }
}

vocabulary! {
    /// The platform whose columns a list uses.
    Columns, "unknown columns" {
        /// placet's own columns: every kind of address, channel and purpose, status, basis, time and country. An opt-out
        /// from everything is `*`. Lost: evidence and notices. An opt-in that is imported again is `listed`.
        Placet = "placet",
        /// The columns of Shopify's customers: email, SMS and WhatsApp as yes or no, country, region. Lost: time and basis.
        /// A `no` is everything that is not an opt-in.
        Shopify = "shopify",
        /// The columns of Klaviyo's profiles: email and SMS as subscribed, unsubscribed or never, times, country. Lost:
        /// basis, region and other channels.
        Klaviyo = "klaviyo",
        /// The columns of a Mailchimp audience: email, times, confirmation, country, region. The file is one statement.
        /// Lost: basis and other channels.
        Mailchimp = "mailchimp",
        /// The columns of Brevo's contacts: email, SMS, WhatsApp, the time of an opt-in. The file is one statement. Lost:
        /// basis, country and the time of an opt-out.
        Brevo = "brevo",
        /// The columns of Magento's newsletter subscribers: email as subscribed, unsubscribed or not activated. Lost: time,
        /// basis, country and other channels.
        Magento = "magento",
        /// The columns of PrestaShop's newsletter module: email as 1 or 0, the time of an opt-in. Lost: basis, country,
        /// other channels and the time of an opt-out.
        Prestashop = "prestashop",
    }
}

impl Profile {
    /// Returns the columns of the platform's files.
    pub(crate) fn table(self) -> &'static ReadColumns {
        match self {
            Self::Placet => &placet::READ,
            Self::Shopify => &shopify::READ,
            Self::Klaviyo => &klaviyo::READ,
            Self::Mailchimp => &mailchimp::READ,
            Self::Brevo => &brevo::READ,
            Self::Magento => &magento::READ,
            Self::Prestashop => &prestashop::READ,
            Self::Woocommerce => &woocommerce::READ,
        }
    }

    /// Returns all platforms with the columns of their files.
    pub(crate) fn tables() -> impl Iterator<Item = (Self, &'static ReadColumns)> {
        Self::ALL.iter().map(|profile| (*profile, profile.table()))
    }
}

impl Columns {
    /// Returns how the platform's files are written.
    pub(crate) fn written(self) -> &'static WrittenColumns {
        match self {
            Self::Placet => &placet::WRITTEN,
            Self::Shopify => &shopify::WRITTEN,
            Self::Klaviyo => &klaviyo::WRITTEN,
            Self::Mailchimp => &mailchimp::WRITTEN,
            Self::Brevo => &brevo::WRITTEN,
            Self::Magento => &magento::WRITTEN,
            Self::Prestashop => &prestashop::WRITTEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::field::Field;

    #[test]
    fn every_profile_has_unique_lower_case_headers() {
        for profile in Profile::ALL {
            let table = profile.table();
            let mut seen = std::collections::BTreeSet::new();
            let headers = table.columns.iter().flat_map(|(_, headers)| headers.iter());
            for header in headers {
                assert!(seen.insert(header), "{profile}: {header}");
                assert_eq!(*header, header.to_lowercase());
            }
            assert!(table.columns.iter().any(|(field, _)| field.names_a_person()), "{profile}");
        }
    }

    #[test]
    fn placets_own_profile_has_every_field_by_its_name() {
        for field in Field::ALL {
            let (_, headers) = Profile::Placet.table().columns.iter().find(|(own, _)| own == field).unwrap();
            assert_eq!(headers.first(), Some(&field.as_str()));
        }
    }
}

#[cfg(test)]
#[path = "connector_tests.rs"]
mod connector_tests;
