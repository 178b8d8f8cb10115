// A list of a million persons: imported into a shop that knows some of them, and exported. Compared with a plain
// JavaScript worker over the same tables that inserts parsed rows and reads pages of JSON.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop, newSubmission } from "../load.mjs";
import { watchIsolate, watchMemory } from "../tools/memory.mjs";
import { people, write } from "../tools/people.mjs";
import { ended, exchange, takeList, upload } from "../tools/transfer.mjs";
import { median } from "./numbers.mjs";

const SEED = 20_26;
const ROUNDS = 3;
/**
 * The rows in one request to the floor, and the number of concurrent requests, so that the floor never waits for its
 * client.
 */
const PAGE = 5_000;
const AT_ONCE = 2;
const LOOKUP_PAUSE_MS = 20;
/** A thousand changes in a minute. */
const CHANGE_EVERY_MS = 60;
const NEWS = "channel=email&purpose=newsletter";
const LIST = `/v1/lists/opted_in?${NEWS}`;
const CELLS = 12;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function benchLists(rows) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const inspector = await claimPort(0);
  const config = here("../../src/edge/workerd.capnp");
  const placet = await startWorkerd({ config, port: 0, data: join(data, "placet"), env, inspector, quiet: true });
  const plain = await startWorkerd({ config: here("lists.capnp"), port: 0, data: join(data, "plain"), quiet: true });
  try {
    await bench({ rows, data, placet, plain, inspector });
  } finally {
    await Promise.all([placet.stop(), plain.stop()]);
    await rm(data, { recursive: true, force: true });
  }
}

async function bench({ rows, data, placet, plain, inspector }) {
  const file = (name, texts) => write(join(data, name), texts);
  const all = people({ rows, seed: SEED });
  const shop = await createShop(placet.url);
  const isolate = await watchIsolate(inspector);
  const list = await file("list.csv", all.file());
  const { size } = await stat(list);

  // The persons whom both shops know before.
  await imported(placet, shop, await file("known.csv", all.knownList()));
  await imported(placet, shop, await file("left.csv", all.refusedList()));
  await plainAsk(plain, "/tables", JSON.stringify(await tables()));
  for (const [name, before] of [["known.ndjson", all.knownPeople()], ["left.ndjson", all.refusedPeople()]]) {
    await inserted(plain, await file(name, pages(before)));
  }

  const floor = await inserted(plain, await file("fresh.ndjson", pages(all.fresh())));
  const ours = await imported(placet, shop, list, all);
  const { counts } = ours.import;
  assert.equal(counts.accepted, floor.rows, JSON.stringify(counts));

  const taken = { placet: [], plain: [] };
  const memory = watchMemory(placet.process.pid);
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of round % 2 ? ["plain", "placet"] : ["placet", "plain"]) {
      const { url } = way === "placet" ? placet : plain;
      taken[way].push(await timed(url, shop.server, way === "placet" ? LIST : "/list"));
    }
  }
  const exporting = memory.stop();
  assert.equal(new Set(taken.placet.map(({ hash }) => hash)).size, 1, "a second download of the list differs");
  const listed = taken.placet[0].lines - 1;
  assert.ok(listed >= rows, `${listed} are on the list`);
  const meanwhile = await exportUnderChanges(placet, shop, all);
  const { peak, wasm } = await isolate.stop();

  const seconds = (one) => `${(one.ms / 1000).toFixed(1)} s`.padStart(8);
  const rate = (rows, ms) => `${whole((rows / ms) * 1000)} rows/s`.padStart(16);
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const held = ({ before, peak }) =>
    `${megabytes(peak.rss)} at most, ${megabytes(peak.rss - before.rss)} more than before; without mapped files ${megabytes(peak.own)} and ${megabytes(peak.own - before.own)}`;
  const waits = (times) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share) => `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1)}`;
    return `median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)} ms (${whole(sorted.length)})`;
  };
  const line = (name, rows, runs) => {
    const ms = median(runs.map(({ ms }) => ms));
    return `  ${name.padEnd(36)}${seconds({ ms })}${rate(rows, ms)}${`${(runs[0].bytes / ms / 1000).toFixed(1)} MB/s`.padStart(12)}`;
  };
  const ratios = taken.placet.map(({ ms }, round) => listed / ms / (listed / taken.plain[round].ms));
  const perRow = ours.ms / counts.accepted;
  console.log(`
a list of ${whole(rows)} rows and ${megabytes(size)}, in a shop that knows ${whole(all.known + all.refused)} people
  ${JSON.stringify(counts)}
  ${`plain JavaScript, ${whole(floor.rows)} inserts`.padEnd(36)}${seconds(floor)}${rate(floor.rows, floor.ms)}
  import, those it wrote              ${seconds(ours)}${rate(counts.accepted, ours.ms)}   ratio import/floor ${(floor.ms / floor.rows / perRow).toFixed(2)} (bar 0.5)
  import, all that it read            ${seconds(ours)}${rate(rows, ours.ms)}   ratio ${((rows / ours.ms) / (floor.rows / floor.ms)).toFixed(2)}; ${seconds({ ms: ours.received }).trim()} until all had come
  look-ups while it came in           ${waits(ours.lookups.receiving)}
  look-ups while it was worked on     ${waits(ours.lookups.working)}
  memory                              ${held(ours.memory)}

a list of ${whole(listed)} people, handed out, medians of ${ROUNDS} rounds in turns
${line("plain JavaScript, pages of JSON", listed, taken.plain)}
${line("export", listed, taken.placet)}   ratio export/floor ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, bar 0.4)
  the same bytes each time; memory    ${held(exporting)}
  ${`export, under ${whole(meanwhile.changes)} changes`.padEnd(36)}${seconds(meanwhile)}${rate(meanwhile.rows, meanwhile.ms)}   every address once, each line whole; longest change ${meanwhile.longest.toFixed(0)} ms

the worker's isolate over all of this: heap and buffers ${megabytes(peak)} at most, WebAssembly ${megabytes(wasm)} (bar together 128 MB); the lines above are of the whole process`);
}

