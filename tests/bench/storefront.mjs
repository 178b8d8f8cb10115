// What a module costs the page that it is in: a checkout in a real Chromium, at a processor four times slower and with an empty
// cache, against a real edge; beside the same page without any module, and comparable modules in it. In an order of chance each
// round, so that what else the machine does hits all alike.
//
//   node tests/bench/storefront.mjs [rounds]

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import { startWorkerd } from "../../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET } from "../load.mjs";
import { peers } from "../peers/peers.mjs";
import { median, shuffled } from "./numbers.mjs";

const { chromium } = createRequire(new URL("../../www/package.json", import.meta.url))("playwright-core");

const SLOWER = 4;
const VIEWPORT = { width: 412, height: 915 };
/** In ms; shifts are scores. */
const BARS = { interactive: 150, task: 50, shift: 0, event: 50 };
/** Until whatever a load or a click sets off is over. */
const SETTLED_MS = 300;
const BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", wasm: "application/wasm" };

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs in every page before all else. Ready is the first frame in which there is something to use: the same for all. */
function watch(box) {
  const seen = (globalThis.bench = { tasks: [], shift: 0, slowest: 0 });
  const observe = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  observe("longtask", ({ duration }) => seen.tasks.push(duration));
  observe("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) seen.shift += value; });
  const interaction = ({ duration, interactionId }) => { if (interactionId) seen.slowest = Math.max(seen.slowest, duration); };
  observe("event", interaction, { durationThreshold: 16 });
  addEventListener("placet:ready", () => (seen.usable = true));
  seen.ready = new Promise((done) => {
    const look = () => {
      const usable = box ? document.querySelector(box)?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) : seen.usable;
      if (usable) done(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
  let begin;
  addEventListener("submit", () => (begin = performance.now()), true);
  addEventListener("submit", (event) => {
    seen.dispatch = performance.now() - begin;
    event.preventDefault();
  });
}

const hints = (...paths) => paths.map((path) => `<link rel="modulepreload" href="${path}">`).join("\n");
const module = (path) => `<script type="module" src="${path}"></script>`;

const checkout = ({ box, head = "", slot }) => `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Checkout</title>
<link rel="icon" href="data:,">
<script>(${watch})(${JSON.stringify(box)});</script>
<style>body { margin: 1rem; font: 1rem/1.5 sans-serif; } form > label { display: block; } .choice { padding: .5em 0; }</style>
${head}
</head>
<body>
<h1>Checkout</h1>
<form id="checkout" method="post" action="/order">
<label>Email address <input type="email" name="email" autocomplete="email" data-placet-address="email" required></label>
<label>Mobile number <input type="tel" name="phone" autocomplete="tel" data-placet-address="phone"></label>
${slot}
<button id="order">Place order</button>
</form>
<p>Orders that are placed before noon leave the roastery on the same day, and arrive on the next but one.</p>
<p>Windhover, 250 g, whole beans, £9.80</p>
</body>
</html>`;

/** The demo's shop, with one notice more: one that an element can show. */
async function createShop(endpoint, origin) {
  const shop = JSON.parse(await readFile(here("../../www/shop/shop.json"), "utf8"));
  const choices = ["email", "sms"].map((channel) => ({ channel, purpose: "newsletter" }));
  const { text, locale } = shop.notices.find(({ text }) => text.split("\n").length === 1 + choices.length);
  const notice = { id: "bench", version: "1", locale, text, choices };
  const answer = await fetch(`${endpoint}/v1/shops`, {
    method: "POST",
    headers: { authorization: `Bearer ${ROOT_SECRET}`, "content-type": "application/json" },
    body: JSON.stringify({ ...shop, notices: [...shop.notices, notice], origins: [origin] }),
  });
  const told = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(told));
  return { key: told.keys.publishable, notice };
}

/** Files from memory, compressed beforehand as a shop's server or its CDN has them. */
async function serve() {
  const files = new Map();
  const server = createServer((request, response) => {
    const file = files.get(request.url);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": file.type, "content-encoding": "br", "content-length": file.bytes.length, "cache-control": "max-age=3600" });
    response.end(file.bytes);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const put = (path, bytes) => files.set(path, { type: TYPES[path.split(".").pop()], bytes: brotliCompressSync(bytes) });
  return { put, origin: `http://127.0.0.1:${server.address().port}`, stop: () => (server.close(), server.closeAllConnections()) };
}

/** The pages that are compared: what is in each, and where it is. */
async function pages(site, endpoint) {
  const { key, notice } = await createShop(endpoint, site.origin);
  for (const name of ["auto.js", "elements.js", "storefront.js", "storefront_bg.wasm"]) site.put(`/placet/${name}`, await readFile(here(`../../pkg/storefront/${name}`)));

  const [words, ...labels] = notice.text.split("\n");
  const boxes = notice.choices.map(({ channel, purpose }, at) =>
    `<div class="choice"><label><input type="checkbox" name="${channel}" data-placet-channel="${channel}" data-placet-purpose="${purpose}"> ${labels[at]}</label></div>`);
  const own = `<div><p data-placet-notice="${notice.id}" data-placet-version="${notice.version}">${words}</p>${boxes.join("")}</div>`;
  const element = `<placet-optin endpoint="${endpoint}" key="${key}" notice="${notice.id}"></placet-optin>`;
  const auto = module("/placet/auto.js") + hints("/placet/storefront.js", "/placet/elements.js");
  site.put("/open.js", `
    import { open } from "./placet/storefront.js";
    await open({ endpoint: "${endpoint}", key: "${key}", forms: [document.querySelector("#checkout")] });
    bench.usable = true;`);

  const ways = [
    { name: "no module", slot: own, head: "<script>bench.usable = true;</script>" },
    { name: "<placet-optin>, room kept by a rule of the page", slot: element, captures: true, head: auto, rule: (room) => `placet-optin { display: block; min-height: ${room}px; }` },
    { name: "<placet-optin>, --placet-min-height alone", slot: element, captures: true, head: auto, rule: (room) => `placet-optin { --placet-min-height: ${room}px; }` },
    { name: "<placet-optin>, no room kept", slot: element, captures: true, head: auto },
    { name: "open({ forms }), own boxes", slot: own, captures: true, head: module("/open.js") + hints("/placet/storefront.js") },
  ];
  const others = await peers().catch(({ message }) => (console.log(`peers: not measured; ${message}`), []));
  for (const [at, { name, version, headless, files, start, box }] of others.entries()) {
    const folder = `/peer${at}`;
    for (const { name, bytes } of files) site.put(`${folder}/${name}`, bytes);
    site.put(`${folder}/start.js`, `${start}\nbench.usable = true;`);
    const of = (kind) => files.filter((file) => file.kind === kind).map(({ name }) => `${folder}/${name}`);
    const sheets = of("css").map((path) => `<link rel="stylesheet" href="${path}">`).join("");
    ways.push({ name: `${name} ${version}${headless ? " headless" : ""}`, box, slot: own, head: sheets + module(`${folder}/start.js`) + hints(...of("js")) });
  }
  for (const [at, way] of ways.entries()) {
    Object.assign(way, { path: `/page${at}.html`, loads: [] });
    site.put(way.path, checkout(way));
  }
  return ways;
}

/** One load of a page by somebody who has never been there, ticks a box and orders. */
async function load(browser, { origin }, { path, box, slot, captures }) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  const devtools = await context.newCDPSession(page);
  let [bytes, requests] = [0, 0];
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength, requests++));
  await devtools.send("Network.enable");
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });

  await page.goto(origin + path);
  const ready = await Promise.race([page.evaluate(() => bench.ready), sleep(10_000)]);
  assert.ok(ready, `${path} was not ready within 10 s: ${wrong}`);
  await sleep(SETTLED_MS);
  const loaded = { bytes, requests, ...(await page.evaluate(() => ({
    shown: performance.getEntriesByType("navigation")[0].domContentLoadedEventStart,
    tasks: bench.tasks, shift: bench.shift, room: document.querySelector("placet-optin")?.getBoundingClientRect().height,
  }))) };

  /** The longest event of a click, to the frame that it led to. */
  const click = async (selector) => {
    await page.evaluate(() => (bench.slowest = 0));
    await page.click(selector);
    await sleep(SETTLED_MS);
    return page.evaluate(() => bench.slowest);
  };
  await page.fill("[name=email]", `${randomUUID()}@example.com`);
  await page.fill("[name=phone]", "+44 7700 900123");
  const tick = await click(box ? `${box} button:has-text("Accept all")` : `#checkout [type=checkbox]`);
  const sent = captures && page.waitForResponse((response) => response.url().endsWith("/v1/consents") && response.request().method() === "POST");
  const submit = await click("#order");
  if (captures) assert.equal((await sent).status(), 201);
  const dispatch = await page.evaluate(() => bench.dispatch);
  await context.close();
  assert.deepEqual(wrong, []);
  return { ...loaded, ready, tick, submit, dispatch };
}

