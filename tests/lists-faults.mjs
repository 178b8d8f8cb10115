// Lists under kill -9 and cut connections: an interrupted import has the same outcome as an uninterrupted one, and the
// client notices when an export breaks off.
//
//   node --test tests/lists-faults.mjs
//   LISTS_SEED=123 node --test …            the moments of an earlier run, if the machine is equally fast

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop } from "./load.mjs";
import { cpuOf, memoryOf } from "./tools/memory.mjs";
import { chance, people, write } from "./tools/people.mjs";
import { sendStruck } from "./tools/resume.mjs";
import { begin, ended, exchange, importOf, listText, takeList, upload } from "./tools/transfer.mjs";

const SEED = Number(process.env.LISTS_SEED ?? randomInt(2 ** 31));
const ROWS = 40_000;
const NEWS = "channel=email&purpose=newsletter";
/** The number of readers that stop and, equally, of slow readers; and the memory limit for each, in bytes. */
const [READERS, HELD] = [2, 30e6];
/** So many purposes that the list of decisions is much larger than the system's socket buffers of up to 36 MB. */
const PURPOSES = Array.from({ length: 20 }, (_, number) => `purpose_${number}`);
/**
 * The number of readers that disconnect in each round, the rounds, and the bytes that may be left of each: fewer than
 * one piece of a list has.
 */
const [LEAVE, LEAVING_ROUNDS, LEFT] = [100, 5, 60e3];
const MEGABYTE = 1e6;
const config = fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url));
const all = people({ rows: ROWS, seed: SEED });
const random = chance(SEED);
const somewhere = (end, count) => Array.from({ length: count }, () => Math.floor(random() * end));

let data, port, workerd, whole;
const files = {};
const start = async () => {
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  workerd = await startWorkerd({ config, port, data: join(data, "disk"), env, quiet: true });
};
const killed = async () => {
  await workerd.kill();
  await start();
};
const worker = () => workerd;

before(async () => {
  data = await mkdtemp(join(tmpdir(), "placet-lists-"));
  port = await claimPort(0);
  await start();
  files.known = await write(join(data, "known.csv"), all.knownList());
  files.left = await write(join(data, "left.csv"), all.refusedList());
  files.list = await write(join(data, "list.csv"), all.file());
  files.packed = await write(join(data, "list.csv.gz"), all.file(), { gzip: true });
  // The outcome of an uninterrupted import, which the others must equal.
  const shop = await shopWithLists();
  const { id } = await imported(shop, files.list);
  whole = { shop, id, ...(await outcome(shop, id)) };
  assert.ok(whole.opted_in.length > ROWS && whole.opted_out.length > all.refused && whole.errors.length > 100);
});
after(async () => {
  await workerd?.stop();
  await rm(data, { recursive: true, force: true });
});

/** Creates a shop that knows some of the persons already. */
async function shopWithLists() {
  const shop = await createShop(workerd.url);
  await imported(shop, files.known);
  await imported(shop, files.left);
  return shop;
}

async function imported({ server }, path) {
  const { id } = await upload(workerd.url, server, NEWS, createReadStream(path));
  const done = await ended(workerd.url, server, id, { every: 20 });
  assert.equal(done.state, "done", JSON.stringify(done));
  return done;
}

/** Returns the rows of a list sorted by address, without the ids of contacts, which differ in each shop. */
async function listed({ server }, kind) {
  const [header, ...lines] = (await listText(workerd.url, server, `/v1/lists/${kind}?${NEWS}`)).trimEnd().split("\r\n");
  assert.ok(header.endsWith(",contact"), header);
  return lines.map((line) => line.slice(0, line.lastIndexOf(","))).sort();
}

const standing = async (shop) => ({ opted_in: await listed(shop, "opted_in"), opted_out: await listed(shop, "opted_out") });

async function outcome(shop, id) {
  const { counts, sha256, progress } = await importOf(workerd.url, shop.server, id);
  const errors = await listText(workerd.url, shop.server, `/v1/imports/${id}/errors?format=csv`);
  return { counts, sha256, rows: progress.rows, errors: errors.split("\n"), ...(await standing(shop)) };
}

/** Compares two outcomes. Reports only the first line that differs, because both are long. */
function same(found, expected, what) {
  for (const [name, own] of Object.entries(found)) {
    if (!Array.isArray(own)) {
      assert.deepEqual(own, expected[name], `${what}: ${name}`);
      continue;
    }
    const place = own.findIndex((line, at) => line !== expected[name][at]);
    if (place >= 0) assert.equal(own[place], expected[name][place], `${what}: line ${place} of ${name}`);
    assert.equal(own.length, expected[name].length, `${what}: ${name}`);
  }
}

