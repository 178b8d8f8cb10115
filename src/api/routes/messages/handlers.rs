//! Lists the messages that the shop has to send, and tells one.

use http::StatusCode;

use crate::api::fields::UUID;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::routes::messages::answers::{MessageEntry, MessagesAnswer};
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{Message, list_messages, note_read};

/// The default number of messages in one answer.
const PAGE: u16 = 100;

const MAX_PAGE: u16 = 1_000;

impl ShopService {
    pub(in crate::api) fn read_message(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let id = call.route.value(0).parse().map_err(|_| Problem::MessageNotFound)?;
        let message = self.message_answer(&call.shop, id)?.ok_or(Problem::MessageNotFound)?;
        note_read(self.database(), id)?;
        Reply::json(StatusCode::OK, &message)
    }

    pub(in crate::api) fn list_messages(&self, _: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let size = query.page(MAX_PAGE, PAGE)?;
        let before = query.parsed("before", |text| text.parse().ok(), UUID)?;
        let messages = list_messages(self.database(), before, size.0)?;
        let next = size.next(&messages, |last| last.id.clone());
        let entry = |message: Message| MessageEntry {
            message: message.id,
            kind: message.kind,
            medium: message.medium,
            requested_at: message.created_at,
        };
        let messages = messages.into_iter().map(entry).collect();
        Reply::json(StatusCode::OK, &MessagesAnswer { messages, next })
    }
}
