//! Uploads of imports and downloads of lists, one piece at a time. No file is held whole in memory, and the object
//! answers other requests between two pieces.

use std::rc::Rc;

use bytes::Bytes;
use futures_util::StreamExt;
use http::Response;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::api::{ListStream, Routed, ShopService};
use crate::edge::http::{DRAINED, Head, answer_with};
use crate::ledger::Runtime;

#[wasm_bindgen]
extern "C" {
    /// The runtime's own pipe. A write waits until the reader has taken the data.
    type IdentityTransformStream;
    type Writer;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<IdentityTransformStream, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &IdentityTransformStream) -> web_sys::ReadableStream;

    #[wasm_bindgen(method, getter)]
    fn writable(this: &IdentityTransformStream) -> WritableStream;

    type WritableStream;

    #[wasm_bindgen(method, catch, js_name = getWriter)]
    fn get_writer(this: &WritableStream) -> Result<Writer, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn write(this: &Writer, bytes: &Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Writer) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &Writer, reason: &JsValue) -> Result<Promise, JsValue>;
}

/// Receives an uploaded file. If the connection breaks, the part that arrived is stored. If the response is ready
/// before the file has ended, up to [`DRAINED`] bytes of the rest are read and ignored. A client that still sends after
/// that may see a broken connection instead of the response.
pub(super) async fn take_file(
    service: &ShopService,
    routed: &Routed,
    head: Head,
    request: &mut worker::Request,
) -> worker::Result<Response<Bytes>> {
    let mut upload = match service.begin_upload(routed, &head.with(Bytes::new())) {
        Ok(upload) => Ok(upload),
        Err(response) => Err(*response),
    };
    if request.inner().body().is_some() {
        let mut stream = request.stream()?;
        let mut passed_over = 0;
        while let Some(piece) = stream.next().await {
            match (piece, &mut upload) {
                (Ok(piece), Ok(taken)) => {
                    if let Err(response) = service.push(taken, &piece) {
                        upload = Err(*response);
                    }
                }
                (Ok(piece), Err(_)) => {
                    passed_over += piece.len();
                    if passed_over > DRAINED {
                        break;
                    }
                }
                (Err(error), Ok(_)) => {
                    if let Ok(taken) = upload {
                        service.cut_upload(taken);
                    }
                    return Err(error);
                }
                (Err(_), Err(_)) => break,
            }
        }
    }
    Ok(match upload {
        Ok(upload) => service.finish_upload(upload),
        Err(response) => response,
    })
}

/// Responds with a list. The database is read no faster than the client receives the data.
pub(super) fn stream_out(
    service: Rc<ShopService>,
    head: Response<Bytes>,
    stream: ListStream,
) -> worker::Result<worker::Response> {
    let pipe = IdentityTransformStream::new()?;
    let writer = pipe.writable().get_writer()?;
    spawn_local(async move {
        if let Err(error) = write_all(&service, stream, &writer).await {
            // The abort tells the reader that the list is incomplete. It fails if the reader has gone; that is no
            // error.
            let _ = writer.abort(&error).map(JsFuture::from);
        }
    });
    answer_with(head, pipe.readable())
}

async fn write_all(service: &ShopService, mut stream: ListStream, writer: &Writer) -> Result<(), JsValue> {
    loop {
        match service.next_piece(&mut stream) {
            Ok(Some(piece)) if piece.is_empty() => crate::edge::alarm::breathe().await,
            Ok(Some(piece)) => {
                JsFuture::from(writer.write(&Uint8Array::from(piece.as_ref()))?).await?;
            }
            Ok(None) => {
                JsFuture::from(writer.close()?).await?;
                return Ok(());
            }
            Err(error) => {
                crate::edge::runtime::EdgeRuntime.report(&error.to_string());
                return Err(JsValue::from_str("the list broke off"));
            }
        }
    }
}
