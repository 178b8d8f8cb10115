// A connection on real workerd that is killed with -9 while hooks, writes and readings are under way: afterwards the platform
// and the ledger agree, and nothing was written to the platform that the ledger has not acknowledged.
//
//   node --test tests/connections.mjs          PLACET_KILLS=50 for the long run

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop } from "./load.mjs";
import { startPlatform } from "./tools/platform.mjs";

const CUSTOMERS = 150;
const KILLS = Number(process.env.PLACET_KILLS ?? 4);
const config = fileURLToPath(new URL("../src/edge/local.capnp", import.meta.url));
const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_LOCAL_WEBHOOKS: "1" };

let data, port, workerd, shop, platform, connection;
/** What each person has chosen on another way, acknowledged by the ledger. */
const chosen = new Map();
/** The writes that the platform got. */
const writes = [];
const chance = (share) => Math.random() < share;
const id = (number) => String(number).padStart(5, "0");
const email = (own) => `p${own}@example.com`;

async function ask(method, path, body) {
  const headers = { ...shop.server, "content-type": "application/json" };
  const answer = await fetch(`${workerd.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

/** Repeats a request until it is answered. */
async function persistently(method, path, body) {
  for (;;) {
    try {
      return await ask(method, path, body);
    } catch {
      await sleep(50);
    }
  }
}

async function choose(own, choice) {
  const evidence = { confirmed_by: "email" };
  const { status, body } = await persistently("POST", "/v1/consents", {
    id: randomUUID(),
    contact: { email: email(own), country: "GB" },
    choices: [{ channel: "email", purpose: "newsletter", choice, ...(choice === "opt_in" && { basis: "consent" }), evidence }],
    ...(choice === "opt_in" && { notice: { id: "n", version: "1", locale: "en", text_sha256: "0".repeat(64) } }),
    source: { kind: "server" },
    assurance: "confirmed",
  });
  assert.equal(status, 201, JSON.stringify(body));
  chosen.set(own, [...(chosen.get(own) ?? []), choice]);
}

const start = async () => { workerd = await startWorkerd({ config, port, data, env: { ...env, PLACET_PUBLIC_URL: `http://127.0.0.1:${port}` }, quiet: true }); };

/** Waits until all customers were read and nothing is owed. */
async function settled() {
  for (const limit = Date.now() + 400_000; ; await sleep(200)) {
    const [state, preview] = [await persistently("GET", `/v1/connections/${connection}`), await persistently("GET", `/v1/connections/${connection}/preview`)];
    const owed = preview.body.opt_ins_to_write.count + preview.body.opt_outs_to_write.count;
    if (!state.body.reading && state.body.read_at && !owed) return state.body;
    assert.ok(Date.now() < limit, JSON.stringify([state.body, preview.body]));
  }
}

before(async () => {
  data = await mkdtemp(join(tmpdir(), "placet-connections-"));
  port = await claimPort(0);
  await start();
  shop = await createShop(workerd.url);
  platform = await startPlatform({
    trouble: () => (chance(0.9) ? undefined : ["failure", "throttled", "silence"][Math.floor(Math.random() * 3)]),
    onWrite: (own, state) => writes.push([own, state]),
  });
  for (let number = 0; number < CUSTOMERS; number++) platform.add(id(number), email(id(number)), ["on", "off", undefined][number % 3]);
});

after(async () => {
  await workerd?.stop();
  await platform?.stop();
  await rm(data, { recursive: true, force: true });
});

test("a connection waits for an approval, and changes nothing before", async () => {
  const made = await ask("POST", "/v1/connections", { platform: "custom", base: platform.base, mode: "both", credentials: { token: platform.token } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  connection = made.body.id;
  platform.connect(made.body.hook_url, made.body.hook_secret);
  const { state } = await settled();
  assert.equal(state, "needs_approval");
  assert.equal(writes.length, 0);
  const { body } = await ask("GET", `/v1/connections/${connection}/preview`);
  assert.deepEqual([body.customers, body.opt_ins_to_take.count], [CUSTOMERS, CUSTOMERS / 3]);
  assert.equal((await ask("POST", `/v1/connections/${connection}/approve`)).status, 200);
  await settled();
});

test("killed at any moment, both sides agree afterwards", async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    const killing = sleep(Math.random() * 1500).then(() => workerd.kill()).then(start);
    for (let act = 0; act < 12; act++) {
      const own = id(Math.floor(Math.random() * CUSTOMERS));
      if (chance(0.5)) {
        platform.set(own, chance(0.5) ? "on" : "out");
        if (chance(0.7)) await platform.tell(own);
      } else {
        await choose(own, chance(0.5) ? "opt_in" : "opt_out");
      }
      if (chance(0.1)) await persistently("POST", `/v1/connections/${connection}/sync`);
      await sleep(Math.random() * 100);
    }
    await killing;
  }
  // Twice: what a reading finds may have to be written, and what was lost is found by the next.
  for (let round = 0; round < 2; round++) {
    await settled();
    assert.equal((await persistently("POST", `/v1/connections/${connection}/sync`)).status, 202);
  }
  assert.equal((await settled()).state, "ok");
  for (const [own, { state }] of platform.customers) {
    const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: email(own) } });
    const { allow, reason } = body.decision;
    if (["opted_out", "objected", "suppressed"].includes(reason)) assert.notEqual(state, "on", `${own} has opted out`);
    if (allow && chosen.get(own)?.at(-1) === "opt_in") assert.equal(state, "on", `${own} has opted in`);
  }
  for (const [own, state] of writes) {
    const wanted = state === "on" ? "opt_in" : "opt_out";
    // An opt-out at the platform is the ledger's too, so it is set again after another app has turned it on.
    assert.ok(state === "out" || chosen.get(own)?.includes(wanted), `${own} was set to ${state} although nobody chose so`);
  }
});
