//! Imports: the upload of the file, and the routes with which the shop follows and controls an import.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use uuid::Uuid;

use crate::api::limits::Left;
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::route::Endpoint;
use crate::api::routed::Routed;
use crate::api::routes::imports::answers::ImportAnswer;
use crate::api::routes::imports::bodies::{FileEnd, import_options, upload_offset};
use crate::api::service::admit::Admitted;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::import_file::head_of;
use crate::ledger::{
    AppendError, Audited, Context, Digest, Import, ImportState, NewImport, Settings, StoredKey, append, begin_import,
    complete_import, find_repeated, forget_import, import, note_request, note_use, same_file,
};
use crate::lists::{Layout, Place, ShopScopes};

/// The size of one stored piece of a file, in bytes.
const PIECE: usize = 256 * 1024;

/// The parameters that do not make the same file a different import.
const NO_MATTER: &[&str] = &["name", "again"];

/// An upload in progress. It belongs to one request; the pieces that it has stored outlive the request.
pub struct Upload {
    import: Uuid,
    offset: u64,
    /// The bytes that have arrived and are not stored yet.
    tail: Vec<u8>,
    digest: Digest,
    end: FileEnd,
    request: Uuid,
    key: StoredKey,
    endpoint: &'static Endpoint,
    left: Left,
}

impl ShopService {
    /// Starts the upload of a file, from the head of the request.
    ///
    /// # Errors
    /// The response to send, if no upload starts: the request was refused, or the import exists already.
    pub fn begin_upload(&self, routed: &Routed, head: &Request<Bytes>) -> Result<Upload, Box<Response<Bytes>>> {
        let context = Context::after(self.runtime(), self.latest.get());
        let id = context.next_id();
        let begun = match self.admit(id, routed, head, &context) {
            Ok(Admitted::Caller(call)) => self.begin(&call),
            Ok(_) => Err(Box::new(self.refuse(Problem::RouteNotFound, id))),
            Err(problem) => Err(Box::new(self.refuse(problem, id))),
        };
        self.latest.set(context.mark());
        begun.map_err(|response| Box::new(named(*response, id)))
    }

    /// Takes the next bytes of a file.
    ///
    /// # Errors
    /// The response to send, if the bytes cannot be taken. For a file over the size limit, or with a header that cannot
    /// be understood, the import is deleted; otherwise the bytes before them stay stored.
    pub fn push(&self, upload: &mut Upload, bytes: &[u8]) -> Result<(), Box<Response<Bytes>>> {
        upload.tail.extend_from_slice(bytes);
        while upload.tail.len() >= PIECE {
            let rest = upload.tail.split_off(PIECE);
            let piece = std::mem::replace(&mut upload.tail, rest);
            if let Err(problem) = self.store_piece(upload, &piece) {
                return Err(Box::new(self.end_upload(upload, Err(problem))));
            }
        }
        Ok(())
    }

    /// Ends a request that uploaded a file or a part of one.
    pub fn finish_upload(&self, mut upload: Upload) -> Response<Bytes> {
        let context = Context::after(self.runtime(), self.latest.get());
        let tail = std::mem::take(&mut upload.tail);
        let kept = if tail.is_empty() { Ok(()) } else { self.store_piece(&mut upload, &tail) };
        let done = kept.and_then(|()| match upload.end {
            FileEnd::MoreToCome => {
                let import = self.known_import(upload.import)?;
                Ok((StatusCode::CREATED, import))
            }
            FileEnd::Here => self.completed(&upload, &context),
        });
        self.latest.set(context.mark());
        self.end_upload(&upload, done)
    }

    /// Stores what has arrived of a file when its connection broke. The sender can continue from there.
    pub fn cut_upload(&self, mut upload: Upload) {
        let tail = std::mem::take(&mut upload.tail);
        if !tail.is_empty()
            && let Err(Problem::Internal { cause }) = self.store_piece(&mut upload, &tail)
        {
            self.runtime().report(&cause);
        }
    }

    /// Takes a file whose whole body the adapter has already read.
    pub(in crate::api) fn upload_whole(&self, call: &Call<'_>) -> Response<Bytes> {
        let mut upload = match self.begin(call) {
            Ok(upload) => upload,
            Err(response) => return *response,
        };
        match self.push(&mut upload, call.request.body()) {
            Ok(()) => self.finish_upload(upload),
            Err(response) => *response,
        }
    }

