//! Cases that shops have suffered with other products, one test each.

use serde_json::json;

use crate::platform::Platform;
use crate::stage::{Stage, Trouble};

/// A platform with one customer, and a connection in both directions.
fn with(state: Option<&str>) -> Stage {
    let mut platform = Platform::new(false, true);
    platform.add("7", "ada@example.com", state, 1_700_000_000_000);
    platform.take_hooks();
    Stage::new(platform, "both")
}

#[test]
fn a_first_reading_changes_nothing_until_it_is_approved() {
    let mut platform = Platform::new(false, true);
    for (id, state) in [("1", Some("on")), ("2", Some("off")), ("3", None), ("4", Some("out"))] {
        platform.add(id, &format!("p{id}@example.com"), state, 1_700_000_000_000);
    }
    let mut stage = Stage::unapproved(platform, "both", &json!({}));
    stage.act("p1@example.com", "opt_out", "confirmed");
    let before = stage.records();
    stage.settle();
    assert_eq!(stage.about("")["state"], "needs_approval");
    assert_eq!((stage.records(), stage.platform.borrow().writes), (before, 0));
    let preview = stage.about("/preview");
    let count = |name: &str| preview[name]["count"].as_i64().unwrap();
    assert_eq!(count("opt_ins_to_take"), 1, "{preview}");
    assert_eq!(count("opt_outs_to_take"), 1);
    assert_eq!(preview["opt_outs_to_write"], json!({ "count": 1, "ids": ["1"] }));
    stage.approve();
    stage.settle();
    assert_eq!(stage.about("")["state"], "ok");
    assert_eq!(stage.platform.borrow().customers["1"].state.as_deref(), Some("out"));
    assert_eq!(stage.reason("p4@example.com").as_deref(), Some("opted_out"));
    assert_eq!(stage.reason("p2@example.com").as_deref(), Some("never_asked"));
}

#[test]
fn a_stale_resync_of_another_app_wakes_nobody() {
    let mut stage = with(Some("on"));
    stage.act("ada@example.com", "opt_out", "confirmed");
    stage.settle();
    assert_eq!(stage.platform.borrow().customers["7"].state.as_deref(), Some("out"));
    let now = stage.clock_now();
    stage.platform.borrow_mut().set("7", "on", now, now);
    stage.settle();
    assert_eq!(stage.reason("ada@example.com").as_deref(), Some("opted_out"));
    assert_eq!(stage.platform.borrow().customers["7"].state.as_deref(), Some("out"), "the platform is set back");
}

/// Lets the customer, or an app, change the field at the platform now, and delivers the message.
fn platform_sets(stage: &mut Stage, state: &str) {
    stage.pass(1_000);
    let now = stage.clock_now();
    stage.platform.borrow_mut().set("7", state, now, now);
    let hooks = stage.platform.borrow_mut().take_hooks();
    hooks.iter().for_each(|hook| stage.deliver(hook));
    stage.work(Default::default);
}

fn held(stage: &Stage) -> Option<String> {
    stage.platform.borrow().customers["7"].state.clone()
}

const ADA: &str = "ada@example.com";

// Each test names the public report that it is about.

/// mailchimp/mc-woocommerce#1264: a stale yes never reopens a no, and an absent field is no yes.
#[test]
fn case_01_absent_is_no_yes_and_a_stale_yes_reopens_nothing() {
    let mut absent = with(None);
    assert_eq!(absent.reason(ADA).as_deref(), Some("never_asked"));
    absent.settle();
    assert_eq!((held(&absent), absent.platform.borrow().writes), (None, 0));
    let mut stale = with(Some("on"));
    stale.act(ADA, "opt_out", "confirmed");
    for _ in 0..3 {
        platform_sets(&mut stale, "on");
        stale.settle();
        assert_eq!((stale.reason(ADA).as_deref(), held(&stale).as_deref()), (Some("opted_out"), Some("out")));
    }
}