export async function benchStorefront(rounds = 15) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const workerd = await startWorkerd({ config: here("../../src/edge/workerd.capnp"), port: 0, data, env, quiet: true });
  const site = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: BROWSER });
  try {
    const ways = await pages(site, workerd.url);
    // The first round warms the edge and the browser up, and tells how much room the element takes.
    const rooms = [];
    for (const way of ways) rooms.push((await load(browser, site, way)).room ?? 0);
    const room = Math.ceil(Math.max(...rooms));
    for (const way of ways) if (way.rule) site.put(way.path, checkout({ ...way, head: `<style>${way.rule(room)}</style>${way.head}` }));
    for (let round = 0; round < rounds; round++) for (const way of shuffled(ways)) way.loads.push(await load(browser, site, way));
    report(ways, rounds, room);
  } finally {
    await browser.close();
    site.stop();
    await workerd.stop();
    await rm(data, { recursive: true, force: true });
  }
}

const longest = ({ tasks }) => Math.max(0, ...tasks);
const blocked = ({ tasks }) => tasks.reduce((sum, task) => sum + task - 50, 0);

function report(ways, rounds, room) {
  const [floor] = ways;
  const of = (loads, figure) => ({ middle: median(loads.map(figure)), worst: Math.max(...loads.map(figure)) });
  const ms = (digits, { middle, worst }) => `${middle.toFixed(digits)} (${worst.toFixed(digits)})`;
  const row = ({ name, loads }) => {
    const column = (figure, digits = 0) => ms(digits, of(loads, figure));
    const times = (figure) => `${column(figure)} ${(of(loads, figure).middle / of(floor.loads, figure).middle).toFixed(2)}`;
    return [
      name, column(({ ready, shown }) => ready - shown), column(({ ready }) => ready), times(({ shown }) => shown), 
      `${loads.filter(longest).length}: ${column(longest)}`, column(blocked), column(({ shift }) => shift, 3),
      times(({ tick }) => tick), times(({ submit }) => submit), column(({ dispatch }) => dispatch, 1),
      `${(median(loads.map(({ bytes }) => bytes)) / 1024).toFixed(1)} KB in ${median(loads.map(({ requests }) => requests))}`,
    ];
  };
  const head = ["", "usable after DCL", "after start", "DCL", "long tasks", "TBT", "shift", "tick", "submit", "dispatch", "bytes"];
  const rows = [head, ...ways.map(row)];
  for (const cells of rows) console.log(cells.join(" | "));
  console.log(room);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchStorefront(Number(process.argv[2] ?? 15));
