// The full round between shop, person and edge: `make serve`, a real Chromium, the demo shop's inbox. Also every page
// behind a link, in every language: checked by axe, with the keyboard only, and at 320 pixels.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { axeSource, setStage } from "./tools/stage.mjs";

const LANGUAGES = ["en", "fr", "de", "es", "it", "nl"];
/** An optional directory for screenshots. */
const SHOTS = process.env.PLACET_SHOTS;

const stage = await setStage("loop");
const { worker, shop, ask, browser } = stage;
let page;
/** The errors that pages reported: a blocked script or style is a bug of ours. */
const complaints = [];

before(async () => {
  await stage.serve();
  page = await browser.newPage({ locale: "en-GB" });
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
});

after(() => stage.end());

async function decision(contact, channel = "email") {
  const { body } = await ask("POST", "/v1/decisions", { channel, purpose: "newsletter", contact });
  return body.decision;
}

/** Returns the latest message that the shop was asked to send, as soon as there are `count`. */
async function latestMessage(count) {
  for (const limit = Date.now() + 10_000; ; await new Promise((done) => setTimeout(done, 50))) {
    const { events } = await (await fetch(`${shop}/inbox.json`)).json();
    const sent = events.filter(({ type }) => type === "message.requested");
    // A message that no test has counted would be taken for the next one.
    assert.ok(sent.length <= count, `an uncounted message: ${sent.at(-1).data.kind}`);
    if (sent.length === count) return sent.at(-1).data;
    assert.ok(Date.now() < limit, `${sent.length} messages of ${count} came`);
  }
}

const messageLink = async (count) => (await latestMessage(count)).link;

/** Runs an action that posts a form, and waits for the page that answers. */
async function posted(act, at = page) {
  const answered = at.waitForNavigation();
  await act();
  assert.equal((await answered).request().method(), "POST");
}

async function signUp(email) {
  await page.goto(`${shop}/`);
  await page.locator("#newsletter .placet-box").waitFor();
  await page.fill("#newsletter .placet-input", email);
  await page.check("#newsletter .placet-box");
  await page.click("#newsletter .placet-button");
  await page.locator("#newsletter .placet-status", { hasText: "Almost done" }).waitFor();
}

async function askFor(kind, address) {
  await page.goto(`${shop}/privacy.html#ask`);
  await page.selectOption("#ask-kind", kind);
  await page.fill("#ask-address", address);
  await page.click("[data-ask] button");
}

const ada = { email: "ada@example.com" };
const links = {};
let messages = 0;

test("a sign-up counts once the address has confirmed it", async () => {
  await signUp(ada.email);
  links.confirm = await messageLink(++messages);
  assert.equal((await decision(ada)).reason, "awaiting_confirmation");
  // The person clicks the button in the mail in the inbox.
  await page.goto(`${shop}/inbox.html`);
  await page.locator("#mail .rows button").first().click();
  const button = page.frameLocator(".letter iframe").locator("a").first();
  const [opened] = await Promise.all([page.context().waitForEvent("page"), button.click()]);
  await opened.waitForURL(links.confirm);
  assert.equal((await decision(ada)).reason, "awaiting_confirmation", "a GET must not confirm");
  await posted(() => opened.locator("main button.main").click(), opened);
  await opened.close();
  assert.equal((await decision(ada)).allow, true);
});

test("the button of a mail program unsubscribes from the newsletter", async () => {
  await page.goto(`${shop}/inbox.html`);
  await page.fill("#send-email", ada.email);
  await page.click("[data-send] button");
  await page.locator("#mail .rows button", { hasText: "This week" }).click();
  await page.getByText("Show headers").click();
  const headers = await page.locator(".headers").textContent();
  assert.match(headers, /List-Unsubscribe: <http.*\/u\/.*>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click/);
  links.unsubscribe = /<([^>]+)>/.exec(headers)[1];
  links.preferences = await page.locator(".letter .text a").getAttribute("href");
  await page.locator("[data-leave]").click();
  await page.getByText("You are unsubscribed").waitFor();
  assert.equal((await decision(ada)).reason, "opted_out");
  await page.click("[data-send] button");
  await page.getByText("Not sent: opted_out.").waitFor();
});

