// A client that sends a file and goes on after whatever happens to it on the way, as the contract says: ask how much is there, send
// the rest.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { begin, exchange } from "./transfer.mjs";

/** Time for what is on the way to be there, in milliseconds, at most. */
const ON_THE_WAY = 30;
const PATIENCE_MS = 20_000;

/**
 * Sends `bytes` under `key`. Behind each of the places `cuts` the request that is under way is struck: `strike(request)` cuts its
 * connection, or ends the process at the other end. Resolves to the import once all of it is there.
 *
 * @param {() => { url: string }} worker  the process that is there now
 */
export async function sendStruck({ worker, server, query, bytes, key, cuts, strike, random }) {
  const headers = { ...server, "content-type": "text/csv", "idempotency-key": key };
  const path = `/v1/imports?${query}`;
  const left = cuts.toSorted((a, b) => a - b);
  let struck = 0;
  let found;

  /** The import as it stands: what is repeated under its key is no second one. */
  const look = () => found
    ? exchange(worker().url, "GET", `/v1/imports/${found.id}`, server)
    : exchange(worker().url, "POST", path, { ...headers, "upload-complete": "?0" }, Buffer.alloc(0));

  for (;;) {
    const from = found?.received ?? 0;
    while (left.length && left[0] <= from) left.shift();
    const rest = bytes.subarray(from);
    const [way, to, more] = found
      ? ["PATCH", `/v1/imports/${found.id}`, { "upload-offset": String(from) }]
      : ["POST", path, {}];
    if (left.length) {
      const sent = rest.subarray(0, left.shift() - from);
      // Now and then a part comes whole before the next is struck.
      if (random() < 0.3) {
        const answer = await exchange(worker().url, way, to, { ...headers, ...more, "upload-complete": "?0" }, sent);
        // A request that was cut before may have brought more meanwhile.
        if (answer.status !== 409) {
          assert.equal(answer.status, 201, answer.text);
          found = JSON.parse(answer.text);
          assert.equal(found.received, from + sent.length);
        }
      } else {
        await strikeAt(worker().url, way, to, { ...headers, ...more }, rest, sent.length, strike, random() * ON_THE_WAY);
        struck++;
      }
    } else {
      // Refused as well, it is cut before all of it was sent.
      const answer = await exchange(worker().url, way, to, { ...headers, ...more }, rest).catch(() => undefined);
      if (answer?.status === 202) return { import: JSON.parse(answer.text), struck };
      if (answer) assert.ok(JSON.parse(answer.text).type.endsWith(":wrong_offset"), answer.text);
    }
    const answer = await untilAnswered(look);
    found = JSON.parse(answer.text);
    assert.equal(found.state, "receiving", answer.text);
    assert.ok(found.received <= bytes.length, answer.text);
  }
}

/** Sends the head of a body and no more; strikes, and waits until the request is over. */
async function strikeAt(url, method, path, headers, body, length, strike, pause) {
  const cut = new AbortController();
  const stalled = new Readable({ read() {} });
  stalled.push(body.subarray(0, length));
  // Half of the requests say how long they would have been.
  const told = length % 2 ? { "content-length": String(body.length) } : {};
  const request = begin(url, method, path, { ...headers, ...told }, stalled, { signal: cut.signal });
  const over = request.then(
    async (answer) => {
      assert.equal(answer.statusCode, 409, `${method} ${path} was answered before it was there`);
      answer.resume();
      await finished(answer).catch(() => {});
    },
    (error) => assert.ok(error.code, error.message),
  );
  // It is looked at below, whenever it came.
  over.catch(() => {});
  await sleep(pause);
  await strike(() => cut.abort());
  await over;
}

async function untilAnswered(ask) {
  for (const limit = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    try {
      const answer = await ask();
      if (answer.status < 300) return answer;
      throw new Error(`${answer.status} ${answer.text}`);
    } catch (error) {
      if (Date.now() > limit) throw error;
    }
  }
}
