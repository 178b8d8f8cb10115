// Connections on real workerd to fakes of WooCommerce and Shopify over HTTP. Each test is about one thing that the platform
// was seen to do, or that its reference says.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop } from "./load.mjs";
import { startShopify } from "./tools/shopify.mjs";
import { startWooCommerce } from "./tools/woocommerce.mjs";

const config = fileURLToPath(new URL("../src/edge/local.capnp", import.meta.url));
const NEWS = "placet_email_newsletter";
const stage = { data: "", workerd: undefined, shop: undefined };

async function ask(method, path, body) {
  const answer = await fetch(`${stage.workerd.url}${path}`, {
    method,
    headers: { ...stage.shop.server, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Returns the reason why the newsletter may not be sent; "allowed" if it may. */
async function reason(email) {
  const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email } });
  return body.decision.allow ? "allowed" : body.decision.reason;
}

async function records(email) {
  const { status, body } = await ask("POST", "/v1/contacts/lookup", { email });
  return status === 404 ? 0 : body.records.length;
}

/** Waits until a condition holds. */
async function until(what, condition, patience = 10_000) {
  for (const limit = Date.now() + patience; ; await sleep(25)) {
    if (await condition()) return;
    assert.ok(Date.now() < limit, `not within ${patience} ms: ${what}`);
  }
}

/** A person chooses at the shop, and confirms by mail. */
async function chooses(email, choice) {
  const { status, body } = await ask("POST", "/v1/consents", {
    id: randomUUID(),
    contact: { email, country: "GB" },
    choices: [{ channel: "email", purpose: "newsletter", choice, ...(choice === "opt_in" && { basis: "consent" }), evidence: { confirmed_by: "email" } }],
    ...(choice === "opt_in" && { notice: { id: "n", version: "1", locale: "en", text_sha256: "0".repeat(64) } }),
    source: { kind: "server" },
    assurance: "confirmed",
  });
  assert.equal(status, 201, JSON.stringify(body));
}

/** Connects a platform, and approves once it was read. Returns the connection. */
async function connect(platform, wish) {
  const { status, body } = await ask("POST", "/v1/connections", { base: platform.base, credentials: platform.credentials, mode: "both", ...wish });
  assert.equal(status, 201, JSON.stringify(body));
  const path = `/v1/connections/${body.id}`;
  const state = async () => (await ask("GET", path)).body;
  platform.connect?.(body.hook_url);
  await until("the first reading", async () => (await state()).read_at);
  const readingAfter = async (act) => {
    await until("all customers are read", async () => !(await state()).reading);
    const { read_at } = await state();
    await ask("POST", `${path}/${act}`);
    await until("all customers are read again", async () => (await state()).read_at !== read_at && !(await state()).reading);
  };
  await readingAfter("approve");
  const read = () => readingAfter("sync");
  return { path, url: body.hook_url, secret: body.hook_secret, state, read, faults: async () => (await ask("GET", `${path}/conflicts`)).body.conflicts };
}

before(async () => {
  stage.data = await mkdtemp(join(tmpdir(), "placet-platforms-"));
  const port = await claimPort(0);
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_LOCAL_WEBHOOKS: "1", PLACET_PUBLIC_URL: `http://127.0.0.1:${port}` };
  stage.workerd = await startWorkerd({ config, port, data: stage.data, env, quiet: true });
});

after(async () => {
  await stage.workerd?.stop();
  await rm(stage.data, { recursive: true, force: true });
});