/** Kills the process while an import runs, once at each of the given row counts. Reported progress must not be lost. */
async function killAtRows({ server }, id, places) {
  let kills = 0;
  for (const place of places.sort((a, b) => a - b)) {
    let told;
    do told = await importOf(workerd.url, server, id);
    while (told.progress.rows < place && (told.state === "waiting" || told.state === "running"));
    if (told.state !== "waiting" && told.state !== "running") break;
    await sleep(random() * 30);
    await killed();
    kills++;
    const now = await importOf(workerd.url, server, id);
    assert.ok(now.progress.rows >= told.progress.rows, `${told.progress.rows} rows were done, then ${now.progress.rows}`);
  }
  return kills;
}

/** Imports a file into a new shop with kills. Returns the number of kills during the upload and during the work. */
async function killedImport(file, { uploading, working, dry = false }) {
  const shop = await shopWithLists();
  const earlier = dry && (await standing(shop));
  const bytes = await readFile(file);
  const query = dry ? `${NEWS}&dry_run=true` : NEWS;
  const key = `killed-${random()}`;
  const cuts = somewhere(bytes.length, uploading);
  const sent = await sendStruck({ worker, server: shop.server, query, bytes, key, cuts, strike: killed, random });
  const { id } = sent.import;
  const kills = await killAtRows(shop, id, somewhere(ROWS * 0.95, working));
  const done = await ended(workerd.url, shop.server, id, { every: 20 });
  assert.equal(done.state, "done", JSON.stringify(done));
  const found = await outcome(shop, id);
  // A gzipped file has another hash.
  if (file !== files.list) delete found.sha256;
  same(found, dry ? { ...whole, ...earlier } : whole, file);
  return [sent.struck, kills];
}

test("an import continues after kill -9 at any moment", async (context) => {
  context.diagnostic(`LISTS_SEED=${SEED}`);
  const tally = [];
  tally.push(...(await killedImport(files.list, { uploading: 9, working: 6 })));
  tally.push(...(await killedImport(files.packed, { uploading: 4, working: 4 })));
  tally.push(...(await killedImport(files.packed, { uploading: 2, working: 3, dry: true })));
  const kills = tally.reduce((sum, count) => sum + count, 0);
  context.diagnostic(`${kills} kills: ${tally.join(", ")} while a list, a packed one and its trial came in and were worked on`);
  assert.ok(kills >= 15, "too few kills interrupted anything");
});

test("an import continues after kill -9 without any request", async () => {
  const shop = await shopWithLists();
  const { id } = await upload(workerd.url, shop.server, NEWS, createReadStream(files.list));
  await killAtRows(shop, id, [ROWS * 0.2]);
  // The look-up has started the shop's object. After this kill no request reaches the shop: only the health check runs.
  await killed();
  const begun = cpuOf(workerd.process.pid);
  await busyAndIdle(begun);
  const found = await importOf(workerd.url, shop.server, id);
  assert.equal(found.state, "done", JSON.stringify(found.progress));
  same(await outcome(shop, id), whole, "without a request");
});

/** Waits until the process has worked for a while and then stopped working. */
async function busyAndIdle(before, seconds = 60) {
  const limit = Date.now() + seconds * 1000;
  for (let last = before; ; ) {
    await sleep(500);
    const now = cpuOf(workerd.process.pid);
    if (now - before > 500 && now - last < 20) return;
    if (Date.now() > limit) assert.fail(`it worked for ${now - before} ms in ${seconds} s`);
    last = now;
  }
}

test("an upload resumes after repeated cuts of its connection", async (context) => {
  const shop = await shopWithLists();
  const bytes = await readFile(files.list);
  const cuts = somewhere(bytes.length, 24);
  const strike = (cut) => cut();
  const sent = await sendStruck({ worker, server: shop.server, query: NEWS, bytes, key: `cut-${SEED}`, cuts, strike, random });
  context.diagnostic(`${sent.struck} requests were cut`);
  assert.ok(sent.struck >= 10, "too few cuts interrupted anything");
  const done = await ended(workerd.url, shop.server, sent.import.id, { every: 20 });
  assert.equal(done.state, "done", JSON.stringify(done));
  same(await outcome(shop, done.id), whole, "cut");
});

