// A client that sends a file and resumes after every interruption as the contract says: ask how much has arrived, then
// send the rest.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { begin, exchange } from "./transfer.mjs";

/** The maximum time to wait for sent bytes to arrive, in milliseconds. */
const ON_THE_WAY = 30;
const PATIENCE_MS = 20_000;

/**
 * Sends `bytes` under `key`. After each of the places `cuts` the running request is interrupted: `strike(request)` cuts
 * its connection, or ends the process at the other end. Resolves to the import when everything has arrived.
 *
 * @param {() => { url: string }} worker  the process that is there now
 */
export async function sendStruck({ worker, server, query, bytes, key, cuts, strike, random }) {
  const headers = { ...server, "content-type": "text/csv", "idempotency-key": key };
  const path = `/v1/imports?${query}`;
  const left = cuts.toSorted((a, b) => a - b);
  let struck = 0;
  let found;

  /** Returns the import as it is. Repeating the request under its key makes no second import. */
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
      // Sometimes a whole part is sent before the next interruption.
      if (random() < 0.3) {
        const answer = await exchange(worker().url, way, to, { ...headers, ...more, "upload-complete": "?0" }, sent);
        // An interrupted request may have delivered more in the meantime.
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
      // A refused request is also cut before everything was sent.
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

/** Sends only the beginning of a body, interrupts, and waits until the request is over. */
async function strikeAt(url, method, path, headers, body, length, strike, pause) {
  const cut = new AbortController();
  const stalled = new Readable({ read() {} });
  stalled.push(body.subarray(0, length));
  // Half of the requests announce their length.
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
  // The result is awaited below; this prevents an unhandled rejection.
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
