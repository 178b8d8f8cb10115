// The whole path as people walk it: `make serve`, a real Chromium, kill -9, the contact report.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { claimPort } from "../www/tools/workerd.mjs";

// The JavaScript tools live with the pages.
const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const data = await mkdtemp(join(tmpdir(), "placet-e2e-"));
const [port, shopPort] = [await claimPort(0), await claimPort(0)];
const worker = `http://127.0.0.1:${port}`;
const shop = `http://127.0.0.1:${shopPort}`;
let serving;
let browser;

/** What `make serve` runs, in a process group of its own, so that kill -9 reaches all of it. */
async function serve() {
  const script = fileURLToPath(new URL("../www/tools/serve.mjs", import.meta.url));
  const options = ["--port", port, "--shop-port", shopPort, "--data", data].map(String);
  serving = spawn(process.execPath, [script, ...options], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  serving.stdout.setEncoding("utf8");
  for await (const text of serving.stdout) {
    printed += text;
    if (printed.includes("Ctrl-C stops")) return printed;
  }
  throw new Error(`serve ended: ${printed}`);
}

async function killAll() {
  const gone = new Promise((done) => serving.once("exit", done));
  process.kill(-serving.pid, "SIGKILL");
  await gone;
}

async function lookup(contact) {
  const { secret } = JSON.parse(await readFile(join(data, "demo.json"), "utf8"));
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const answer = await fetch(`${worker}/v1/contacts/lookup`, { method: "POST", headers, body: JSON.stringify(contact) });
  return { status: answer.status, report: await answer.json() };
}

/** The contact report, as soon as it is there: what a page sends in the background takes its time. */
async function reportOn(contact, patience = 10_000) {
  for (const limit = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 50))) {
    const { status, report } = await lookup(contact);
    if (status === 200) return report;
    assert.equal(status, 404);
    assert.ok(Date.now() < limit, `nothing arrived within ${patience} ms`);
  }
}

async function newPage(options) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("request", (request) => {
    if (/%40|@/.test(request.url())) page.problems.push(`an address in a URL: ${request.url()}`);
  });
  return page;
}

async function openCheckout(page) {
  await page.goto(`${shop}/checkout.html`);
  await page.waitForSelector("form[data-bound]", { timeout: 10_000 });
}

async function fillCheckout(page, { email, phone }) {
  await page.fill("[data-placet-address=email]", email);
  await page.fill("[data-placet-address=phone]", phone);
  // Whatever else the shop asks for.
  for (const field of await page.$$("form#checkout input[required]")) {
    if (!(await field.inputValue())) await field.fill("Example");
  }
}

/** The words of a form as a person reads them: the notice, then the label of each box, white space collapsed. */
function wordsOf(page, form) {
  return page.$eval(form, (element) => {
    const boxes = [...element.querySelectorAll("[data-placet-channel]")].map((box) => box.closest("label"));
    return [element.querySelector("[data-placet-notice]"), ...boxes]
      .map((one) => one.textContent.replace(/\s+/g, " ").trim())
      .join("\n");
  });
}

before(async () => {
  const printed = await serve();
  assert.match(printed, new RegExp(worker));
  assert.match(printed, new RegExp(shop));
  assert.match(printed, /pk_[\w-]{64}[^]*sk_[\w-]{64}/);
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  await killAll();
  await rm(data, { recursive: true, force: true });
});