/// mc-woocommerce#591: a word that is neither yes nor no changes nothing.
#[test]
fn case_02_archived_is_neither_yes_nor_no() {
    let mut stage = with(Some("archived"));
    assert_eq!(stage.reason(ADA).as_deref(), Some("never_asked"));
    stage.act(ADA, "opt_in", "confirmed");
    let records = stage.records();
    platform_sets(&mut stage, "archived");
    assert_eq!((stage.reason(ADA), stage.records()), (None, records));
}

/// mc-woocommerce#606, #185 and #1356: the first reading is a dry run, and a great change later asks again.
#[test]
fn case_03_and_07_a_great_change_at_once_asks_first() {
    let mut platform = Platform::new(false, true);
    platform.page_size = 100;
    for number in 0..60 {
        platform.add(&number.to_string(), &format!("p{number}@example.com"), Some("off"), 1_700_000_000_000);
    }
    platform.take_hooks();
    let mut stage = Stage::unapproved(platform, "both", &json!({ "cap": 20 }));
    stage.settle();
    stage.approve();
    stage.settle();
    let before = stage.records();
    let now = stage.clock_now();
    let ids: Vec<String> = stage.platform.borrow().customers.keys().cloned().collect();
    for id in ids {
        stage.platform.borrow_mut().set(&id, "on", now, now);
    }
    stage.platform.borrow_mut().take_hooks();
    stage.settle();
    assert_eq!(stage.about("")["state"], "needs_approval");
    let taken = stage.records() - before;
    assert!(taken <= 100, "at most one page is taken before it stops: {taken}");
    assert_eq!(stage.platform.borrow().writes, 0);
}

/// mc-woocommerce#688: removing the connection and connecting again replays nothing against a no.
#[test]
fn case_04_connecting_again_wakes_nobody() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_out", "confirmed");
    let (status, _) = stage.ask("DELETE", &format!("/v1/connections/{}", stage.connection), &json!(null));
    assert_eq!(status, 200);
    stage.connect("both", &json!({}));
    stage.settle();
    stage.approve();
    stage.settle();
    assert_eq!((stage.reason(ADA).as_deref(), held(&stage).as_deref()), (Some("opted_out"), Some("out")));
}

/// mc-woocommerce#928, #865: an unticked box is evidence that the person was asked, and no opt-in.
#[test]
fn case_05_an_unticked_box_is_declined() {
    let mut stage = with(Some("declined"));
    assert_eq!(stage.reason(ADA).as_deref(), Some("declined"));
    stage.settle();
    assert_eq!(held(&stage).as_deref(), Some("declined"));
}

/// mc-woocommerce#395 and PrestaShop#34035, #38401: off that was never on is no opt-out, and is never written.
#[test]
fn case_06_and_12_off_at_first_is_no_opt_out() {
    let mut stage = with(Some("off"));
    assert_eq!(stage.reason(ADA).as_deref(), Some("never_asked"));
    stage.act(ADA, "opt_in", "confirmed");
    stage.settle();
    assert_eq!(held(&stage).as_deref(), Some("on"), "a real subscriber is not locked out");
}

/// mc-woocommerce#951: a newer proven yes goes out, and a platform that refuses it is visible.
#[test]
fn case_08_a_newer_proven_yes_goes_out() {
    let mut stage = with(Some("on"));
    platform_sets(&mut stage, "out");
    assert_eq!(stage.reason(ADA).as_deref(), Some("opted_out"));
    stage.pass(1_000);
    stage.act(ADA, "opt_in", "confirmed");
    stage.settle();
    assert_eq!((stage.reason(ADA), held(&stage).as_deref()), (None, Some("on")));
    let mut stubborn = with(Some("off"));
    stubborn.platform.borrow_mut().refuses = true;
    stubborn.act(ADA, "opt_in", "confirmed");
    stubborn.settle();
    let conflicts = stubborn.about("/conflicts");
    assert_eq!(conflicts["conflicts"][0]["customer"], "7", "{conflicts}");
    assert!(conflicts["conflicts"][0]["fault"].is_string());
}

