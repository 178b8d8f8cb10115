// The demo shop's own server: static files, the targets of two forms, the inbox and the back office. It represents the
// shop's platform, and runs on another origin than the worker, as in production. It writes no log, because request lines
// and bodies contain personal data.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { createBackOffice } from "./back-office.mjs";
import { TOO_LARGE, readBody, send as sendAnswer } from "./http.mjs";
import { createInbox } from "./inbox.mjs";

const HOST = "127.0.0.1";
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

// 303 turns the POST into a GET, so that a reload of the page does not order twice.
const FORMS = new Map([
  ["/order", "/thanks.html"],
  ["/newsletter", "/thanks.html#newsletter"],
]);

/** The examples that are bundled with a framework. */
const EXAMPLES = new Map([["/examples/react.js", "react.jsx"], ["/examples/vue.js", "vue.js"]]);

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  // Browsers compile a WebAssembly stream only if it has this type.
  ".wasm": "application/wasm",
};

/**
 * Starts the shop.
 *
 * `demo` is the result of `seedDemo`. It may be set later (`shop.demo = …`): seeding needs the shop's origin, which is
 * known only once the server has its port. Until then the pages contain no address of a worker and work without placet.
 *
 * @param {object} options
 * @param {number} options.port   port on 127.0.0.1; 0 takes a free one
 * @param {{shop: string, endpoint: string, publishable: string, webhookSecrets?: string[], hook?: {url: string, secret: string}}}
 *   [options.demo]
 * @param {string} [options.root] the repository
 * @returns {Promise<{url: string, demo: object | undefined, server: import("node:http").Server, stop(): Promise<void>}>}
 * @throws {Error} with code `EADDRINUSE` if the port is taken
 */
export async function startShop({ port, demo, root = REPOSITORY }) {
  const mounts = [
    ["/placet/", resolve(root, "pkg/storefront")],
    // The handbook and the table of rules, to which it links.
    ["/handbook/", resolve(root, "pkg/handbook")],
    ["/docs/", resolve(root, "pkg/docs")],
    ["/", resolve(root, "www/shop")],
  ];
  const shop = { url: "", demo, server: undefined, stop: undefined };
  const [inbox, office] = [createInbox, createBackOffice].map((create) => create(() => shop.demo));
  shop.server = createServer((request, response) => {
    answer(request, response, { mounts, root, inbox, office }, shop.demo).catch(() => {
      if (response.headersSent) response.destroy();
      else say(response, 500, "the shop's server failed");
    });
  });
  await new Promise((done, fail) => {
    shop.server.once("error", fail);
    shop.server.listen(port, HOST, done);
  });
  shop.url = `http://${HOST}:${shop.server.address().port}`;
  shop.stop = () =>
    new Promise((done) => {
      shop.server.close(() => done());
      shop.server.closeAllConnections();
    });
  return shop;
}

async function answer(request, response, { mounts, root, inbox, office }, demo) {
  for (const [name, value] of Object.entries(securityHeaders(demo))) response.setHeader(name, value);
  const path = decodedPath(request.url);
  if (path === undefined) return say(response, 400, "the address cannot be read");
  if ((await inbox.answer(request, response, path)) || (await office.answer(request, response, path))) return;
  if (FORMS.has(path)) return takeForm(request, response, FORMS.get(path), path === "/order" ? office.order : () => {});
  if (path === "/identity") return signIn(request, response, demo);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return say(response, 405, "this page can only be read");
  }
  if (EXAMPLES.has(path)) return send(request, response, TYPES[".js"], await bundled(root, EXAMPLES.get(path)));
  // The printed table of rules contains its style.
  if (path.startsWith("/docs/")) response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  const file = await readMounted(mounts, path);
  if (!file) return say(response, 404, "there is no such page");
  return send(request, response, file.type, file.type === TYPES[".html"] ? filled(file.bytes, demo, root) : file.bytes);
}

const bundles = new Map();

/** Bundles an example with its framework, as a shop's bundler would, and caches the result. */
function bundled(root, source) {
  if (!bundles.has(source)) {
    const made = import("esbuild").then(({ build }) =>
      build({
        entryPoints: [join(root, "www/shop/examples", source)],
        bundle: true, minify: true, format: "esm", target: "es2022", write: false, jsx: "automatic", logLevel: "warning",
        define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
      }),
    );
    bundles.set(source, made.then(({ outputFiles }) => Buffer.from(outputFiles[0].contents)));
    bundles.get(source).catch(() => bundles.delete(source));
  }
  return bundles.get(source);
}

