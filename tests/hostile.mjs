// A botnet with one publishable key and one link to unsubscribe: what it can cause has a limit, and honest persons do not
// wait for it. Afterwards the master key is replaced while the shop works.
//
//   node tests/hostile.mjs [--seconds 120] [--contacts 100000]
//
// Loopback only. Needs `make dist`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { Connection, ORIGIN, ROOT_SECRET, onConnections } from "./load.mjs";

const BOTS = 10_000;
const HONEST = 100;
/** The most that a claim and a request that nobody has proven may need on disk, in bytes; measured on the tables: 2.6 KB. */
const CLAIM = 4_000;
const REQUEST = 3_000;
const UNPROVEN_DAY = 20_000;
const REQUESTS_DAY = 5_000;
const MESSAGES_HOUR = 10_000;
/** The longest time that an honest person waits for one step, in milliseconds, for 95 of 100. */
const PATIENCE = 2_000;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "120" }, contacts: { type: "string", default: "100000" } } });
const [seconds, contacts] = [Number(values.seconds), Number(values.contacts)];
const config = fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url));
const placet = fileURLToPath(new URL("../src/cli/placet.js", import.meta.url));

const data = await mkdtemp(join(tmpdir(), "placet-hostile-"));
const port = await claimPort(0);
let keys = { PLACET_MASTER_KEY: "the-first-master-key-of-the-hostile-test-0123" };
const start = () =>
  startWorkerd({
    config, port, data, quiet: true,
    env: { ...keys, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_PUBLIC_URL: `http://127.0.0.1:${port}`, PLACET_CLIENT_ADDRESS_HEADER: "x-real-ip" },
  });
let workerd = await start();
const { url } = workerd;
let server = new Connection(url);

/** Sends a request of the shop's server and returns the JSON of the answer. */
async function ask(method, path, body, headers = shop.server) {
  const { status, text } = await server.send(method, path, headers, body && JSON.stringify(body));
  assert.ok(status < 300, `${method} ${path.split("?")[0]}: ${status} ${text}`);
  return JSON.parse(text);
}

const made = await ask("POST", "/v1/shops", {
  name: "Kestrel", country: "GB", origins: [ORIGIN], channels: ["email", "sms"], purposes: ["newsletter", "offers"],
  // Every other limit is the default. The shop's own server imports and looks up more than usual.
  limits: { secret: 10_000 },
}, { authorization: `Bearer ${ROOT_SECRET}` });
const shop = {
  page: { authorization: `Bearer ${made.keys.publishable}`, origin: ORIGIN },
  server: { authorization: `Bearer ${made.keys.secret}` },
};

try {
  await fill();
  await flood();
  await rotate();
} finally {
  server.close();
  await workerd.stop();
  await rm(data, { recursive: true, force: true });
}

/** Imports the shop's own customers. */
async function fill() {
  const rows = Array.from({ length: contacts }, (_, index) => `customer${index}@example.com,shop:${index}`);
  const file = `email,external\n${rows.join("\n")}\n`;
  const { status, text } = await raw("POST", "/v1/imports?list=opted_in&channel=email&purpose=newsletter", { ...shop.server, "content-type": "text/csv" }, file);
  assert.equal(status, 202, text);
  for (let state = ""; state !== "done"; await sleep(200)) ({ state } = await ask("GET", `/v1/imports/${JSON.parse(text).id}`));
}

async function raw(method, path, headers, body) {
  const answer = await fetch(`${url}${path}`, { method, headers, body });
  return { status: answer.status, text: await answer.text() };
}

/** Returns the bytes of the shop's files. */
async function size() {
  const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, path, name }) => (await stat(join(parentPath ?? path, name))).size));
  return sizes.reduce((sum, one) => sum + one, 0);
}

/** Returns the number of messages that the shop has to send. */
async function messages() {
  let count = 0;
  for (let before = ""; before !== undefined; ) {
    const page = await ask("GET", `/v1/messages?limit=1000${before && `&before=${before}`}`);
    count += page.messages.length;
    before = page.next ?? undefined;
  }
  return count;
}

