// The elements in a real Chromium with the real worker: in light and shadow DOM, in every language, in both text
// directions; what forms, the keyboard and screen readers get from them; and what the ledger stores in the end.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { setStage, violations } from "./tools/stage.mjs";

const stage = await setStage("elements");
const { shop, newPage, reportOn, ask } = stage;

before(() => stage.serve());
after(() => stage.end());

const EXAMPLE = { de: "E-Mail-Adresse", es: "Correo electrónico", fr: "Adresse e-mail", it: "Indirizzo e-mail", nl: "E-mailadres", ar: "عنوان البريد الإلكتروني" };

/** Opens a page of the demo shop with the body `html`. The shop fills in the template variables. */
async function pageWith(html, options) {
  const page = await newPage(options);
  const filled = await page.goto(`${shop}/privacy.html`).then(() => page.$eval("meta[name=placet]", ({ dataset }) => ({ ...dataset })));
  await page.evaluate(
    async ([html, { endpoint, key }]) => {
      document.body.innerHTML = html;
      globalThis.heard = [];
      for (const name of ["ready", "change", "submitted", "queued", "error"]) {
        document.addEventListener(`placet:${name}`, ({ detail }) => heard.push([name, detail?.code ?? detail?.id ?? detail]));
      }
      const { define } = await import("/placet/elements.js");
      globalThis.shopOf = { endpoint, key };
      define({ endpoint, key });
    },
    [html, filled],
  );
  return page;
}

const heard = (page, wanted) => page.evaluate((wanted) => heard.filter(([name]) => name === wanted).map(([, detail]) => detail), wanted);

const CHECKOUT = (attributes = "") => `<main><form id="order" action="/order" method="post">
  <label>Mail <input name="mail" type="email" autocomplete="section-a email"></label>
  <label>Phone <input name="phone" type="tel" autocomplete="tel"></label>
  <label>Country <select name="land" autocomplete="shipping country"><option value="GB">UK</option></select></label>
  <placet-optin notice="checkout-optin" ${attributes}></placet-optin><button>Order</button></form></main>`;

for (const attributes of ["", "shadow"]) {
  const where = attributes || "light";

  test(`a block in a form (${where}) has no ticked box, adds its values to the form, and does not stop the form`, async () => {
    const page = await pageWith(CHECKOUT(attributes));
    const boxes = page.locator("placet-optin input[type=checkbox]");
    await boxes.nth(1).waitFor();
    assert.deepEqual(await boxes.evaluateAll((all) => all.map(({ checked }) => checked)), [false, false]);
    const mail = `block-${where}@example.com`;
    await page.fill("[name=mail]", mail);
    // Each variant uses its own number. Each address is a contact of its own.
    const phone = attributes ? "+44 7700 900124" : "+44 7700 900123";
    await page.fill("[name=phone]", phone);
    await page.locator("placet-optin label", { hasText: "by email" }).click();
    assert.deepEqual(await heard(page, "change"), [[
      { channel: "email", purpose: "newsletter", choice: "opt_in" }, { channel: "sms", purpose: "newsletter", choice: "declined" },
    ]]);
    assert.deepEqual(await page.$eval("#order", (form) => [...new FormData(form)].filter(([name]) => name.startsWith("placet"))), [["placet.email.newsletter", "on"]]);
    await page.click("button");
    await page.waitForURL("**/thanks.html");
    const report = await reportOn({ email: mail });
    const records = [...report.records, ...(await reportOn({ phone })).records];
    assert.deepEqual(records.map(({ channel, choice }) => [channel, choice]), [["email", "opt_in"], ["sms", "declined"]]);
    const [{ notice, source }] = report.records;
    assert.deepEqual([notice.id, notice.text_from, source.form, report.profile.claimed[0].country], ["checkout-optin", "shop", "order", "GB"]);
    assert.deepEqual(page.problems, []);
  });

  test(`a newsletter box (${where}) reports an error beside the field and to a screen reader, and keeps the input`, async () => {
    const page = await pageWith(`<main><placet-optin notice="newsletter-optin" ${attributes}></placet-optin></main>`);
    const [field, box, button, status] = ["input[data-placet-address=email]", "input[type=checkbox]", "button", "[role=status]"].map((one) => page.locator(`placet-optin ${one}`));
    await button.click();
    await status.filter({ hasText: "Tick a box first" }).waitFor();
    assert.equal(await box.evaluate((input) => input.getRootNode().activeElement === input), true, "the focus moves to the missing field");
    await box.check();
    await field.fill("nobody");
    await button.click();
    const wrong = await field.evaluate((input) => [input.getAttribute("aria-invalid"), input.getRootNode().getElementById(input.getAttribute("aria-describedby")).textContent]);
    assert.deepEqual(wrong, ["true", "Enter an email address, such as name@example.com."]);
    assert.equal(await field.evaluate((input) => input.getRootNode().activeElement === input), true);
    await field.fill(`box-${where}@example.com`);
    assert.equal(await field.getAttribute("aria-invalid"), "false", "as soon as it is right");
    await button.dblclick();
    await status.filter({ hasText: "Almost done" }).waitFor();
    assert.deepEqual([await field.inputValue(), await box.isChecked()], ["", false]);
    const report = await reportOn({ email: `box-${where}@example.com` });
    assert.equal(report.records.length, 1, "a double click sends once");
    assert.deepEqual(await heard(page, "error"), []);
  });
}

