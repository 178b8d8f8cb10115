//! The processing of imports, one page of rows at a time, so that requests to the shop do not wait.

use crate::api::problem::Fault;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::import_file::{FileError, FileReader, Reading};
use crate::api::service::work::job_error::JobError;
use crate::consent::Timestamp;
use crate::ledger::{
    Context, Counts, Database, DatabaseError, Import, ImportState, KeptError, Progress, Shop, TakenRow, drop_chunks,
    drop_trial, emit_import_ended, finish_job, import_to_work_on, job, note_progress, postpone_job, refuses,
    store_errors, take_page, undo_page,
};
use crate::lists::{Place, Read, ReadRow, Refusal, ToldFault, read_accepted_rows};
use crate::model::listed::Listed;

/// The number of rows in one page.
const ROWS: usize = 500;
/// The maximum time that counts as work on one page, in milliseconds. If more time has passed, the process was busy
/// elsewhere.
const LONGEST_PAGE: i64 = 5_000;

/// The job that counts how often work on an import began and did not come to the end of a page; below, how often that may
/// be.
const TRIES: &str = "import";
const MOST_TRIES: i64 = 20;
/// The number of consecutive failures after which an import fails.
const PATIENCE: u32 = 5;
const INTERNAL: Fault =
    Fault::new("internal", "the service failed; import the file again, and report the problem if it persists");

impl ShopService {
    /// Processes one page of an import. Returns whether there was an import to process.
    ///
    /// # Errors
    /// [`JobError`] if processing failed; the caller retries. After five consecutive failures the import ends as failed
    /// instead.
    pub(in crate::api) fn work_on_imports(&self) -> Result<bool, JobError> {
        let Some(shop) = self.shop()? else { return Ok(false) };
        let Some(import) = import_to_work_on(self.database())? else {
            self.reading.replace(None);
            return Ok(false);
        };
        let context = Context::after(self.runtime(), self.latest.get());
        let is_page = import.state != ImportState::Undoing && import.failure.is_none();
        if is_page && self.reading.borrow().is_none() && self.begun.get() != Some(import.id) {
            // The runtime may end the process in the middle of a page that takes too long. So a try is counted before it
            // begins, in a step of its own.
            let tries = job(self.database(), TRIES)?.map_or(0, |job| job.attempts);
            if tries >= MOST_TRIES {
                let place = import.place.as_deref().map(serde_json::from_str).transpose()?;
                self.fail(&shop, &import, place.unwrap_or_default(), &INTERNAL, &context)?;
                finish_job(self.database(), TRIES, context.now, context.now)?;
                return Ok(true);
            }
            postpone_job(self.database(), TRIES, context.now)?;
            self.begun.set(Some(import.id));
            return Ok(true);
        }
        let done = match import.state {
            ImportState::Undoing => self.undo_page(&shop, &import, &context).map(|()| true),
            _ => match &import.failure {
                Some(failure) => self.give_up(&shop, &import, failure, &context).map(|()| true),
                None => self.page(&shop, &import, &context),
            },
        };
        if context.has_events() {
            self.has_new_jobs.set(true);
        }
        self.latest.set(context.mark());
        let mut is_page_done = true;
        match done {
            Ok(is_done) => is_page_done = is_done,
            Err(error) => {
                self.reading.replace(None);
                let failures = self.failed_pages.get() + 1;
                self.failed_pages.set(failures);
                if failures < PATIENCE {
                    return Err(error);
                }
                // The import would fail for ever and block all others.
                self.runtime().report(&error.to_string());
                let place = import.place.as_deref().map(serde_json::from_str).transpose()?;
                self.fail(&shop, &import, place.unwrap_or_default(), &INTERNAL, &context)?;
            }
        }
        self.failed_pages.set(0);
        // A try ends with its page, not with a step on the way to it.
        if is_page_done && self.begun.take().is_some() {
            finish_job(self.database(), TRIES, context.now, context.now)?;
        }
        Ok(true)
    }

    /// Returns whether there is an import to process.
    pub(in crate::api) fn has_imports(&self) -> Result<bool, DatabaseError> {
        Ok(import_to_work_on(self.database())?.is_some())
    }

    fn undo_page(&self, shop: &Shop, import: &Import, context: &Context<'_>) -> Result<(), JobError> {
        Ok(self.database().transaction(|tx| {
            if !undo_page(tx, import, context.now)? {
                emit_import_ended(tx, shop, import.id, context)?;
            }
            Ok::<_, DatabaseError>(())
        })?)
    }