/** Returns the page with its parts, the worker's address and the publishable key, as a shop's templates would do. */
function filled(page, demo, root) {
  const { endpoint = "", publishable = "" } = demo ?? {};
  const whole = page.toString().replace(/^<!-- include: (\w+)(.*) -->\n/gm, (_, name, values) => included(root, name, values));
  return Buffer.from(whole.replaceAll("{{endpoint}}", endpoint).replaceAll("{{key}}", publishable));
}

/** Returns a part with its values (` name="…"`) filled in. The value `current` marks the link to the page itself. */
function included(root, name, values) {
  let part = readFileSync(join(root, "www/shop/parts", `${name}.html`), "utf8");
  for (const [, key, value] of values.matchAll(/ (\w+)="([^"]*)"/g)) {
    if (key === "current") part = part.replace(`href="${value}"`, '$& aria-current="page"');
    else part = part.replace(`{{${key}}}`, () => value);
  }
  return part;
}

/**
 * Signs an identity token for the page to pass to placet. A real shop signs it for its logged-in customer. This shop
 * runs on the developer's machine and has no customers, so it signs any address that it receives.
 */
async function signIn(request, response, demo) {
  const body = request.method === "POST" && demo ? await readBody(request) : undefined;
  const email = body && new URLSearchParams(body.toString()).get("email");
  if (!email) return say(response, 400, "post an email address");
  // The token is signed by the package, as a shop would do. It exists once the package is built.
  const { signIdentity } = await import(new URL("../../pkg/logic/node.js", import.meta.url));
  const identity = await signIdentity({ email }, demo.secret, { scope: "capture read" });
  response.writeHead(200, { "Content-Type": TYPES[".json"], "Cache-Control": "no-store" });
  return response.end(JSON.stringify({ identity }));
}

function securityHeaders(demo) {
  const connect = demo ? `'self' ${new URL(demo.endpoint).origin}` : "'self'";
  return {
    "Content-Security-Policy": [
      "default-src 'self'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src ${connect}`,
      `form-action ${connect}`,
      "base-uri 'none'",
      "object-src 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    // Only the origin is sent to other sites: a form that posts to the worker has to tell its origin.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
  };
}

/** Returns the decoded path without its query, or undefined if it cannot name a file. */
function decodedPath(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    return path.startsWith("/") && !/[\0\\]/.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the file that a path names, or undefined if there is none, if it is hidden, or if it is outside its folder.
 */
async function readMounted(mounts, path) {
  if (path.split("/").some((part) => part.startsWith("."))) return undefined;
  const [prefix, folder] = mounts.find(([start]) => path.startsWith(start));
  const name = path.slice(prefix.length);
  try {
    const base = await realpath(folder);
    const file = await realpath(join(base, name === "" || name.endsWith("/") ? `${name}index.html` : name));
    if (!file.startsWith(base + sep)) return undefined;
    return { bytes: await readFile(file), type: TYPES[extname(file)] ?? "application/octet-stream" };
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "EACCES"].includes(error.code)) return undefined;
    throw error;
  }
}

function send(request, response, type, bytes) {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  response.setHeader("Cache-Control", "no-cache");
  response.setHeader("ETag", etag);
  const seen = (request.headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (seen.includes(etag) || seen.includes("*")) return response.writeHead(304).end();
  response.writeHead(200, { "Content-Type": type, "Content-Length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** Reads the form to its end, passes it on, and redirects. */
async function takeForm(request, response, next, take) {
  if (request.method !== "POST") return sendAnswer(response, { status: 405, text: "this address takes a form", headers: { Allow: "POST" } });
  const body = await readBody(request);
  // The rest of a body that is too large is not read.
  if (!body) return sendAnswer(response, TOO_LARGE);
  take(new URLSearchParams(body.toString()));
  response.writeHead(303, { Location: next, "Cache-Control": "no-store" }).end();
}

function say(response, status, text) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(response.req.method === "HEAD" ? undefined : `${text}\n`);
}