test("a visitor who ticks text messages without a number sees a hint beside the box, and can order", async () => {
  const page = await pageWith(CHECKOUT());
  const label = page.locator("placet-optin label", { hasText: "text message" });
  await label.click();
  const hint = page.locator("placet-optin .placet-wrong", { hasText: "country code" });
  await hint.waitFor();
  assert.equal(await hint.getAttribute("aria-live"), "polite");
  await page.fill("[name=phone]", "+44 7700 900456");
  await hint.waitFor({ state: "detached" });
  await page.fill("[name=phone]", "");
  // No hint appears when the field loses focus: it would move the button away from the pointer.
  await page.click("button");
  await page.waitForURL("**/thanks.html");
});

test("a block is reset and disabled with its form, and is released when the form is removed", async () => {
  const page = await pageWith(CHECKOUT("shadow"));
  const box = page.locator("placet-optin input").first();
  await box.check();
  await page.$eval("#order", (form) => form.reset());
  assert.equal(await box.isChecked(), false);
  assert.deepEqual(await page.$eval("#order", (form) => [...new FormData(form)].filter(([name]) => name.startsWith("placet"))), []);
  await page.$eval("#order", (form) => { form.innerHTML = `<fieldset disabled>${form.innerHTML}</fieldset>`; });
  await page.locator("placet-optin input:disabled").first().waitFor();
  await page.$eval("#order", (form) => {
    form.addEventListener("submit", (event) => event.preventDefault());
    document.querySelector("placet-optin").remove();
    form.querySelector("fieldset").disabled = false;
  });
  await page.fill("[name=mail]", "gone@example.com");
  await page.click("button");
  await new Promise((done) => setTimeout(done, 300));
  assert.equal((await ask("POST", "/v1/contacts/lookup", { email: "gone@example.com" })).status, 404);
});

test("ticks survive a login and a move of the element, and the form's own boxes keep their own notice", async () => {
  for (const attributes of ["", "shadow"]) {
    const page = await pageWith(`${CHECKOUT(attributes)}<div id="elsewhere"></div>`);
    const box = page.locator("placet-optin input").first();
    await box.check();
    await page.evaluate(() => document.querySelector("placet-optin").setAttribute("identity", "a.b.c"));
    await page.evaluate(() => document.querySelector("form").prepend(document.querySelector("placet-optin")));
    await page.waitForFunction(() => heard.filter(([name]) => name === "ready").length > 1);
    assert.equal(await box.isChecked(), true);
    assert.deepEqual(await page.$eval("#order", (form) => [...new FormData(form)].filter(([name]) => name.startsWith("placet"))), [["placet.email.newsletter", "on"]]);
    await page.evaluate(() => document.querySelector("placet-optin").setAttribute("lang", "de"));
    await page.waitForFunction(() => heard.filter(([name]) => name === "ready").length > 2);
    assert.equal(await box.isChecked(), true, "the shop has no German notice");
  }
  const page = await pageWith(`<form id="order" action="/order" method="post"><input type="email" name="mail" data-placet-address="email">
    <placet-optin notice="newsletter-optin"></placet-optin>
    <p lang="en-GB" data-placet-notice="own" data-placet-version="1">Our own words.</p>
    <label><input type="checkbox" name="own" data-placet-channel="email" data-placet-purpose="newsletter"> Yes to our own</label><button>Order</button></form>`);
  await page.locator("placet-optin input").waitFor();
  await page.evaluate(async () => {
    const { open } = await import("/placet/storefront.js");
    await open({ ...shopOf, locale: "en-GB", forms: document.forms });
  });
  await page.fill("[name=mail]", "two@example.com");
  await page.check("[name=own]");
  await page.click("button");
  await page.waitForURL("**/thanks.html");
  const { records } = await reportOn({ email: "two@example.com" });
  assert.deepEqual(
    records.map(({ notice, choice }) => `${notice.id} ${choice} ${notice.text?.split("\n")[0].slice(0, 14)}`).sort(),
    ["newsletter-optin declined Kestrel Coffee", "own opt_in Our own words."],
  );
});