/// ibericode/mailchimp-user-sync#81: a person who has left is never asked to confirm by a write of ours.
#[test]
fn case_09_pending_is_never_written() {
    let mut stage = with(Some("pending"));
    stage.act(ADA, "opt_out", "confirmed");
    stage.settle();
    assert_eq!((held(&stage).as_deref(), stage.platform.borrow().writes), (Some("pending"), 0));
}

/// mailchimp/mc-magento2#422, magento2#14743: a saved customer without a difference causes no write.
#[test]
fn case_10_only_a_real_difference_is_written() {
    let mut stage = with(Some("on"));
    let before = (stage.records(), stage.platform.borrow().writes);
    for _ in 0..5 {
        platform_sets(&mut stage, "on");
    }
    stage.settle();
    assert_eq!((stage.records(), stage.platform.borrow().writes), before);
}

/// mc-magento2#147, #417 and mc-magento#1185: an opt-out of which no message came is found by reading.
#[test]
fn case_11_and_16_an_opt_out_without_a_message_is_found_within_a_day() {
    let mut stage = with(Some("on"));
    let now = stage.clock_now();
    stage.platform.borrow_mut().set("7", "off", now, now);
    stage.platform.borrow_mut().take_hooks();
    stage.pass(crate::stage::DAY);
    stage.work(Default::default);
    assert_eq!(stage.reason(ADA).as_deref(), Some("opted_out"));
}

/// mc-magento2#2082 and #696: after a no, a weak yes asks the address once, by placet alone.
#[test]
fn case_13_and_14_a_weak_yes_after_a_no_asks_the_address_once() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_out", "confirmed");
    stage.settle();
    let asked = || "SELECT count(*) FROM confirmation";
    let before = stage.count(asked());
    for _ in 0..3 {
        platform_sets(&mut stage, "on");
    }
    assert_eq!(stage.count(asked()) - before, 1, "one question, however often the platform says so");
    assert_eq!(held(&stage).as_deref(), Some("out"));
}

/// mc-magento#437: who waits for a confirmation never becomes an opt-out.
#[test]
fn case_15_pending_never_becomes_an_opt_out() {
    let mut stage = with(Some("pending"));
    for _ in 0..40 {
        stage.pass(crate::stage::DAY);
        stage.work(Default::default);
    }
    assert_eq!(stage.reason(ADA).as_deref(), Some("never_asked"));
    platform_sets(&mut stage, "on");
    assert_ne!(stage.reason(ADA).as_deref(), Some("opted_out"));
}

/// magento2#36440: another address carries nothing of the one before.
#[test]
fn case_17_a_changed_address_carries_nothing() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_in", "confirmed");
    stage.platform.borrow_mut().customers.get_mut("7").unwrap().email = "other@example.com".into();
    platform_sets(&mut stage, "on");
    stage.settle();
    assert_eq!(stage.reason("other@example.com").as_deref(), Some("never_asked"));
}

/// woocommerce#59381 and Shopify/shopify_app#1173: the same message five times is one record.
#[test]
fn case_18_and_19_a_repeated_message_is_one_record() {
    let stage = with(Some("off"));
    let now = stage.clock_now();
    stage.platform.borrow_mut().set("7", "on", now, now);
    let hook = stage.platform.borrow_mut().take_hooks().remove(0);
    let before = stage.records();
    for _ in 0..5 {
        stage.deliver(&hook);
    }
    assert_eq!(stage.records() - before, 1);
}

/// Shopify/hydrogen#2919: what the platform calls subscribed is a report and no proof.
#[test]
fn case_20_a_reported_yes_is_no_proof() {
    let mut stage = with(None);
    stage.platform.borrow_mut().country = "DE".into();
    platform_sets(&mut stage, "on");
    assert_eq!(stage.count("SELECT count(*) FROM record WHERE assurance LIKE 'reported:%'"), 1);
    stage.act(ADA, "opt_out", "confirmed");
    stage.settle();
    platform_sets(&mut stage, "on");
    assert_eq!((stage.reason(ADA).as_deref(), held(&stage).as_deref()), (Some("opted_out"), Some("out")));
}

