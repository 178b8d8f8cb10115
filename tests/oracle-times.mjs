// Whether the time of an answer tells a stranger who is known to a shop. Two shops know other persons; each request goes
// to both, so one of them knows its address and the other does not.
//
//   node tests/oracle-times.mjs [--pairs 2000]
//
// Loopback only, with one request at a time, so a difference is easier to see than from afar. Needs `make dist`.
//
// The test is that of Mann and Whitney. Its figure is the share of all pairs of a known and an unknown address in which
// the known one was answered later: 0.5 if nothing can be learnt, 1 or 0 if one answer tells all.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ORIGIN, ROOT_SECRET } from "./load.mjs";

/** One in 1,000 runs may err, over all routes together. */
const LEVEL = 3.6;
/** With this factor a real difference is seen in 90 of 100 runs. */
const POWER = LEVEL + 1.28;

const { values } = parseArgs({ options: { pairs: { type: "string", default: "2000" } } });
const pairs = Number(values.pairs);
const data = await mkdtemp(join(tmpdir(), "placet-times-"));
const port = await claimPort(0);
const workerd = await startWorkerd({
  config: fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url)), port, data, quiet: true,
  env: { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_PUBLIC_URL: `http://127.0.0.1:${port}`, PLACET_CLIENT_ADDRESS_HEADER: "x-real-ip" },
});
const connection = new Connection(workerd.url);

/** The requests of a stranger about an address. */
const ROUTES = {
  "/v1/consents": (email) => ({
    id: randomUUID(), contact: { email, country: "GB" },
    choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
    notice: { id: "popup", version: "1", locale: "en", text_sha256: "0".repeat(64) },
    source: { kind: "form", url: `${ORIGIN}/` },
  }),
  "/v1/requests": (email) => ({ kind: "access", contact: { email } }),
  "/v1/preferences/link": (email) => ({ contact: { email } }),
};

async function newShop(name) {
  const limits = { publishable: 10_000, secret: 10_000, visitor: 10_000, requests_day: 100_000, unproven_day: 1_000_000, messages: { hour: 1_000_000, day: 1_000_000, text_day: 1_000_000, country_day: 1_000_000 } };
  const body = { name, country: "GB", origins: [ORIGIN], channels: ["email"], purposes: ["newsletter"], limits };
  const made = await sent("POST", "/v1/shops", { authorization: `Bearer ${ROOT_SECRET}` }, body, 201);
  const [page, server] = [made.keys.publishable, made.keys.secret].map((key) => ({ authorization: `Bearer ${key}` }));
  return { page: { ...page, origin: ORIGIN }, server };
}

async function sent(method, path, headers, body, expected = 200) {
  const { status, text } = await connection.send(method, path, headers, body && JSON.stringify(body));
  assert.equal(status, expected, `${method} ${path.split("?")[0]}: ${text}`);
  return JSON.parse(text);
}

/** Imports the customers with the even or the odd numbers. */
async function know(shop, odd) {
  const rows = Array.from({ length: pairs * 3 }, (_, index) => `customer${2 * index + odd}@example.com`);
  const answer = await fetch(new URL("/v1/imports?list=opted_in&channel=email&purpose=newsletter", workerd.url), {
    method: "POST", headers: { ...shop.server, "content-type": "text/csv" }, body: `email\n${rows.join("\n")}\n`,
  });
  const { id } = await answer.json();
  for (let state = ""; state !== "done"; await sleep(100)) ({ state } = await sent("GET", `/v1/imports/${id}`, shop.server));
}

/** Returns the share of pairs in which the first is larger. */
function share(ones, others) {
  const all = [...ones.map((value) => [value, 1]), ...others.map((value) => [value, 0])].sort(([a], [b]) => a - b);
  let [below, wins] = [0, 0];
  for (const [, known] of all) known ? (wins += below) : (below += 1);
  return wins / (ones.length * others.length);
}

const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

try {
  const shops = [await newShop("even"), await newShop("odd")];
  await know(shops[0], 0);
  await know(shops[1], 1);
  // The standard deviation of the share if nothing can be learnt.
  const deviation = Math.sqrt((2 * pairs + 1) / (12 * pairs * pairs));
  let next = 0;
  for (const [route, bodyOf] of Object.entries(ROUTES)) {
    const times = { known: [], unknown: [] };
    for (let pair = -50; pair < pairs; pair++) {
      const number = next++;
      // Which shop knows the address and which one is asked first change independently.
      const first = Math.random() < 0.5 ? 0 : 1;
      for (const which of [first, 1 - first]) {
        const body = JSON.stringify(bodyOf(`customer${number}@example.com`));
        const headers = { ...shops[which].page, "x-real-ip": `10.0.${(number >> 8) & 255}.${number & 255}` };
        const began = performance.now();
        const { status, text } = await connection.send("POST", route, headers, body);
        const took = performance.now() - began;
        assert.ok(status < 300, `${route}: ${status} ${text}`);
        if (pair >= 0) times[number % 2 === which ? "known" : "unknown"].push(took);
      }
    }
    const found = share(times.known, times.unknown);
    console.log(`${route}: median ${middle(times.known).toFixed(2)} ms known, ${middle(times.unknown).toFixed(2)} ms unknown; share ${found.toFixed(3)}, noise up to ${(LEVEL * deviation).toFixed(3)}, a share of ${(0.5 + POWER * deviation).toFixed(3)} is seen in 90 of 100 runs`);
    assert.ok(Math.abs(found - 0.5) < LEVEL * deviation, `${route}: the time of the answer tells who is known`);
  }
} finally {
  connection.close();
  await workerd.stop();
  await rm(data, { recursive: true, force: true });
}
