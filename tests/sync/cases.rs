//! Cases that shops have suffered with other products, one test each.

use serde_json::json;

use crate::platform::Platform;
use crate::stage::Stage;

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
