// Submissions per second of a shop whose outbox is empty, compared with shops whose webhook gets an event for each: an
// endpoint that answers at once, is down, is slow, or is far behind. Faults of the endpoint must not slow the shop's
// checkout; only the work of sending may. All shops run in one workerd, in random order in each round.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop, newSubmission, onConnections } from "../load.mjs";
import { median, shuffled } from "./numbers.mjs";

const CONNECTIONS = 8;
const BACKLOG = 1_000;
const WARM_UP_SECONDS = 5;
const BEHIND_MS = 50;

export async function benchOutbox(rounds, seconds) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const config = fileURLToPath(new URL("../../src/edge/local.capnp", import.meta.url));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_LOCAL_WEBHOOKS: "1" };
  const workerd = await startWorkerd({ config, port: 0, data, env, quiet: true });
  const connection = new Connection(workerd.url);
  const servers = [];

  const ask = async (shop, method, path, body) => {
    const { status, text } = await connection.send(method, path, shop.server, body && JSON.stringify(body));
    assert.ok(status < 300, text);
    return JSON.parse(text);
  };
  /** Starts an endpoint that answers after this delay. */
  const endpoint = async (milliseconds) => {
    const server = createServer((request, response) => {
      request.resume();
      const answer = () => response.writeHead(204).end();
      if (milliseconds) setTimeout(answer, milliseconds);
      else answer();
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    servers.push(server);
    return `http://127.0.0.1:${server.address().port}/`;
  };
  const waiting = async (shop) => (await ask(shop, "GET", "/v1/webhooks")).webhooks[0]?.waiting ?? 0;
  const set = (shop, enabled) => ask(shop, "PUT", `/v1/webhooks/${shop.hook.id}`, { url: shop.url, events: shop.events, enabled });

  const urls = {
    idle: await endpoint(0),
    well: await endpoint(0),
    down: `http://127.0.0.1:${await claimPort(0)}/`,
    slow: await endpoint(20_000),
    behind: await endpoint(BEHIND_MS),
  };
  const shops = {};
  for (const [way, url] of Object.entries(urls)) {
    const shop = { ...(await createShop(workerd.url)), url, rates: [] };
    // Message events are left out: making a confirmation message is work of its own.
    const events = [way === "idle" ? "contact.erased" : "consent.changed"];
    shop.hook = await ask(shop, "POST", "/v1/webhooks", { url, events });
    shop.events = events;
    shops[way] = shop;
  }

  /** Measures durable submissions per second. */
  async function rate({ page }, seconds) {
    let done = 0;
    const start = performance.now();
    await onConnections(CONNECTIONS, workerd.url, () => performance.now() - start > seconds * 1000, async (connection) => {
      const { status, text } = await connection.send("POST", "/v1/consents", page, newSubmission().body);
      assert.equal(status, 201, text);
      done++;
    });
    return done / ((performance.now() - start) / 1000);
  }

  const { idle, well, behind } = shops;
  for (let round = 0; round <= rounds; round++) {
    for (const way of shuffled(Object.keys(shops))) {
      const shop = shops[way];
      if (shop === behind) {
        await set(behind, true);
        while ((await waiting(behind)) < BACKLOG) await rate(behind, 0.5);
      }
      const measured = await rate(shop, round ? seconds : WARM_UP_SECONDS);
      if (round) shop.rates.push(measured);
      // The deliveries left over must not slow the next shop.
      if (shop === behind) await set(behind, false);
      while (shop === well && (await waiting(well)) > 0) await sleep(50);
    }
  }
  const backlog = await waiting(behind);
  connection.close();
  await workerd.stop();
  servers.forEach((server) => (server.close(), server.closeAllConnections()));
  await rm(data, { recursive: true, force: true });

  const whole = (number) => Math.round(number).toLocaleString("en");
  const line = (name, way) => {
    const ratios = shops[way].rates.map((rate, round) => rate / idle.rates[round]);
    const spread = `${median(ratios).toFixed(2)}  (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
    return `  ${name.padEnd(44)}${`${whole(median(shops[way].rates))} /s`.padStart(10)}   ratio ${spread}`;
  };
  console.log(`
captures a second by the state of the shop's webhook, ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s each in turns
${line("it wants to hear of other things", "idle")}
${line("it is down", "down")}
${line("it does not answer in time", "slow")}
${line("it answers at once", "well")}
${line(`it answers after ${BEHIND_MS} ms and is behind by ${whole(BACKLOG)}+`, "behind")}
  (bar, for one that fails: 0.9; ${whole(backlog)} events waited for the one that is behind in the end)`);
}
