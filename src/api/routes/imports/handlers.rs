//! Lists imports, tells one, cancels it and takes it back.

use http::StatusCode;

use crate::api::fields::UUID;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::routes::imports::answers::{ImportAnswer, ImportsAnswer};
use crate::api::routes::imports::upload::import_reply;
use crate::api::service::call::Call;
use crate::api::service::list_stream::ListStream;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{ImportState, drop_chunks, drop_trial, list_imports, set_import_state};

/// The default number of imports in one response; below, the maximum.
const IMPORTS_PAGE: u16 = 50;

const MAX_IMPORTS_PAGE: u16 = 500;

impl ShopService {
    pub(in crate::api) fn list_imports(&self, _: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let before = query.parsed("before", |text| text.parse().ok(), UUID)?;
        let size = query.page(MAX_IMPORTS_PAGE, IMPORTS_PAGE)?;
        let found = list_imports(self.database(), before, size.0)?;
        let next = size.next(&found, |last| last.id.to_string());
        let imports = found.iter().map(ImportAnswer::of).collect::<Result<_, _>>()?;
        Reply::json(StatusCode::OK, &ImportsAnswer { imports, next })
    }

    pub(in crate::api) fn read_import(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        import_reply(StatusCode::OK, &self.named_import(call)?)
    }

    /// Returns the rows that were not taken, so that they can be corrected and imported again.
    pub(in crate::api) fn import_errors(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let import = self.named_import(call)?;
        Ok(Reply::stream(ListStream::of_errors(&import, query)?))
    }

    pub(in crate::api) fn cancel_import(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let import = self.named_import(call)?;
        match import.state {
            ImportState::Receiving | ImportState::Waiting | ImportState::Running => {
                set_import_state(self.database(), import.id, ImportState::Cancelled, call.context.now)?;
                while drop_chunks(self.database(), import.id, u64::MAX)? || drop_trial(self.database(), import.id)? {}
            }
            // A repeated request.
            ImportState::Cancelled => {}
            _ => return Err(Problem::ImportConflict { detail: "the import has ended; use undo to reverse it" }),
        }
        import_reply(StatusCode::ACCEPTED, &self.named_import(call)?)
    }

    pub(in crate::api) fn undo_import(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let import = self.named_import(call)?;
        match import.state {
            _ if import.is_dry_run => {
                return Err(Problem::ImportConflict { detail: "the import was a dry run and stored nothing" });
            }
            ImportState::Done | ImportState::Failed | ImportState::Cancelled => {
                crate::ledger::begin_undo(self.database(), import.id, call.context.now)?;
                self.has_new_jobs.set(true);
            }
            ImportState::Undoing | ImportState::Undone => {}
            _ => return Err(Problem::ImportConflict { detail: "the import has not ended; cancel it first" }),
        }
        import_reply(StatusCode::ACCEPTED, &self.named_import(call)?)
    }
}
