//! Tests with a file of each platform, which is recognised by its header and read without a mapping. All persons in
//! them are invented.

use crate::consent::Channel;
use crate::lists::read::options::ImportOptions;
use crate::lists::tests::{described, layout, newsletter, read};
use crate::model::list_kind::ListKind;
use crate::platforms::Profile;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/lists/", $name))
    };
}

#[track_caller]
fn check(file: &[u8], options: &ImportOptions, profile: Profile, rows: &[&str]) {
    assert_eq!(layout(file, options).0.profile, Some(profile));
    assert_eq!(described(&read(file, options)), rows);
}

#[test]
fn a_shopify_no_may_be_an_opt_out_or_a_missing_opt_in() {
    let rows = [
        "2: ada@example.com +447700900101 shopify:7001 GB [email/newsletter yes:consent] \
         [sms/newsletter yes:consent] [whatsapp/newsletter not_opted_in]",
        "3: ben@example.org shopify:7002 US-CA [email/newsletter not_opted_in]",
        "5: no_address",
    ];
    check(fixture!("shopify.csv"), &newsletter(), Profile::Shopify, &rows);
    let email_only = ImportOptions { channel: Some(Channel::Email), is_no_opt_out: true, ..newsletter() };
    let rows = [
        "2: ada@example.com +447700900101 shopify:7001 GB [email/newsletter yes:consent]",
        "3: ben@example.org shopify:7002 US-CA [email/newsletter no]",
        "5: cleo@example.com shopify:7003 [email/newsletter yes:consent]",
    ];
    check(fixture!("shopify.csv"), &email_only, Profile::Shopify, &rows);
    let rows = ["2: dan@example.com IE [email/newsletter yes:consent]"];
    check(fixture!("shopify-template.csv"), &newsletter(), Profile::Shopify, &rows);
    let rows = [
        "2: eve@example.com CA-ON [email/newsletter yes:consent]",
        "3: finn@example.com [email/newsletter not_opted_in]",
    ];
    check(fixture!("shopify-old.csv"), &newsletter(), Profile::Shopify, &rows);
}

#[test]
fn klaviyo_suppressions_have_several_reasons() {
    let rows = [
        r#"2: gil@example.com +447700900102 klaviyo:01HEXAMPLE0001 GB [email/newsletter yes:consent@2024-05-06T07:08:09.000Z{"origin":"Footer form","ip":"192.0.2.10"}] [sms/newsletter yes:consent@2024-05-07T07:08:09.000Z{"origin":"Footer form","ip":"192.0.2.10"}]"#,
        r#"3: hal@example.com klaviyo:01HEXAMPLE0002 DE [email/newsletter no@2024-06-01T00:00:00.000Z{"origin":"Checkout"}]"#,
        "4: ivy@example.com klaviyo:01HEXAMPLE0003",
        "5: jon@example.com klaviyo:01HEXAMPLE0004 [email/newsletter objection]",
        "6: kim@example.com klaviyo:01HEXAMPLE0005",
    ];
    check(fixture!("klaviyo.csv"), &newsletter(), Profile::Klaviyo, &rows);
    // The meaning of the list applies only to rows without a choice, and these rows have one.
    let listed = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
    let rows = described(&read(fixture!("klaviyo.csv"), &listed));
    assert_eq!(
        rows[2..],
        [
            "4: ivy@example.com klaviyo:01HEXAMPLE0003",
            "5: jon@example.com klaviyo:01HEXAMPLE0004 [email/newsletter objection]",
            "6: kim@example.com klaviyo:01HEXAMPLE0005",
        ]
    );
}

#[test]
fn the_name_and_columns_of_a_mailchimp_file_tell_its_kind() {
    let named = |name: &str| ImportOptions { name: Some(name.into()), ..newsletter() };
    let subscribed = fixture!("mailchimp-subscribed.csv");
    let rows = [
        r#"2: lea@example.com mailchimp:0a1b2c3d4e US-FL [email/newsletter yes:consent@2023-02-03T04:15:16.000Z{"ip":"192.0.2.20","confirmed_at":"2023-02-03T04:15:16.000Z","confirmed_ip":"192.0.2.21"}]"#,
        r#"3: max@example.com mailchimp:0a1b2c3d4f GB [email/newsletter yes:consent@2023-03-03T04:15:16.000Z{"confirmed_at":"2023-03-03T04:15:16.000Z","confirmed_ip":"192.0.2.22"}]"#,
    ];
    check(subscribed, &named("export/subscribed_members_export_1.csv"), Profile::Mailchimp, &rows);
    check(subscribed, &ImportOptions { list: Some(ListKind::OptedIn), ..newsletter() }, Profile::Mailchimp, &rows);

    let rows = [
        r#"2: ned@example.com mailchimp:0a1b2c3d50 DE [email/* no@2022-07-08T09:10:11.000Z{"reason":"INAPPROPRIATE (The content is not for me)"}]"#,
    ];
    check(fixture!("mailchimp-unsubscribed.csv"), &ImportOptions::default(), Profile::Mailchimp, &rows);
    let rows = ["2: oda@example.com suppressed on email: bounced@2022-08-08T09:10:11.000Z"];
    check(fixture!("mailchimp-cleaned.csv"), &ImportOptions::default(), Profile::Mailchimp, &rows);
    let rows = ["2: lea@example.com suppressed on email: bounced", "3: max@example.com suppressed on email: bounced"];
    check(subscribed, &named("cleaned_members_export_1.csv"), Profile::Mailchimp, &rows);
    // The times in these rows are times of joining, so they are not used for the opt-outs.
    let rows = [
        "2: lea@example.com mailchimp:0a1b2c3d4e US-FL [email/newsletter no]",
        "3: max@example.com mailchimp:0a1b2c3d4f GB [email/newsletter no]",
    ];
    check(subscribed, &named("unsubscribed_members_export_1.csv"), Profile::Mailchimp, &rows);
}

