// The package on a shop's page in every supported way: built by esbuild, Rollup or Vite, or loaded from another origin.
// Each page is opened in Chromium, shows its boxes and sends one submission. Also tests the import on a server and the
// TypeScript declarations.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { freshProject } from "./package/installed.mjs";
import { install } from "./tools/install.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const { project, installed, run, remove } = await freshProject();
after(remove);

/** The error text if the other bundlers could not be installed. esbuild is one of our own tools. */
let missing;
try {
  install(at("bundlers"));
} catch ({ message }) {
  missing = message;
}

const bins = ["bundlers", "../www"].map((path) => at(`${path}/node_modules/.bin`));
/** Runs a shell command like a script of the shop's package.json. */
function script(command) {
  try {
    execFileSync("sh", ["-c", command], { cwd: project, env: { ...process.env, PATH: [...bins, process.env.PATH].join(":") }, stdio: "pipe", encoding: "utf8" });
  } catch ({ stdout, stderr }) {
    throw new Error(`${command}\n${stdout}${stderr}`);
  }
}

const NOTICE = {
  id: "footer", version: "1", locale: "en", text: "We write about new coffees.\nBy email\nBy text message",
  choices: [{ channel: "email", purpose: "newsletter" }, { channel: "sms", purpose: "newsletter" }],
};
const SETTINGS = { shop: { id: "s", name: "Shop" }, channels: ["email", "sms"], purposes: ["newsletter"], notices: [NOTICE], policy: { confirmation: [] } };

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, content-type" };
const servers = [];
let browser, edge, submissions;

/**
 * Serves the bytes and headers that the handler returns, on an origin of its own. Answers 404 if it returns nothing.
 */
async function serve(handler) {
  const server = createServer(async (request, response) => {
    let sent = "";
    for await (const chunk of request) sent += chunk;
    const [bytes, headers] = (await handler(new URL(request.url, "http://x").pathname, sent)) ?? [];
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, headers).end(bytes);
  });
  servers.push(server);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Returns a handler that serves files of these folders; the first folder that has the file wins. */
const files = (folders, headers) => async (path) => {
  const name = path === "/" ? "index.html" : path.slice(1);
  const folder = folders.find((folder) => existsSync(join(folder, name)));
  return folder && [await readFile(join(folder, name)), { "content-type": TYPES[extname(name)], ...headers }];
};

