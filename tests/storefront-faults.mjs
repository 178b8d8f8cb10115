// Faults around a checkout, at every possible moment: the shop's form is always sent, and after the fault each choice
// is at the edge exactly once. Real Chromium, real worker, the demo shop's checkout and an element in a form.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { setStage } from "./tools/stage.mjs";

const stage = await setStage("faults");
const { shop, worker, newPage, ask } = stage;

before(() => stage.serve());
after(() => stage.end());

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after" };
const CONSENTS = `${worker}/v1/consents`;

/** Handles a submission with `act`; a preflight is answered as usual. */
const answering = (act) => ({
  begin: (page) => page.route(CONSENTS, (route) => (route.request().method() === "OPTIONS" ? route.continue() : act(route))),
  end: (page) => page.unroute(CONSENTS),
});

/** Runs a script in every document before the page's scripts, until a mark in the page's address ends it. */
const inPage = (script) => ({ begin: (page) => page.addInitScript(`if (!location.hash.includes("mended")) { ${script} }`), beforeLoad: true, end: () => {} });

/**
 * `loses` describes an unavoidable loss: with blocked storage nothing survives the page. `begin` may run at any moment,
 * unless `beforeLoad` limits it to the time before.
 */
const FAULTS = {
  "worker unreachable": answering((route) => route.abort()),
  "worker silent": answering(() => {}),
  "answer lost": answering(async (route) => { await route.fetch(); await route.abort(); }),
  "answer broken": answering((route) => route.fulfill({ status: 200, headers: CORS, body: "<html>" })),
  "too many requests": answering((route) => route.fulfill({ status: 429, headers: { ...CORS, "retry-after": "30" }, json: {} })),
  "worker fails": answering((route) => route.fulfill({ status: 503, headers: CORS, body: "" })),
  "key refused": answering((route) => route.fulfill({ status: 403, headers: CORS, json: { title: "The key does not work on this site" } })),
  "storage blocked": inPage(`Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });`),
  "storage full": inPage(`Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };`),
  "no locks": inPage(`Object.defineProperty(navigator, "locks", { value: undefined });`),
  "clock a year ahead": inPage(`const now = Date.now; Date.now = () => now() + 365 * 864e5;`),
  "clock a year behind": inPage(`const now = Date.now; Date.now = () => now() - 365 * 864e5;`),
  "no WebAssembly": inPage(`WebAssembly.compileStreaming = WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError("blocked by the policy"));`),
  "module half gone": {
    begin: (page) => page.route("**/storefront_bg.wasm", (route) => route.fulfill({ status: 404 })), beforeLoad: true,
    end: (page) => page.unroute("**/storefront_bg.wasm"),
  },
  "settings silent": {
    begin: (page) => page.route(`${worker}/v1/storefront/*`, () => {}), beforeLoad: true, end: (page) => page.unroute(`${worker}/v1/storefront/*`),
  },
};

let people = 0;

async function fill(page, email) {
  await page.fill("#email", email);
  for (const field of await page.$$("form#checkout input[required]")) if (!(await field.inputValue())) await field.fill("Example");
  await page.check("[data-placet-channel=email]");
}

/** Returns the choices of a person at the edge, oldest first. */
async function kept(email) {
  const { status, body } = await ask("POST", "/v1/contacts/lookup", { email });
  return status === 200 ? body.records.map(({ channel, choice }) => `${channel} ${choice}`) : [];
}

/** Returns to the page when the fault is over, after all pauses and leases, until nothing waits. */
async function recover(page, email) {
  await page.goto(`${shop}/thanks.html#mended`);
  await page.reload();
  for (const limit = Date.now() + 10_000; ; await new Promise((done) => setTimeout(done, 100))) {
    const waits = await page.evaluate(() => {
      const queued = Object.keys(localStorage).filter((name) => /:(queue|draft):/.test(name));
      for (const name of queued.filter((name) => name.includes(":queue:"))) localStorage[name] = JSON.stringify({ ...JSON.parse(localStorage[name]), notBefore: 0 });
      dispatchEvent(new Event("online"));
      return queued.length;
    });
    if (!waits && (await kept(email)).length) break;
    assert.ok(Date.now() < limit, `${waits} still wait`);
  }
}

async function submit(page) {
  await page.click("form#checkout button[type=submit]");
  await page.waitForURL(/thanks\.html/, { timeout: 5_000 });
}

