// The demo shop's inbox in a real Chromium: events signed by the Standard Webhooks library, shown as the person would
// receive them. The worker is a mock here, so that every kind of event and answer can be tested; tests/loop.mjs uses
// the real worker.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { seedDemo } from "../www/tools/demo.mjs";
import { startShop } from "../www/tools/shop-server.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { Webhook } = require("standardwebhooks");
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** An optional directory for screenshots. */
const SHOTS = process.env.PLACET_SHOTS;
const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const HOOK_SECRET = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;

let shop, worker, browser, page;
const complaints = [];

/** Starts the mock worker, which stores the requests and answers as `answers` says. */
async function startWorker() {
  const made = { asked: [], answers: new Map(), url: "", server: undefined };
  made.server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "authorization, content-type");
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    made.asked.push({ method: request.method, path: request.url, headers: request.headers, body });
    const [status, answer] = made.answers.get(`${request.method} ${request.url}`) ?? [404, { detail: "there is no such route" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((done) => made.server.listen(0, "127.0.0.1", done));
  made.url = `http://127.0.0.1:${made.server.address().port}`;
  return made;
}

async function deliver(type, data, { secret = SECRET, id = `evt_${randomUUID()}`, at = new Date(), tampered = false } = {}) {
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": `v1a,AAAA ${new Webhook(secret).sign(id, at, body)}`,
  };
  const answer = await fetch(`${shop.url}/webhooks`, { method: "POST", headers, body: tampered ? `${body} ` : body });
  await answer.arrayBuffer();
  return answer.status;
}

const mail = (more) => {
  const link = `${worker.url}/c/abc_DEF-1`;
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Please confirm</title></head><body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,sans-serif"><script>parent.document.title = "broken into"</script><img src="${worker.url}/pixel" alt=""><p>Hello,</p><p>Kestrel Coffee has been asked to send you its newsletter by e-mail.</p><p><a href="${link}" style="display:inline-block;padding:12px 24px;border-radius:6px;background:#0b5c8a;color:#ffffff;text-decoration:none">Confirm</a></p></body></html>`;
  return {
    message: randomUUID(), kind: "confirm", medium: "email", locale: "en-GB", to: "ada@example.com", subject: "Please confirm: newsletter",
    text: `Hello,\n\nplease confirm it on this page:\n\n${link}\n\n<b>Kestrel Coffee</b>\n`, html, link, ...more,
  };
};
const sms = (text, to = "+447700900123") => ({ message: randomUUID(), kind: "confirm", medium: "sms", locale: "en-GB", to, subject: null, text, html: null, link: null });

const events = async (since = 0) => (await fetch(`${shop.url}/inbox.json?since=${since}`)).json();

async function open(tab = "") {
  await page.goto("about:blank");
  await page.goto(`${shop.url}/inbox.html${tab}`);
}