    fn begin(&self, call: &Call<'_>) -> Result<Upload, Box<Response<Bytes>>> {
        let begun = self.database().transaction(|_| {
            note_use(self.database(), &call.caller.key, call.context.now)?;
            let is_first = call.route.value(0).is_empty();
            if is_first { self.begin_import(call) } else { self.go_on(call) }
        });
        let refused = match begun {
            Ok(Begun::Upload(import, offset, digest, end)) => {
                return Ok(Upload {
                    import,
                    offset,
                    tail: Vec::new(),
                    digest,
                    end,
                    request: call.id,
                    key: call.caller.key.clone(),
                    endpoint: call.route.endpoint,
                    left: call.left,
                });
            }
            Ok(Begun::Known(import)) => Ok((StatusCode::OK, *import)),
            Err(problem) => Err(problem),
        };
        Err(Box::new(self.told_import(refused, &call.caller.key, call.route.endpoint, call.id, call.left)))
    }

    fn begin_import(&self, call: &Call<'_>) -> Result<Begun, Problem> {
        let query = Query::read(call.route.endpoint, call.request.uri().query())?;
        // The options are read now, so that an error in them is reported before the file has arrived.
        import_options(&query, &call.shop.settings)?;
        let end = FileEnd::of(call.request.headers())?;
        let repeat_hash = call.repeatable()?.map(|repeatable| repeatable.hash);
        if let Some(hash) = &repeat_hash
            && let Some(known) = find_repeated(self.database(), hash)?
        {
            return Ok(Begun::Known(Box::new(known)));
        }
        let new = NewImport {
            key: call.caller.key.id,
            repeat_hash: repeat_hash.as_deref(),
            settings: &query.kept(&["dry_run"])?,
            is_dry_run: query.flag("dry_run")?,
        };
        let import = begin_import(self.database(), &new, call.context)?;
        Ok(Begun::Upload(import, 0, Digest::default(), end))
    }

    /// Starts the upload of the next part of a file.
    fn go_on(&self, call: &Call<'_>) -> Result<Begun, Problem> {
        Query::read(call.route.endpoint, call.request.uri().query())?;
        let id = call.route.value(0).parse().map_err(|_| Problem::ImportNotFound)?;
        let known = self.known_import(id)?;
        let (end, offset) = (FileEnd::of(call.request.headers())?, upload_offset(call.request.headers())?);
        if known.state != ImportState::Receiving {
            return Err(Problem::ImportConflict {
                detail: "the service has the whole file already; GET shows the state of the import",
            });
        }
        if known.received != offset {
            return Err(Problem::WrongOffset { received: known.received });
        }
        Ok(Begun::Upload(id, offset, known.digest, end))
    }

    fn store_piece(&self, upload: &mut Upload, piece: &[u8]) -> Result<(), Problem> {
        let end = upload.offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if usize::try_from(end).unwrap_or(usize::MAX) > upload.endpoint.body_limit {
            forget_import(self.database(), upload.import)?;
            return Err(Problem::BodyTooLarge { limit: upload.endpoint.body_limit });
        }
        upload.digest.update(piece);
        let kept = append(self.database(), upload.import, upload.offset, piece, &upload.digest, self.runtime().now());
        kept.map_err(|error| match error {
            AppendError::Closed => {
                Problem::ImportConflict { detail: "the import was cancelled or deleted; start a new import" }
            }
            AppendError::WrongOffset { received } => Problem::WrongOffset { received },
            AppendError::Database(error) => error.into(),
        })?;
        let is_first = std::mem::replace(&mut upload.offset, end) == 0;
        if is_first && piece.len() >= PIECE {
            // Report an error in the header after the first piece, not after half a gigabyte.
            self.laid_out(upload.import, FileEnd::MoreToCome)?;
        }
        Ok(())
    }