async function flood() {
  // The link of the attacker's own newsletter.
  const own = await customer(0, "mallory@example.com");
  const honest = [];
  for (let person = 0; person < HONEST; person++) honest.push(await customer(person, `honest${person}@example.com`));
  const before = await size();

  const sent = new Map();
  const end = Date.now() + seconds * 1_000;
  const attack = onConnections(16, url, () => Date.now() >= end, async (connection) => {
    const bot = Math.floor(Math.random() * BOTS);
    const from = bot % 2 ? `10.${bot >> 8}.${bot & 255}.7` : `2001:db8:${bot.toString(16)}::${randomBytes(2).toString("hex")}`;
    const { status } = await hostile(connection, { "x-real-ip": from }, own.unsubscribe).catch(() => ({ status: "broken" }));
    sent.set(status, (sent.get(status) ?? 0) + 1);
  });

  const waited = [];
  const visit = async (connection, method, path, body, number) => {
    const began = performance.now();
    const answer = await connection.send(method, path, { "x-real-ip": `198.51.100.${number}`, "content-type": "application/x-www-form-urlencoded" }, body);
    waited.push(performance.now() - began);
    return answer;
  };
  const pause = (seconds * 1_000 * 0.8) / HONEST;
  for (const [number, person] of honest.entries()) {
    await honestly(visit, person, number);
    await sleep(Math.max(0, pause - 100));
  }
  await attack;

  const [after, posted] = [await size(), await messages()];
  const allowed = before * 1.2 + UNPROVEN_DAY * CLAIM + REQUESTS_DAY * REQUEST;
  const slow = waited.sort((one, other) => one - other)[Math.floor(waited.length * 0.95)];
  console.log(`${[...sent.values()].reduce((sum, one) => sum + one, 0)} hostile requests of ${BOTS} visitors in ${seconds} s: ${[...sent].map(([status, count]) => `${status}: ${count}`).join(", ")}`);
  console.log(`the shop's files: ${mb(before)} before, ${mb(after)} after; allowed ${mb(allowed)}`);
  console.log(`${posted} messages; allowed ${MESSAGES_HOUR}, and what persons asked for`);
  console.log(`${HONEST} persons opted in, left, got their report and were erased; 95 of 100 steps took at most ${slow.toFixed(0)} ms; allowed ${PATIENCE}`);
  assert.ok(after <= allowed, "the flood fills the ledger");
  assert.ok(posted <= MESSAGES_HOUR + 4 * HONEST, "the flood sends more messages than the budget");
  assert.ok(slow <= PATIENCE, "honest persons wait");

  // The shop lets the flood go.
  const env = { ...process.env, PLACET_URL: url, PLACET_KEY: made.keys.secret };
  const gone = execFileSync(process.execPath, [placet, "flood", "--since", "2020-01-01T00:00:00Z", "--drop", "--json", "--quiet"], { env, encoding: "utf8" });
  assert.ok(JSON.parse(gone).dropped > 0);
  assert.equal((await ask("GET", "/v1/unproven")).count, 0);
  console.log(`placet flood let ${JSON.parse(gone).dropped} contacts go`);
}

/** Creates a customer of the shop. Returns the address and the paths of the links. */
async function customer(number, email) {
  const body = {
    id: randomUUID(), contact: { email, external: `known:${email}` }, assurance: "authenticated", source: { kind: "account" },
    notice: { id: "account", version: "1", locale: "en-GB", text_sha256: "0".repeat(64) },
    choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
  };
  const { contact } = await ask("POST", "/v1/consents", body);
  const { links } = await ask("GET", `/v1/contacts/${contact}/links?channel=email&purpose=newsletter`);
  const [preferences, unsubscribe] = [links[0].preferences, links[0].unsubscribe].map((link) => new URL(link).pathname);
  return { email, preferences, unsubscribe };
}

/** One request of the botnet. */
function hostile(connection, from, unsubscribe) {
  const page = { ...shop.page, ...from };
  const email = `${randomUUID()}@example.com`;
  switch (Math.floor(Math.random() * 8)) {
    case 0:
    case 1:
    case 2:
      return connection.send("POST", "/v1/consents", page, JSON.stringify({
        id: randomUUID(), contact: { email, phone: `+4477${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`, country: "GB" },
        choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }, { channel: "sms", purpose: "offers", choice: "opt_in" }],
        notice: { id: "popup", version: "1", locale: "en", text: `Words ${email}`, text_sha256: createHash("sha256").update(`Words ${email}`).digest("hex") },
        source: { kind: "form", url: `${ORIGIN}/${"a".repeat(1_900)}` },
      }));
    case 3:
      return connection.send("POST", unsubscribe, { ...from, "content-type": "application/x-www-form-urlencoded" }, "List-Unsubscribe=One-Click");
    case 4:
      return connection.send("POST", "/v1/requests", page, JSON.stringify({ kind: "access", contact: { email } }));
    case 5:
      return connection.send("POST", "/v1/preferences/link", page, JSON.stringify({ contact: { email: `customer${Math.floor(Math.random() * contacts)}@example.com` } }));
    case 6:
      return connection.send("GET", "/v1/storefront", page);
    default:
      return connection.send("POST", "/v1/consents", page, JSON.stringify({ id: randomUUID() }));
  }
}