/// bigcommerce/docs#273: a record of a subscriber without consent is declined at first, and an opt-out after a yes.
#[test]
fn case_21_no_consent_is_declined_first_and_an_opt_out_after_a_yes() {
    let mut stage = with(Some("declined"));
    assert_eq!(stage.reason(ADA).as_deref(), Some("declined"));
    platform_sets(&mut stage, "on");
    platform_sets(&mut stage, "declined");
    assert_eq!(stage.reason(ADA).as_deref(), Some("opted_out"));
}

/// DripEmail/drip-ruby#78: a deletion has only an id; one that is not known changes nothing.
#[test]
fn case_22_a_deletion_of_somebody_unknown_changes_nothing() {
    let mut stage = with(Some("on"));
    let before = (stage.records(), stage.count("SELECT count(*) FROM remote"));
    stage.platform.borrow_mut().push(json!({ "deleted": ["999"] }));
    stage.settle();
    assert_eq!((stage.records(), stage.count("SELECT count(*) FROM remote")), before);
    stage.platform.borrow_mut().remove("7");
    stage.settle();
    assert_eq!(stage.reason(ADA), None, "a deleted account is no opt-out");
}

/// klaviyo/klaviyo-api-php#31: a write names the fields that differ, and no other.
#[test]
fn case_23_a_write_leaves_other_fields_alone() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_out", "confirmed");
    stage.settle();
    let writes = stage.platform.borrow().bodies.clone();
    assert!(!writes.is_empty());
    for body in &writes {
        let fields = body["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["newsletter"], "{body}");
    }
}

/// PrestaShop#31639, #26698: what the platform refuses is a fault of this person, and is not repeated for ever.
#[test]
fn case_26_a_refusal_is_not_repeated() {
    let mut stage = with(Some("off"));
    stage.platform.borrow_mut().refuses = true;
    stage.act(ADA, "opt_in", "confirmed");
    stage.settle();
    let writes = stage.platform.borrow().writes;
    for _ in 0..5 {
        stage.settle();
    }
    assert_eq!(stage.platform.borrow().writes, writes);
    stage.platform.borrow_mut().refuses = false;
    stage.act(ADA, "opt_in", "authenticated");
    stage.settle();
    assert_eq!(held(&stage).as_deref(), Some("on"), "a new act tries again");
}

/// Nobody knows whether the platform did the write or the change first, so it is asked once more.
#[test]
fn a_message_that_overtakes_the_answer_of_a_write_is_not_lost() {
    for (is_dated, is_versioned) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut platform = Platform::new(is_dated, is_versioned);
        platform.add("7", ADA, Some("on"), 1_700_000_000_000);
        platform.take_hooks();
        let mut stage = Stage::new(platform, "both");
        stage.act(ADA, "opt_out", "confirmed");
        let answer = stage.next_request();
        assert_eq!(held(&stage).as_deref(), Some("out"), "the write is done");
        stage.pass(1_000);
        let now = stage.clock_now();
        stage.platform.borrow_mut().set("7", "on", now, now);
        let hooks = stage.platform.borrow_mut().take_hooks();
        hooks.iter().for_each(|hook| stage.deliver(hook));
        stage.report(&answer);
        stage.work(Default::default);
        assert_eq!(held(&stage).as_deref(), Some("out"), "{is_dated} {is_versioned}");
        assert_eq!(stage.reason(ADA).as_deref(), Some("opted_out"));
    }
}

