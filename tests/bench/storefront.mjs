// What a module costs the page: a checkout in a real Chromium with a four times slower processor and an empty cache,
// with a real edge. Compared with the same page without a module, and with comparable modules. The order is random in
// each round, so that other load of the machine affects all alike.
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
/** The time after which the effects of a load or a click are over. */
const SETTLED_MS = 200;
/** The shortest event duration that the browser reports; it rounds to 8 ms. */
const SHORTEST_MS = 16;
const BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", wasm: "application/wasm" };

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs in every page before everything else. "Ready" is the first frame with something to use, for all modules alike.
 * The browser reports only scripts in frames of more than 50 ms.
 */
function watch(shortest, box) {
  const seen = (globalThis.bench = { tasks: [], scripts: [], shift: 0, slowest: shortest });
  const observe = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  observe("longtask", ({ duration }) => seen.tasks.push(duration));
  observe("long-animation-frame", ({ scripts }) => seen.scripts.push(...scripts.map(({ sourceURL, duration }) => ({ sourceURL, duration }))));
  observe("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) seen.shift += value; });
  const interaction = ({ duration, interactionId }) => { if (interactionId) seen.slowest = Math.max(seen.slowest, duration); };
  observe("event", interaction, { durationThreshold: shortest });
  addEventListener("placet:ready", () => (seen.usable = true));
  seen.ready = new Promise((done) => {
    const look = () => {
      const usable = box ? document.querySelector(box)?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) : seen.usable;
      if (usable) done(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
  addEventListener("submit", () => (seen.begin = performance.now()), true);
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
<script>(${watch})(${SHORTEST_MS}, ${JSON.stringify(box)});</script>
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

/** Creates the demo's shop with one more notice that an element can show. */
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

/** Serves files from memory, compressed in advance as on a shop's server or CDN. */
async function serve() {
  const files = new Map();
  const server = createServer((request, response) => {
    // An order that is answered without content leaves the page as it is.
    if (request.method === "POST") return response.writeHead(204).end();
    const file = files.get(request.url);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": file.type, "content-encoding": "br", "content-length": file.bytes.length, "cache-control": "max-age=3600" });
    response.end(file.bytes);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const put = (path, bytes) => files.set(path, { type: TYPES[path.split(".").pop()], bytes: brotliCompressSync(bytes) });
  return { put, origin: `http://127.0.0.1:${server.address().port}`, stop: () => (server.close(), server.closeAllConnections()) };
}

/** Returns the pages that are compared, with their contents and paths. */
async function pages(site, endpoint) {
  const { key, notice } = await createShop(endpoint, site.origin);
  for (const name of ["auto.js", "elements.js", "storefront.js", "storefront_bg.wasm"]) site.put(`/placet/${name}`, await readFile(here(`../../pkg/storefront/${name}`)));

  const [words, ...labels] = notice.text.split("\n");
  const boxes = notice.choices.map(({ channel, purpose }, at) =>
    `<div class="choice"><label><input type="checkbox" name="${channel}" data-placet-channel="${channel}" data-placet-purpose="${purpose}"> ${labels[at]}</label></div>`);
  const own = `<div><p data-placet-notice="${notice.id}" data-placet-version="${notice.version}">${words}</p>${boxes.join("")}</div>`;
  const element = `<placet-optin endpoint="${endpoint}" key="${key}" notice="${notice.id}"></placet-optin>`;
  const early = `<link rel="preconnect" href="${endpoint}" crossorigin><link rel="preload" as="fetch" href="/placet/storefront_bg.wasm" crossorigin>`;
  const auto = module("/placet/auto.js") + hints("/placet/storefront.js", "/placet/elements.js") + early;
  site.put("/placet/open.js", `
    import { open } from "./storefront.js";
    await open({ endpoint: "${endpoint}", key: "${key}", forms: [document.querySelector("#checkout")] });
    bench.usable = true;`);

  const placet = { folder: "/placet", captures: true };
  const ways = [
    { name: "no module", slot: own, head: "<script>bench.usable = true;</script>" },
    { name: "placet-optin, room kept by the page", ...placet, slot: element, head: auto, barred: true, rule: (room) => `display: block; min-height: ${room}px;` },
    { name: "placet-optin, no room kept", ...placet, slot: element, head: auto },
    { name: "open({ forms }), own boxes", ...placet, slot: own, head: module("/placet/open.js") + hints("/placet/storefront.js") + early, barred: true },
  ];
  const others = await peers().catch(({ message }) => (console.log(`peers: not measured; ${message}`), []));
  for (const [at, { name, version, headless, files, start, box }] of others.entries()) {
    const folder = `/peer${at}`;
    for (const { name, bytes } of files) site.put(`${folder}/${name}`, bytes);
    site.put(`${folder}/start.js`, `${start}\nbench.usable = true;`);
    const of = (kind) => files.filter((file) => file.kind === kind).map(({ name }) => `${folder}/${name}`);
    const sheets = of("css").map((path) => `<link rel="stylesheet" href="${path}">`).join("");
    ways.push({ name: `${name} ${version}${headless ? " headless" : ""}`, folder, box, slot: own, head: sheets + module(`${folder}/start.js`) + hints(...of("js")) });
  }
  for (const [at, way] of ways.entries()) {
    Object.assign(way, { path: `/page${at}.html`, loads: [] });
    site.put(way.path, checkout(way));
  }
  return ways;
}

/** Loads a page as a first-time visitor, who ticks a box and orders. */
async function load(browser, { origin }, { path, folder, box, captures }) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  const devtools = await context.newCDPSession(page);
  const asked = new Map();
  devtools.on("Network.requestWillBeSent", ({ requestId, request }) => asked.set(requestId, { url: request.url, bytes: 0 }));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => Object.assign(asked.get(requestId) ?? {}, { bytes: encodedDataLength }));
  await devtools.send("Network.enable");
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });

  await page.goto(origin + path);
  const ready = await Promise.race([page.evaluate(() => bench.ready), sleep(10_000, undefined, { ref: false })]);
  assert.ok(ready, `${path} was not ready within 10 s: ${wrong}`);
  await sleep(SETTLED_MS);
  const { scripts, ...seen } = await page.evaluate(() => ({
    shown: performance.getEntriesByType("navigation")[0].domContentLoadedEventStart,
    tasks: bench.tasks, scripts: bench.scripts, room: document.querySelector("placet-optin")?.getBoundingClientRect().height,
  }));
  // Transfer sizes including headers, without the page itself.
  const kb = (fits) => [...asked.values()].filter(({ url }) => fits(url)).reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
  const loaded = {
    ...seen, files: kb((url) => url.startsWith(`${origin}/`) && url !== origin + path), settings: kb((url) => url.includes("/v1/storefront/")), requests: asked.size - 1,
    own: Math.max(0, ...scripts.filter(({ sourceURL }) => folder && sourceURL.startsWith(`${origin}${folder}/`)).map(({ duration }) => duration)),
  };

  /** Measures the longest event of a click, up to the frame that it leads to. */
  const click = async (selector) => {
    await page.evaluate((shortest) => (bench.slowest = shortest), SHORTEST_MS);
    await page.click(selector);
    await sleep(SETTLED_MS);
    return page.evaluate(() => bench.slowest);
  };
  await page.fill("[name=email]", `${randomUUID()}@example.com`);
  await page.fill("[name=phone]", "+44 7700 900123");
  const tick = await click(box ? `${box} button:has-text("Accept all")` : `#checkout [type=checkbox]`);
  const sent = captures && page.waitForResponse((response) => response.url().endsWith("/v1/consents") && response.request().method() === "POST");
  // A listener that comes after those of the module.
  await page.evaluate(() => addEventListener("submit", () => (bench.dispatch = performance.now() - bench.begin)));
  const submit = await click("#order");
  if (captures) assert.equal((await sent).status(), 201);
  const { dispatch, shift } = await page.evaluate(() => bench);
  await context.close();
  assert.deepEqual(wrong, []);
  return { ...loaded, ready, tick, submit, dispatch, shift };
}

export async function benchStorefront(rounds = 9) {
  const data = await mkdtemp(join(tmpdir(), "placet-bench-"));
  const env = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET };
  const workerd = await startWorkerd({ config: here("../../src/edge/workerd.capnp"), port: 0, data, env, quiet: true });
  const site = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: BROWSER });
  try {
    const ways = await pages(site, workerd.url);
    // The first round warms up the edge and the browser, and measures the height of the element.
    const rooms = [];
    for (const way of ways) rooms.push((await load(browser, site, way)).room ?? 0);
    const room = Math.ceil(Math.max(...rooms));
    for (const way of ways) if (way.rule) site.put(way.path, checkout({ ...way, head: `<style>placet-optin { ${way.rule(room)} }</style>${way.head}` }));
    for (let round = 0; round < rounds; round++) for (const way of shuffled(ways)) way.loads.push(await load(browser, site, way));
    report(ways, rounds, room);
  } finally {
    await browser.close();
    site.stop();
    await workerd.stop();
    await rm(data, { recursive: true, force: true });
  }
}