/** One person opts in and out, gets their report, and has their data erased, from their own page. */
async function honestly(visit, { email, preferences, unsubscribe }, number) {
  const connection = new Connection(url);
  const page = async (method, path, body) => {
    const { status, text } = await visit(connection, method, path, body, number);
    assert.equal(status, 200, `person ${number}: ${method} ${path.slice(0, 3)}: ${text}`);
    return text;
  };
  /** Returns the path in the latest message of a kind to this person. */
  const link = async (kind) => {
    for (const { message } of (await ask("GET", "/v1/messages?limit=1000")).messages.filter((one) => one.kind === kind)) {
      const whole = await ask("GET", `/v1/messages/${message}`);
      if (whole.to === email) return new URL(whole.link).pathname;
    }
    throw new Error(`person ${number}: no message of the kind ${kind}`);
  };
  const decide = async (purpose) => (await ask("POST", "/v1/decisions", { channel: "email", purpose, contact: { email } })).decision.allow;
  const boxes = await page("GET", preferences);
  const [, shown] = /name="shown" value="([^"]*)"/.exec(boxes);
  const offers = /name="([^"]*\.email\.offers)"/.exec(boxes)[1];
  const newsletter = offers.replace("offers", "newsletter");
  await page("POST", preferences, new URLSearchParams({ action: "save", shown, [offers]: "on", [newsletter]: "on" }).toString());
  assert.equal(await decide("offers"), true, `person ${number} opted in`);
  await page("POST", unsubscribe, "List-Unsubscribe=One-Click");
  assert.equal(await decide("newsletter"), false, `person ${number} left`);
  await page("POST", preferences, "action=access");
  await page("POST", await link("request"), "");
  await page("GET", await link("result"));
  await page("POST", preferences, "action=erasure");
  await page("POST", await link("request"), "action=confirm");
  const { status } = await server.send("POST", "/v1/contacts/lookup", shop.server, JSON.stringify({ email }));
  assert.equal(status, 404, `person ${number} was erased`);
  connection.close();
}

/** Replaces the master key: with the command, and with workerd started again, as a deployment is. */
async function rotate() {
  const person = await customer(0, "rotation@example.com");
  let [asked, failed, over] = [0, [], false];
  const load = onConnections(4, url, () => over, async (connection) => {
    const began = Date.now();
    for (;;) {
      try {
        const page = await connection.send("GET", person.preferences, { "x-real-ip": `192.0.2.${asked % 250}` });
        const answer = await connection.send("POST", "/v1/decisions", shop.server, JSON.stringify({ channel: "email", purpose: "newsletter", contact: { external: `shop:${asked % contacts}` } }));
        asked++;
        for (const { status, text } of [page, answer]) if (status !== 200 && status !== 429) failed.push(`${status} ${text.slice(0, 200)}`);
        return;
      } catch {
        // workerd is being started again. A client tries again, as after every deployment.
        if (Date.now() - began > 20_000) throw new Error("the service did not come back");
        await sleep(20);
      }
    }
  });
  await sleep(2_000);
  const old = { ...made.keys, link: person.preferences };
  await turn("rotate");
  await sleep(3_000);
  // Old keys and links work beside the new ones.
  const fresh = await ask("POST", "/v1/keys", { kind: "sk", name: "new", scopes: ["read", "capture", "messages", "admin"] });
  const page = await ask("POST", "/v1/keys", { kind: "pk", name: "new page" });
  shop.server = { authorization: `Bearer ${fresh.key}` };
  shop.page = { ...shop.page, authorization: `Bearer ${page.key}` };
  const again = await customer(1, "rotation@example.com");
  person.preferences = again.preferences;
  await sleep(2_000);
  await turn("retire", "0");
  await sleep(2_000);
  over = true;
  await load;
  assert.deepEqual(failed.slice(0, 3), [], `${failed.length} of ${asked} requests failed during the rotation`);
  // Afterwards the old key opens nothing.
  for (const key of [old.secret, old.publishable]) {
    const path = key.startsWith("sk") ? "/v1/keys" : "/v1/storefront";
    const { status } = await server.send("GET", path, { authorization: `Bearer ${key}`, origin: ORIGIN });
    assert.equal(status, 401, "a key of before is refused");
  }
  assert.equal((await server.send("GET", old.link, {})).status, 404, "a link of before is refused");
  assert.equal((await server.send("GET", again.preferences, {})).status, 200);
  console.log(`the master key was replaced in a shop of ${contacts} contacts: ${asked} rounds of requests meanwhile, none failed; the old key opens nothing`);
}

/** Runs `placet keys` and starts workerd with what it prints. */
async function turn(...args) {
  const told = execFileSync(process.execPath, [placet, "keys", ...args], { env: { ...process.env, ...keys }, encoding: "utf8" });
  keys = Object.fromEntries(told.trim().split("\n").map((line) => /^(\w+)='(.*)'$/.exec(line).slice(1)));
  await workerd.stop();
  workerd = await start();
  // The connection of before has ended.
  server.close();
  server = new Connection(url);
}

function mb(bytes) {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
