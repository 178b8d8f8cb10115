// Events reach the shop's webhooks, whatever happens to the endpoints and to workerd.
//
//   node --test tests/outbox.mjs            1,000 events under failures and kills
//   OUTBOX_EVENTS=200 node --test …         the short run
//
// The Standard Webhooks library checks the signatures; node:crypto checks `v1a`, which the library does not support.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPublicKey, randomUUID, verify } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ROOT_SECRET, createShop, newSubmission, onConnections } from "./load.mjs";

const { Webhook } = createRequire(new URL("../www/package.json", import.meta.url))("standardwebhooks");
const EVENTS = Number(process.env.OUTBOX_EVENTS ?? 1_000);
const KILLS = 6;
const config = fileURLToPath(new URL("../src/edge/local.capnp", import.meta.url));

let data, port, workerd;
const receivers = [];
const start = () =>
  startWorkerd({
    config, port, data, quiet: true,
    env: {
      PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET,
      PLACET_PUBLIC_URL: `http://127.0.0.1:${port}`, PLACET_LOCAL_WEBHOOKS: "1",
    },
  });

before(async () => {
  data = await mkdtemp(join(tmpdir(), "placet-outbox-"));
  port = await claimPort(0);
  workerd = await start();
});
after(async () => {
  receivers.forEach((receiver) => receiver.close());
  await workerd?.stop();
  await rm(data, { recursive: true, force: true });
});

/** Starts an endpoint that stores the requests and answers as `answer(request, response, count)` does. */
async function receiver(answer = (_, response) => response.writeHead(204).end(), { port = 0, tls } = {}) {
  const got = [];
  const take = (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      got.push({ headers: request.headers, body, id: request.headers["webhook-id"], at: Date.now() });
      own.answer(request, response, got.length);
    });
  };
  const server = tls ? createTlsServer(tls, take) : createServer(take);
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  const own = {
    got, answer,
    port: server.address().port,
    url: `${tls ? "https" : "http"}://127.0.0.1:${server.address().port}/hook`,
    close: () => (server.close(), server.closeAllConnections()),
    /** Resolves when `count` requests have arrived. */
    async until(count, seconds = 20) {
      await eventually(() => got.length >= count, seconds, () => `${got.length} of ${count} events came`);
      return got;
    },
  };
  receivers.push(own);
  return own;
}

async function eventually(holds, seconds, otherwise) {
  for (const limit = Date.now() + seconds * 1000; !(await holds()); await sleep(20)) {
    if (Date.now() > limit) assert.fail(`within ${seconds} s ${await otherwise()}`);
  }
}

async function ask(shop, method, path, body, status = method === "POST" && path === "/v1/webhooks" ? 201 : 200) {
  const connection = new Connection(workerd.url);
  const answer = await connection.send(method, path, shop.server, body && JSON.stringify(body));
  connection.close();
  assert.equal(answer.status, status, answer.text);
  return JSON.parse(answer.text);
}

/** Creates a webhook for one kind of event, which each submission causes once. */
const webhook = (shop, url, more = {}) => ask(shop, "POST", "/v1/webhooks", { url, events: ["consent.changed"], ...more });

/** Returns a submission of a new person, for whose two addresses the shop vouches. So it causes one event. */
const vouched = () => ({ ...JSON.parse(newSubmission().body), assurance: "authenticated" });

/** Submits a new person. Returns the contact's id. */
async function capture(shop) {
  return (await ask(shop, "POST", "/v1/consents", vouched(), 201)).contact;
}

async function deliveries(shop, { id }, state) {
  return (await ask(shop, "GET", `/v1/webhooks/${id}/deliveries?state=${state}`)).deliveries;
}

/** Waits until the only delivery of the webhook has had this result. */
async function outcome(shop, hook, state, expected, seconds = 10) {
  let last;
  const holds = async () => {
    [last] = await deliveries(shop, hook, state);
    return last && Object.entries(expected).every(([name, value]) => last[name] === value);
  };
  await eventually(holds, seconds, () => `not ${JSON.stringify(expected)}: ${JSON.stringify(last)}`);
}

/** Checks the request with the library and with the shop's public key. */
function check({ secret, public_key }, { headers, body }) {
  assert.deepEqual(new Webhook(secret).verify(body, headers), JSON.parse(body));
  const x = Buffer.from(public_key.slice("whpk_".length), "base64").toString("base64url");
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  const [, signature] = /(?:^| )v1a,(\S+)/.exec(headers["webhook-signature"]);
  assert.ok(verify(null, signed, key, Buffer.from(signature, "base64")), "v1a");
}