describe("WooCommerce", () => {
  let woo, connection;

  before(async () => {
    stage.shop = await createShop(stage.workerd.url);
    woo = await startWooCommerce();
    woo.add(1, "ada@example.com", { meta: { [NEWS]: "opt_in" } });
    woo.add(2, "clerk@example.com", { role: "shop_manager", meta: { [NEWS]: "opt_in" } });
    for (let id = 3; id <= 25; id++) woo.add(id, `p${id}@example.com`);
    connection = await connect(woo, { platform: "woocommerce" });
    await woo.visit();
  });

  after(() => woo.stop());

  test("all pages and all roles are read", async () => {
    assert.equal(await reason("ada@example.com"), "allowed");
    assert.equal(await reason("clerk@example.com"), "allowed", "an employee of the shop is a customer too");
    const { body } = await ask("GET", `${connection.path}/preview`);
    assert.equal(body.customers, 25);
  });

  test("placet makes the hooks once it is approved", () => {
    const made = [...woo.hooks.values()].map(({ topic, delivery_url, secret }) => [topic, delivery_url, secret]);
    const topics = ["action.wc_placet_consent", "customer.created", "customer.deleted", "customer.updated", "order.created"];
    assert.deepEqual(made.sort(), topics.map((topic) => [topic, connection.url, connection.secret]));
  });

  test("the ping without a signature is answered and changes nothing", async () => {
    assert.equal(await woo.ping(), 200);
    assert.equal(await woo.deliver("customer.updated", "neither a ping nor JSON"), 422);
  });

  test("the secret has letters and digits alone, because WooCommerce decodes signs in it", () => {
    assert.match(connection.secret, /^[0-9a-zA-Z]+$/);
  });

  test("one act that comes as two hooks is one record", async () => {
    woo.add(30, "two@example.com", { meta: { [NEWS]: "opt_in" } });
    assert.deepEqual(await woo.visit(), [200, 200]);
    assert.equal(await reason("two@example.com"), "allowed");
    assert.equal(await records("two@example.com"), 1);
  });

  test("hooks come late and together: on, off and on again before the next visit is one change", async () => {
    woo.set(30, NEWS, "opt_out");
    woo.set(30, NEWS, "opt_in");
    await woo.visit();
    assert.equal(await records("two@example.com"), 1);
    woo.set(30, NEWS, "opt_out");
    await woo.visit();
    assert.equal(await reason("two@example.com"), "opted_out");
  });

  test("deliveries with the same id are different messages", async () => {
    for (const id of [4, 5, 6]) woo.set(id, NEWS, "opt_in");
    await woo.visit();
    for (const id of [4, 5, 6]) assert.equal(await reason(`p${id}@example.com`), "allowed");
  });

  test("what the person chose is written once, and the echo of the write is no change", async () => {
    // The object of the shop has come to rest, and has no webhook.
    await sleep(1_500);
    await chooses("ada@example.com", "opt_out");
    await until("the write", () => woo.customers.get(1).meta.get(NEWS) === "opt_out");
    const [before, writes] = [await records("ada@example.com"), woo.writes.length];
    await woo.visit();
    await connection.read();
    assert.deepEqual([await records("ada@example.com"), woo.writes.length], [before, writes]);
    assert.deepEqual(woo.writes.at(-1).body, { meta_data: [{ key: NEWS, value: "opt_out" }] }, "nothing else is written");
  });

  test("a signed error in place of a customer changes nothing", async () => {
    const error = JSON.parse(await readFile(new URL("fixtures/platforms/woocommerce-customer-updated-no-rights.json", import.meta.url)));
    assert.equal(await woo.deliver("customer.updated", error.body), 200);
    assert.equal(await reason("p4@example.com"), "allowed");
  });

  test("a box at the checkout is read from the order: ticked is an opt-in, unticked is declined", async () => {
    const order = {
      billing: { email: "linus@example.com", country: "GB", phone: "+447700900789" },
      meta_data: [{ key: "_wc_other/placet/email-newsletter", value: "1" }, { key: "_wc_other/placet/sms-newsletter", value: "0" }],
    };
    const { statuses, body: sent } = await woo.order(order);
    assert.deepEqual(statuses, [undefined, 200], "placet does not ask for updates of orders");
    assert.equal(await woo.deliver("order.created", sent), 200, "the same again");
    assert.equal(await reason("linus@example.com"), "allowed");
    const { body } = await ask("POST", "/v1/contacts/lookup", { email: "linus@example.com" });
    const standing = Object.fromEntries(body.standings.map(({ channel, status }) => [channel, status]));
    assert.deepEqual([standing.email, standing.sms], ["opted_in", "declined"]);
    assert.equal(body.records.length, 2, "one record for each box");
  });

  test("the shop's own code tells a choice by an action, and an erasure", async () => {
    const arg = { email: "own@example.com", channel: "email", purpose: "newsletter", choice: "opt_in", occurred_at: "2026-11-28T22:55:00Z" };
    assert.equal(await woo.deliver("action.wc_placet_consent", { action: "wc_placet_consent", arg }), 200);
    assert.equal(await reason("own@example.com"), "allowed");
    assert.equal(await woo.deliver("action.wc_placet_consent", { action: "wc_placet_consent", arg: { email: "own@example.com", choice: "erase" } }), 200);
    assert.equal(await reason("own@example.com"), "suppressed");
  });

  test("an account that is deleted is neither an opt-out nor an erasure", async () => {
    woo.remove(5);
    assert.deepEqual(await woo.visit(), [200]);
    assert.equal(await reason("p5@example.com"), "allowed");
    woo.remove(9999);
    assert.deepEqual(await woo.visit(), [200]);
  });

  test("an erasure by WordPress looks like any update, and changes no consent", async () => {
    woo.change(6, { billing: { country: "", phone: "" } });
    await woo.visit();
    assert.equal(await reason("p6@example.com"), "allowed");
  });

  test("a hook that WooCommerce has disabled: the daily reading finds what was missed, and enables the hook", async () => {
    await woo.fail();
    const status = () => [...woo.hooks.values()].find(({ topic }) => topic === "customer.updated").status;
    assert.equal(status(), "disabled");
    woo.set(4, NEWS, "opt_out");
    assert.deepEqual(await woo.visit(), [undefined]);
    assert.equal(await reason("p4@example.com"), "allowed");
    await connection.read();
    assert.equal(await reason("p4@example.com"), "opted_out");
    assert.equal(status(), "active");
    assert.equal(woo.hooks.size, 5, "none was made twice");
  });

  test("a hidden key is written to in vain: this is a fault of the person, and is not repeated", async () => {
    const hidden = [{ field: "_hidden", choices: [{ channel: "email", purpose: "newsletter" }] }];
    await ask("PATCH", connection.path, { mapping: hidden });
    await until("it is read", async () => !(await connection.state()).reading && (await connection.state()).state === "needs_approval");
    await ask("POST", `${connection.path}/approve`);
    await chooses("p7@example.com", "opt_in");
    await until("the fault", async () => (await connection.faults()).some(({ customer, fault }) => customer === "7" && /hides keys/.test(fault)));
    await connection.read();
    assert.equal(woo.writes.filter(({ id }) => id === 7).length, 1);
  });
});