test("the preference page changes choices with and without JavaScript", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  for (const context of [undefined, plain]) {
    const own = context ? await context.newPage() : page;
    await own.goto(links.preferences);
    const box = own.locator("input[type=checkbox]").first();
    await box.check();
    await own.locator("button[value=save]").click();
    await own.locator("div[role=status]").waitFor();
    assert.equal(await own.locator("[role=status]").count() > 0, true);
    // The link to the page may be in other hands. So a yes that ends a no waits for the address.
    assert.equal((await decision(ada)).allow, false);
    await own.goto(await messageLink(++messages));
    await posted(() => own.locator("main button.main").click(), own);
    assert.equal((await decision(ada)).allow, true);
    await own.goto(links.preferences);
    await own.locator("button[value=stop]").click();
    await own.locator("button[value=stop]").waitFor({ state: "detached" });
    assert.equal((await decision(ada)).reason, "objected");
  }
  await plain.close();
});

test("a person gets their data, and then is erased", async () => {
  await askFor("access", ada.email);
  await page.getByText("We have sent a link").waitFor();
  links.request = await messageLink(++messages);
  await page.goto(links.request);
  await page.locator("main button.main").click();
  const hrefs = await page.locator(".files a").evaluateAll((all) => all.map((a) => a.href));
  messages += 1; // a message with the same downloads
  const [html, json, zip] = await Promise.all(hrefs.map((href) => fetch(href)));
  assert.match(await html.text(), /ada@example\.com/);
  assert.equal((await json.json()).addresses[0].value, ada.email);
  assert.equal(zip.headers.get("content-type"), "application/zip");
  links.result = hrefs[0].split("?")[0];
  assert.equal(await messageLink(messages), links.result);

  await askFor("erasure", ada.email);
  await page.getByText("We have sent a link").waitFor();
  links.erasure = await messageLink(++messages);
  await page.goto(links.erasure);
  assert.equal((await ask("POST", "/v1/contacts/lookup", ada)).status, 200, "a GET must not erase");
  await posted(() => page.locator("main button.main").click());
  assert.equal((await ask("POST", "/v1/contacts/lookup", ada)).status, 404);
  for (const link of Object.values(links)) {
    const answer = await page.goto(link);
    assert.equal(answer.status(), 200, link);
    assert.doesNotMatch(await page.content(), /ada@/);
    const again = await fetch(link, { method: "POST", body: new URLSearchParams({ action: "save" }) });
    assert.ok(again.status === 200 || (link === links.result && again.status === 405), `${again.status} ${link}`);
  }
});

test("a phone confirms with the reply YES, and verifies a request with a code", async () => {
  await page.goto(`${shop}/checkout.html`);
  await page.locator("#checkout[data-bound]").waitFor();
  await page.fill("#checkout [data-placet-address=email]", "grace@example.com");
  // Fills in the other required fields of the shop's form.
  for (const field of await page.locator("#checkout input[required]").all()) {
    if (!(await field.inputValue())) await field.fill("Example");
  }
  await page.fill("[data-placet-address=phone]", "+44 7700 900123");
  await page.check("[data-placet-channel=sms]");
  await page.locator("#checkout button[type=submit]").last().click();
  await page.waitForURL("**/thanks.html*");
  await latestMessage(++messages);
  await page.goto(`${shop}/inbox.html#phone`);
  await page.locator("#phone .rows button").click();
  await page.fill("#reply-text", "Yes");
  await page.locator(".reply button").click();
  await page.locator(".bubbles .own", { hasText: "Yes" }).waitFor();
  const grace = { phone: "+447700900123" };
  assert.equal((await decision(grace, "sms")).allow, true);

  await askFor("objection", grace.phone);
  await page.waitForURL("**/q/**");
  links.code = page.url();
  const code = /\b\d{8}\b/.exec((await latestMessage(++messages)).text)[0];
  await page.fill("#code", code === "12345678" ? "87654321" : "12345678");
  await page.locator("main button.main").first().click();
  await page.locator("[role=alert]").waitFor();
  await page.fill("#code", code);
  await posted(() => page.locator("main button.main").first().click());
  assert.equal((await decision(grace, "sms")).reason, "objected");
  assert.equal((await latestMessage(++messages)).kind, "result");
});