test("signatures are those of Standard Webhooks", async () => {
  const shop = await createShop(workerd.url);
  const good = await receiver();
  const hook = await webhook(shop, good.url, { payload: "full" });
  const contact = await capture(shop);
  const [event] = await good.until(1);
  check(hook, event);
  assert.ok(Math.abs(event.headers["webhook-timestamp"] - Date.now() / 1000) < 60);
  const told = JSON.parse(event.body);
  assert.equal(told.data.contact, contact);
  assert.deepEqual(told.data.addresses.map(({ kind }) => kind), ["email", "phone"]);
  assert.throws(() => check(hook, { ...event, body: event.body.replace("opt_in", "opt_out") }));
  assert.throws(() => check(hook, { ...event, headers: { ...event.headers, "webhook-id": "evt_other" } }));

  const next = await ask(shop, "POST", `/v1/webhooks/${hook.id}/rotate`, { overlap_seconds: 60 });
  await capture(shop);
  const [, second] = await good.until(2);
  check(hook, second);
  check(next, second);
});

test("each kind of failure is distinguished, and none delays other webhooks", async () => {
  const shop = await createShop(workerd.url);
  const certificate = await selfSigned();
  const elsewhere = await receiver();
  const endpoints = {
    good: await receiver(),
    slow: await receiver((_, response) => setTimeout(() => response.writeHead(204).end(), 20_000)),
    failing: await receiver((_, response) => response.writeHead(500).end("x".repeat(1_000_000))),
    moved: await receiver((_, response) => response.writeHead(301, { location: elsewhere.url }).end()),
    gone: await receiver((_, response) => response.writeHead(410).end()),
    strange: await receiver(undefined, { tls: certificate }),
    down: await receiver(),
  };
  endpoints.down.close();
  const hooks = {};
  for (const [name, { url }] of Object.entries(endpoints)) hooks[name] = await webhook(shop, url);

  await capture(shop);
  await outcome(shop, hooks.failing, "pending", { attempts: 1, status: 500, failure: "status" });
  await outcome(shop, hooks.moved, "pending", { attempts: 1, status: 301, failure: "redirect" });
  await outcome(shop, hooks.gone, "dead", { status: 410, failure: "gone" });
  await outcome(shop, hooks.strange, "pending", { attempts: 1, status: null, failure: "unreachable" });
  await outcome(shop, hooks.down, "pending", { attempts: 1, status: null, failure: "unreachable" });
  await endpoints.good.until(1);
  await endpoints.slow.until(1);
  assert.deepEqual(elsewhere.got, [], "a redirect was followed");
  assert.deepEqual(endpoints.strange.got, [], "an untrusted certificate was accepted");

  // While the slow endpoint is busy, the fast one gets its events at once.
  for (let count = 2; count <= 6; count++) {
    const began = Date.now();
    await capture(shop);
    await endpoints.good.until(count);
    assert.ok(Date.now() - began < 2_000, `after ${Date.now() - began} ms`);
  }
  assert.deepEqual(await deliveries(shop, hooks.slow, "delivered"), []);
  await eventually(
    async () => (await deliveries(shop, hooks.slow, "pending")).some(({ failure }) => failure === "timeout"),
    25, () => "the slow one did not time out",
  );
  assert.equal(endpoints.gone.got.length, 1, "an endpoint that answered 410 gets no more requests");
});

test("a failed delivery is sent again after five seconds", async () => {
  const shop = await createShop(workerd.url);
  const unsure = await receiver((_, response, count) => response.writeHead(count === 1 ? 500 : 204).end());
  await webhook(shop, unsure.url);
  await capture(shop);
  const [first, second] = await unsure.until(2);
  assert.deepEqual([first.id, first.body], [second.id, second.body]);
  const seconds = (second.at - first.at) / 1000;
  assert.ok(seconds > 3.9 && seconds < 7, `after ${seconds} s`);
});

test("an endpoint that recovers gets the events it missed", async () => {
  const shop = await createShop(workerd.url);
  const first = await receiver();
  const hook = await webhook(shop, first.url);
  first.close();
  const missed = new Set();
  for (let count = 0; count < 20; count++) missed.add(await capture(shop));
  await eventually(async () => {
    const { webhooks: [now] } = await ask(shop, "GET", "/v1/webhooks");
    return now.held_until !== null;
  }, 20, () => "it is not held after five failures");
  const tries = (await deliveries(shop, hook, "pending")).reduce((sum, { attempts }) => sum + attempts, 0);
  assert.ok(tries <= 8, `${tries} tries of an endpoint that is down`);
  const back = await receiver(undefined, { port: first.port });
  await back.until(20, 45);
  assert.deepEqual(new Set(back.got.map(({ body }) => JSON.parse(body).data.contact)), missed);
});