test("the elements are accessible in every language, text direction, colour scheme and width, in light and shadow DOM", async () => {
  for (const [colorScheme, width] of [["light", 320], ["dark", 1280], ["dark", 320]]) {
    const page = await newPage({ colorScheme, viewport: { width, height: 900 } });
    await page.goto(`${shop}/letters.html`);
    for (const shadow of [false, true]) {
      await page.setChecked("[name=shadow]", shadow);
      for (const [language, email] of Object.entries({ "en-GB": "Email address", ...EXAMPLE })) {
        await page.selectOption("#language", language);
        const box = page.locator("[data-letters] placet-optin");
        await box.locator(".placet-label", { hasText: email }).waitFor();
        const seen = await box.evaluate((element) => {
          const root = element.shadowRoot ?? element;
          const label = root.querySelector(".placet-choice").getBoundingClientRect();
          const input = root.querySelector(".placet-box").getBoundingClientRect();
          return { lang: root.querySelector("[data-placet-notice]").lang, right: input.left > label.left + label.width / 2, shadow: !!element.shadowRoot };
        });
        assert.deepEqual(seen, { lang: language, right: language === "ar", shadow }, "the box is at the start of the line");
        // Errors have their own colour.
        await box.locator("button").click();
        assert.deepEqual(await violations(page), [], `${language} ${colorScheme} ${width} ${shadow}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${language} is ${overflow} px too wide at ${width}`);
      }
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test("a mistake of the shop is reported, and the page stays unchanged", async () => {
  const fallback = `<p id="fallback">Write to us.</p>`;
  // A form without a phone field cannot capture a choice for text messages, so that box is not shown.
  const lacking = await pageWith(`<form><input type="email"><placet-optin notice="checkout-optin">${fallback}</placet-optin></form>`);
  await lacking.waitForFunction(() => heard.length);
  assert.deepEqual([await heard(lacking, "error"), await lacking.locator("placet-optin input").count(), await lacking.isVisible("#fallback")], [["no_address"], 0, true]);
  for (const [attributes, code] of [
    [`notice="none"`, "no_notice"],
    [`key="sk_1"`, "bad_key"],
    [`endpoint="ftp://x"`, "bad_endpoint"],
    // The edge does not know the key. Its own words are passed on.
    [`key="pk_${"A".repeat(64)}"`, "refused"],
  ]) {
    const page = await pageWith(`<placet-optin ${attributes}>${fallback}</placet-optin>`);
    await page.waitForFunction(() => heard.length);
    assert.deepEqual(await heard(page, "error"), [code], attributes);
    assert.equal(await page.isVisible("#fallback"), true, attributes);
    await page.context().close();
  }
});

test("two address fields of one kind: the person's own has to be marked, and the other gets no opt-in", async () => {
  const gift = (mark) => `<main><form id="order" action="/order" method="post"><input type="email" name="mail" ${mark}><input type="email" name="friend"><input type="tel" name="phone"><placet-optin notice="checkout-optin"></placet-optin><button>Order</button></form></main>`;
  const unmarked = await pageWith(gift(""));
  await unmarked.waitForFunction(() => heard.some(([name]) => name === "error"));
  assert.equal((await heard(unmarked, "error"))[0], "several_fields");
  const page = await pageWith(gift(`data-placet-address="email"`));
  await page.locator("placet-optin label", { hasText: "by email" }).waitFor();
  await page.fill("[name=mail]", "giver@example.com");
  await page.fill("[name=friend]", "friend@example.com");
  await page.locator("placet-optin label", { hasText: "by email" }).click();
  await page.click("button");
  await page.waitForURL("**/thanks.html");
  assert.equal((await reportOn({ email: "giver@example.com" })).records[0].choice, "opt_in");
  const { status } = await ask("POST", "/v1/contacts/lookup", { email: "friend@example.com" });
  assert.equal(status, 404);
});

test("an address with letters beyond ASCII is taken as the worker takes it", async () => {
  const page = await pageWith(`<main><placet-optin notice="newsletter-optin"></placet-optin></main>`);
  await page.locator("placet-optin input[type=checkbox]").check();
  await page.fill("placet-optin input[data-placet-address=email]", "jörg@bücher.example");
  await page.click("placet-optin button");
  await page.locator("placet-optin [role=status]", { hasText: "Almost done" }).waitFor();
  assert.equal((await reportOn({ email: "jörg@bücher.example" })).records[0].choice, "opt_in");
});

test("a person who moves by keyboard hears the notice: the boxes are a group that it names and describes", async () => {
  const page = await pageWith(CHECKOUT());
  await page.locator("placet-optin input[type=checkbox]").first().waitFor();
  const notice = await page.locator("placet-optin [data-placet-notice]").textContent();
  const group = page.getByRole("group", { name: notice });
  assert.equal(await group.count(), 1);
  const ids = await group.getAttribute("aria-describedby");
  assert.equal(await page.locator(`[id="${ids}"]`).textContent(), notice);
  assert.equal(await group.getByRole("checkbox").count(), 2);
});

test("an element is drawn when its settings arrive late, and shows its own content until then", async () => {
  const page = await newPage();
  let refused = 0;
  await page.route("**/v1/storefront/*", (route) => (refused++ < 2 ? route.fulfill({ status: 429, headers: { "access-control-allow-origin": "*" }, json: {} }) : route.continue()));
  await page.goto(`${shop}/`);
  await page.locator("#newsletter .placet-box").waitFor({ timeout: 15_000 });
  assert.ok(refused > 2, `${refused}`);
});

test("a customer with an identity token needs no confirmation", async () => {
  const page = await newPage();
  await page.goto(`${shop}/`);
  const box = page.locator("#newsletter .placet-box");
  await box.waitFor();
  await page.evaluate(async () => {
    const { identity } = await (await fetch("/identity", { method: "POST", body: new URLSearchParams({ email: "known@example.com" }) })).json();
    document.querySelector("#newsletter").setAttribute("identity", identity);
  });
  await page.fill("#newsletter .placet-input", "known@example.com");
  await box.check();
  await page.click("#newsletter .placet-button");
  await page.locator("#newsletter .placet-status", { hasText: "Your choices are saved" }).waitFor();
  const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: "known@example.com" } });
  assert.equal(body.decision.allow, true);
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("known")), false);
  assert.deepEqual(page.problems, []);
});