before(async () => {
  edge = await serve((path, sent) => {
    const answered = (answer) => [JSON.stringify(answer), { ...CORS, "content-type": "application/json" }];
    // A preflight has no body.
    if (path !== "/v1/consents" || !sent) return answered(SETTINGS);
    submissions.push(JSON.parse(sent));
    return answered({ id: submissions.at(-1).id, received_at: "2026-01-02T00:00:00.000Z" });
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Opens the page as a visitor who wants the newsletter. Returns the URL of the WebAssembly module. */
async function visit(address) {
  submissions = [];
  const page = await browser.newPage();
  const wrong = [];
  const modules = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("response", (response) => {
    if (!response.ok()) wrong.push(`${response.url()} answered ${response.status()}`);
    if (response.url().includes(".wasm")) modules.push(response.url());
  });
  try {
    await page.goto(address);
    // A page that only loads the elements does not open the storefront itself.
    const told = await page.evaluate(() => globalThis.opening?.then(({ config }) => config).then(({ shop }) => shop.name, ({ message, cause }) => `${message}: ${cause}`));
    assert.equal(told ?? "Shop", "Shop");
    await page.getByLabel("By email").check({ timeout: 10_000 });
    assert.equal(await page.getByRole("checkbox").count(), 2);
    await page.fill("[name=email]", "jane@example.com");
    await page.click("button");
    await page.getByText("Your choices are saved.").waitFor({ timeout: 10_000 });
  } catch (error) {
    throw new Error([...wrong, error.message].join("\n"));
  } finally {
    await page.close();
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(submissions.map(({ choices, notice }) => [notice.id, choices]), [["footer", [{ ...NOTICE.choices[0], choice: "opt_in" }]]]);
  assert.equal(modules.length, 1, "the page loads one module");
  return modules[0];
}

/** Returns the shop's own module: where it imports placet from, and its option for the WebAssembly module. */
const shopModule = ({ from = (name) => `placet/${name}`, imported = "", option = "" } = {}) => `
  import { define } from "${from("elements")}";
  import { open } from "${from("storefront")}";
  ${imported}
  const shop = { endpoint: "${edge}", key: "pk_test"${option} };
  define(shop);
  globalThis.opening = open(shop);`;
const html = (head, attributes = "") => `<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,">${head}</head><body><placet-optin${attributes}></placet-optin></body></html>`;

const COPIED = "cp node_modules/placet/storefront/storefront_bg.wasm dist/";
const WAYS = [
  // Vite finds the WebAssembly file by itself.
  { bundler: "Vite", build: "vite build", module: /^\/assets\/storefront_bg-[\w-]+\.wasm$/ },
  // These two leave `new URL(…, import.meta.url)` unchanged, so the file has to be beside the bundle.
  { bundler: "Rollup", build: `rollup main.js --dir dist --plugin node-resolve && ${COPIED}`, module: /^\/storefront_bg\.wasm$/ },
  { bundler: "esbuild", own: true, build: `esbuild main.js --bundle --minify --format=esm --outdir=dist && ${COPIED}`, module: /^\/storefront_bg\.wasm$/ },
  {
    bundler: "esbuild's file loader",
    own: true,
    source: { imported: `import wasm from "placet/storefront/storefront_bg.wasm";`, option: ", wasm: new URL(wasm, import.meta.url)" },
    build: "esbuild main.js --bundle --minify --format=esm --loader:.wasm=file --outdir=dist",
    module: /^\/storefront_bg-\w+\.wasm$/,
  },
];

for (const { bundler, own, source, build, module } of WAYS) {
  test(`the package works on a page built by ${bundler}`, { skip: !own && missing }, async () => {
    await rm(join(project, "dist"), { recursive: true, force: true });
    await writeFile(join(project, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await writeFile(join(project, "main.js"), shopModule(source));
    script(build);
    // Only Vite writes a new HTML page.
    const shop = await serve(files([join(project, "dist"), project]));
    assert.match(new URL(await visit(`${shop}/`)).pathname, module);
  });
}

test("on a page of Vite's development server", { skip: missing }, async () => {
  await writeFile(join(project, "index.html"), html(`<script type="module" src="/main.js"></script>`));
  await writeFile(join(project, "main.js"), shopModule());
  const { createServer } = await import(pathToFileURL(createRequire(at("bundlers/package.json")).resolve("vite")));
  const vite = await createServer({ root: project, logLevel: "warn", server: { host: "127.0.0.1", port: 0 } });
  try {
    await vite.listen();
    await visit(vite.resolvedUrls.local[0]);
  } finally {
    await vite.close();
  }
});

test("loaded from another origin by an import in the page", async () => {
  const cdn = await serve(files([join(installed, "storefront")], CORS));
  const page = html(`<script type="module">${shopModule({ from: (name) => `${cdn}/${name}.js` })}</script>`);
  const shop = await serve(() => [page, { "content-type": "text/html" }]);
  assert.equal(await visit(`${shop}/`), `${cdn}/storefront_bg.wasm`);
});

test("loaded from another origin by one script tag, with a Content-Security-Policy", async () => {
  const cdn = await serve(files([join(installed, "storefront")], CORS));
  // The browser fetches the WebAssembly module like the edge, so its origin belongs in connect-src.
  const policy = `default-src 'none'; img-src data:; script-src ${cdn} 'wasm-unsafe-eval'; connect-src ${cdn} ${edge}`;
  const page = html(`<script type="module" src="${cdn}/auto.js"></script>`, ` endpoint="${edge}" key="pk_test"`);
  const shop = await serve(() => [page, { "content-type": "text/html", "content-security-policy": policy }]);
  assert.equal(await visit(`${shop}/`), `${cdn}/storefront_bg.wasm`);
});

test("importing every module on a server neither reads nor creates a global", () => {
  const seen = run(`
    const touched = [];
    // Whether there is a document may be asked.
    for (const name of ["fetch", "WebAssembly", "navigator", "localStorage", "location", "window", "self", "customElements", "HTMLElement", "CSSStyleSheet"]) {
      const real = globalThis[name];
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return real; } });
    }
    const names = () => Object.getOwnPropertyNames(globalThis).sort().join();
    const before = names();
    const { addWords } = await import("placet/elements");
    await import("placet/storefront");
    addWords("pt", { save: "Guardar" });
    console.log(JSON.stringify({ touched, same: before === names() }));
  `);
  assert.deepEqual(seen, { touched: [], same: true });
});

test("defining the elements on a server does nothing", () => {
  const seen = run(`
    import { define } from "placet/elements";
    import "placet/auto";
    define({ endpoint: "https://consent.example", key: "pk_1" });
    console.log(JSON.stringify(typeof customElements));
  `);
  assert.equal(seen, "undefined");
});

test("TypeScript finds the declarations with both module resolutions", async () => {
  await writeFile(join(project, "shop.ts"), `
    import { define, type Chosen } from "placet/elements";
    import { open, type Receipt } from "placet/storefront";
    import "placet/auto";
    define({ endpoint: "https://consent.example", key: "pk_1" });
    const optin = document.querySelector("placet-optin");
    optin?.choices satisfies readonly Chosen[] | undefined;
    optin?.addEventListener("placet:submitted", ({ detail }) => detail satisfies Receipt);
    open({ endpoint: "https://consent.example", key: "pk_1" });`);
  for (const [resolution, module] of [["bundler", "esnext"], ["nodenext", "nodenext"]]) {
    script(`tsc --noEmit --strict --skipLibCheck false --target es2022 --lib es2022,dom,dom.iterable --types "" --moduleResolution ${resolution} --module ${module} shop.ts`);
  }
});
