//! The files of each platform, as data: one table for each platform.
//!
//! Headers are in lower case, because they are compared in lower case. If a platform has several headers for one field,
//! the best comes first.

use crate::consent::Channel;
use crate::lists::field::Field;

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

/// The description of a platform's files.
pub(crate) struct Table {
    pub(crate) profile: Profile,
    /// The fields and their headers.
    pub(crate) columns: &'static [(Field, &'static [&'static str])],
    /// Headers that identify the platform. One of them is enough.
    pub(crate) marks: &'static [&'static str],
    /// The prefix of external ids from this platform.
    pub(crate) external: Option<&'static str>,
    /// The channel of the list, if all files of the platform have the same.
    pub(crate) channel: Option<Channel>,
    /// Whether a simple `no` may also mean that the person was never asked.
    pub(crate) is_no_ambiguous: bool,
    /// Whether telephone numbers are international but written without `+`.
    pub(crate) are_numbers_bare: bool,
}

impl Profile {
    pub(crate) fn table(self) -> &'static Table {
        TABLES.iter().find(|table| table.profile == self).unwrap_or(&PLACET)
    }
}

pub(crate) const TABLES: &[Table] = &[PLACET, SHOPIFY, KLAVIYO, MAILCHIMP, BREVO, MAGENTO, PRESTASHOP, WOOCOMMERCE];

/// Every field by its name, and other common headers for addresses.
const PLACET: Table = Table {
    profile: Profile::Placet,
    columns: &[
        (Field::Email, &["email", "e-mail", "email address", "e-mail address", "email_address", "mail"]),
        (Field::Phone, &["phone", "phone number", "phone_number", "mobile", "telephone"]),
        (Field::Whatsapp, &["whatsapp"]),
        (Field::Push, &["push"]),
        (Field::Postal, &["postal"]),
        (Field::Address, &["address"]),
        (Field::Kind, &["kind"]),
        (Field::External, &["external"]),
        (Field::Country, &["country", "country code", "country_code"]),
        (Field::Region, &["region"]),
        (Field::Relation, &["relation"]),
        (Field::Born, &["born"]),
        (Field::Channel, &["channel"]),
        (Field::Purpose, &["purpose"]),
        (Field::Choice, &["choice"]),
        (Field::Status, &["status"]),
        (Field::Basis, &["basis"]),
        (Field::Dealing, &["dealing"]),
        (Field::Reference, &["reference"]),
        (Field::RefusalOffered, &["refusal_offered"]),
        (Field::OwnSimilarProducts, &["own_similar_products"]),
        (Field::Assessment, &["assessment"]),
        (Field::OccurredAt, &["occurred_at"]),
        (Field::Since, &["since"]),
        (Field::OptedInAt, &["opted_in_at"]),
        (Field::OptedOutAt, &["opted_out_at"]),
        (Field::Origin, &["origin"]),
        (Field::Ip, &["ip"]),
        (Field::ConfirmedAt, &["confirmed_at"]),
        (Field::ConfirmedIp, &["confirmed_ip"]),
        (Field::Reason, &["reason"]),
        (Field::Hash, &["hash"]),
        (Field::Sha256, &["sha256"]),
        (Field::EmailChoice, &["email_choice"]),
        (Field::EmailAt, &["email_at"]),
        (Field::EmailRefused, &["email_refused"]),
        (Field::EmailSuppressions, &["email_suppressions"]),
        (Field::SmsChoice, &["sms_choice"]),
        (Field::SmsAt, &["sms_at"]),
        (Field::SmsRefused, &["sms_refused"]),
        (Field::WhatsappChoice, &["whatsapp_choice"]),
        (Field::WhatsappAt, &["whatsapp_at"]),
        (Field::WhatsappRefused, &["whatsapp_refused"]),
        (Field::PartnerChoice, &["partner_choice"]),
        (Field::Objection, &["objection"]),
    ],
    marks: &["purpose", "choice", "occurred_at", "sha256", "hash", "assurance", "refusal_offered", "email_choice"],
    external: None,
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
};

/// The other columns of placet's exports. They are for readers, and an import ignores them.
pub(crate) const EXPORTED: &[&str] = &["assurance", "allow", "until", "rule", "law", "article", "contact"];

const SHOPIFY: Table = Table {
    profile: Profile::Shopify,
    columns: &[
        (Field::Email, &["email"]),
        // The telephone number of the default address is not used, because it belongs to the person who receives the
        // parcel.
        (Field::Phone, &["phone"]),
        (Field::External, &["customer id"]),
        (Field::Country, &["default address country code", "country code", "country"]),
        (Field::Region, &["default address province code", "province code"]),
        (Field::EmailChoice, &["accepts email marketing", "accepts marketing"]),
        (Field::SmsChoice, &["accepts sms marketing"]),
        (Field::WhatsappChoice, &["accepts whatsapp marketing"]),
    ],
    marks: &["accepts email marketing", "accepts marketing", "accepts sms marketing", "accepts whatsapp marketing"],
    external: Some("shopify"),
    channel: None,
    is_no_ambiguous: true,
    are_numbers_bare: false,
};