const usable = ({ ready, shown }) => ready - shown;
const longest = ({ tasks }) => Math.max(0, ...tasks);
const blocked = ({ tasks }) => tasks.reduce((sum, task) => sum + task - 50, 0);

/**
 * The limits. They apply to the worst load where chance plays no part, else to the median. The page itself has long
 * tasks too.
 */
const BARS = [
  { what: "usable after DOMContentLoaded", of: usable, by: "middle", bar: 150, unit: " ms" },
  { what: "longest script of its own", of: ({ own }) => own, by: "middle", bar: 50, unit: " ms" },
  { what: "layout shift", of: ({ shift }) => shift, by: "worst", bar: 0, unit: "" },
  { what: "ticking a box", of: ({ tick }) => tick, by: "middle", bar: 50, unit: " ms" },
  { what: "submitting the form", of: ({ submit }) => submit, by: "middle", bar: 50, unit: " ms" },
];

function report(ways, rounds, room) {
  const [floor] = ways;
  const figure = (loads, of) => ({ middle: median(loads.map(of)), worst: Math.max(...loads.map(of)) });
  const both = (loads, of, digits = 0) => {
    const { middle, worst } = figure(loads, of);
    return `${middle.toFixed(digits)} (${worst.toFixed(digits)})`;
  };
  const times = (loads, of) => {
    const least = figure(floor.loads, of).middle;
    return `${both(loads, of)} ${least ? `× ${(figure(loads, of).middle / least).toFixed(2)}` : ""}`;
  };
  const table = (...columns) => {
    const rows = [["", ...columns.map(([heading]) => heading)], ...ways.map((way) => [way.name, ...columns.map(([, cell]) => cell(way.loads, way))])];
    const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
    for (const cells of rows) console.log(`  ${cells.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("   ")}`);
  };

  console.log(`
a checkout with a module in it, the processor ${SLOWER} times slower, nothing cached, files by brotli, the edge as workerd answers: ms, medians of
${rounds} loads in turns, the worst in brackets, and how many times the page without any module. DCL is DOMContentLoaded, the start that of
the navigation; room is kept for ${room} px`);
  table(
    ["usable after DCL", (loads, { folder }) => (folder ? both(loads, usable) : "–")],
    ["after the start", (loads, { folder }) => (folder ? both(loads, ({ ready }) => ready) : "–")],
    ["DCL", (loads) => times(loads, ({ shown }) => shown)],
    ["layout shift", (loads) => both(loads, ({ shift }) => shift, 3)],
    ["KB, requests", (loads) => `${median(loads.map(({ files, settings }) => files + settings)).toFixed(1)}, ${median(loads.map(({ requests }) => requests))}`],
    ["of it settings", (loads, { captures }) => (captures ? median(loads.map(({ settings }) => settings)).toFixed(1) : "–")],
  );
  console.log();
  table(
    ["with a task over 50", (loads) => `${loads.filter(longest).length}`],
    ["the longest", (loads) => both(loads, longest)],
    ["blocked", (loads) => times(loads, blocked)],
    ["longest own script", (loads) => both(loads, ({ own }) => own)],
    ["ticking", (loads) => times(loads, ({ tick }) => tick)],
    ["submitting", (loads) => times(loads, ({ submit }) => submit)],
    ["of it listeners", (loads) => both(loads, ({ dispatch }) => dispatch, 1)],
  );
  console.log(`
  A peer with a box of its own is ticked by its "Accept all". An event lasts until the frame that it led to, rounded to 8 ms; ${SHORTEST_MS} may be less.
  Scripts are told of where they are in a frame of over 50 ms; 0 is none.`);
  for (const { name, loads } of ways.filter(({ barred }) => barred)) {
    for (const { what, of, by, bar, unit } of BARS) {
      const value = figure(loads, of)[by];
      console.log(`  ${name}: ${what}, ${by === "worst" ? "worst" : "median"} ${+value.toFixed(3)}${unit}, bar ${bar}${unit}: ${value <= bar ? "holds" : "BROKEN"}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchStorefront(Number(process.argv[2] ?? 9));