describe("Shopify", () => {
  const VERSION = "2026-07";
  let shopify, connection;

  before(async () => {
    stage.shop = await createShop(stage.workerd.url);
    shopify = await startShopify(VERSION);
    const whatsapp = { state: "SUBSCRIBED", updatedAt: "2026-10-01T10:00:00Z" };
    shopify.add("706405506930370000", "ada@example.com", "SUBSCRIBED", { phone: "+447911123456", whatsapp });
    for (let id = 706405506930370001n; id <= 706405506930370024n; id++) shopify.add(String(id), `s${id % 100n}@example.com`, "NOT_SUBSCRIBED");
    connection = await connect(shopify, { platform: "shopify" });
  });

  after(() => shopify.stop());
  const ADA = "706405506930370000";
  const other = (number) => `7064055069303700${String(number).padStart(2, "0")}`;

  test("a token by the client-credentials grant; ids above 2^53; all pages", async () => {
    assert.equal(shopify.tokens(), 1);
    assert.equal(await reason("ada@example.com"), "allowed");
    assert.equal((await ask("GET", `${connection.path}/preview`)).body.customers, 25);
  });

  test("consent to WhatsApp and to text messages is read with the rest", async () => {
    const { body } = await ask("POST", "/v1/contacts/lookup", { email: "ada@example.com" });
    const held = body.connections.map(({ field, state }) => `${field} ${state}`);
    assert.deepEqual(held, ["email on", "sms off", "whatsapp on"]);
    assert.ok(body.records.some(({ channel, choice }) => channel === "whatsapp" && choice === "opt_in"));
  });

  test("placet makes the hooks once it is approved", () => {
    assert.equal(shopify.hooks.size, 6);
    assert.ok([...shopify.hooks.values()].every((uri) => uri === connection.url));
  });

  test("never subscribed is no opt-out", async () => {
    assert.equal(await reason("s1@example.com"), "never_asked");
  });

  test("a webhook is taken once, however often it comes; one with another secret is refused", async () => {
    shopify.set(other(1), "SUBSCRIBED");
    const event = shopify.event(other(1));
    for (let time = 0; time < 5; time++) assert.equal(await shopify.tell("customers_email_marketing_consent/update", event, { id: "same" }), 200);
    assert.equal(await reason("s1@example.com"), "allowed");
    assert.equal(await records("s1@example.com"), 1);
    assert.equal(await shopify.tell("customers_email_marketing_consent/update", event, { with: "another" }), 401);
  });

  test("an opt-out is written with a time that Shopify takes, by a document of the schema", async () => {
    await chooses("ada@example.com", "opt_out");
    await until("the write", () => shopify.customers.get(ADA).email.state === "UNSUBSCRIBED");
    const { at } = shopify.customers.get(ADA).email;
    assert.ok(Date.now() - Date.parse(at) < 60_000, at);
    assert.ok(shopify.documents.some((text) => text.includes("customerEmailMarketingConsentUpdate")));
  });

  test("an app that subscribes everybody again wakes nobody", async () => {
    shopify.set(ADA, "SUBSCRIBED", new Date(Date.now() + 1000).toISOString());
    await shopify.tell("customers_email_marketing_consent/update", shopify.event(ADA));
    assert.equal(await reason("ada@example.com"), "opted_out");
    await until("it is set back", () => shopify.customers.get(ADA).email.state === "UNSUBSCRIBED");
  });

  test("throttled, it waits and goes on", async () => {
    shopify.throttle(2);
    await chooses("s2@example.com", "opt_in");
    await until("the write", () => shopify.customers.get(other(2)).email.state === "SUBSCRIBED", 20_000);
  });

  test("a token that has ended stops the connection until there is another", async () => {
    shopify.endTokens();
    await chooses("s3@example.com", "opt_in");
    await until("it stops", async () => (await connection.state()).state === "needs_credentials");
    assert.equal((await ask("PATCH", connection.path, { credentials: shopify.credentials })).status, 200);
    await until("the write", () => shopify.customers.get(other(3)).email.state === "SUBSCRIBED");
  });

  test("a merge carries nothing over in silence: the kept customer is read", async () => {
    const [gone, kept] = [other(1), other(4)];
    shopify.customers.delete(gone);
    shopify.set(kept, "SUBSCRIBED");
    const body = { admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${gone}`, admin_graphql_api_customer_kept_id: `gid://shopify/Customer/${kept}` };
    assert.equal(await shopify.tell("customers/merge", body), 200);
    await until("the kept customer is read", async () => (await reason("s4@example.com")) === "allowed");
    assert.equal(await reason("s1@example.com"), "allowed", "the other address keeps its own choice");
  });

  test("one URL for all shops of an app: what is about another shop goes to its connection, or nowhere", async () => {
    const redact = (domain, email) => shopify.tell("customers/redact", { shop_domain: domain, customer: { id: 8, email } }, { domain });
    await chooses("s5@example.com", "opt_in");
    assert.equal(await redact("unknown.myshopify.com", "s5@example.com"), 200);
    assert.equal(await reason("s5@example.com"), "allowed");
    const wish = { platform: "shopify", base: "https://second.myshopify.com", credentials: shopify.credentials };
    const { body: second } = await ask("POST", "/v1/connections", wish);
    const stranger = { ...wish, base: "https://third.myshopify.com", credentials: { client_id: "x", client_secret: "of-another-app" } };
    assert.equal((await ask("POST", "/v1/connections", stranger)).status, 201);
    assert.equal(await redact("third.myshopify.com", "s5@example.com"), 401, "the secret of the other app has not signed this");
    await chooses("second@example.com", "opt_in");
    assert.equal(await redact("second.myshopify.com", "second@example.com"), 200);
    assert.equal(await reason("second@example.com"), "suppressed");
    assert.equal(await shopify.tell("app/uninstalled", { id: 1 }, { domain: "second.myshopify.com" }), 200);
    assert.equal((await connection.state()).state, "ok", "only the other one");
    assert.equal((await ask("GET", `/v1/connections/${second.id}`)).body.state, "needs_credentials");
  });

  test("the compliance topics: an erasure erases the person, a request for data is answered", async () => {
    assert.equal(await shopify.tell("customers/data_request", { shop_domain: "x", customer: { id: `#${other(4)}`, email: "s4@example.com" } }), 200);
    assert.equal(await shopify.tell("customers/redact", { shop_domain: "x", customer: { id: 7, email: "s4@example.com" } }), 200);
    assert.equal(await reason("s4@example.com"), "suppressed");
  });

  test("an uninstalled app stops the connection", async () => {
    assert.equal(await shopify.tell("app/uninstalled", { id: 1 }), 200);
    assert.equal((await connection.state()).state, "needs_credentials");
  });
});