const KLAVIYO: Table = Table {
    profile: Profile::Klaviyo,
    columns: &[
        (Field::Email, &["email"]),
        (Field::Phone, &["phone number"]),
        (Field::External, &["klaviyo id"]),
        (Field::Country, &["country"]),
        (Field::Origin, &["source"]),
        (Field::Ip, &["ip address"]),
        (Field::EmailChoice, &["email marketing consent"]),
        (Field::EmailAt, &["email marketing consent timestamp"]),
        (Field::EmailSuppressions, &["email suppressions"]),
        (Field::SmsChoice, &["sms marketing consent"]),
        (Field::SmsAt, &["sms marketing consent timestamp"]),
    ],
    marks: &["klaviyo id", "email marketing consent", "sms marketing consent", "email suppressions"],
    external: Some("klaviyo"),
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
};

const MAILCHIMP: Table = Table {
    profile: Profile::Mailchimp,
    columns: &[
        (Field::Email, &["email address"]),
        (Field::External, &["euid"]),
        (Field::Country, &["cc"]),
        (Field::Region, &["region"]),
        (Field::OptedInAt, &["optin_time"]),
        (Field::Ip, &["optin_ip"]),
        (Field::ConfirmedAt, &["confirm_time"]),
        (Field::ConfirmedIp, &["confirm_ip"]),
        (Field::OptedOutAt, &["unsub_time"]),
        (Field::Reason, &["unsub_reason"]),
        (Field::Since, &["clean_time"]),
    ],
    marks: &[
        "member_rating",
        "optin_time",
        "optin_ip",
        "confirm_time",
        "confirm_ip",
        "leid",
        "euid",
        "unsub_time",
        "unsub_campaign_title",
        "unsub_reason",
        "clean_time",
        "clean_campaign_title",
    ],
    external: Some("mailchimp"),
    channel: Some(Channel::Email),
    is_no_ambiguous: false,
    are_numbers_bare: false,
};

const BREVO: Table = Table {
    profile: Profile::Brevo,
    columns: &[
        (Field::Email, &["email"]),
        (Field::Phone, &["sms"]),
        (Field::Whatsapp, &["whatsapp"]),
        (Field::External, &["ext_id"]),
        // The time when the contact was added to Brevo. An opt-in that existed then is at least as old.
        (Field::OptedInAt, &["added_time"]),
        (Field::EmailRefused, &["email_blacklisted", "emailblacklisted", "email blacklisted"]),
        (Field::SmsRefused, &["sms_blacklisted", "smsblacklisted", "sms blacklisted"]),
        (Field::WhatsappRefused, &["whatsapp_blacklisted", "whatsappblacklisted", "whatsapp blacklisted"]),
    ],
    marks: &[
        "sms",
        "ext_id",
        "added_time",
        "modified_time",
        "landline_number",
        "email_blacklisted",
        "emailblacklisted",
        "sms_blacklisted",
        "smsblacklisted",
    ],
    external: Some("brevo"),
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: true,
};

const MAGENTO: Table = Table {
    profile: Profile::Magento,
    columns: &[(Field::Email, &["email"]), (Field::EmailChoice, &["status"])],
    marks: &["customer first name", "customer last name", "web site", "store view", "type"],
    external: None,
    channel: Some(Channel::Email),
    is_no_ambiguous: true,
    are_numbers_bare: false,
};

/// The times are in the shop's own time zone, which no file names. They are read as UTC, which is wrong by about half a
/// day at most.
const PRESTASHOP: Table = Table {
    profile: Profile::Prestashop,
    columns: &[
        (Field::Email, &["email", "email address"]),
        (Field::EmailChoice, &["subscribed", "newsletter"]),
        (Field::EmailAt, &["subscribed_on", "newsletter_date_add"]),
        (Field::Ip, &["ip_registration_newsletter"]),
        (Field::PartnerChoice, &["optin", "partner offers"]),
    ],
    marks: &["shop_name", "subscribed_on", "newsletter_date_add", "ip_registration_newsletter", "partner offers"],
    external: None,
    channel: Some(Channel::Email),
    is_no_ambiguous: true,
    are_numbers_bare: false,
};

const WOOCOMMERCE: Table = Table {
    profile: Profile::Woocommerce,
    columns: &[(Field::Email, &["email"]), (Field::Phone, &["billing phone"]), (Field::Country, &["country / region"])],
    marks: &["country / region", "billing phone", "total spend", "aov"],
    external: None,
    channel: None,
    is_no_ambiguous: false,
    are_numbers_bare: false,
};

#[cfg(test)]
#[path = "profile_tests.rs"]
mod files;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_unique_lower_case_headers() {
        for profile in Profile::ALL {
            let table = profile.table();
            assert_eq!(table.profile, *profile);
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
            let (_, headers) = PLACET.columns.iter().find(|(own, _)| own == field).unwrap();
            assert_eq!(headers.first(), Some(&field.as_str()));
        }
    }
}
