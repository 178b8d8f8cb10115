// The package in a real Chromium: the storefront on a page of one origin, with a mock edge of another origin; the logic
// beside it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { expected, probe, signed } from "./certificate.mjs";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const FORM = `<form method="post" action="/order" data-placet-form="checkout">
  <input name="email" data-placet-address="email">
  <p data-placet-notice="signup" data-placet-version="2">We  write
    twice a month.</p>
  <label><input type="checkbox" name="news" data-placet-channel="email" data-placet-purpose="newsletter"> By e-mail</label>
  <button>Order</button></form>`;
const WORDS = "We write twice a month.\nBy e-mail";
const SUBMISSION = {
  contact: { email: "jane@example.com", phone: "+44 7700 900123" },
  choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
  notice: { id: "footer", version: "1", text: "We write." },
};
/** Conditions that accept consent, claimed or not. The conditions that the edge really sends are tested in same.mjs. */
const TERMS = { rule: { id: "easy", law: "a law", article: "1" }, override: null, opening: ["Rule easy applies."], numbers: [-864e13, 864e13, 0, 1, 0, 0, 0, 0, 0, 0] };
const CONFIG = {
  shop: { id: "s", name: "Shop" }, channels: ["email"], purposes: ["newsletter"], notices: [], policy: { confirmation: ["sms"] },
  decisions: { terms: [TERMS], places: { email: { "": [0] } }, ages: { "": 0 } },
};

const { version: VERSION } = createRequire(import.meta.url)("../../pkg/package.json");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const received = { status: 201, body: { id: "", received_at: "2026-01-02T00:00:00.000Z" } };

/**
 * The submissions that the edge received, and its answer: a function of the number of submissions so far, or "hang up".
 */
let submissions, answer, config, wasmType;
let shopServer, edgeServer, browser, context, page, shop, endpoint;

const listen = (handler) =>
  new Promise((done) => {
    const server = createServer(handler);
    server.listen(0, "127.0.0.1", () => done([server, `http://127.0.0.1:${server.address().port}`]));
  });

const read = async (request) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
};

async function edge(request, response) {
  const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after", "access-control-allow-headers": "authorization, content-type" };
  if (request.method === "OPTIONS") return response.writeHead(204, cors).end();
  const told = request.url.startsWith("/v1/storefront/pk_") ? config : await submit(request);
  if (told === "hang up") return request.socket.destroy();
  response.writeHead(told.status, { ...cors, "content-type": "application/json", ...told.headers }).end(JSON.stringify(told.body));
}

async function submit(request) {
  const text = await read(request);
  submissions.push({ text, body: JSON.parse(text), key: request.headers.authorization, type: request.headers["content-type"] });
  const told = await answer(submissions.length);
  return told === received ? { ...received, body: { ...received.body, id: JSON.parse(text).id } } : told;
}

