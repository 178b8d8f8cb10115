// Sends and downloads lists as clients do: as streams, in parts, and cut off in the middle.

import { Agent, request } from "node:http";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

const FINAL = ["done", "failed", "cancelled", "undone"];

/**
 * Sends a request with a stream or bytes as its body. Resolves to the answer when it begins. Rejects if the connection
 * breaks before; `signal` cuts the connection.
 */
export function begin(url, method, path, headers, body, { signal } = {}) {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(url);
    const length = Buffer.isBuffer(body) ? { "content-length": body.length } : {};
    const outgoing = request({ agent: new Agent(), hostname, port, method, path, headers: { ...headers, ...length }, signal }, done);
    outgoing.on("error", fail);
    if (body?.pipe) body.pipe(outgoing);
    else outgoing.end(body);
  });
}

/**
 * Does the same, but resolves to `{ status, text, headers }` when the whole answer has arrived, and rejects if it
 * breaks off.
 */
export async function exchange(...all) {
  const answer = await begin(...all);
  let text = "";
  answer.setEncoding("utf8");
  answer.on("data", (part) => (text += part));
  await finished(answer);
  return { status: answer.statusCode, text, headers: answer.headers };
}

/** Sends a file in one request. Resolves to the import. */
export async function upload(url, server, query, body, headers) {
  const answer = await exchange(url, "POST", `/v1/imports?${query}`, { ...server, "content-type": "text/csv", ...headers }, body);
  if (answer.status >= 300) throw new Error(`the file was not taken: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}

/** Returns an import as it is. */
export async function importOf(url, server, id) {
  const { status, text } = await exchange(url, "GET", `/v1/imports/${id}`, server);
  if (status !== 200) throw new Error(`no import ${id}: ${status} ${text}`);
  return JSON.parse(text);
}

/** Waits until an import has ended. Returns it. */
export async function ended(url, server, id, { every = 100, seconds = 600 } = {}) {
  for (const limit = Date.now() + seconds * 1000; ; await sleep(every)) {
    const found = await importOf(url, server, id);
    if (FINAL.includes(found.state)) return found;
    if (Date.now() > limit) throw new Error(`not ended within ${seconds} s: ${JSON.stringify(found)}`);
  }
}

/** Downloads a list in pieces, each given to `take(bytes)`. Resolves at its end, rejects if it breaks off. */
export async function takeList(url, server, path, take = () => {}, options) {
  const answer = await begin(url, "GET", path, server, undefined, options);
  if (answer.statusCode !== 200) throw new Error(`no list: ${answer.statusCode}`);
  answer.on("data", take);
  await finished(answer);
}

/** Downloads a list as one text. */
export async function listText(url, server, path) {
  const parts = [];
  await takeList(url, server, path, (part) => parts.push(part));
  return Buffer.concat(parts).toString();
}