test("the ten lines of the handbook sign a valid identity token, in Node and, if installed, in PHP", async (t) => {
  const page = await readFile(new URL("../www/handbook/identity.md", import.meta.url), "utf8");
  const lines = (language, about) => page.split("```").find((block) => block.startsWith(`${language} run\n`) && block.includes(about)).slice(`${language} run\n`.length);
  const { publishable, secret: SECRET_KEY } = await stage.keys();
  const run = (command, input, ...args) => execFileSync(command, args, { input, encoding: "utf8", env: { ...process.env, SECRET_KEY } }).trim();
  // The lines after the token ask the service, and are run by the test of the handbook.
  const [, node, token] = /^([^]*)^const identity = (.*);$/m.exec(lines("js", "placetIdentity"));
  const tokens = { node: run(process.execPath, `${node}console.log(${token});`, "--input-type=module") };
  try {
    tokens.php = run("php", `<?php\n${lines("php", "placet_identity")}`);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    t.diagnostic("no PHP here");
  }
  for (const [language, identity] of Object.entries(tokens)) {
    const told = {
      id: randomUUID(), contact: { email: "ada@example.com" }, identity,
      choices: [{ channel: "email", purpose: "newsletter", choice: language === "node" ? "opt_in" : "opt_out" }],
      notice: { id: "newsletter-optin", version: "1", locale: "en-GB", text_sha256: "0".repeat(64) }, source: { kind: "form" },
    };
    const headers = { authorization: `Bearer ${publishable}`, origin: shop, "content-type": "application/json" };
    const answer = await fetch(`${stage.worker}/v1/consents`, { method: "POST", headers, body: JSON.stringify(told) });
    assert.equal(answer.status, 201, await answer.text());
    const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { external: "shop:7" } });
    assert.equal(body.decision.reason, language === "node" ? null : "opted_out");
  }
});