const whole = (number) => Math.round(number).toLocaleString("en");

/** Imports a file. If `watched` is given, looks up known persons all the while and measures the times. */
async function imported(workerd, { server }, path, watched) {
  const lookups = { receiving: [], working: [] };
  const memory = watchMemory(workerd.process.pid);
  const begin = performance.now();
  let state = "receiving";
  const looking = watched && lookUp(workerd, server, watched, (took) => lookups[state]?.push(took), () => state === "over");
  const { id } = await upload(workerd.url, server, NEWS, createReadStream(path));
  const received = performance.now() - begin;
  state = "working";
  const done = await ended(workerd.url, server, id, { seconds: 1_800 });
  const ms = performance.now() - begin;
  state = "over";
  await looking;
  assert.equal(done.state, "done", JSON.stringify(done));
  return { ms, received, import: done, lookups, memory: memory.stop() };
}

async function lookUp({ url }, server, { knownPerson, known }, took, isOver) {
  const connection = new Connection(url);
  while (!isOver()) {
    const { email } = knownPerson(Math.floor(Math.random() * known));
    const begin = performance.now();
    const { status, text } = await connection.send("POST", "/v1/contacts/lookup", server, JSON.stringify({ email }));
    took(performance.now() - begin);
    assert.equal(status, 200, text);
    await sleep(LOOKUP_PAUSE_MS);
  }
  connection.close();
}

/** Returns the rows in the floor's format, one page on each line. */
function* pages(rows) {
  let page = [];
  const line = () => `${JSON.stringify(page.splice(0))}\n`;
  for (const { email, phone, country, choice, at, origin } of rows) {
    page.push([email, phone, country, choice === "yes" ? "opt_in" : "opt_out", at, origin]);
    if (page.length === PAGE) yield line();
  }
  if (page.length) yield line();
}