for (const [name, fault] of Object.entries(FAULTS)) {
  for (const moment of fault.beforeLoad ? ["before load"] : ["before load", "before submit", "in a second order"]) {
    test(`${name}, ${moment}: the order succeeds, the choice arrives once`, async () => {
      const page = await newPage();
      const email = `fault${people++}@example.com`;
      if (moment === "in a second order") {
        await page.goto(`${shop}/checkout.html`);
        await page.waitForSelector("form[data-bound]");
        await fill(page, `before-${email}`);
        await submit(page);
      }
      if (moment !== "before submit") await fault.begin(page);
      await page.goto(`${shop}/checkout.html`);
      await page.waitForLoadState("load");
      // A visitor who looks and types, but does not order.
      const sent = [];
      page.on("request", (request) => request.url() === CONSENTS && request.method() === "POST" && sent.push(request.postDataJSON()));
      await fill(page, `typed-${email}`);
      await page.reload();
      await page.waitForLoadState("load");
      assert.deepEqual(sent, [], "an unsubmitted form must not be sent");
      await fill(page, email);
      if (moment === "before submit") await fault.begin(page);
      await submit(page);
      await fault.end(page);
      await recover(page, email);
      assert.deepEqual(await kept(email), ["email opt_in"]);
      assert.deepEqual(await kept(`typed-${email}`), []);
      if (moment === "in a second order") assert.deepEqual(await kept(`before-${email}`), ["email opt_in"]);
      assert.ok(sent.every(({ contact }) => contact.email.endsWith(email)));
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }
}

test("with the module blocked the order succeeds and nothing is submitted", async () => {
  const page = await newPage();
  await page.route("**/placet/**", (route) => route.abort());
  await page.goto(`${shop}/checkout.html`);
  await fill(page, "blocked@example.com");
  await submit(page);
  assert.deepEqual(await kept("blocked@example.com"), []);
});

test("with a policy without wasm-unsafe-eval the order succeeds, and the choice arrives when the policy allows it", async () => {
  const page = await newPage();
  const policies = async (route) => {
    const answer = await route.fetch();
    const policy = answer.headers()["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
    await route.fulfill({ response: answer, headers: { ...answer.headers(), "content-security-policy": policy } });
  };
  const warned = [];
  page.on("console", (message) => warned.push(message.text()));
  await page.route(`${shop}/*.html`, policies);
  await page.goto(`${shop}/checkout.html`);
  await page.waitForLoadState("load");
  await fill(page, "policy@example.com");
  await submit(page);
  assert.ok(warned.some((text) => text.includes("the module did not load")), warned.join("\n"));
  await page.unroute(`${shop}/*.html`);
  await recover(page, "policy@example.com");
  assert.deepEqual(await kept("policy@example.com"), ["email opt_in"]);
});

test("a tab closed in the middle loses nothing, and two tabs send once", async () => {
  const page = await newPage();
  const context = page.context();
  let stops = 0;
  await context.route(CONSENTS, (route) => (route.request().method() === "OPTIONS" ? route.continue() : (stops++, undefined)));
  await page.goto(`${shop}/checkout.html`);
  await page.waitForSelector("form[data-bound]");
  await fill(page, "closed@example.com");
  await page.$eval("#checkout", (form) => { form.requestSubmit(); });
  await page.close({ runBeforeUnload: false });
  await context.unroute(CONSENTS);
  const [one, other] = [await context.newPage(), await context.newPage()];
  const sent = [];
  for (const tab of [one, other]) {
    tab.on("request", (request) => request.url() === CONSENTS && request.method() === "POST" && sent.push(request.postDataJSON().id));
    await tab.goto(`${shop}/thanks.html`);
  }
  await Promise.all([one, other].map((tab) => recover(tab, "closed@example.com")));
  assert.deepEqual(await kept("closed@example.com"), ["email opt_in"]);
  assert.equal(new Set(sent).size, 1, "the same submission each time");
  await context.close();
});

test("an element in a form never breaks the form: a shown box is captured, a box that cannot be shown submits nothing", async () => {
  for (const [name, expected] of [["settings silent", []], ["module half gone", []], ["worker unreachable", ["email opt_in"]], ["storage full", ["email opt_in"]]]) {
    const page = await newPage();
    const email = `element${people++}@example.com`;
    const fault = FAULTS[name];
    await fault.begin(page);
    await page.goto(`${shop}/privacy.html`);
    await page.evaluate(async () => {
      const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
      document.querySelector("main").innerHTML = `<form id="order" action="/order" method="post"><input id="email" type="email" name="email"><input type="tel" name="phone">
        <placet-optin notice="checkout-optin" endpoint="${endpoint}" key="${key}"></placet-optin><button>Order</button></form>`;
      (await import("/placet/elements.js")).define();
    });
    await page.fill("#email", email);
    if (expected.length) await page.locator("placet-optin input").first().check();
    else await page.waitForTimeout(300);
    await page.click("#order button");
    await page.waitForURL(/thanks\.html/, { timeout: 5_000 });
    await fault.end(page);
    if (expected.length) await recover(page, email);
    assert.deepEqual(await kept(email), expected, name);
    await page.context().close();
  }
});
