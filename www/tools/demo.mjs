// Creates the demo shop at the worker once, stores its keys in a file, and creates it again if the worker does not know
// it any more.

import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { MAPPING } from "./back-office.mjs";
import { askWorker } from "./http.mjs";

const SHOP = new URL("../shop/shop.json", import.meta.url);

/**
 * @param {object} options
 * @param {string} options.endpoint       the worker's origin
 * @param {string} options.rootSecret     the secret that may create shops
 * @param {string[]} options.shopOrigins  the origins that may use the publishable key; the first one is used for the
 * check
 * @param {string} options.file           the file that stores the keys
 * @returns {Promise<{shop: string, endpoint: string, publishable: string, secret: string, webhookSecrets: string[],
 *   hook?: {url: string, secret: string}, connection?: {id: string, token: string, hook_url: string, hook_secret: string},
 *   setup: object[]}>}  what is missing for the shop to work is in `setup`; no secrets, hook and connection if the worker
 * sends nothing
 */
export async function seedDemo({ endpoint, rootSecret, shopOrigins, file }) {
  let demo = await readDemo(file);
  if (demo && (await stillWorks({ endpoint, key: demo.publishable, origin: shopOrigins[0] }))) demo.endpoint = endpoint;
  else demo = await createShop({ endpoint, rootSecret, origins: shopOrigins });
  const remember = () => writePrivate(file, `${JSON.stringify(demo, null, 2)}\n`);
  // Stored at once, so that the shop is found again if a later step fails.
  await remember();
  demo.webhook = await connectWebhook(demo, `${shopOrigins[0]}/webhooks`);
  demo.hook = demo.webhook && (await connectProvider(demo));
  demo.connection = demo.webhook && (await connectPlatform(demo, `${shopOrigins[0]}/platform`));
  await remember();
  const { webhook, ...rest } = demo;
  const { setup = [] } = (await ask(demo, "GET", "/v1/shop")) ?? {};
  return { ...rest, webhookSecrets: webhook ? [webhook.secret] : [], setup };
}

/**
 * Makes sure that exactly one enabled webhook with a known secret points to `url`. Returns undefined if the worker has
 * no webhooks.
 */
async function connectWebhook(demo, url) {
  const listed = await ask(demo, "GET", "/v1/webhooks");
  if (!listed) return undefined;
  const ours = listed.webhooks.filter((webhook) => webhook.url === url);
  const usable = ours.filter(({ enabled, payload }) => enabled && payload === "full");
  const chosen = usable.find(({ id }) => id === demo.webhook?.id) ?? usable[0];
  for (const { id } of ours) if (id !== chosen?.id) await ask(demo, "DELETE", `/v1/webhooks/${id}`);

  if (chosen && chosen.id === demo.webhook?.id) return demo.webhook;
  // The secret is rotated and the webhook is not replaced, so that waiting events are still delivered.
  const { id, secret } = chosen
    ? await ask(demo, "POST", `/v1/webhooks/${chosen.id}/rotate`, { overlap_seconds: 0 })
    : await ask(demo, "POST", "/v1/webhooks", { url, payload: "full" });
  return { id, secret };
}

/** Returns where replies of people are posted. The secret is created anew at each start, because nobody else has it. */
async function connectProvider(demo) {
  const provider = await ask(demo, "PUT", "/v1/providers/generic", {});
  return provider && { url: provider.url, secret: provider.secret };
}

/**
 * Makes sure that exactly one connection, with a known token and secret, leads to the back office. Returns undefined if the
 * worker has no connections.
 */
async function connectPlatform(demo, base) {
  const listed = await ask(demo, "GET", "/v1/connections");
  if (!listed) return undefined;
  const known = listed.connections.find(({ id, base: own }) => id === demo.connection?.id && own === base);
  for (const { id } of listed.connections) if (id !== known?.id) await ask(demo, "DELETE", `/v1/connections/${id}`);
  if (known) {
    // The connection goes on if the platform had refused the token.
    await ask(demo, "PATCH", `/v1/connections/${known.id}`, { credentials: { token: demo.connection.token } });
    return { ...demo.connection, hook_url: known.hook_url };
  }
  const token = randomBytes(24).toString("base64url");
  const wish = { platform: "custom", base, mode: "both", mapping: MAPPING, credentials: { token } };
  const { id, hook_url, hook_secret } = await ask(demo, "POST", "/v1/connections", wish);
  return { id, token, hook_url, hook_secret };
}

/** Returns the answer, or undefined for 404. */
async function ask(demo, method, path, body) {
  const answer = await askWorker(demo, method, path, body);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer.body;
}

/** Writes a file that only its owner can read. Writes it completely or not at all. */
export async function writePrivate(file, text) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx" });
  // The umask changes the mode above.
  await chmod(draft, 0o600);
  await rename(draft, file);
}

async function readDemo(file) {
  let text;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { shop, publishable, secret, webhook, connection } = JSON.parse(text);
    if (!publishable || !secret) return undefined;
    return { shop, publishable, secret, webhook: webhook?.secret ? webhook : undefined, connection: connection?.hook_secret ? connection : undefined };
  } catch {
    // The demo's keys have no value, so a damaged file counts as no file.
    return undefined;
  }
}

/**
 * A refusal means that the key belongs to another worker or another shop port. A failing worker is no reason to create
 * a shop.
 */
async function stillWorks({ endpoint, key, origin }) {
  const answer = await fetch(`${endpoint}/v1/storefront`, {
    headers: { authorization: `Bearer ${key}`, origin },
    signal: AbortSignal.timeout(10_000),
  });
  await answer.arrayBuffer();
  if (answer.status >= 500) throw new Error(`GET ${endpoint}/v1/storefront answered ${answer.status}`);
  return answer.status === 200;
}

async function createShop({ endpoint, rootSecret, origins }) {
  const shop = JSON.parse(await readFile(SHOP, "utf8"));
  const answer = await fetch(`${endpoint}/v1/shops`, {
    method: "POST",
    headers: { authorization: `Bearer ${rootSecret}`, "content-type": "application/json" },
    body: JSON.stringify({ ...shop, origins }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`POST ${endpoint}/v1/shops answered ${answer.status}: ${text.slice(0, 500)}`);
  const { shop: created, keys } = JSON.parse(text);
  return { shop: created.id, endpoint, publishable: keys.publishable, secret: keys.secret };
}