const pages = (installed) => async (request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  const [, part, name] = /^\/(placet|logic)\/((?:adapters\/)?[^/]+)$/.exec(path) ?? [];
  if (part) {
    const type = path.endsWith(".js") ? "text/javascript" : wasmType;
    if (!type) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": type }).end(await readFile(join(installed, part === "logic" ? part : "storefront", name)));
  }
  await read(request);
  response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><html lang="en"><body>${path === "/order" ? "<h1>Thanks</h1>" : FORM}`);
};

/** Opens placet in a page and stores its events. */
async function opened(where = page, options = {}) {
  return where.evaluate(
    async ([endpoint, options]) => {
      const { open } = await import("/placet/storefront.js");
      globalThis.told = [];
      globalThis.placet = await open({ endpoint, key: "pk_test", ...options });
      for (const event of ["change", "submitted", "queued", "error"]) placet.on(event, (detail) => told.push([event, detail?.code ?? detail?.id ?? ""]));
      return Object.keys(placet).sort().join();
    },
    [endpoint, options],
  );
}

/** Decides as soon as the shop's policy is known; until then the strictest policy applies. */
const decided = (where = page) =>
  where.evaluate(() => placet.config.then(() => {
    const { allow, reason } = placet.decide("email", "newsletter");
    return { allow, reason };
  }));
const told = (event) => page.evaluate((event) => told.filter(([name]) => name === event).map(([, about]) => about), event);

/** Returns what was sent without its age, which differs each time. */
const withoutAge = ({ text }) => text.replace(/,"age_ms":\d+}$/, "}");

async function until(what, holds) {
  for (const limit = Date.now() + 10_000; ; await new Promise((done) => setTimeout(done, 20))) {
    if (await holds()) return;
    assert.ok(Date.now() < limit, `did not happen: ${what}`);
  }
}

async function fill({ email = "jane@example.com", tick = true } = {}) {
  await page.fill("[name=email]", email);
  await page.setChecked("[name=news]", tick);
}

/** Ends the leases and pauses of the waiting submissions, as if time had passed. */
const laterOn = (where = page) =>
  where.evaluate(() => {
    for (const [name, value] of Object.entries(localStorage)) {
      if (name.includes(":queue:")) localStorage[name] = JSON.stringify({ ...JSON.parse(value), notBefore: 0 });
    }
  });

export function inAPage(installed) {
  before(async () => {
    [shopServer, shop] = await listen(pages(installed));
    [edgeServer, endpoint] = await listen(edge);
    browser = await chromium.launch({
      executablePath: process.env.CHROME ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
  });

  after(async () => {
    await browser?.close();
    for (const server of [shopServer, edgeServer]) {
      server?.closeAllConnections();
      server?.close();
    }
  });

  beforeEach(async () => {
    [submissions, answer, config, wasmType] = [[], () => received, { status: 200, body: CONFIG }, "application/wasm"];
    await context?.close();
    context = await browser?.newContext();
    page = await context?.newPage();
    await page?.goto(`${shop}/checkout?email=jane@example.com#top`);
  });

  test("a form is sent unchanged, and its choices are submitted separately", async () => {
    await opened();
    await page.evaluate(() => { placet.bind(document.forms[0]); });
    await fill();
    await page.click("button");
    await page.waitForSelector("h1");
    await until("a submission", () => submissions.length);
    const [{ body, key, type }] = submissions;
    assert.equal(key, "Bearer pk_test");
    assert.equal(type, "application/json");
    const { id, occurred_at, age_ms, ...rest } = body;
    assert.ok(age_ms >= 0 && age_ms < 1000, `${age_ms}`);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(parseInt(id.replaceAll("-", "").slice(0, 12), 16), Date.parse(occurred_at));
    assert.deepEqual(rest, {
      contact: { email: "jane@example.com" },
      choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
      notice: { id: "signup", version: "2", locale: "en", text_sha256: sha256(WORDS), text: WORDS },
      source: { kind: "form", url: `${shop}/checkout`, form: "checkout", module: VERSION },
    });
    // The page may leave before the answer arrives. The next page knows of the submission and sends the same one again.
    await opened();
    assert.equal((await page.evaluate(() => placet.config)).shop.name, "Shop");
    assert.deepEqual(await decided(), { allow: true, reason: null });
    await laterOn();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await until("an empty queue", () => page.evaluate(() => !Object.keys(localStorage).some((name) => name.includes(":queue:"))));
    assert.equal(new Set(submissions.map(withoutAge)).size, 1);
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("jane")), false, "the browser must not keep the address");
  });

  test("an unticked box is declined, and nothing else is sent", async () => {
    await opened();
    await page.evaluate(() => {
      const unbind = placet.bind(document.forms[0]);
      placet.bind(document.forms[0]);
      unbind();
      // The page stays. This listener runs after that of placet.
      addEventListener("submit", (event) => event.preventDefault());
    });
    await fill({ email: "", tick: true });
    await page.click("button");
    await fill({ tick: false });
    await page.click("button");
    await until("the receipt", async () => (await told("submitted")).length);
    assert.deepEqual(submissions.map(({ body }) => body.choices[0].choice), ["declined"], "bound twice, captured once");
    assert.deepEqual(await decided(), { allow: false, reason: "declined" });
    assert.deepEqual(await told("error"), []);
  });

  test("a script gets a receipt, and only the addresses of its choices are sent", async () => {
    assert.equal(await opened(page, { locale: "en" }), "ask,bind,capture,config,decide,identify,on,submit,why");
    const receipt = await page.evaluate((given) => placet.submit(given), SUBMISSION);
    assert.deepEqual(receipt, { id: submissions[0].body.id, received_at: "2026-01-02T00:00:00.000Z", choices: undefined });
    assert.deepEqual(submissions[0].body.contact, { email: "jane@example.com" });
    assert.deepEqual(submissions[0].body.notice, { id: "footer", version: "1", locale: "en", text_sha256: sha256("We write."), text: "We write." });
    assert.equal(submissions[0].body.source.kind, "script");
    const wrong = await page.evaluate(async () => {
      const code = (given) => placet.submit(given).catch(({ code }) => code);
      return [await code(), await code(null), await code({ choices: 7, notice: { id: "a", version: "b", text: "c" } })];
    });
    assert.deepEqual(wrong, ["no_notice", "no_notice", "no_choices"]);
    assert.equal(submissions.length, 1);
  });

  test("a refusal is reported with the edge's text, and the submission is deleted", async () => {
    const problem = { title: "not valid", status: 422, errors: [{ pointer: "/choices/0/purpose", detail: "unknown" }] };
    answer = () => ({ status: 422, body: problem });
    await opened(page, { locale: "en" });
    const error = await page.evaluate((given) => placet.submit(given).catch((error) => ({ ...error, message: error.message })), SUBMISSION);
    assert.deepEqual(error, { name: "PlacetError", code: "refused", status: 422, problem, message: "not valid" });
    assert.deepEqual(await decided(), { allow: false, reason: "never_asked" });
    assert.deepEqual(await told("error"), [], "the error is thrown to the caller and not also reported");
    await page.evaluate(() => {
      document.forms[0].addEventListener("submit", (event) => {
        event.preventDefault();
        placet.capture(event.target).catch((error) => told.push(["error", error.code]));
      });
    });
    await fill();
    await page.click("button");
    await until("the error", async () => (await told("error")).includes("refused"));
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  });

  test("a submission that the page prevents is not captured, and a field that the page fills in last is read", async () => {
    await opened(page, { locale: "en" });
    await page.evaluate(() => {
      const [form] = document.forms;
      placet.bind(form);
      let times = 0;
      form.addEventListener("submit", (event) => {
        // The first time the page finds a mistake.
        if (++times === 1) return event.preventDefault();
        form.elements.email.value = "filled@example.com";
      });
    });
    await fill();
    await page.click("button");
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(submissions.length, 0);
    await page.click("button");
    await page.waitForSelector("h1");
    await until("the submission", () => submissions.length === 1);
    assert.equal(submissions[0].body.contact.email, "filled@example.com");
  });

  test("a form that the page draws later is captured by its selector", async () => {
    await opened(page, { locale: "en", forms: "form" });
    await page.evaluate(() => { document.forms[0].outerHTML = document.forms[0].outerHTML; });
    await fill();
    await page.click("button");
    await page.waitForSelector("h1");
    await until("the submission", () => submissions.length === 1);
    assert.equal(submissions[0].body.choices[0].choice, "opt_in");
  });

  test("a tick by hand counts in a box that the page had ticked, and a pair of radio buttons is read", async () => {
    await opened(page, { locale: "en" });
    await page.evaluate(() => {
      const [form] = document.forms;
      form.elements.news.setAttribute("checked", "");
      form.addEventListener("submit", (event) => event.preventDefault());
    });
    const captured = async (about) => {
      submissions.length = 0;
      await page.evaluate(() => placet.capture(document.forms[0]));
      await until("the submission", () => submissions.length === 1);
      return about(submissions[0].body);
    };
    await page.fill("[name=email]", "jane@example.com");
    assert.equal(await captured(({ choices }) => choices[0].choice), "pre_ticked", "the page has ticked it");
    await page.uncheck("[name=news]");
    await page.evaluate(() => { document.forms[0].elements.news.checked = true; });
    assert.equal(await captured(({ choices }) => choices[0].choice), "pre_ticked", "the page has ticked it again");
    await page.uncheck("[name=news]");
    await page.check("[name=news]");
    assert.equal(await captured(({ choices }) => choices[0].choice), "opt_in");
    // A pair of radio buttons; the attributes may stand on one of them.
    for (const [attributes, chosen, choice] of [["yes", "yes", "opt_in"], ["no", "no", "declined"], ["no", "yes", "opt_in"]]) {
      await page.evaluate(([attributes, chosen]) => {
        const box = document.querySelector("[name=news]");
        const { placetChannel: channel, placetPurpose: purpose } = (document.querySelector("[data-placet-channel]") ?? box).dataset;
        document.querySelector("#pair")?.remove();
        box?.removeAttribute("data-placet-channel");
        const radio = (value) => `<label><input type="radio" name="pair" value="${value}" ${value === attributes ? `data-placet-channel="${channel}" data-placet-purpose="${purpose}"` : ""} ${value === chosen ? "" : ""}>${value}</label>`;
        document.forms[0].insertAdjacentHTML("beforeend", `<p id="pair">${radio("yes")}${radio("no")}</p>`);
        document.querySelector(`#pair [value=${chosen}]`).checked = true;
      }, [attributes, chosen]);
      assert.equal(await captured(({ choices }) => choices[0].choice), choice, `${attributes} ${chosen}`);
    }
    const code = await page.evaluate(() => {
      document.querySelector("#pair [value=yes]").remove();
      try {
        placet.bind(document.forms[0]);
      } catch (error) {
        return error.code;
      }
    });
    assert.equal(code, "single_radio");
  });

  test("only words that are shown are on record, with the texts of images", async () => {
    await opened(page, { locale: "en" });
    await page.evaluate(() => {
      document.querySelector("[data-placet-notice]").innerHTML = `We write. <span hidden>Hidden.</span><span style="display:none">None.</span> <img alt="About coffee." src="data:,">`;
      document.querySelector("[data-placet-notice]").setAttribute("lang", "en_US");
    });
    await fill();
    await page.evaluate(() => placet.capture(document.forms[0]));
    await until("the submission", () => submissions.length === 1);
    const { text, locale } = submissions[0].body.notice;
    assert.equal(text.split("\n")[0], "We write. About coffee.");
    assert.equal(locale, "en-US");
  });

  test("unsent submissions wait, and are sent once and in order when the network is back", async () => {
    await opened(page, { locale: "en" });
    const outcomes = [];
    for (const failure of ["hang up", { status: 503, body: {} }, { status: 429, headers: { "retry-after": "120" }, body: {} }]) {
      answer = () => failure;
      outcomes.push(await page.evaluate((given) => placet.submit(given), SUBMISSION));
    }
    answer = () => received;
    // May be more than three: Chromium itself retries when a connection breaks.
    const failed = submissions.splice(0);
    assert.ok(outcomes.every(({ id, queued, received_at }) => id && queued === true && received_at === undefined));
    assert.deepEqual(await told("queued"), outcomes.map(({ id }) => id));
    const pauses = await page.evaluate(() => Object.keys(localStorage).sort().map((name) => JSON.parse(localStorage[name]).notBefore - Date.now()));
    assert.ok(pauses[0] > 3000 && pauses[0] < 6000 && pauses[2] > 115_000, `${pauses}`);
    // Both tabs get the event. A submission that one tab sends is not sent by the other.
    const other = await context.newPage();
    await other.goto(`${shop}/checkout`);
    await opened(other);
    assert.deepEqual(await decided(other), { allow: true, reason: null });
    await Promise.all([page, other].map((tab) => tab.evaluate(() => { dispatchEvent(new Event("online")); })));
    await until("three more", () => submissions.length >= 3);
    await new Promise((done) => setTimeout(done, 300));
    assert.deepEqual(submissions.map(({ body }) => body.id), outcomes.map(({ id }) => id));
    assert.deepEqual(new Set(submissions.map(withoutAge)), new Set(failed.map(withoutAge)));
    assert.ok(submissions.every(({ body }) => body.age_ms > 0), "the age is measured when it is sent");
  });

  test("when the network is back, a tab that cannot send at once sends as soon as it can", async () => {
    await opened(page, { locale: "en" });
    answer = () => ({ status: 429, headers: { "retry-after": "120" }, body: {} });
    const waiting = await page.evaluate((given) => placet.submit(given), SUBMISSION);
    answer = () => received;
    submissions.length = 0;
    // Another tab sends at this moment and obeys the pauses.
    const other = await context.newPage();
    await other.goto(`${shop}/checkout`);
    await other.evaluate(() => new Promise((held) => {
      navigator.locks.request("placet:pk_test", () => new Promise((release) => held(globalThis.release = release)));
    }));
    await page.evaluate(() => { dispatchEvent(new Event("online")); });
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(submissions.length, 0);
    await other.evaluate(() => release());
    await until("the submission", () => submissions.length === 1);
    assert.equal(submissions[0].body.id, waiting.id);
    // This tab sends at this moment and obeys the pauses.
    answer = () => ({ status: 429, headers: { "retry-after": "120" }, body: {} });
    await page.evaluate((given) => placet.submit(given), SUBMISSION);
    answer = () => received;
    submissions.length = 0;
    await other.evaluate(async ([endpoint]) => {
      const { open } = await import("/placet/storefront.js");
      // `open` looks for what may be sent now. The event comes while it does.
      await open({ endpoint, key: "pk_test" });
      dispatchEvent(new Event("online"));
    }, [endpoint]);
    await until("the submission", () => submissions.length === 1);
  });

  test("without network the storefront opens and uses the strictest policy", async () => {
    config = "hang up";
    await opened(page, { locale: "en" });
    assert.equal(await page.evaluate(() => placet.config), null);
    await page.evaluate((given) => placet.submit(given), SUBMISSION);
    assert.deepEqual(await decided(), { allow: false, reason: "awaiting_confirmation" });
    const { rule, explain } = await page.evaluate(() => placet.decide("email", "newsletter", { country: "US" }));
    assert.deepEqual([rule.id, explain], ["any", []]);
    await assert.rejects(page.evaluate(() => placet.decide("fax", "newsletter")), /use email, sms/);
  });

  test("without storage a submission is still sent", async () => {
    await page.evaluate(() => Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } }));
    await opened(page, { locale: "en" });
    assert.ok((await page.evaluate((given) => placet.submit(given), SUBMISSION)).received_at);
    assert.deepEqual(await decided(), { allow: true, reason: null });
  });

  test("if the module is blocked the form is still sent, and a later attempt may succeed", async () => {
    wasmType = undefined;
    await assert.rejects(opened(), /did not load/);
    await fill();
    await page.click("button");
    await page.waitForSelector("h1");
    wasmType = "text/plain";
    await opened();
    assert.deepEqual(await decided(), { allow: false, reason: "never_asked" });
  });

  test("a form submitted before the module loads is read once when it loads, even on a later page", async () => {
    wasmType = undefined;
    const failed = page.evaluate(async (endpoint) => {
      const { open } = await import("/placet/storefront.js");
      globalThis.opening = open({ endpoint, key: "pk_test", forms: document.forms, identity: "a.b.c" });
      await opening;
    }, endpoint);
    await assert.rejects(failed, /did not load/);
    await fill();
    const before = Date.now();
    await page.click("button");
    await page.waitForSelector("h1");
    assert.equal(submissions.length, 0);
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("a.b.c")), false, "a token outlives no page");
    wasmType = "application/wasm";
    await opened();
    await until("the submission", () => submissions.length);
    const { id, occurred_at, age_ms, ...rest } = submissions[0].body;
    assert.ok(Math.abs(Date.parse(occurred_at) - before) < 5_000);
    assert.deepEqual(rest.source, { kind: "form", url: `${shop}/checkout`, form: "checkout", module: VERSION }, "the source is the page of the form, not the page that sent it");
    assert.deepEqual([rest.identity, rest.choices[0].choice, rest.notice.text_sha256], [undefined, "opt_in", sha256(WORDS)]);
    await page.reload();
    await opened();
    await new Promise((done) => setTimeout(done, 200));
    assert.equal(submissions.length, 1);
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("jane")), false);
  });

  test("the identity token is sent, and a token that the edge refuses loses no choice", async () => {
    const problem = { title: "A field is invalid", status: 422, errors: [{ pointer: "/identity", detail: "sign a JWT" }] };
    answer = () => (submissions.at(-1).body.identity ? { status: 422, body: problem } : received);
    await opened(page, { locale: "en" });
    const outcome = await page.evaluate(async (given) => {
      placet.identify("x.y.z");
      const receipt = await placet.submit(given);
      placet.identify(undefined);
      await placet.submit(given);
      return receipt;
    }, SUBMISSION);
    assert.equal(outcome.received_at, received.body.received_at);
    assert.deepEqual(submissions.map(({ body }) => body.identity), ["x.y.z", undefined, undefined]);
    assert.equal(new Set(submissions.slice(0, 2).map(({ body }) => body.id)).size, 1);
    assert.deepEqual(await told("error"), ["refused"]);
  });

  test("a page that sends its form by script captures it, and a registered notice text is not sent", async () => {
    config = { status: 200, body: { ...CONFIG, notices: [{ id: "signup", version: "2", locale: "en", text: WORDS }] } };
    await opened();
    await page.evaluate(() => placet.config);
    await page.evaluate(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
    await fill();
    const outcome = await page.evaluate(() => placet.capture(document.forms[0]));
    assert.equal(outcome.received_at, received.body.received_at);
    assert.equal(submissions[0].body.notice.text, undefined);
    assert.equal(submissions[0].body.source.gpc, true);
    await fill({ email: "" });
    assert.equal(await page.evaluate(() => placet.capture(document.forms[0])), undefined);
    await assert.rejects(page.evaluate(() => { document.querySelector("[data-placet-notice]").remove(); return placet.capture(document.forms[0]); }), /set data-placet-notice/);
    await assert.rejects(page.evaluate(() => placet.bind(document.body)), /bind a <form>/);
    assert.equal(submissions.length, 1);
  });

  test("adapters report consent now and when it changes, until they are removed", async () => {
    await opened(page, { locale: "en" });
    const seen = await page.evaluate(async (given) => {
      const [{ googleConsent }, { shopifyPrivacy }, { dataLayerPush }] = await Promise.all(["google", "shopify", "datalayer"].map((name) => import(`/placet/adapters/${name}.js`)));
      await placet.config;
      const told = { google: [], shopify: [] };
      globalThis.dataLayer = undefined;
      const by = { channel: "email", purpose: "newsletter" };
      const ends = [
        googleConsent(placet, { ad_user_data: by, ad_personalization: { ...by, purpose: "offers" } }, (...all) => told.google.push(all)),
        shopifyPrivacy(placet, { marketing: by, sale_of_data: by }, { setTrackingConsent: (consent) => told.shopify.push(consent) }),
        dataLayerPush(placet),
      ];
      await placet.submit(given);
      Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true });
      await placet.submit(given);
      for (const end of ends) end();
      const before = JSON.stringify(told);
      await placet.submit(given);
      const last = { google: told.google.at(-1), shopify: told.shopify.at(-1) };
      return { first: { google: told.google[0], shopify: told.shopify[0] }, last, layer: dataLayer, still: JSON.stringify(told) === before };
    }, SUBMISSION);
    assert.deepEqual(seen.first, { google: ["consent", "update", { ad_user_data: "denied", ad_personalization: "denied" }], shopify: { marketing: false, sale_of_data: false } });
    assert.deepEqual(seen.last, { google: ["consent", "update", { ad_user_data: "granted", ad_personalization: "denied" }], shopify: { marketing: true, sale_of_data: false } }, "the GPC signal opts out of sale, whatever was chosen for messages");
    assert.deepEqual(seen.layer, submissions.slice(0, 2).map(({ body }) => ({ event: "placet_submitted", placet_submission: body.id })));
    assert.equal(seen.still, true);
  });

  test("a certificate of erasure verifies in a browser, and not with any byte changed", async () => {
    const seen = await page.evaluate(`import("/logic/logic.js").then((logic) => (${probe})(logic, ${JSON.stringify(signed)}))`);
    assert.deepEqual(seen, expected);
  });

  test("the module may be loaded from any origin, and wrong options are reported", async () => {
    const seen = await page.evaluate(async (endpoint) => {
      const { open } = await import("/placet/storefront.js");
      const at = new URL("/placet/storefront_bg.wasm", location.href);
      const bytes = await (await fetch(at)).arrayBuffer();
      const key = "pk_test";
      const outcome = (options) => open(options).then(() => "open", ({ code }) => code);
      const seen = [];
      for (const options of [undefined, { key, endpoint: "/v1" }, { key, endpoint: "ftp://x" }, { endpoint }, { endpoint, key: "sk_1" }, { endpoint, key: "pk_ü" }, { endpoint, key, wasm: new Uint8Array([1]) }]) seen.push(await outcome(options));
      for (const wasm of [bytes, at, new Request(at), fetch(at), new WebAssembly.Module(bytes)]) {
        const { open } = await import(`/placet/storefront.js?${seen.length}`);
        seen.push(await open({ endpoint: `${endpoint}/`, key, wasm }).then(() => "open", ({ code }) => code));
      }
      return seen;
    }, endpoint);
    assert.deepEqual(seen, ["bad_endpoint", "bad_endpoint", "bad_endpoint", "bad_key", "bad_key", "bad_key", "wasm_failed", ...Array(5).fill("open")]);
  });
}