/// A platform that asks to wait means everybody: the opt-out goes out as soon as the platform allows.
#[test]
fn an_opt_out_waits_little_longer_than_the_platform_asks() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_out", "confirmed");
    for _ in 0..12 {
        assert_eq!(stage.work(|| Trouble::Throttled), 1);
        stage.pass(60_000);
    }
    assert_eq!(held(&stage).as_deref(), Some("on"));
    stage.work(Default::default);
    assert_eq!(held(&stage).as_deref(), Some("out"));
}

#[test]
fn a_write_to_the_platform_is_a_disclosure_in_the_report() {
    let mut stage = with(Some("off"));
    stage.act(ADA, "opt_in", "confirmed");
    stage.settle();
    let (_, report) = stage.ask("POST", "/v1/contacts/lookup", &json!({ "email": ADA }));
    let told = &report["recipients"][0];
    assert_eq!((&told["recipient"], &told["data"]), (&json!("custom"), &json!(["email_choice"])), "{report}");
}

#[test]
fn a_field_that_the_platform_loses_is_written_again_and_is_no_opt_out() {
    let mut stage = with(Some("on"));
    stage.act(ADA, "opt_in", "confirmed");
    stage.platform.borrow_mut().remove("7");
    stage.platform.borrow_mut().add("7", ADA, None, stage.clock_now());
    stage.platform.borrow_mut().take_hooks();
    stage.settle();
    stage.settle();
    assert_eq!((held(&stage).as_deref(), stage.reason(ADA)), (Some("on"), None));
}

#[test]
fn a_suppression_turns_the_platform_off_at_once() {
    let mut stage = with(Some("on"));
    let body = json!({ "email": ADA, "channel": "email", "reason": "complained" });
    let (status, answer) = stage.ask("POST", "/v1/suppressions", &body);
    assert!(status < 300, "{answer}");
    stage.work(Default::default);
    assert_eq!(held(&stage).as_deref(), Some("out"));
}

#[test]
fn letting_a_claim_go_leaves_the_account_at_the_platform_alone() {
    // The ledger takes no opt-in over, so it knows the address by the form alone.
    let mut platform = Platform::new(false, true);
    platform.add("7", ADA, Some("on"), 1_700_000_000_000);
    platform.take_hooks();
    let mut stage = Stage::new(platform, "export");
    stage.act(ADA, "opt_in", "claimed");
    stage.settle();
    for _ in 0..70 {
        stage.pass(86_400_000);
        stage.settle();
    }
    assert_eq!(stage.count("SELECT count(*) FROM address"), 0, "the claim is gone");
    assert_eq!(held(&stage).as_deref(), Some("on"));
}

/// A page waits in memory while it is taken over. What the platform says of a customer meanwhile is newer.
#[test]
fn a_message_between_two_stretches_of_a_page_counts() {
    let mut platform = Platform::new(false, false);
    platform.page_size = 100;
    for number in 10..40 {
        platform.add(&number.to_string(), &format!("p{number}@example.com"), Some("on"), 1_700_000_000_000);
    }
    platform.take_hooks();
    let mut stage = Stage::new(platform, "both");
    let now = stage.clock_now();
    stage.sync();
    let page = stage.next_request();
    stage.report(&page);
    stage.platform.borrow_mut().set("39", "out", now, now);
    let hooks = stage.platform.borrow_mut().take_hooks();
    hooks.iter().for_each(|hook| stage.deliver(hook));
    stage.work(Default::default);
    assert_eq!(stage.reason("p39@example.com").as_deref(), Some("opted_out"));
    assert_eq!(stage.mirrored("39").as_deref(), Some("out"));
    assert_eq!(stage.count("SELECT count(*) FROM remote"), 30, "nobody is forgotten");
}

#[test]
fn the_report_has_the_accounts_at_platforms() {
    let stage = with(Some("on"));
    let (_, report) = stage.ask("POST", "/v1/contacts/lookup", &json!({ "email": ADA }));
    let expected = json!([{ "platform": "custom", "base": "https://platform.example/placet", "account": "7",
        "field": "newsletter", "state": "on", "at": null }]);
    assert_eq!(report["connections"], expected);
}

