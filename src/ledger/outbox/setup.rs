//! What is missing for a shop to work as a whole.

use crate::consent::Channel;
use crate::ledger::outbox::message::waiting_messages;
use crate::ledger::outbox::message_budget::held_messages;
use crate::ledger::shop::Shop;
use crate::ledger::shop::provider::list_providers;
use crate::ledger::shop::settings::Notice;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::database::{Database, DatabaseError};

vocabulary! {
    /// A part of the setup that is missing.
    SetupGap, "unknown part of the setup" {
        /// Messages wait, and nobody takes them.
        MessagesWait = "messages_wait",
        /// Messages are over a budget of the shop and are held.
        MessagesHeld = "messages_held",
        /// Messages cannot contain links.
        NoPublicUrl = "no_public_url",
        /// A notice is not written in a language of the others.
        NoticesLackALanguage = "notices_lack_a_language",
        /// The shop sends text messages, and the answer STOP reaches nobody.
        NoStopProvider = "no_stop_provider",
        /// People wrote back, placet did not carry their messages out, and no event told the shop.
        InboundUnread = "inbound_unread",
    }
}

/// A part of the setup that is missing, and how many messages or notices are concerned; 0 if nothing is counted.
pub type MissingSetup = (SetupGap, i64);

/// Returns what is missing for the shop to work as a whole. The deployment knows whether there is a public URL.
pub fn missing_setup(
    database: &dyn Database,
    shop: &Shop,
    has_public_url: bool,
) -> Result<Vec<MissingSetup>, DatabaseError> {
    let settings = &shop.settings;
    let nobody_takes = !shop.wants(EventType::MessageRequested);
    let waiting = if nobody_takes { waiting_messages(database)? } else { 0 };
    let unwritten = settings.notices.iter().filter(|notice| lacks_a_language(notice, &settings.notices)).count();
    let needs_stop = settings.channels.contains(&Channel::Sms);
    let mut missing = Vec::new();
    if waiting > 0 {
        missing.push((SetupGap::MessagesWait, waiting));
    }
    let held = held_messages(database)?;
    if held > 0 {
        missing.push((SetupGap::MessagesHeld, held));
    }
    if !has_public_url {
        missing.push((SetupGap::NoPublicUrl, 0));
    }
    if unwritten > 0 {
        missing.push((SetupGap::NoticesLackALanguage, i64::try_from(unwritten).unwrap_or(i64::MAX)));
    }
    if needs_stop && list_providers(database, &shop.secret)?.is_empty() {
        missing.push((SetupGap::NoStopProvider, 0));
    }
    let unread = if shop.wants(EventType::InboundUnmatched) { 0 } else { unread_inbound(database)? };
    if unread > 0 {
        missing.push((SetupGap::InboundUnread, unread));
    }
    Ok(missing)
}

/// Returns the number of recent messages that placet did not carry out and of which no event told the shop.
fn unread_inbound(database: &dyn Database) -> Result<i64, DatabaseError> {
    let row = database.first("SELECT count(*) FROM inbound WHERE unread = 1", &[])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

fn lacks_a_language(notice: &Notice, all: &[Notice]) -> bool {
    all.iter().any(|other| !all.iter().any(|own| own.id == notice.id && own.locale == other.locale))
}