test("a committed event is delivered after kill -9 without any request", async () => {
  const shop = await createShop(workerd.url);
  // At the time of the kill, one endpoint has a request under way and one is down.
  const held = await receiver(() => {});
  const down = await receiver();
  const hooks = [await webhook(shop, held.url), await webhook(shop, down.url)];
  down.close();
  const contact = await capture(shop);
  const [{ id, body }] = await held.until(1);
  await workerd.kill();
  held.answer = (_, response) => response.writeHead(204).end();
  const back = await receiver(undefined, { port: down.port });
  // Only the health check runs, which starts no shop's object.
  workerd = await start();
  await held.until(2, 30);
  await back.until(1, 30);
  assert.deepEqual([held.got[1].id, held.got[1].body], [id, body]);
  check(hooks[0], held.got[1]);
  check(hooks[1], back.got[0]);
  assert.equal(JSON.parse(back.got[0].body).data.contact, contact);
});

test(`of ${EVENTS} events under failures and ${KILLS} kills, none is lost, changed or sent to the wrong endpoint`, async (context) => {
  const chance = (share) => Math.random() < share;
  const moody = (request, response) => {
    if (chance(0.1)) return request.socket.destroy();
    if (chance(0.05)) return setTimeout(() => response.writeHead(204).end(), 2_000);
    response.writeHead(chance(0.2) ? 500 : 204).end();
  };
  const shops = [];
  for (let count = 0; count < 2; count++) {
    const shop = await createShop(workerd.url);
    const endpoints = [await receiver(moody), await receiver(moody)];
    const hooks = [];
    for (const { url } of endpoints) hooks.push(await webhook(shop, url, { payload: "full" }));
    shops.push({ ...shop, endpoints, hooks, contacts: new Set() });
  }
  let begun = 0;
  let kept = 0;
  let resent = 0;
  const load = onConnections(4, workerd.url, () => begun >= EVENTS, async (connection) => {
    const shop = shops[begun++ % shops.length];
    const body = JSON.stringify(vouched());
    for (;;) {
      try {
        const { status, text } = await connection.send("POST", "/v1/consents", shop.server, body);
        if (status === 201) {
          shop.contacts.add(JSON.parse(text).contact);
          kept++;
          // A random delay, so that kills happen at every stage.
          return void (await sleep(5));
        }
        await sleep(100);
      } catch {
        resent++;
        await sleep(50);
      }
    }
  });
  for (let kill = 1; kill <= KILLS; kill++) {
    await eventually(() => kept >= (EVENTS * kill) / (KILLS + 1), 120, () => `${kept} captures`);
    await workerd.kill();
    await sleep(100);
    workerd = await start();
  }
  await load;

  const told = ({ got }) => new Set(got.map(({ body }) => JSON.parse(body).data.contact));
  const accepted = async (shop) => {
    for (const hook of shop.hooks) {
      const { webhooks } = await ask(shop, "GET", "/v1/webhooks");
      if (webhooks.find(({ id }) => id === hook.id).waiting > 0) {
        // Without waiting for the retry in five minutes.
        await ask(shop, "POST", `/v1/webhooks/${hook.id}/replay`, { state: "pending" });
        return false;
      }
    }
    return true;
  };
  for (const shop of shops) {
    await eventually(async () => (await accepted(shop)) || void (await sleep(1_000)), 240, () => "some events wait still");
  }
  let repeated = 0;
  for (const { endpoints, hooks, contacts } of shops) {
    for (const [place, endpoint] of endpoints.entries()) {
      assert.deepEqual(told(endpoint), contacts, "an event is lost, or went to the wrong endpoint");
      const bodies = new Map();
      for (const event of endpoint.got) {
        check(hooks[place], event);
        const { contact } = JSON.parse(event.body).data;
        const known = bodies.get(contact) ?? event;
        assert.deepEqual([event.id, event.body], [known.id, known.body], "a repeated event is unchanged");
        bodies.set(contact, known);
      }
      repeated += endpoint.got.length - bodies.size;
    }
  }
  assert.ok(repeated > 0 && resent > 0, "nothing failed: the test tests nothing");
  context.diagnostic(`${kept} events to 2 webhooks each; ${repeated} requests were repeated, ${resent} captures sent again`);
});

/** Creates a self-signed certificate for 127.0.0.1. */
async function selfSigned() {
  const directory = await mkdtemp(join(tmpdir(), `placet-tls-${randomUUID()}`));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(directory, name));
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const pair = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...pair, ...subject], { stdio: "ignore" });
  const made = { key: await readFile(key), cert: await readFile(cert) };
  await rm(directory, { recursive: true });
  return made;
}