    /// Finds out the layout of the file from the part that has arrived. If it cannot be understood, the import is
    /// deleted.
    fn laid_out(&self, id: Uuid, end: FileEnd) -> Result<(Layout, Place), Problem> {
        let shop = self.shop()?.ok_or(Problem::InvalidKey)?;
        let query = Query::restored(&self.known_import(id)?.settings)?;
        let read = head_of(self.database(), id, end == FileEnd::Here).and_then(|(head, is_whole)| {
            let import_options = import_options(&query, &shop.settings)?;
            Layout::of(&head, is_whole, &import_options, &scopes_of(&shop.settings)).map_err(|error| Problem::File {
                fault: Fault { code: error.code(), detail: error.message() },
                line: error.line(),
            })
        });
        if read.is_err() {
            self.database().transaction(|tx| forget_import(tx, id))?;
        }
        read
    }

    /// Completes an upload: checks the file and queues it for processing.
    fn completed(&self, upload: &Upload, context: &Context<'_>) -> Result<(StatusCode, Import), Problem> {
        let known = self.known_import(upload.import)?;
        let sha256 = upload.digest.sha256();
        let query = Query::restored(&known.settings)?;
        let (layout, place) = self.laid_out(upload.import, FileEnd::Here)?;
        let written = (serde_json::to_string(&layout)?, serde_json::to_string(&place)?);
        if !query.flag("again")? {
            for same in same_file(self.database(), &known, &sha256)? {
                // `name` is ignored here. But a file name may determine how the file is read; then the layouts differ.
                let is_same = Query::restored(&same.settings)?.kept(NO_MATTER)? == query.kept(NO_MATTER)?;
                if is_same && same.layout.as_deref() == Some(&*written.0) {
                    self.database().transaction(|tx| forget_import(tx, upload.import))?;
                    return Ok((StatusCode::OK, same));
                }
            }
        }
        complete_import(self.database(), upload.import, &sha256, (&written.0, &written.1), context.now)?;
        self.has_new_jobs.set(true);
        Ok((StatusCode::ACCEPTED, self.known_import(upload.import)?))
    }

    fn end_upload(&self, upload: &Upload, done: Result<(StatusCode, Import), Problem>) -> Response<Bytes> {
        named(self.told_import(done, &upload.key, upload.endpoint, upload.request, upload.left), upload.request)
    }

    /// Returns the response to an upload request, and writes its entry in the audit log.
    fn told_import(
        &self,
        done: Result<(StatusCode, Import), Problem>,
        key: &StoredKey,
        endpoint: &Endpoint,
        request: Uuid,
        left: Left,
    ) -> Response<Bytes> {
        let (outcome, mut response) = match done.and_then(|(status, import)| import_reply(status, &import)) {
            Ok(reply) => ("ok", reply.response),
            Err(problem) => (problem.code(), self.refuse(problem, request)),
        };
        let Endpoint { method, path, .. } = endpoint;
        let status = response.status().as_u16();
        let line = Audited { id: request, key: key.id, method, route: path, contact: None, status, outcome };
        if let Err(error) = note_request(self.database(), &line, self.runtime().now()) {
            self.runtime().report(&error.to_string());
        }
        left.write_to(response.headers_mut());
        response
    }

    fn known_import(&self, id: Uuid) -> Result<Import, Problem> {
        import(self.database(), id)?.ok_or(Problem::ImportNotFound)
    }

    pub(in crate::api) fn named_import(&self, call: &Call<'_>) -> Result<Import, Problem> {
        self.known_import(call.route.value(0).parse().map_err(|_| Problem::ImportNotFound)?)
    }
}

enum Begun {
    Upload(Uuid, u64, Digest, FileEnd),
    Known(Box<Import>),
}

pub(in crate::api) fn import_reply(status: StatusCode, import: &Import) -> Result<Reply, Problem> {
    let mut reply = Reply::json(status, &ImportAnswer::of(import)?)?;
    if status != StatusCode::OK
        && let Ok(place) = HeaderValue::from_str(&format!("/v1/imports/{}", import.id))
    {
        reply.response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(reply)
}

fn named(mut response: Response<Bytes>, request: Uuid) -> Response<Bytes> {
    if let Ok(id) = HeaderValue::from_str(&request.to_string()) {
        response.headers_mut().insert("request-id", id);
    }
    response
}

/// Returns the channels, the purposes and the country of the shop, which the reader of a file needs.
fn scopes_of(settings: &Settings) -> ShopScopes<'_> {
    ShopScopes { channels: &settings.channels, purposes: &settings.purposes, country: settings.country }
}
