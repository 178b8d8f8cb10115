// The shop's pages in a real Firefox with the real worker: the element, the shop's own markup, and what people and pages
// do to forms there. Chromium has more tests of this kind.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { setStage } from "./tools/stage.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

const stage = await setStage("firefox");
const { shop, reportOn, ask } = stage;
let browser;

before(async () => {
  await stage.serve();
  browser = await puppeteer.launch({ browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr" });
});
after(async () => {
  await browser?.close();
  await stage.end();
});

/** Waits until a function in the page returns something. The page's policy allows no other way of waiting. */
async function until(page, what, ...rest) {
  for (const limit = Date.now() + 15_000; Date.now() < limit; await new Promise((done) => setTimeout(done, 50))) {
    const found = await page.evaluate(what, ...rest);
    if (found) return found;
  }
  throw new Error(`not within 15 s: ${what}`);
}

/** Opens a page of the shop with this form, and the storefront as `placet`. */
async function pageWith(html, options = {}) {
  const page = await browser.newPage();
  await page.goto(`${shop}/privacy.html`);
  await page.evaluate(async (html, options) => {
    const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
    document.body.innerHTML = html;
    // The page's policy does not apply a style in markup.
    document.querySelector("#unseen").style.visibility = "hidden";
    const { open } = await import("/placet/storefront.js");
    globalThis.errors = [];
    globalThis.placet = await open({ endpoint, key, locale: "en-GB", ...options });
    placet.on("error", ({ code }) => errors.push(code));
  }, html, options);
  return page;
}

const FORM = (box) => `<form id="own" action="/order" method="post">
  <p data-placet-notice="newsletter-optin" data-placet-version="1" lang="en_GB">We write to you. <span hidden>Hidden.</span><span id="unseen">Unseen.</span><img alt="About coffee." src="data:,"></p>
  <input name="email" type="text" data-placet-address="email">${box}<button>Go</button></form>`;
const BOX = `<label><input type="checkbox" name="news" data-placet-channel="email" data-placet-purpose="newsletter"> Yes, by email</label>`;

/** Fills the form in by keyboard and mouse, and lets the module capture it. */
async function captured(page, email, act = async () => {}) {
  await page.evaluate(() => (document.querySelector("[name=email]").value = ""));
  await page.type("[name=email]", email);
  await act();
  await page.evaluate(() => placet.capture(document.forms[0]));
  return (await reportOn({ email })).records.at(-1);
}

test("a visitor signs up with the element, and is asked to confirm", async () => {
  const page = await browser.newPage();
  await page.goto(`${shop}/`);
  await page.waitForSelector("#newsletter .placet-box");
  await page.type("#newsletter .placet-input", "jörg@bücher.example");
  await page.click("#newsletter .placet-box");
  await page.click("#newsletter .placet-button");
  await until(page, () => /Almost done/.test(document.querySelector("#newsletter .placet-status").textContent));
  const [record] = (await reportOn({ email: "jörg@bücher.example" })).records;
  assert.deepEqual([record.choice, record.assurance], ["opt_in", "claimed"]);
});

test("a logged-in customer opts out of everything on the shop's page", async () => {
  const email = "customer@example.com";
  const decide = async () => (await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email } })).body.decision.allow;
  await ask("POST", "/v1/consents", {
    id: randomUUID(), contact: { email }, choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }], assurance: "authenticated",
    notice: { id: "newsletter-optin", version: "1", locale: "en-GB", text_sha256: "0".repeat(64) }, source: { kind: "server" },
  });
  assert.equal(await decide(), true);
  const page = await browser.newPage();
  await page.goto(`${shop}/privacy.html`);
  const identity = await page.evaluate(async (email) => {
    const answer = await fetch("/identity", { method: "POST", body: new URLSearchParams({ email }) });
    return (await answer.json()).identity;
  }, email);
  await page.evaluate(async (identity) => {
    const { define } = await import("/placet/elements.js");
    const { endpoint, key } = document.querySelector("meta[name=placet]").dataset;
    define({ endpoint, key });
    const own = document.createElement("placet-preferences");
    own.setAttribute("identity", identity);
    document.querySelector("main").replaceChildren(own);
  }, identity);
  await page.waitForSelector("placet-preferences .placet-second");
  await page.click("placet-preferences .placet-second");
  await until(page, () => /saved/.test(document.querySelector("placet-preferences .placet-status").textContent));
  assert.equal(await decide(), false);
});

test("the words that are shown are on record, and a tick by hand counts where the page had ticked", async () => {
  const page = await pageWith(FORM(BOX.replace("checkbox\"", "checkbox\" checked")));
  const untouched = await captured(page, "page@example.com");
  assert.deepEqual([untouched.choice, untouched.evidence], ["declined", { pre_ticked: true }]);
  const record = await captured(page, "hand@example.com", async () => {
    await page.click("[name=news]");
    await page.click("[name=news]");
  });
  assert.equal(record.choice, "opt_in");
  assert.deepEqual([record.notice.text, record.notice.locale], ["We write to you. About coffee.\nYes, by email", "en-GB"]);
});

test("a pair of radio buttons is read, and a single one is refused", async () => {
  const pair = ["yes", "no"].map((value) => `<label><input type="radio" name="pair" value="${value}" data-placet-channel="email" data-placet-purpose="newsletter"> ${value}</label>`).join("");
  const page = await pageWith(FORM(pair));
  assert.equal((await captured(page, "no@example.com", () => page.click("[value=no]"))).choice, "declined");
  assert.equal((await captured(page, "yes@example.com", () => page.click("[value=yes]"))).choice, "opt_in");
  const code = await page.evaluate(() => {
    document.querySelector("[value=no]").remove();
    try {
      return placet.bind(document.forms[0]) && "bound";
    } catch (error) {
      return error.code;
    }
  });
  assert.equal(code, "single_radio");
});

test("a submission that the page prevents is not captured, and a form that the page draws again is", async () => {
  const page = await pageWith(FORM(BOX), { forms: "#own" });
  await page.evaluate(() => document.forms[0].addEventListener("submit", (event) => event.preventDefault(), { once: true }));
  await page.type("[name=email]", "swapped@example.com");
  await page.click("[name=news]");
  await page.click("button");
  await new Promise((done) => setTimeout(done, 500));
  assert.equal((await ask("POST", "/v1/contacts/lookup", { email: "swapped@example.com" })).status, 404);
  await page.evaluate(() => (document.forms[0].outerHTML = document.forms[0].outerHTML));
  await page.type("[name=email]", "swapped@example.com");
  await page.click("[name=news]");
  await page.click("button");
  assert.equal((await reportOn({ email: "swapped@example.com" })).records[0].choice, "opt_in");
});