    /// Processes one page. Returns `false` if this was a step on the way to it.
    fn page(&self, shop: &Shop, import: &Import, context: &Context<'_>) -> Result<bool, JobError> {
        let place: Place = import.place.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        let known = self.reading.take().filter(|own| own.file.import() == import.id && own.file.place() <= place.byte);
        let mut reading = match known {
            Some(reading) => reading,
            None => match self.open_file(import, context.now) {
                Ok(reading) => reading,
                Err(Opening::File(error)) => {
                    return self.unreadable(shop, import, place, error, context).map(|()| true);
                }
                Err(Opening::Internal(error)) => return Err(error),
            },
        };
        match reading.file.advance(self.database(), place.byte) {
            Ok(true) => {}
            Ok(false) => {
                self.reading.replace(Some(reading));
                return Ok(false);
            }
            Err(error) => return self.unreadable(shop, import, place, error, context).map(|()| true),
        }
        if let Err(error) = reading.file.fill(self.database()) {
            return self.unreadable(shop, import, place, error, context).map(|()| true);
        }
        let (bytes, is_end) = reading.file.ahead();
        let accept = |listed: &Listed| match refuses(shop, listed) {
            None => Ok(()),
            Some(fault) => Err(Refusal { code: fault.code(), fix: fault.advice() }),
        };
        let read = read_accepted_rows(&reading.layout, place, bytes, is_end, ROWS, &accept);
        let next = read.place;
        let is_over = is_end && read.rows.is_empty() && next.byte.saturating_sub(place.byte) >= length(bytes);
        let worked = (context.now.millis() - reading.at.millis()).clamp(0, LONGEST_PAGE);
        reading.file.skip(next.byte);
        let (used, is_plain) = (reading.file.used(), reading.file.is_plain());
        self.database().transaction(|tx| {
            let (rows, windows_1252) = (length(&read.rows), read.windows_1252);
            let counts = take(tx, shop, import, read, context)?;
            // The pieces that were read are deleted. Those of a gzip file stay until the end: after a crash it has to
            // be decompressed from its beginning.
            let before = if is_over {
                u64::MAX
            } else if is_plain {
                next.byte
            } else {
                0
            };
            let is_cleared = !drop_chunks(tx, import.id, before)? && (!is_over || !drop_trial(tx, import.id)?);
            let state = if is_over && is_cleared { ImportState::Done } else { ImportState::Running };
            let progress = Progress {
                state,
                place: &serde_json::to_string(&next)?,
                bytes_done: used,
                rows,
                windows_1252,
                counts,
                worked: worked.unsigned_abs(),
                failure: None,
            };
            note_progress(tx, import.id, &progress, context.now)?;
            if state.is_final() {
                emit_import_ended(tx, shop, import.id, context)?;
            }
            Ok::<_, JobError>(())
        })?;
        reading.at = context.now;
        self.reading.replace(Some(reading));
        Ok(true)
    }

    fn open_file(&self, import: &Import, now: Timestamp) -> Result<Reading, Opening> {
        let layout = import.layout.as_deref().ok_or(JobError::new("an import without a layout"))?;
        let layout = serde_json::from_str(layout).map_err(JobError::from)?;
        let file = FileReader::open(self.database(), import.id)?;
        Ok(Reading { file, layout, at: now })
    }

    fn unreadable(
        &self,
        shop: &Shop,
        import: &Import,
        place: Place,
        error: FileError,
        context: &Context<'_>,
    ) -> Result<(), JobError> {
        match error {
            FileError::Database(error) => Err(error.into()),
            error => self.fail(shop, import, place, &error.fault(), context),
        }
    }

    /// Ends an import whose file cannot be read further. The rows that were taken stay.
    fn fail(
        &self,
        shop: &Shop,
        import: &Import,
        place: Place,
        fault: &Fault,
        context: &Context<'_>,
    ) -> Result<(), JobError> {
        let Fault { code, detail } = fault;
        let failure = serde_json::json!({ "code": code, "detail": detail, "line": place.line }).to_string();
        self.give_up(shop, import, &failure, context)
    }

    /// Deletes the file of a failed import, one part at a time, and then ends the import.
    fn give_up(&self, shop: &Shop, import: &Import, failure: &str, context: &Context<'_>) -> Result<(), JobError> {
        self.database().transaction(|tx| {
            let is_cleared = !drop_chunks(tx, import.id, u64::MAX)? && !drop_trial(tx, import.id)?;
            let progress = Progress {
                state: if is_cleared { ImportState::Failed } else { ImportState::Running },
                place: import.place.as_deref().unwrap_or("null"),
                bytes_done: import.bytes_done,
                rows: 0,
                windows_1252: 0,
                counts: Counts::default(),
                worked: 0,
                failure: Some(failure),
            };
            note_progress(tx, import.id, &progress, context.now)?;
            if progress.state.is_final() {
                emit_import_ended(tx, shop, import.id, context)?;
            }
            Ok(())
        })
    }
}

/// Takes the valid rows of a page, and stores the errors of the others.
fn take(
    tx: &dyn Database,
    shop: &Shop,
    import: &Import,
    read: Read,
    context: &Context<'_>,
) -> Result<Counts, JobError> {
    let (mut taken, mut errors) = (Vec::with_capacity(read.rows.len()), Vec::new());
    let mut warned = 0;
    for ReadRow { row, line, outcome, warnings, cells } in read.rows {
        match outcome {
            Ok(listed) => {
                taken.push(TakenRow { row, listed });
                if !warnings.is_empty() {
                    warned += 1;
                    let warnings: Vec<_> = warnings.iter().map(ToldFault::of).collect();
                    let fault = serde_json::to_string(&warnings)?;
                    errors.push(KeptError { row, line, fault, cells: "[]".to_owned() });
                }
            }
            Err(fault) => errors.push(KeptError {
                row,
                line,
                fault: serde_json::to_string(&ToldFault::of(&fault))?,
                cells: serde_json::to_string(&cells)?,
            }),
        }
    }
    let counts = take_page(tx, shop, import, &taken, context)?;
    store_errors(tx, shop, import.id, &errors, import.counts.rejected + import.counts.warned)?;
    Ok(Counts { rejected: length(&errors) - warned, warned, ..counts })
}

/// The reason why a file could not be opened.
enum Opening {
    File(FileError),
    Internal(JobError),
}

impl From<FileError> for Opening {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<JobError> for Opening {
    fn from(error: JobError) -> Self {
        Self::Internal(error)
    }
}

fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
