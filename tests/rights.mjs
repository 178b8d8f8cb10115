// A person's rights as others see them: the exported page, and the certificate of an erasure.
//
// The edge runs on real workerd, the page and the module that checks certificates in a real Chromium.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as logic from "../pkg/logic/node.js";
import { startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET } from "./load.mjs";
import { expected, probe } from "./package/certificate.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const data = await mkdtemp(join(tmpdir(), "placet-rights-"));
let worker, browser, secret, contact, html;

const SHOP = {
  name: "Kestrel <Coffee>", country: "GB", origins: ["https://shop.example"], channels: ["email", "sms", "post"], purposes: ["newsletter", "offers"],
  notices: [{ id: "account", version: "1", locale: "en-GB", text: "We write about new coffees.\nBy e-mail" }],
  privacy: {
    contact: "privacy@kestrel.example", policy_url: "https://kestrel.example/privacy", authority: "Information Commissioner's Office",
    recipients: [{ id: "mailer", name: "Example Mailer Ltd", role: "processor", country: "US", safeguard: "SCC 2021/914" }],
  },
};

async function ask(method, path, key, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(worker.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return { headers: answer.headers, text };
}

const asked = async (...request) => JSON.parse((await ask(...request)).text);

before(async () => {
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const config = fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url));
  worker = await startWorkerd({ config, port: 0, data: join(data, "disk"), env, quiet: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  secret = (await asked("POST", "/v1/shops", ROOT_SECRET, SHOP)).keys.secret;
  const choice = (channel, purpose, choice) => ({ channel, purpose, choice });
  const account = await asked("POST", "/v1/consents", secret, {
    id: randomUUID(),
    contact: { email: "ada@example.com", phone: "+447700900123", postal: "Ada Lovelace\n12 Mill Lane\nOX1 2JD Oxford", country: "GB", born: "1990-05-17", external: "shopify:4711" },
    choices: [choice("email", "newsletter", "opt_in"), choice("sms", "newsletter", "declined"), choice("post", "offers", "opt_in")],
    notice: { id: "account", version: "1", locale: "en-GB", text_sha256: "a0".repeat(32) },
    source: { kind: "account", url: "https://shop.example/account", form: "<script>alert(1)</script>" },
    assurance: "authenticated",
  });
  contact = account.contact;
  await ask("POST", "/v1/disclosures", secret, { contact: { id: contact }, recipient: "mailer", data: ["email"] });
  await ask("PUT", `/v1/contacts/${contact}/choices/email/offers`, secret, { choice: "opt_in", reason: "signed at the counter", evidence: { reference: "form 12" } });
  await ask("PUT", `/v1/contacts/${contact}/restriction`, secret, { restricted: true, reason: "disputes the number" });
  html = (await ask("GET", `/v1/contacts/${contact}/export?format=html`, secret)).text;
});

after(async () => {
  await browser?.close();
  await worker?.stop();
  await rm(data, { recursive: true, force: true });
});

for (const width of [1280, 320]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the exported page is accessible: ${width} px, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const asked = [];
      page.on("request", ({ url }) => asked.push(url()));
      page.on("dialog", (dialog) => assert.fail(`a script in personal data ran: ${dialog.message()}`));
      await page.setContent(html);
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "the page must not scroll sideways");
      assert.equal(await page.title(), "What Kestrel <Coffee> holds on you");
      const text = await page.evaluate(() => document.body.innerText);
      for (const told of ["ada@example.com", "12 Mill Lane", "shopify:4711", "<script>alert(1)</script>", "signed at the counter", "Example Mailer Ltd", "GDPR Art. 17"]) {
        assert.ok(text.includes(told), `the page lacks ${told}`);
      }
      assert.match(text, /since \d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d:\d\d UTC the data is kept and not used/);
      assert.deepEqual(asked, [], "the page must not fetch anything");
      await page.close();
    });
  }
}

test("the links of the page lead to its sections with the keyboard", async () => {
  const page = await browser.newPage();
  await page.setContent(html);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.textContent);
  assert.equal(first, "This report");
  const broken = await page.evaluate(() => [...document.querySelectorAll("nav a")].filter((link) => !document.querySelector(link.hash)).map((link) => link.hash));
  assert.deepEqual(broken, []);
  await page.close();
});

test("the certificate of an erasure verifies in Node and in Chromium, and not with any byte changed", async () => {
  const erased = await asked("DELETE", `/v1/contacts/${contact}?requested_by=person`, secret);
  const signed = { certificate: erased.jws, key: erased.key };
  const wanted = { ...expected, says: [erased.certificate, erased.certificate] };
  assert.deepEqual(logic.verifyCertificate(signed), erased.certificate);
  assert.deepEqual(eval(`(${probe})`)(logic, signed), wanted);
  const { certificate_key } = await asked("GET", "/v1/shop", secret);
  assert.deepEqual(certificate_key, erased.key);
  const other = (await asked("POST", "/v1/shops", ROOT_SECRET, SHOP)).keys.secret;
  const { certificate_key: others } = await asked("GET", "/v1/shop", other);
  assert.throws(() => logic.verifyCertificate({ certificate: erased.jws, key: others }), { code: "wrong_key" });

  const server = createServer(async ({ url }, response) => {
    const name = /^\/logic\/([a-z_]+\.(?:js|wasm))$/.exec(url)?.[1];
    if (!name) return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>certificate</title>");
    const file = await readFile(new URL(`../pkg/logic/${name}`, import.meta.url));
    response.writeHead(200, { "content-type": name.endsWith(".js") ? "text/javascript" : "application/wasm" }).end(file);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const seen = await page.evaluate(`import("/logic/logic.js").then((logic) => (${probe})(logic, ${JSON.stringify(signed)}))`);
  assert.deepEqual(seen, wanted);
  await page.close();
  server.close();
});