test("the examples for developers work: a tag, own markup, React, Vue; and adapters are called", async () => {
  const page = await newPage();
  await page.goto(`${shop}/examples.html`);
  const forms = ["placet-optin[form-name=example-tag] form", "#example-plain", "[data-react] form", "[data-vue] form"];
  for (const [place, form] of forms.entries()) {
    await page.locator(`${form} input[type=checkbox]`).waitFor();
    await page.fill(`${form} input[data-placet-address=email]`, `example${place}@example.com`);
    await page.check(`${form} input[type=checkbox]`);
    await page.click(`${form} button`);
    const { records } = await reportOn({ email: `example${place}@example.com` });
    assert.deepEqual(records.map(({ choice, notice }) => [choice, notice.text_from]), [["opt_in", "shop"]], form);
  }
  const log = await page.textContent("[data-log]");
  for (const entry of ["placet:submitted", 'placet.on("submitted")', "placet_submitted", '"ad_user_data":"denied"']) assert.ok(log.includes(entry), `${entry} in ${log}`);
  await page.locator("[data-vue] [role=status]", { hasText: "Vue says thank you" }).waitFor();
  assert.deepEqual(page.problems, []);
});

test("a logged-in customer changes their choices on the shop's page, and opts out of everything with one click", async () => {
  const mail = "customer@example.com";
  const page = await newPage();
  await page.goto(`${shop}/account.html`);
  await page.fill("[data-sign-in] input", mail);
  await page.click("[data-sign-in] button");
  const preferences = page.locator("placet-preferences");
  const box = preferences.locator("label", { hasText: "by email" }).locator("input");
  await box.waitFor();
  assert.equal(await box.isChecked(), false);
  assert.ok(!(await preferences.textContent()).includes("customer@"), "addresses are masked on the person's own page too");
  assert.deepEqual((await ask("POST", "/v1/contacts/lookup", { email: mail })).status, 404, "reading preferences stores nothing");
  // With the keyboard only.
  await box.focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await preferences.locator("[role=status]", { hasText: "Your choices are saved" }).waitFor();
  const standing = async () => {
    const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: mail } });
    return body.decision.reason;
  };
  assert.equal(await standing(), null);
  const [record] = (await reportOn({ email: mail })).records;
  assert.deepEqual([record.assurance, record.notice.id, record.notice.text_from, record.source.form], ["authenticated", "preferences", "sender", "preferences"]);
  assert.match(record.notice.text, /^Your choices\nNewsletter: new coffees, brewing tips and offers by email$/);
  await page.reload();
  await page.fill("[data-sign-in] input", mail);
  await page.click("[data-sign-in] button");
  await box.waitFor();
  assert.equal(await box.isChecked(), true, "what stands");
  await preferences.locator("button", { hasText: "Stop everything" }).click();
  await preferences.locator("[role=status]", { hasText: "saved" }).waitFor();
  assert.equal(await box.isChecked(), false);
  assert.equal(await standing(), "opted_out");
  // The page stays open until the token has expired. The page must not claim that a choice is saved when it is not.
  await page.route("**/v1/preferences", (route) => route.fulfill({ status: 422, headers: { "access-control-allow-origin": "*" }, json: { title: "A field is invalid" } }));
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/v1/consents") && sent.push(request.method()));
  await box.check();
  await preferences.locator("button", { hasText: "Save" }).click();
  await preferences.locator("[role=status]", { hasText: "That did not work" }).waitFor();
  assert.deepEqual(sent, []);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

test("a visitor who is not logged in gets a link by message, and the page does not reveal whether the address is known", async () => {
  const page = await newPage();
  await page.goto(`${shop}/account.html`);
  const preferences = page.locator("placet-preferences");
  const answers = [];
  for (const mail of ["customer@example.com", "stranger@example.com"]) {
    await preferences.locator("input").fill(mail);
    await preferences.locator("button").click();
    await preferences.locator("[role=status]", { hasText: "If we know this address" }).waitFor();
    answers.push(await preferences.textContent());
  }
  assert.equal(answers[0], answers[1]);
  const { body } = await ask("GET", "/v1/messages?limit=5");
  const { body: message } = await ask("GET", `/v1/messages/${body.messages[0].message}`);
  assert.deepEqual([message.kind, message.to], ["preferences", "customer@example.com"]);
  await page.goto(message.link);
  await page.locator("input[type=checkbox]").first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("without scripts the form posts to the worker, which answers with a page", async () => {
  const page = await newPage({ javaScriptEnabled: false });
  await page.goto(`${shop}/`);
  await page.fill("#newsletter-email", "scriptless@example.com");
  await page.check("#newsletter input[type=checkbox]");
  await page.click("#newsletter button");
  await page.waitForURL(`${stage.worker}/f/**`);
  assert.match(await page.textContent("h1"), /Thank you/);
  const { records } = await reportOn({ email: "scriptless@example.com" });
  assert.deepEqual(records.map(({ choice, assurance, notice, source }) => [choice, assurance, notice.text_from, source.form]), [["opt_in", "claimed", "shop", "newsletter"]]);
});
