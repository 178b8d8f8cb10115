// The page of the contract as the service sends it and Chromium shows it: accessible, on small screens and in dark
// mode, without fetching anything.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET } from "./load.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const contract = JSON.parse(await readFile(new URL("../src/api/contract/openapi.json", import.meta.url), "utf8"));
const operations = Object.values(contract.paths).flatMap((item) => Object.values(item));

const data = await mkdtemp(join(tmpdir(), "placet-docs-"));
let worker, browser, address, html;

before(async () => {
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const config = fileURLToPath(new URL("../src/edge/workerd.capnp", import.meta.url));
  worker = await startWorkerd({ config, port: 0, data, env, quiet: true });
  address = `${worker.url}/docs`;
  const answer = await fetch(address);
  assert.equal(answer.headers.get("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
  html = await answer.text();
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  await worker?.stop();
  await rm(data, { recursive: true, force: true });
});

async function openPage({ width = 1280, colorScheme = "light", javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled, bypassCSP: false });
  const page = await context.newPage();
  page.fetched = [];
  page.complaints = [];
  page.on("request", (request) => page.fetched.push(request.url()));
  page.on("console", (message) => page.complaints.push(message.text()));
  await page.goto(address);
  return page;
}

for (const width of [1280, 320]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the page is accessible at ${width} px, ${colorScheme}`, async () => {
      const page = await openPage({ width, colorScheme });
      if (process.env.PLACET_SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.PLACET_SCREENSHOTS}-${width}-${colorScheme}.png` });
        await page.locator("#submitConsents").scrollIntoViewIfNeeded();
        await page.screenshot({ path: `${process.env.PLACET_SCREENSHOTS}-${width}-${colorScheme}-operation.png` });
      }
      // Folded parts must be accessible too.
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "the page must not scroll sideways");
      assert.deepEqual(page.fetched, [address]);
      assert.deepEqual(page.complaints, []);
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
      await page.context().close();
    });
  }
}

test("the page lists every operation without scripts, and every link has a target", async () => {
  const page = await openPage({ javaScriptEnabled: false });
  assert.equal(await page.locator("h1").count(), 1);
  for (const { operationId, summary } of operations) {
    assert.equal(await page.locator(`article h3#${operationId}`).textContent(), summary);
    assert.equal(await page.locator(`nav a[href="#${operationId}"]`).count(), 1, operationId);
  }
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  assert.equal(ids.size, [...html.matchAll(/ id="/g)].length, "no id stands twice");
  for (const [, id] of html.matchAll(/ href="#([^"]+)"/g)) assert(ids.has(id), `#${id} has no target`);
  for (const code of Object.keys(contract["x-placet-problems"])) assert(html.includes(`<code>${code}</code>`), code);
  await page.context().close();
});

test("the keyboard can skip the contents, and the focus is visible", async () => {
  const page = await openPage();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the contract");
  const box = await page.locator(":focus").boundingBox();
  assert(box.x >= 0 && box.y >= 0, "the focused link is visible");
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "#main");
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.context().close();
});