before(async () => {
  worker = await startWorker();
  shop = await startShop({ port: 0 });
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
  page = await browser.newPage({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
  page.on("console", (message) => {
    // The mock worker lacks most routes that the pages use, and the attacks in the mail are meant to cause errors.
    const expected = message.location().url.startsWith(worker.url) || /placet is not available|\/pixel|sandboxed/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
});

after(async () => {
  await browser?.close();
  await shop?.stop();
  worker?.server.close();
  worker?.server.closeAllConnections();
});

test("before the demo is seeded, events are refused for later and the page says what it waits for", async () => {
  assert.equal(await deliver("message.requested", mail()), 503);
  await open();
  await page.getByText("The demonstration is starting").waitFor();
  shop.demo = { shop: "s", endpoint: worker.url, publishable: "pk_x", secret: "sk_x", webhookSecrets: [] };
  await open();
  await page.getByText("This worker has no outbox").waitFor();
  assert.equal(await deliver("message.requested", mail()), 401, "without a secret every event is refused");
  shop.demo = { ...shop.demo, webhookSecrets: [`whsec_${Buffer.alloc(24, 1).toString("base64")}`, SECRET], hook: { url: `${worker.url}/v1/hooks/t`, secret: HOOK_SECRET } };
});

test("an event without a valid signature is refused, and a repeated event is stored once", async () => {
  const other = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
  assert.equal(await deliver("message.requested", mail(), { secret: other }), 401);
  assert.equal(await deliver("message.requested", mail(), { tampered: true }), 401);
  assert.equal(await deliver("message.requested", mail(), { at: new Date(Date.now() - 600_000) }), 401, "ten minutes old");
  assert.equal((await fetch(`${shop.url}/webhooks`, { method: "POST", body: "{}" })).status, 401);
  assert.equal((await fetch(`${shop.url}/webhooks`)).status, 405);
  assert.equal(await deliver("message.requested", mail({ text: "x".repeat(70_000) })), 413);
  assert.equal(await deliver("message.requested", "not an object"), 400);
  assert.deepEqual((await events()).events, []);

  const id = `evt_${randomUUID()}`;
  for (let times = 0; times < 3; times += 1) assert.equal(await deliver("request.opened", { request: "r", kind: "access", state: "open", due: "2026-12-29", contact: null }, { id }), 204);
  const { events: kept, newest } = await events();
  assert.deepEqual(kept.map(({ type }) => type), ["request.opened"]);
  assert.deepEqual((await events(newest)).events, []);
});

test("the inbox answers only its own page", async () => {
  const ask = (path, headers, method = "GET") =>
    new Promise((done) => request(`${shop.url}${path}`, { method, headers }, (answer) => done(answer.resume().statusCode)).end(method === "POST" ? "{}" : undefined));
  for (const path of ["/inbox.json", "/inbox/stream", "/inbox/mail/1"]) assert.equal(await ask(path, { host: "rebound.example" }), 403, path);
  for (const path of ["/inbox/one-click", "/inbox/reply", "/inbox/newsletter"]) {
    assert.equal(await ask(path, { host: "rebound.example", "content-type": "application/json" }, "POST"), 403, path);
    assert.equal(await ask(path, { "content-type": "text/plain" }, "POST"), 415, path);
    assert.equal(await ask(path, {}), 405, path);
  }
  const post = (path, body) => fetch(`${shop.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal((await post("/inbox/reply", "{")).status, 400);
  for (const url of ["http://127.0.0.1:1/u/x", `${worker.url}/v1/shops`, "nothing", undefined]) {
    assert.equal((await post("/inbox/one-click", JSON.stringify({ url }))).status, 422, url);
  }
});

test("a mail appears at once and is announced, and its link opens", async () => {
  await open();
  await page.locator("#mail [data-nothing]").waitFor();
  assert.equal(await deliver("message.requested", mail()), 204);
  await page.getByText("New mail: Please confirm: newsletter.").waitFor({ state: "attached" });
  assert.match(await page.locator("#mail-tab").textContent(), /Mail 1 unread/);
  await page.locator("#mail .rows button").click();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Please confirm: newsletter");
  assert.equal((await page.locator("#mail-tab").textContent()).trim(), "Mail");
  assert.match(await page.locator(".envelope").textContent(), /FromKestrel CoffeeToada@example\.com/);

  const frame = page.frameLocator(".letter iframe");
  await frame.getByText("Kestrel Coffee has been asked").waitFor();
  await page.waitForFunction(() => parseFloat(document.querySelector(".letter iframe").style.height) > 100);
  worker.answers.set("GET /c/abc_DEF-1", [200, {}]);
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frame.getByRole("link", { name: "Confirm" }).click()]);
  await opened.waitForURL(`${worker.url}/c/abc_DEF-1`);
  // A form on the opened page must work and a script must run, so the page must not inherit the sandbox of the frame.
  assert.equal(await opened.evaluate(() => window.origin), worker.url);
  await opened.close();

  await page.getByRole("button", { name: "Show as plain text" }).click();
  const text = page.locator(".letter .text");
  assert.match(await text.textContent(), /<b>Kestrel Coffee<\/b>/, "markup in a text is text");
  assert.equal(await text.locator("a").getAttribute("href"), `${worker.url}/c/abc_DEF-1`);
  assert.equal(await page.title(), "Inbox · Kestrel Coffee", "a mail must not run scripts");
  assert.ok(!worker.asked.some(({ path }) => path === "/pixel"), "a mail must not fetch anything");
  await page.reload();
  await page.locator("#mail .rows button").waitFor();
  assert.equal(await page.locator("#mail .mark-unread:visible").count(), 0, "a read message stays read");
  assert.equal(await page.locator("[data-news]").textContent(), "", "earlier messages are not announced");
});

test("the mail program unsubscribes with one click, through the shop's server", async () => {
  const headers = { "List-Unsubscribe": `<${worker.url}/u/tok>, <mailto:leave@kestrel.example>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
  await deliver("message.requested", mail({ kind: "started", subject: "Welcome", headers }));
  await page.locator("#mail .rows button", { hasText: "Welcome" }).click();
  await page.getByText("Show headers").click();
  assert.equal(await page.locator(".headers").textContent(), `List-Unsubscribe: ${headers["List-Unsubscribe"]}\nList-Unsubscribe-Post: List-Unsubscribe=One-Click`);
  await page.locator("[data-leave]").click();
  await page.getByText("That did not work: there is no such route.").waitFor();
  worker.answers.set("POST /u/tok", [200, {}]);
  await page.locator("[data-leave]").click();
  await page.getByText("You are unsubscribed: the worker answered 200.").waitFor();
  const { headers: sent, body } = worker.asked.find(({ method, path }) => method === "POST" && path === "/u/tok");
  assert.equal(body, "List-Unsubscribe=One-Click");
  assert.match(sent["content-type"], /^application\/x-www-form-urlencoded/);
  assert.equal(sent.cookie ?? sent.origin ?? sent.authorization, undefined, "the browser does not send the request");
});

test("a newsletter is sent only to contacts that a decision allows", async () => {
  worker.answers.set("POST /v1/decisions", [200, { decision: { allow: false, reason: "opted_out" } }]);
  await page.fill("#send-email", "ada@example.com");
  await page.click("[data-send] button");
  await page.getByText("Not sent: opted_out.").waitFor();
  worker.answers.set("POST /v1/decisions", [200, { contact: "c1", decision: { allow: true } }]);
  worker.answers.set("GET /v1/contacts/c1/links?channel=email&purpose=newsletter", [
    200, { links: [{ address: "ada@example.com", preferences: `${worker.url}/p/x`, headers: { "List-Unsubscribe": `<${worker.url}/u/tok>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } }] },
  ]);
  await page.click("[data-send] button");
  await page.locator("#mail .rows button", { hasText: "This week: Windhover" }).click();
  assert.equal(await page.locator(".letter .text a").getAttribute("href"), `${worker.url}/p/x`);
});

test("a reply to a text message is sent with a provider's signature", async () => {
  await deliver("message.requested", sms("Kestrel Coffee: reply YES to get our newsletter. Details: https://kestrel.example/sms."));
  await deliver("message.requested", sms("Another number", "+447700900456"));
  await page.locator("#phone-tab").click();
  await page.locator("#phone .rows button", { hasText: "+447700900123" }).click();
  assert.equal(await page.locator(".bubbles a").getAttribute("href"), "https://kestrel.example/sms");
  await page.fill("#reply-text", "YES");
  await page.keyboard.press("Enter");
  await page.getByText("It could not be handed in: there is no such route.").waitFor();
  worker.answers.set("POST /v1/hooks/t", [200, {}]);
  await page.keyboard.press("Enter");
  await page.locator(".bubbles .own", { hasText: "YES" }).waitFor();
  const { headers, body } = worker.asked.filter(({ path }) => path === "/v1/hooks/t").at(-1);
  assert.deepEqual(new Webhook(HOOK_SECRET).verify(body, headers), { channel: "sms", from: "+447700900123", text: "YES" });
  await deliver("message.requested", sms("Thank you. Reply STOP to end it."));
  await page.locator(".bubbles li", { hasText: "Thank you" }).waitFor();
  assert.deepEqual(await page.locator(".bubbles li").evaluateAll((all) => all.map((one) => one.className)), ["", "own", ""]);
  assert.equal(await page.locator("#phone .rows li").count(), 2, "one conversation for each number");
});

test("all other events are shown as rows", async () => {
  await deliver("consent.changed", { contact: "c1", changes: [{ record: "r1", channel: "email", purpose: "newsletter", choice: "opt_in", assurance: "claimed" }] });
  await deliver("message.requested", { message: "thin", kind: "confirm", medium: "email", locale: "en-GB" });
  await page.locator("#told-tab").click();
  await page.locator("#told li", { hasText: "A message is to be sent" }).waitFor();
  const row = page.locator("#told li", { hasText: "A choice was made" });
  assert.match(await row.textContent(), /consent\.changed.*Signature verified.*channelemailpurposenewsletterchoiceopt_in/);
});

test("the inbox keeps the newest two hundred events", async () => {
  const spare = await startShop({ port: 0, demo: shop.demo });
  const used = shop;
  shop = spare;
  for (let at = 0; at < 210; at += 1) assert.equal(await deliver("request.opened", { request: String(at) }, { id: `evt_${at}` }), 204);
  assert.equal(await deliver("request.opened", { request: "0" }, { id: "evt_0" }), 204);
  const { events: kept } = await events();
  assert.deepEqual([kept.length, kept[0].data.request, kept.at(-1).data.request], [200, "10", "209"]);
  await spare.stop();
  shop = used;
});

test("the inbox works with the keyboard only", async () => {
  await open();
  await page.locator("#mail .rows button").first().waitFor();
  const press = async (selector) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const [there, ring] = await page.evaluate((wanted) => [document.activeElement.matches(wanted), getComputedStyle(document.activeElement).outlineStyle !== "none"], selector);
      if (there) return assert.ok(ring, `${selector} shows its focus`);
    }
    assert.fail(`the keyboard does not reach ${selector}`);
  };
  await press("[role=tab]");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.id), "told-tab");
  await page.keyboard.press("Home");
  await press(".rows button");
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Windhover/);
  await press("summary");
  await page.keyboard.press("Enter");
  await press("[data-leave]");
  await page.keyboard.press("Space");
  await page.getByText("You are unsubscribed").waitFor();
});

test("a person can request their data, and the page does not reveal who is known", async () => {
  const [link, code, problem] = [[202, { id: "r1", check: "link", page: null }], [202, { id: "r2", check: "code", page: `${worker.url}/q/x` }], [422, { detail: "this is no telephone number" }]];
  await page.goto(`${shop.url}/privacy.html`);
  const send = async (answer, kind, address) => {
    worker.answers.set("POST /v1/requests", answer);
    await page.selectOption("#ask-kind", kind);
    await page.fill("#ask-address", address);
    await page.click("[data-ask] button");
  };
  await send(link, "access", " ada@example.com ");
  await page.getByText("We have sent a link to this address, if a message can be sent to it.").waitFor();
  const { headers, body } = worker.asked.at(-1);
  assert.equal(headers.authorization, "Bearer pk_x");
  assert.deepEqual(JSON.parse(body), { kind: "access", contact: { email: "ada@example.com" }, locale: "en-GB" });
  await send(problem, "erasure", "12");
  await page.getByText("That did not work: this is no telephone number.").waitFor();
  await send(code, "objection", "+44 7700 900123");
  await page.waitForURL(`${worker.url}/q/x`);
});

test("no part of it has an accessibility violation or is too wide, in either colour scheme", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      for (const [name, tab, entry] of [["mails", "#mail"], ["mail", "#mail", "Please confirm"], ["newsletter", "#mail", "This week"], ["phone", "#phone", "900123"], ["told", "#told"]]) {
        const at = `${name} ${colorScheme} ${width}`;
        await open(tab);
        await page.locator(`${tab} [data-rows] > li`).first().waitFor();
        if (entry) await page.locator(`${tab} .rows button`, { hasText: entry }).click();
        if (name === "mail") await page.waitForFunction(() => document.querySelector(".letter iframe").style.height);
        if (name === "newsletter") await page.getByText("Show headers").click();
        await page.evaluate(axeSource);
        const { violations } = await page.evaluate(() => axe.run({ exclude: [["iframe"]] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], at);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${at}: ${overflow} px too wide`);
        if (SHOTS) await page.screenshot({ path: join(SHOTS, `inbox-${name}-${colorScheme}-${width}.png`), fullPage: true });
      }
    }
  }
});

test("seeding leaves one webhook whose secret is known", async () => {
  const folder = await mkdtemp(join(tmpdir(), "placet-inbox-"));
  const file = join(folder, "demo.json");
  const seed = () => seedDemo({ endpoint: worker.url, rootSecret: "root_x", shopOrigins: ["http://127.0.0.1:1"], file });
  const url = "http://127.0.0.1:1/webhooks";
  const acts = () => worker.asked.filter(({ path, method }) => path.startsWith("/v1/webhooks") && method !== "GET").map(({ method, path }) => `${method} ${path}`);
  worker.answers.set("POST /v1/shops", [201, { shop: { id: "s1" }, keys: { publishable: "pk_1", secret: "sk_1" } }]);
  worker.answers.set("GET /v1/storefront", [200, {}]);

  const without = await seed();
  assert.deepEqual([without.webhookSecrets, without.hook], [[], undefined], "a worker without an outbox");

  worker.answers.set("PUT /v1/providers/generic", [200, { provider: "generic", url: "http://hook", secret: "whsec_hook" }]);
  worker.answers.set("GET /v1/webhooks", [200, { webhooks: [] }]);
  worker.answers.set("POST /v1/webhooks", [201, { id: "w1", secret: "whsec_1" }]);
  assert.deepEqual((await seed()).webhookSecrets, ["whsec_1"]);
  assert.equal((await stat(file)).mode & 0o777, 0o600);

  const hook = (id, more) => ({ id, url, payload: "full", enabled: true, ...more });
  const listed = (...webhooks) => worker.answers.set("GET /v1/webhooks", [200, { webhooks: [...webhooks, hook("w9", { url: "https://other.example/" })] }]);
  for (const id of ["w0", "w2"]) worker.answers.set(`DELETE /v1/webhooks/${id}`, [200, {}]);
  worker.answers.set("POST /v1/webhooks/w3/rotate", [200, { id: "w3", secret: "whsec_3" }]);
  worker.answers.set("DELETE /v1/webhooks/w3", [200, {}]);
  for (const [webhooks, done, secret] of [
    [[hook("w1")], [], "whsec_1"],
    [[hook("w0"), hook("w1"), hook("w2")], ["DELETE /v1/webhooks/w0", "DELETE /v1/webhooks/w2"], "whsec_1"],
    [[hook("w3")], ["POST /v1/webhooks/w3/rotate"], "whsec_3"],
    [[hook("w3", { enabled: false })], ["DELETE /v1/webhooks/w3", "POST /v1/webhooks"], "whsec_1"],
  ]) {
    worker.asked.length = 0;
    listed(...webhooks);
    const demo = await seed();
    assert.deepEqual([acts(), demo.webhookSecrets, demo.hook], [done, [secret], { url: "http://hook", secret: "whsec_hook" }]);
  }

  // The same for the connection to the back office.
  const base = "http://127.0.0.1:1/platform";
  const secrets = { hook_url: "http://hook/h/1", hook_secret: "whsec_c" };
  worker.answers.set("GET /v1/connections", [200, { connections: [] }]);
  worker.answers.set("POST /v1/connections", [201, { id: "c1", ...secrets }]);
  const { connection } = await seed();
  assert.deepEqual({ ...connection, token: connection.token.length }, { id: "c1", token: 32, ...secrets });
  worker.answers.set("GET /v1/connections", [200, { connections: [{ id: "c0", base }, { id: "c1", base, hook_url: "http://hook/h/2" }] }]);
  worker.answers.set("DELETE /v1/connections/c0", [200, {}]);
  worker.asked.length = 0;
  assert.deepEqual((await seed()).connection, { ...connection, hook_url: "http://hook/h/2" });
  const changed = worker.asked.filter(({ path, method }) => path.startsWith("/v1/connections") && method !== "GET");
  assert.deepEqual(changed.map(({ method, path }) => `${method} ${path}`), ["DELETE /v1/connections/c0", "PATCH /v1/connections/c1"]);
  await rm(folder, { recursive: true });
});

test("no page reported an error", () => {
  assert.deepEqual(complaints, []);
});