test("undoing an import continues after kill -9", async (context) => {
  const shop = await shopWithLists();
  const earlier = await standing(shop);
  const { id } = await imported(shop, files.list);
  const { status, text } = await exchange(workerd.url, "POST", `/v1/imports/${id}/undo`, shop.server);
  assert.equal(status, 202, text);
  let kills = 0;
  while (kills < 4 && (await importOf(workerd.url, shop.server, id)).state === "undoing") {
    await sleep(random() * 150);
    await killed();
    kills++;
  }
  assert.ok(kills > 1, "the work had ended before the kill");
  context.diagnostic(`${kills} kills`);
  const done = await ended(workerd.url, shop.server, id, { every: 20 });
  assert.equal(done.state, "undone", JSON.stringify(done));
  same(await standing(shop), earlier, "undone");
});

test("slow, stopped and disconnected readers neither delay others nor leak memory", async (context) => {
  const { server } = await shopOfManyPurposes();
  const long = "/v1/lists/opted_out?decide=true&format=ndjson";
  const { pid } = workerd.process;
  const held = memoryOf(pid).own;
  const answers = await Promise.all(Array.from({ length: 2 * READERS }, () => begin(workerd.url, "GET", long, server)));
  for (const answer of answers) answer.on("error", () => {});
  let read = 0;
  const reading = setInterval(() => {
    for (const answer of answers.slice(READERS)) read += answer.read()?.length ?? 0;
  }, 50);
  let longest = 0;
  const connection = new Connection(workerd.url);
  for (let count = 0; count < 100; count++) {
    const began = performance.now();
    const { email } = all.knownPerson(count);
    const { status } = await connection.send("POST", "/v1/contacts/lookup", server, JSON.stringify({ email }));
    assert.equal(status, 200);
    longest = Math.max(longest, performance.now() - began);
    await sleep(50);
  }
  connection.close();
  clearInterval(reading);
  const grown = (memoryOf(pid).own - held) / answers.length;
  const areOver = answers.filter(({ complete }) => complete);
  for (const answer of answers) answer.destroy();
  assert.ok(read > 0, "the slow readers read nothing");
  assert.equal(areOver.length, 0, "a stopped reader has received everything, so the test tests nothing");
  assert.ok(grown < HELD, `${grown} bytes are held for each reader`);
  assert.ok(longest < 1_000, `a look-up took ${longest} ms`);

  const path = `/v1/lists/opted_in?${NEWS}&format=ndjson`;
  const before = await listText(workerd.url, whole.shop.server, path);
  // Memory is freed at times of the runtime's choice, so the rounds differ. A leak shows in every round.
  const rounds = [];
  for (let round = 0; round < LEAVING_ROUNDS; round++) {
    const begun = memoryOf(pid).own;
    for (let count = 0; count < LEAVE; count++) {
      const answer = await begin(workerd.url, "GET", path, whole.shop.server);
      answer.on("error", () => {}).once("data", () => answer.destroy());
      await new Promise((done) => answer.once("close", done));
    }
    rounds.push(memoryOf(pid).own - begun);
  }
  await sleep(500);
  const worked = cpuOf(pid);
  await sleep(1_000);
  assert.ok(cpuOf(pid) - worked < 300, `it still works for disconnected readers: ${cpuOf(pid) - worked} ms in a second`);
  const left = Math.min(...rounds) / LEAVE;
  assert.ok(left < LEFT, `${left} bytes are left of each disconnected reader`);
  assert.equal(await listText(workerd.url, whole.shop.server, path), before, "the list has changed");
  const kept = `${(grown / MEGABYTE).toFixed(1)} MB for each of ${answers.length} stalled readers`;
  context.diagnostic(`${kept}, ${(left / 1e3).toFixed(0)} kB for each of those who left; look-ups within ${longest.toFixed(0)} ms`);
});

/** Creates a shop with a long list of decisions: one row for each address and purpose. */
async function shopOfManyPurposes() {
  const shop = await createShop(workerd.url);
  const headers = { ...shop.server, "content-type": "application/json" };
  const settings = { name: "Long", country: "GB", origins: [], channels: ["email"], notices: [], limits: { secret: 10_000 } };
  const body = JSON.stringify({ ...settings, purposes: ["newsletter", ...PURPOSES] });
  const { status, text } = await exchange(workerd.url, "PUT", "/v1/shop", headers, Buffer.from(body));
  assert.equal(status, 200, text);
  await imported(shop, files.known);
  return shop;
}

test("the client notices when a list breaks off", async () => {
  const { server } = whole.shop;
  for (const more of ["", "&gzip=true", "&format=json"]) {
    let taken = 0;
    const path = `/v1/lists/opted_in?${NEWS}${more}`;
    let killing;
    const reading = takeList(workerd.url, server, path, (part) => {
      taken += part.length;
      killing ??= workerd.kill();
    });
    await assert.rejects(reading, undefined, `${path} ended as if it were whole, after ${taken} bytes`);
    await killing;
    await start();
    assert.ok(taken > 0);
  }
});
