// What the demo shop's server needs for each of its programs: bounded bodies, answers, and requests of its own pages only.

export const BODY_LIMIT = 64 * 1024;

export const TOO_LARGE = { status: 413, text: `a body may have ${BODY_LIMIT} bytes at most`, headers: { Connection: "close" } };

/** Returns the whole body, or undefined if it is over the limit. */
export async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends an answer: JSON, HTML, or plain text. */
export function send(response, { status, json, html, text = "", headers = {} }) {
  const type = json ? "application/json" : `text/${html === undefined ? "plain" : "html"}; charset=utf-8`;
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store", ...headers });
  response.end(json ? JSON.stringify(json) : (html ?? (text && `${text}\n`)));
}

/** Performs an act of a page: `act` takes the JSON object of the body and returns an answer. */
export async function perform(act, request) {
  // A form of another site cannot send JSON, and a script of another site needs a CORS preflight.
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return { status: 415, text: "this address takes JSON" };
  const body = await readBody(request);
  if (body === undefined) return TOO_LARGE;
  const wish = parsed(body);
  return isObject(wish) ? act(wish) : { status: 400, text: "this is no JSON object" };
}

/** Checks the host name that the browser used. A foreign name that resolves to this machine is refused. */
export function isOwnPage({ headers, socket }) {
  return [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`].includes(headers.host);
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value of a JSON text, or undefined. */
export function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Returns the headers of a body that is signed by Standard Webhooks. `signer` is a `Webhook` of that library. */
export function signedHeaders(signer, id, body) {
  const now = new Date();
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": signer.sign(id, now, body),
  };
}

/** Asks the worker with the demo shop's secret key. Returns the status and the answer. */
export async function askWorker({ endpoint, secret }, method, path, body) {
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  return { status: answer.status, ok: answer.ok, text, body: parsed(text) ?? {} };
}
