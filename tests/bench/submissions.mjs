// Durable submissions through workerd, compared with a plain JavaScript worker that does one insert for each.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startWorkerd } from "../../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop, newSubmission, onConnections } from "../load.mjs";
import { median } from "./numbers.mjs";

const CONNECTIONS = 8;
// Until the engine has compiled the hot code of both to its fastest tier.
const WARM_UP_SECONDS = 10;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function benchSubmissions(rounds, seconds) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const placet = await startWorkerd({ config: here("../../src/edge/workerd.capnp"), port: 0, data: join(data, "placet"), env, quiet: true });
  const plain = await startWorkerd({ config: here("plain.capnp"), port: 0, data: join(data, "plain"), quiet: true });
  const { page } = await createShop(placet.url);

  /** Measures durable submissions per second. */
  async function rate({ url }, seconds) {
    let done = 0;
    const start = performance.now();
    await onConnections(CONNECTIONS, url, () => performance.now() - start > seconds * 1000, async (connection) => {
      const { status, text } = await connection.send("POST", "/v1/consents", page, newSubmission().body);
      assert.equal(status, 201, text);
      done++;
    });
    return done / ((performance.now() - start) / 1000);
  }

  const whole = (number) => Math.round(number).toLocaleString("en");

  console.log(`durable submissions through workerd, ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s each in turns`);
  await rate(plain, WARM_UP_SECONDS);
  await rate(placet, WARM_UP_SECONDS);
  const measured = [];
  for (let round = 1; round <= rounds; round++) {
    const floor = await rate(plain, seconds);
    const ours = await rate(placet, seconds);
    measured.push({ floor, ours, ratio: ours / floor });
    console.log(`  round ${round} of ${rounds}: plain ${whole(floor)}/s, placet ${whole(ours)}/s, ratio ${(ours / floor).toFixed(2)}`);
  }
  const ratios = measured.map(({ ratio }) => ratio);
  console.log(`
    plain JavaScript, one insert       ${whole(median(measured.map(({ floor }) => floor)))} /s
    placet, one submission, 16 rows     ${whole(median(measured.map(({ ours }) => ours)))} /s
    ratio                              ${median(ratios).toFixed(2)}  (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})
  `);
  await Promise.all([placet.stop(), plain.stop()]);
  await rm(data, { recursive: true, force: true });
}