/** Returns one link of each kind and state that a page can have. */
async function pages() {
  const email = "mary@example.com";
  const before = messages;
  await signUp(email);
  const confirm = await messageLink(++messages);
  const { body } = await ask("POST", "/v1/contacts/lookup", { email });
  const own = (await ask("GET", `/v1/contacts/${body.id}/links?channel=email&purpose=newsletter`)).body.links[0];
  await askFor("erasure", email);
  await page.getByText("We have sent a link").waitFor();
  const request = await messageLink(++messages);
  assert.equal(messages, before + 2);
  return {
    confirm, request, unsubscribe: own.unsubscribe, preferences: own.preferences, code: links.code, result: links.result,
    confirmed: links.confirm, erased: links.erasure, nothing: links.preferences, broken: `${worker}/u/AAAA`,
  };
}

test("every page is accessible in every language", async (t) => {
  const all = await pages();
  for (const [name, link] of Object.entries(all)) {
    for (const language of LANGUAGES) {
      await t.test(`${name} ${language}`, async () => {
        // An invalid link is answered in the browser's language.
        const page = await browser.newPage({ locale: language });
        for (const [width, scheme] of [[1280, "light"], [320, "dark"]]) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme: scheme });
          await page.goto(`${link}?lang=${language}`, { waitUntil: "load" });
          assert.equal(await page.locator("html").getAttribute("lang"), language);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
          // The policy of the page also blocks our own scripts, so axe is run by the debugger.
          const found = await page.evaluate(`(() => { ${axeSource}; return axe.run(document); })()`);
          assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
          if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}-${language}-${width}.png`), fullPage: true });
        }
        await page.close();
      });
    }
  }
  for (const path of ["/inbox.html", "/privacy.html"]) {
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${shop}${path}`);
      if (path === "/inbox.html") await page.locator("#mail .rows li").first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path} at ${width}`);
      const found = await page.evaluate(`(() => { ${axeSource}; return axe.run(document); })()`);
      assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], path);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `shop${path.replace("/", "-")}-${width}.png`), fullPage: true });
    }
  }
});

test("every page can be used with the keyboard only", async () => {
  const email = "joan@example.com";
  await page.setViewportSize({ width: 1280, height: 800 });
  await signUp(email);
  await page.goto(await messageLink(++messages));
  const press = async (until) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const own = document.activeElement;
        const style = getComputedStyle(own);
        return { name: own.getAttribute("name"), value: own.value, type: own.type, ring: style.outlineStyle !== "none" || style.boxShadow !== "none" };
      });
      if (until(at)) {
        assert.ok(at.ring, "the focused element is marked");
        return;
      }
    }
    assert.fail("the keyboard does not reach it");
  };
  await press(({ value }) => value === "confirm");
  await posted(() => page.keyboard.press("Enter"));
  assert.equal((await decision({ email })).allow, true);
  const { body } = await ask("POST", "/v1/contacts/lookup", { email });
  const own = (await ask("GET", `/v1/contacts/${body.id}/links`)).body.links[0];
  await page.goto(own.preferences);
  await press(({ type }) => type === "checkbox");
  await page.keyboard.press("Space");
  await press(({ value }) => value === "save");
  await posted(() => page.keyboard.press("Enter"));
  assert.equal((await decision({ email })).reason, "opted_out");
  await page.goto(own.unsubscribe);
  await press(({ type }) => type === "submit");
  await posted(() => page.keyboard.press("Enter"));
  assert.equal((await decision({ email })).reason, "objected");
});

test("no page reported an error", () => {
  const own = complaints.filter((text) => !text.includes("404 (Not Found)"));
  assert.deepEqual(own, []);
});