test("a ticked box in a real browser becomes a contact report, also after kill -9", async () => {
  const page = await newPage();
  await openCheckout(page);
  assert.deepEqual(await page.$$eval("[data-placet-channel]", (boxes) => boxes.map((box) => box.checked)), [false, false]);
  await fillCheckout(page, { email: "ada@example.com", phone: "+44 7700 900123" });
  await page.check("[data-placet-channel=email]");
  const words = await wordsOf(page, "form#checkout");
  await page.click("form#checkout button[type=submit]");
  await page.waitForURL(`${shop}/thanks.html**`);
  await reportOn({ email: "ada@example.com" });
  await page.waitForSelector("[data-choices]:not([hidden])");
  assert.match(await page.textContent("[data-choice-channel=email]"), /Almost/);
  assert.match(await page.textContent("[data-choice-channel=sms]"), /No/);

  await killAll();
  await serve();
  const report = await reportOn({ email: "ada@example.com" });
  assert.deepEqual(
    report.standings.map(({ channel, choice, status }) => ({ channel, choice, status })),
    [
      { channel: "email", choice: "opt_in", status: "awaiting_confirmation" },
      { channel: "sms", choice: "declined", status: "declined" },
    ],
  );
  assert.deepEqual(report.addresses.map(({ value }) => value), ["ada@example.com", "+447700900123"]);
  assert.equal(report.records.length, 2);
  for (const record of report.records) {
    assert.ok(Math.abs(Date.parse(record.occurred_at) - Date.now()) < 60_000);
    assert.ok(Math.abs(Date.parse(record.received_at) - Date.now()) < 60_000);
    assert.deepEqual(record.source, { kind: "form", url: `${shop}/checkout.html`, form: "checkout" });
    assert.deepEqual(record.notice, {
      id: "checkout-optin",
      version: "3",
      locale: "en-GB",
      text_sha256: createHash("sha256").update(words).digest("hex"),
      text: words,
    });
  }
  assert.deepEqual(page.problems, []);
});

test("the newsletter box works by keyboard alone", async () => {
  const page = await newPage();
  await page.goto(`${shop}/`);
  await page.waitForSelector("form#newsletter[data-bound]");
  await page.focus("form#newsletter [data-placet-address=email]");
  await page.keyboard.type("grace@example.com");
  await page.keyboard.press("Tab");
  // A link in the notice may lie between.
  for (let presses = 0; presses < 3 && !(await page.evaluate(() => document.activeElement.matches("[data-placet-channel]"))); presses++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${shop}/thanks.html**`);
  const report = await reportOn({ email: "grace@example.com" });
  assert.deepEqual(report.records.map(({ channel, choice, source }) => [channel, choice, source.form]), [["email", "opt_in", "newsletter"]]);
  assert.deepEqual(page.problems, []);
});

test("an order goes through while the worker is down, and the choices follow once", async () => {
  const page = await newPage();
  await openCheckout(page);
  await fillCheckout(page, { email: "hedy@example.com", phone: "" });
  await page.check("[data-placet-channel=email]");
  await page.route(`${worker}/**`, (route) => route.abort());
  await page.click("form#checkout button[type=submit]");
  await page.waitForURL(`${shop}/thanks.html**`);
  assert.equal((await lookup({ email: "hedy@example.com" })).status, 404);

  await page.unroute(`${worker}/**`);
  await page.goto(`${shop}/thanks.html`);
  // The page that sent it went away before it heard that it failed. For as long as it might still succeed nobody else sends.
  await reportOn({ email: "hedy@example.com" }, 60_000);
  await page.goto(`${shop}/`);
  await page.waitForSelector("form[data-bound]");
  const report = await reportOn({ email: "hedy@example.com" });
  assert.deepEqual(report.records.map(({ channel, choice }) => [channel, choice]), [["email", "opt_in"]]);
  assert.deepEqual(page.problems, []);
});

test("an order goes through with placet blocked and with scripts off", async () => {
  const blocked = await newPage();
  await blocked.route("**/placet/**", (route) => route.abort());
  const scriptless = await newPage({ javaScriptEnabled: false });
  for (const page of [blocked, scriptless]) {
    await page.goto(`${shop}/checkout.html`);
    await fillCheckout(page, { email: "joan@example.com", phone: "" });
    await page.click("form#checkout button[type=submit]");
    await page.waitForURL(`${shop}/thanks.html**`);
    assert.deepEqual(page.problems, []);
  }
  assert.equal((await lookup({ email: "joan@example.com" })).status, 404);
});

test("no page has an accessibility violation, in either colour scheme, wide or narrow", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      const page = await newPage({ colorScheme, viewport: { width, height: 900 } });
      for (const path of ["/", "/checkout.html", "/thanks.html", "/privacy.html"]) {
        await page.goto(`${shop}${path}`);
        // By the debugger, past the page's Content-Security-Policy.
        await page.evaluate(axeSource);
        const { violations } = await page.evaluate(() => axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${path} ${colorScheme} ${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${path} is ${overflow} px too wide at ${width}`);
      }
    }
  }
});