#[test]
fn a_brevo_file_contains_blocked_contacts_but_no_opt_ins() {
    let file = fixture!("brevo.csv");
    let rows = ["2: pia@example.com +447700900103 brevo:C-17", "3: quin@example.org [email/newsletter no]"];
    check(file, &newsletter(), Profile::Brevo, &rows);
    let listed = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
    let rows = [
        "2: pia@example.com +447700900103 brevo:C-17 [email/newsletter yes:consent@2024-03-04T05:06:07.000Z]",
        "3: quin@example.org [email/newsletter no]",
    ];
    check(file, &listed, Profile::Brevo, &rows);
    let (layout, place) = layout(file, &listed);
    let rest = &file[usize::try_from(place.byte).unwrap()..];
    assert_eq!(crate::lists::read::file::read_rows(&layout, place, rest, true, 10).windows_1252, 2);
    assert_eq!(layout.separator, Some(';'));
}

#[test]
fn a_magento_file_contains_opt_outs() {
    let rows = [
        "2: rea@example.com [email/newsletter yes:consent]",
        "3: sam@example.com [email/newsletter no]",
        "4: tom@example.com",
        "5: una@example.com",
    ];
    check(fixture!("magento.csv"), &newsletter(), Profile::Magento, &rows);
}

#[test]
fn a_prestashop_file_has_two_purposes() {
    let rows = [
        "2: vic@example.com [email/newsletter yes:consent@2023-04-05T06:07:08.000Z]",
        "3: wes@example.org [email/newsletter not_opted_in]",
    ];
    check(fixture!("prestashop-newsletter.csv"), &newsletter(), Profile::Prestashop, &rows);
    let rows = [
        r#"2: xan@example.com [email/newsletter yes:consent@2023-04-05T06:07:08.000Z{"ip":"192.0.2.30"}] [email/partner_offers yes:consent]"#,
        "3: yul@example.com [email/newsletter not_opted_in] [email/partner_offers not_opted_in]",
    ];
    check(fixture!("prestashop-customers.csv"), &newsletter(), Profile::Prestashop, &rows);
}

#[test]
fn a_woocommerce_file_contains_no_choices() {
    let listed = ImportOptions { list: Some(ListKind::OptedIn), channel: Some(Channel::Email), ..newsletter() };
    let rows = [
        "2: zoe@example.com +442079460018 GB [email/newsletter yes:consent]",
        "3: abe@example.com US [email/newsletter yes:consent]",
    ];
    check(fixture!("woocommerce.csv"), &listed, Profile::Woocommerce, &rows);
}

#[test]
fn placets_own_files_need_no_parameters() {
    let rows = [
        r#"2: bea@example.com shop:1 US-FL consumer 1990-05-01 [email/newsletter yes:consent@2024-01-02T03:04:05.000Z{"origin":"Till","ip":"192.0.2.40","confirmed_at":"2024-01-02T03:05:05.000Z","confirmed_ip":"192.0.2.41"}]"#,
        r#"3: cal@example.com DE business [email/offers yes:soft_opt_in@2024-01-02T00:00:00.000Z{"dealing":"purchase","reference":"order 1001","refusal_offered":true,"own_similar_products":true}]"#,
        r#"4: +447700900104 [sms/* no{"reason":"Called"}]"#,
        "5: dot@example.com [*/* objection@2024-01-02T03:04:05.000Z]",
        "6: eli@example.com",
    ];
    check(fixture!("placet.csv"), &ImportOptions::default(), Profile::Placet, &rows);
    let rows = [
        "2: fay@example.com [email/newsletter yes:consent@2024-01-02T03:04:05.000Z]",
        "3: +447700900105 [sms/newsletter no@2024-01-02T03:04:05.000Z]",
        "4: gus@example.com",
    ];
    check(fixture!("placet-export.csv"), &ImportOptions::default(), Profile::Placet, &rows);
    let rows = [
        "2: hash:00000000… suppressed on email: erased@2024-01-02T03:04:05.000Z",
        "3: email:973dfe46… suppressed on *: complained",
    ];
    check(fixture!("placet-suppressed.csv"), &ImportOptions::default(), Profile::Placet, &rows);
    let rows = [
        "1: hua@example.com [email/newsletter yes:consent@2024-01-02T03:04:05.000Z]",
        "3: +442079460018 GB [sms/* no]",
        "4: unknown_key",
        "5: not_text in 13",
        "6: not_json",
    ];
    check(fixture!("placet.ndjson"), &ImportOptions::default(), Profile::Placet, &rows);
}
