// The whole way of a choice: `make serve`, a real Chromium, kill -9, the contact report.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { setStage, violations } from "./tools/stage.mjs";

const { version } = createRequire(import.meta.url)("../pkg/package.json");
const stage = await setStage("e2e");
const { worker, shop, newPage, reportOn } = stage;
const lookup = (contact) => stage.ask("POST", "/v1/contacts/lookup", contact);

async function openCheckout(page) {
  await page.goto(`${shop}/checkout.html`);
  await page.waitForSelector("form[data-bound]", { timeout: 10_000 });
}

async function fillCheckout(page, { email, phone }) {
  await page.fill("[data-placet-address=email]", email);
  await page.fill("[data-placet-address=phone]", phone);
  // Fills in the other required fields of the shop's form.
  for (const field of await page.$$("form#checkout input[required]")) {
    if (!(await field.inputValue())) await field.fill("Example");
  }
}

/**
 * Returns the words of a form as a person reads them: the notice, then the label of each box, with white space
 * collapsed.
 */
function wordsOf(page, form) {
  return page.$eval(form, (element) => {
    const boxes = [...element.querySelectorAll("[data-placet-channel]")].map((box) => box.closest("label"));
    return [element.querySelector("[data-placet-notice]"), ...boxes]
      .map((one) => one.textContent.replace(/\s+/g, " ").trim())
      .join("\n");
  });
}

before(async () => {
  const printed = await stage.serve();
  assert.match(printed, new RegExp(worker));
  assert.match(printed, new RegExp(shop));
  assert.match(printed, /pk_[\w-]{64}[^]*sk_[\w-]{64}/);
});

after(() => stage.end());

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

  await stage.kill();
  await stage.serve();
  // Nobody vouches that both are one person's, so each address is a contact of its own.
  const reports = [await reportOn({ email: "ada@example.com" }), await reportOn({ phone: "+447700900123" })];
  assert.deepEqual(
    reports.flatMap(({ standings }) => standings).map(({ channel, choice, status }) => ({ channel, choice, status })),
    [
      { channel: "email", choice: "opt_in", status: "awaiting_confirmation" },
      { channel: "sms", choice: "declined", status: "declined" },
    ],
  );
  assert.deepEqual(reports.flatMap(({ addresses }) => addresses).map(({ value }) => value), ["ada@example.com", "+447700900123"]);
  const records = reports.flatMap((report) => report.records);
  assert.equal(records.length, 2);
  for (const record of records) {
    assert.ok(Math.abs(Date.parse(record.occurred_at) - Date.now()) < 60_000);
    assert.ok(Math.abs(Date.parse(record.received_at) - Date.now()) < 60_000);
    assert.deepEqual(record.source, { kind: "form", url: `${shop}/checkout.html`, form: "checkout", module: version });
    assert.deepEqual(record.notice, {
      id: "checkout-optin",
      version: "3",
      locale: "en-GB",
      text_sha256: createHash("sha256").update(words).digest("hex"),
      text: words,
      text_from: "shop",
    });
  }
  assert.deepEqual(page.problems, []);
});

test("the newsletter box works with the keyboard only", async () => {
  const page = await newPage();
  await page.goto(`${shop}/`);
  const box = page.locator("#newsletter .placet-box");
  await box.waitFor();
  await page.focus("#newsletter .placet-input");
  await page.keyboard.type("grace@example.com");
  await page.keyboard.press("Tab");
  assert.equal(await box.evaluate((input) => input === document.activeElement), true);
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.locator("#newsletter .placet-status", { hasText: "Almost done" }).waitFor();
  const report = await reportOn({ email: "grace@example.com" });
  assert.deepEqual(report.records.map(({ channel, choice, source }) => [channel, choice, source.form]), [["email", "opt_in", "newsletter"]]);
  assert.equal(report.records[0].notice.text_from, "shop", "the text on the page is the shop's notice");
  assert.deepEqual(page.problems, []);
});

test("a shop that requires a proof of work gets it from the elements and from open", async () => {
  const require = (presence) => stage.ask("PATCH", "/v1/shop", { limits: { presence } });
  assert.equal((await require("altcha")).status, 200);
  const page = await newPage();
  await page.goto(`${shop}/`);
  await page.locator("#newsletter .placet-box").waitFor();
  await page.fill("#newsletter .placet-input", "annie@example.com");
  await page.check("#newsletter .placet-box");
  await page.click("#newsletter .placet-button");
  await page.locator("#newsletter .placet-status", { hasText: "Almost done" }).waitFor();
  assert.equal((await reportOn({ email: "annie@example.com" })).records.length, 1);

  const { publishable } = await stage.keys();
  const submit = (email, withProof) => page.evaluate(async ([endpoint, key, email, withProof]) => {
    const [{ open }, { presence }] = await Promise.all([import("/placet/storefront.js"), import("/placet/presence.js")]);
    const placet = await open({ endpoint, key, locale: "en-GB", ...(withProof && { presence }) });
    let problem;
    placet.on("error", (error) => { problem = error.problem?.type; });
    const outcome = await placet.submit({
      contact: { email },
      choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
      notice: { id: "own", version: "1", locale: "en-GB", text: "We write about new coffees." },
    });
    return { queued: outcome.queued ?? false, problem };
  }, [worker, publishable, email, withProof]);
  assert.deepEqual(await submit("without@example.com", false), { queued: true, problem: "urn:placet:problem:presence_required" });
  assert.equal((await lookup({ email: "without@example.com" })).status, 404);
  assert.deepEqual(await submit("with@example.com", true), { queued: false, problem: undefined });
  assert.equal((await require(null)).status, 200);
  await reportOn({ email: "with@example.com" });
  assert.deepEqual(page.problems.filter((text) => !text.includes("403")), []);
});

test("an order succeeds while the worker is down, and the choices are sent once later", async () => {
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
  // The page left before it knew that the request had failed. While the request might still succeed, no other page
  // sends it.
  await reportOn({ email: "hedy@example.com" }, 60_000);
  await page.goto(`${shop}/checkout.html`);
  await page.waitForSelector("form[data-bound]");
  const report = await reportOn({ email: "hedy@example.com" });
  assert.deepEqual(report.records.map(({ channel, choice }) => [channel, choice]), [["email", "opt_in"]]);
  assert.deepEqual(page.problems, []);
});

test("an order succeeds with placet blocked and with scripts off", async () => {
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
      for (const path of ["/", "/checkout.html", "/thanks.html", "/privacy.html", "/account.html", "/letters.html", "/examples.html"]) {
        await page.goto(`${shop}${path}`);
        assert.deepEqual(await violations(page), [], `${path} ${colorScheme} ${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${path} is ${overflow} px too wide at ${width}`);
      }
    }
  }
});