async function plainAsk({ url }, path, body) {
  const { status, text } = await exchange(url, "POST", path, { "content-type": "application/json" }, Buffer.from(body));
  assert.equal(status, 200, text);
  return JSON.parse(text).done;
}

/** Lets the floor insert the pages of a file. */
async function inserted(workerd, path) {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })[Symbol.asyncIterator]();
  const connections = Array.from({ length: AT_ONCE }, () => new Connection(workerd.url));
  let rows = 0;
  const begin = performance.now();
  await Promise.all(connections.map(async (connection) => {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      const { status, text } = await connection.send("POST", "/rows", {}, next.value);
      assert.equal(status, 200, text);
      rows += JSON.parse(text).done;
    }
    connection.close();
  }));
  return { rows, ms: performance.now() - begin };
}

/** Returns the SQL of the tables that an import writes to, with all migrations, read from the ledger's source. */
async function tables() {
  const source = await readFile(here("../../src/ledger/store/schema.rs"), "utf8");
  const [migrations] = source.split("/// Brings a database");
  const own = /^(CREATE TABLE|ALTER TABLE|CREATE (UNIQUE )?INDEX \w+ ON|CREATE TRIGGER \w+ BEFORE \w+ ON) (contact|address|submission|record|track)\b/;
  const found = [...migrations.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, sql]) => sql).filter((sql) => own.test(sql));
  assert.ok(found.length > 20, "the SQL was not found in the ledger's source");
  return found;
}

/** Downloads a list as fast as it arrives, and counts its lines. */
async function timed(url, server, path) {
  const hash = createHash("sha256");
  let [bytes, lines] = [0, 0];
  const begin = performance.now();
  await takeList(url, server, path, (part) => {
    bytes += part.length;
    hash.update(part);
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines++;
  });
  return { ms: performance.now() - begin, bytes, lines, hash: hash.digest("hex") };
}

/** Returns the addresses of a list. Fails if an address occurs twice or a line is cut. */
async function addressesOf(url, server) {
  const found = new Set();
  let rest = "";
  await takeList(url, server, LIST, (part) => {
    const lines = (rest + part).split("\r\n");
    rest = lines.pop();
    for (const line of lines) {
      const cells = line.split(",");
      assert.equal(cells.length, CELLS, line);
      assert.ok(!found.has(cells[1]), `${cells[1]} came twice`);
      found.add(cells[1]);
    }
  });
  assert.equal(rest, "", "the last line is not whole");
  found.delete("address");
  return found;
}

/**
 * Exports the list while persons change their choices and others join. Everybody who was on the list and did not change
 * must be on it.
 */
async function exportUnderChanges({ url }, { server }, { knownPerson, known }) {
  const before = await addressesOf(url, server);
  const touched = new Set();
  const connection = new Connection(url);
  let [isOver, changes, longest] = [false, 0, 0];
  const changing = (async () => {
    for (const begin = performance.now(); !isOver; ) {
      let { body } = newSubmission();
      if (changes % 2) {
        const { email } = knownPerson(Math.floor(Math.random() * known));
        touched.add(email);
        const choice = changes % 4 === 1 ? "opt_out" : "opt_in";
        const choices = [{ channel: "email", purpose: "newsletter", choice }];
        body = JSON.stringify({ ...JSON.parse(body), contact: { email }, choices, assurance: "authenticated" });
      }
      const sent = performance.now();
      const { status, text } = await connection.send("POST", "/v1/consents", server, body);
      longest = Math.max(longest, performance.now() - sent);
      assert.equal(status, 201, text);
      changes++;
      await sleep(Math.max(0, begin + changes * CHANGE_EVERY_MS - performance.now()));
    }
  })();
  const begin = performance.now();
  const after = await addressesOf(url, server);
  const ms = performance.now() - begin;
  isOver = true;
  await changing;
  connection.close();
  for (const address of before) assert.ok(after.has(address) || touched.has(address), `${address} is missing`);
  return { ms, rows: after.size, changes, longest };
}
