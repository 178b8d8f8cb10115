// A connection to a shop platform: hooks beside plain submissions in turns, and all customers read, with look-ups meanwhile.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop, newSubmission, onConnections } from "../load.mjs";
import { watchIsolate } from "../tools/memory.mjs";
import { startPlatform } from "../tools/platform.mjs";
import { median } from "./numbers.mjs";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { Webhook } = require("standardwebhooks");
const config = fileURLToPath(new URL("../../src/edge/local.capnp", import.meta.url));
const CONNECTIONS = 8;
const LOOKUP_PAUSE_MS = 50;

export async function benchConnections(customers, rounds, seconds) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const [port, inspector] = [await claimPort(0), await claimPort(0)];
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_LOCAL_WEBHOOKS: "1", PLACET_PUBLIC_URL: `http://127.0.0.1:${port}` };
  const workerd = await startWorkerd({ config, port, data, env, inspector, quiet: true });
  const platform = await startPlatform();
  try {
    await bench({ customers, rounds, seconds, workerd, platform, inspector });
  } finally {
    await Promise.all([workerd.stop(), platform.stop()]);
    await rm(data, { recursive: true, force: true });
  }
}

async function bench({ customers, rounds, seconds, workerd, platform, inspector }) {
  const shop = await createShop(workerd.url);
  const isolate = await watchIsolate(inspector);
  const ask = async (method, path, body) => {
    const answer = await fetch(`${workerd.url}${path}`, { method, headers: { ...shop.server, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${answer.status}`);
    return answer.json();
  };
  const made = await ask("POST", "/v1/connections", { platform: "custom", base: platform.base, mode: "import", cap: 1_000_000, credentials: { token: platform.token } });
  const path = `/v1/connections/${made.id}`;
  const read = async () => {
    for (;;) {
      const own = await ask("GET", path);
      if (own.read_at && !own.reading) return own;
      await sleep(200);
    }
  };
  await read();
  await ask("POST", `${path}/approve`);
  await sleep(1_000);
  await read();

  const signer = new Webhook(made.hook_secret);
  const hookPath = new URL(made.hook_url).pathname;
  let hooks = 0;
  const hook = () => {
    const [number, now] = [++hooks, new Date()];
    const customer = { id: `h${number}`, email: `h${number}@example.com`, country: "GB", modified_at: now.toISOString(), fields: { newsletter: { state: "on" } } };
    const body = JSON.stringify({ customers: [customer] });
    const id = `msg_${number}`;
    return { body, headers: { "webhook-id": id, "webhook-timestamp": String(Math.floor(now.getTime() / 1000)), "webhook-signature": signer.sign(id, now, body) } };
  };
  const rates = { hooks: [], submissions: [] };
  const waits = [];
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 ? ["submissions", "hooks"] : ["hooks", "submissions"]) {
      const end = performance.now() + seconds * 1_000;
      let done = 0;
      await onConnections(CONNECTIONS, workerd.url, () => performance.now() >= end, async (connection) => {
        const begin = performance.now();
        const { status } = way === "hooks" ? await send(connection, hookPath, hook()) : await connection.send("POST", "/v1/consents", shop.page, newSubmission().body);
        assert.ok(status < 300, `${way}: ${status}`);
        if (way === "hooks") waits.push(performance.now() - begin);
        done += 1;
      });
      rates[way].push(done / seconds);
    }
  }
  const [hookRate, floor] = [median(rates.hooks), median(rates.submissions)];
  console.log(`\nhooks of a platform, each with a new opt-in, beside plain submissions; medians of ${rounds} rounds in turns`);
  console.log(`  submissions   ${Math.round(floor)} a second`);
  console.log(`  hooks         ${Math.round(hookRate)} a second   ratio ${(hookRate / floor).toFixed(2)} (bar 0.8); 99 % within ${quantile(waits, 0.99).toFixed(0)} ms (bar 1000)`);

  for (let number = 0; number < customers; number++) platform.add(String(number).padStart(7, "0"), `c${number}@example.com`, ["on", "off", undefined][number % 3]);
  const begin = performance.now();
  await ask("POST", `${path}/sync`);
  const lookups = [];
  let reading = true;
  const looking = (async () => {
    while (reading) {
      const at = performance.now();
      await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: `h${1 + (lookups.length % hooks)}@example.com` } });
      lookups.push(performance.now() - at);
      await sleep(LOOKUP_PAUSE_MS);
    }
  })();
  await read();
  reading = false;
  await looking;
  const took = (performance.now() - begin) / 1_000;
  const memory = await isolate.stop();
  console.log(`\nall ${customers.toLocaleString("en")} customers of a platform read`);
  console.log(`  ${took.toFixed(0)} s, ${Math.round(customers / took)} customers a second; decisions meanwhile: median ${median(lookups).toFixed(1)}, 95 % ${quantile(lookups, 0.95).toFixed(1)} ms (bar 100)`);
  console.log(`  the worker's isolate: heap and buffers ${Math.round(memory.peak / 2 ** 20)} MB at most, WebAssembly ${Math.round(memory.wasm / 2 ** 20)} MB (bar together 128 MB)`);
}

const quantile = (all, share) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))];

const send = (connection, path, { headers, body }) => connection.send("POST", path, headers, body);