#[test]
fn an_erasure_turns_the_platform_off_and_keeps_nothing_of_the_person() {
    let mut stage = with(Some("on"));
    let (_, report) = stage.ask("POST", "/v1/contacts/lookup", &json!({ "email": ADA }));
    let (status, answer) =
        stage.ask("DELETE", &format!("/v1/contacts/{}?accounts=all", report["id"].as_str().unwrap()), &json!(null));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["open_targets"], json!(["https://platform.example/placet"]));
    assert_eq!(stage.count("SELECT count(*) FROM remote WHERE email IS NOT NULL"), 0);
    stage.work(Default::default);
    assert_eq!(held(&stage).as_deref(), Some("out"));
    let certificate = format!("/v1/contacts/{}/certificate", report["id"].as_str().unwrap());
    assert_eq!(stage.ask("GET", &certificate, &json!(null)).1["open_targets"], json!([]), "it is done");
    stage.settle();
    assert_eq!((held(&stage).as_deref(), stage.reason(ADA).as_deref()), (Some("out"), Some("suppressed")));
}

#[test]
fn an_erasure_at_the_platform_erases_the_person() {
    let mut stage = with(Some("on"));
    let customer = stage.platform.borrow().written("7");
    stage.platform.borrow_mut().push(json!({ "erase": [customer] }));
    let hooks = stage.platform.borrow_mut().take_hooks();
    hooks.iter().for_each(|hook| stage.deliver(hook));
    assert_eq!(stage.reason(ADA).as_deref(), Some("suppressed"));
    assert_eq!(stage.count("SELECT count(*) FROM certificate"), 1);
    stage.settle();
}

#[test]
fn a_hook_without_the_secret_is_refused_and_changes_nothing() {
    let stage = with(Some("off"));
    let now = stage.clock_now();
    stage.platform.borrow_mut().set("7", "on", now, now);
    let hook = stage.platform.borrow_mut().take_hooks().remove(0);
    let before = stage.records();
    let (status, answer) = stage.post_hook(&hook, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_eq!((status, stage.records()), (401, before), "{answer}");
}

#[test]
fn refused_credentials_stop_the_connection_and_lose_nothing() {
    let mut stage = with(Some("on"));
    stage.platform.borrow_mut().locked = true;
    stage.act(ADA, "opt_out", "confirmed");
    stage.settle();
    assert_eq!(stage.about("")["state"], "needs_credentials");
    stage.platform.borrow_mut().locked = false;
    let path = format!("/v1/connections/{}", stage.connection);
    let (status, answer) =
        stage.ask("PATCH", &path, &json!({ "credentials": { "token": "the-token-of-the-platform" } }));
    assert_eq!((status, &answer["state"]), (200, &json!("ok")), "{answer}");
    stage.settle();
    assert_eq!(held(&stage).as_deref(), Some("out"));
}

#[test]
fn the_credentials_of_shopify_go_to_shopify_alone() {
    let stage = with(Some("on"));
    for (base, status) in [
        ("https://kestrel.myshopify.com/", 201),
        ("https://kestrel.myshopify.com.example.com", 422),
        ("https://example.com/kestrel.myshopify.com", 422),
        ("http://kestrel.myshopify.com", 422),
    ] {
        let body = json!({ "platform": "shopify", "base": base, "credentials": { "client_secret": "s" } });
        let (found, answer) = stage.ask("POST", "/v1/connections", &body);
        assert_eq!(found, status, "{base}: {answer}");
    }
}

#[test]
fn the_credentials_are_never_shown() {
    let stage = with(Some("on"));
    let answer = stage.about("").to_string();
    assert!(!answer.contains("the-token-of-the-platform") && !answer.contains("whsec"), "{answer}");
    assert_eq!(stage.count("SELECT count(*) FROM connection WHERE credentials LIKE '%the-token%'"), 0);
}
