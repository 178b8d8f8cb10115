// Decisions about 10,000 addresses, half of them unknown, in a shop of 100,000 contacts, compared with a bare SQL
// look-up of the same addresses in the same object, in turns.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startWorkerd } from "../../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop } from "../load.mjs";
import { median, ratio } from "./numbers.mjs";

const CONTACTS = 100_000;
const BATCH = 10_000;

export async function benchBatch(rounds = 15) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const config = fileURLToPath(new URL("batch.capnp", import.meta.url));
  const workerd = await startWorkerd({ config, port: 0, data, env, quiet: true });
  const { server } = await createShop(workerd.url);
  const connection = new Connection(workerd.url);
  const post = async (body, bench) => {
    const headers = bench ? { ...server, "placet-bench": bench } : server;
    const { status, text } = await connection.send("POST", "/v1/decisions", headers, body);
    assert.equal(status, 200, text.slice(0, 500));
    return text;
  };
  await post(JSON.stringify({ contacts: CONTACTS }), "fill");

  let stranger = 0;
  const question = (explain) => {
    const contacts = Array.from({ length: BATCH }, (_, at) => {
      const known = 1 + Math.floor(Math.random() * CONTACTS);
      return { email: at % 2 ? `person${known}@example.com` : `stranger${stranger++}@example.com` };
    });
    return JSON.stringify({ channel: "email", purpose: "newsletter", contacts, explain });
  };
  const ways = {
    each: { bench: "each", explain: false },
    atOnce: { bench: "atOnce", explain: false },
    decisions: { explain: false },
    explained: { explain: true },
  };
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = -3; round < rounds; round++) {
    for (const [way, { bench, explain }] of Object.entries(ways)) {
      const body = question(explain);
      const begin = performance.now();
      const answer = await post(body, bench);
      const took = performance.now() - begin;
      // The first rounds are a warm-up.
      if (round >= 0) times[way].push(took);
      if (bench) assert.equal(JSON.parse(answer).found, BATCH / 2);
      else assert.equal(answer.split('"allow":true').length - 1, BATCH / 2);
    }
  }
  connection.close();
  await workerd.stop();
  await rm(data, { recursive: true, force: true });

  const rate = (way) => `${Math.round(BATCH / median(times[way]) * 1000).toLocaleString("en")} /s`.padStart(12);
  console.log(`
${BATCH.toLocaleString("en")} addresses, half of them unknown, in a shop of ${CONTACTS.toLocaleString("en")} contacts, ${rounds} rounds in turns
  plain SQL, a statement an address  ${rate("each")}
  plain SQL, one statement           ${rate("atOnce")}
  decisions                          ${rate("decisions")}   ratio ${ratio(times.each, times.decisions)} of the first, ${ratio(times.atOnce, times.decisions)} of the second
  decisions, each explained          ${rate("explained")}   ratio ${ratio(times.each, times.explained)} of the first, ${ratio(times.atOnce, times.explained)} of the second`);
}
