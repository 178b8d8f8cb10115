// Kill -9 under load: every acknowledged submission is stored, exactly once.
//
//   node tests/faults.mjs [--rounds 10] [--seconds 30]
//
// A round is `seconds` of submissions on 8 connections. At a random moment workerd is killed and started again on the
// same data. A submission without an answer is sent again under its id, as the storefront does. Then every acknowledged
// submission is looked up: its two records must be there, once. At the end some submissions of every round are looked
// up again.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop, newSubmission, onConnections } from "./load.mjs";

const CONNECTIONS = 8;
const config = fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" }, seconds: { type: "string", default: "30" } } });
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];

const data = await mkdtemp(join(tmpdir(), "placet-faults-"));
const port = await claimPort(0);
const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
const start = () => startWorkerd({ config, port, data, env });
let workerd = await start();
const shop = await createShop(workerd.url);

let total = 0;
const samples = [];
let repeated = 0;
for (let round = 1; round <= rounds; round++) {
  const acknowledged = [];
  const end = Date.now() + seconds * 1000;
  const moment = Math.random() * seconds * 1000 * 0.9;

  const load = onConnections(CONNECTIONS, workerd.url, () => Date.now() >= end, async (connection) => {
    const submission = newSubmission();
    for (;;) {
      try {
        const { status, text } = await connection.send("POST", "/v1/consents", shop.page, submission.body);
        // workerd prints the reason; this leaves time for its output to arrive.
        if (status !== 201) await sleep(500);
        assert.equal(status, 201, text);
        acknowledged.push({ ...submission, received_at: JSON.parse(text).received_at });
        return;
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        // The connection broke, so the submission may or may not be stored. The same id makes it safe to send it again.
        repeated++;
        await sleep(20);
      }
    }
  });
  await sleep(moment);
  await workerd.kill();
  workerd = await start();
  await load;

  samples.push(...acknowledged.filter((_, place) => place % 50 === 0));
  const checked = await lookUp(acknowledged, `round ${round}`);
  total += checked;
  console.log(`round ${round} of ${rounds}: killed after ${(moment / 1000).toFixed(1)} s; ${checked} acknowledged, each there once`);
}
await lookUp(samples, "at the end");
await workerd.stop();
await rm(data, { recursive: true, force: true });
assert.ok(repeated > 0, "no submission was ever interrupted: the kill hit nothing");
console.log(`${total} acknowledged submissions over ${rounds} kills, each there exactly once; ${repeated} were sent again`);

/** Looks up each submission and returns their number. */
async function lookUp(acknowledged, when) {
  let checked = 0;
  await onConnections(CONNECTIONS, workerd.url, () => checked >= acknowledged.length, async (connection) => {
    const { id, email, received_at } = acknowledged[checked++];
    const { status, text } = await connection.send("POST", "/v1/contacts/lookup", shop.server, JSON.stringify({ email }));
    assert.equal(status, 200, `${when}: an acknowledged submission is lost`);
    const report = JSON.parse(text);
    assert.equal(report.typed_beside.length, 1, `${when}: the other address of the form is lost`);
    const beside = await connection.send("GET", `/v1/contacts/${report.typed_beside[0]}`, shop.server);
    const told = ({ records }) => records.map((record) => [record.channel, record.choice, record.received_at]);
    assert.deepEqual([report.records[0].submission, told(report), told(JSON.parse(beside.text))], [
      id, [["email", "opt_in", received_at]], [["sms", "declined", received_at]],
    ], when);
  });
  return checked;
}
