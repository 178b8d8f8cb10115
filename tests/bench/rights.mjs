// Requests about one person in a small and in a large shop: the report by address and by contact id, and the erasure,
// of contacts with equally many records, in turns. No contact is used twice.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startWorkerd } from "../../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop } from "../load.mjs";
import { median, shuffled } from "./numbers.mjs";

const SMALL = 1_000;
const LARGE = 1_000_000;
/** The number of contacts inserted at once. */
const PAGE = 10_000;
const WARM_UP = 40;

const whole = (number) => number.toLocaleString("en");

export async function benchRights(rounds = 400) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const config = fileURLToPath(new URL("batch.capnp", import.meta.url));
  const workerd = await startWorkerd({ config, port: 0, data, env, quiet: true });
  const connection = new Connection(workerd.url);

  const shops = [];
  for (const contacts of [SMALL, LARGE]) {
    const { server } = await createShop(workerd.url);
    await fill(connection, server, contacts);
    const people = shuffled(Array.from({ length: contacts }, (_, at) => at + 1));
    shops.push({ contacts, server, people, times: { lookup: [], report: [], erase: [] } });
  }

  for (let round = -WARM_UP; round < rounds; round++) {
    // Alternates the order, so that neither shop gains by being first.
    const turns = round % 2 ? shops : shops.toReversed();
    for (const shop of turns) shop.met = { email: `person${shop.people.pop()}@example.com` };
    for (const [way, method, path, body, status] of [
      ["lookup", "POST", () => "/v1/contacts/lookup", ({ email }) => JSON.stringify({ email }), 200],
      ["report", "GET", ({ id }) => `/v1/contacts/${id}`, () => undefined, 200],
      ["erase", "DELETE", ({ id }) => `/v1/contacts/${id}`, () => undefined, 200],
    ]) {
      for (const { server, met, times } of turns) {
        const begin = performance.now();
        const answer = await connection.send(method, path(met), server, body(met));
        const took = performance.now() - begin;
        assert.equal(answer.status, status, answer.text.slice(0, 500));
        if (round >= 0) times[way].push(took);
        if (way === "lookup") met.id = JSON.parse(answer.text).id;
        if (way === "report") assert.equal(JSON.parse(answer.text).records.length, 3);
      }
    }
  }
  connection.close();
  await workerd.stop();
  await rm(data, { recursive: true, force: true });

  const line = (name, way) => {
    const [small, large] = shops.map(({ times }) => median(times[way]));
    const ms = (time) => `${time.toFixed(2)} ms`.padStart(10);
    return `  ${name.padEnd(24)}${ms(small)}${ms(large)}   ratio ${(large / small).toFixed(2)}`;
  };
  console.log(`
one contact of 3 records, in a shop of ${whole(SMALL)} and in one of ${whole(LARGE)} contacts, medians of ${rounds} rounds in turns
${line("report, by an address", "lookup")}
${line("report, by the id", "report")}
${line("erasure", "erase")}
  (bar: 1.3)`);
}

async function fill(connection, server, contacts) {
  const begin = performance.now();
  for (let from = 1; from <= contacts; from += PAGE) {
    const page = Math.min(PAGE, contacts + 1 - from);
    const headers = { ...server, "placet-bench": "fill" };
    const { status, text } = await connection.send("POST", "/v1/decisions", headers, JSON.stringify({ contacts: page, from }));
    assert.equal(status, 200, text.slice(0, 500));
    const done = from + page - 1;
    if (done % 100_000 === 0) console.log(`  ${whole(done)} contacts of ${whole(contacts)} after ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
}
