// The demo shop's account at the worker: created once, remembered in a file, created anew when the worker forgot it.

import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const SHOP = new URL("../shop/shop.json", import.meta.url);

/**
 * @param {object} options
 * @param {string} options.endpoint       the worker's origin
 * @param {string} options.rootSecret     may create shops
 * @param {string[]} options.shopOrigins  where the publishable key may be used; the first one is used for the check
 * @param {string} options.file           where the keys are kept
 * @returns {Promise<{shop: string, endpoint: string, publishable: string, secret: string, webhookSecrets: string[],
 *   hook: {url: string, secret: string}}>}
 */
export async function seedDemo({ endpoint, rootSecret, shopOrigins, file }) {
  const known = await readDemo(file);
  const works = known && (await stillWorks({ endpoint, key: known.publishable, origin: shopOrigins[0] }));
  const demo = works ? { ...known, endpoint } : await createShop({ endpoint, rootSecret, origins: shopOrigins });
  if (!works) await writePrivate(file, `${JSON.stringify(demo, null, 2)}\n`);
  return { ...demo, ...(await connect(demo, `${shopOrigins[0]}/webhooks`)) };
}

/** Has the shop's events sent to its own server, and what people write back taken from it. Secrets are made anew at each start. */
async function connect({ endpoint, secret }, url) {
  const ask = async (method, path, body) => {
    const answer = await fetch(`${endpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };
  const { webhooks } = await ask("GET", "/v1/webhooks");
  const own = webhooks.find((webhook) => webhook.url === url);
  const webhook = own
    ? await ask("POST", `/v1/webhooks/${own.id}/rotate`, { overlap_seconds: 60 })
    : await ask("POST", "/v1/webhooks", { url, payload: "full" });
  const hook = await ask("PUT", "/v1/providers/generic", {});
  return { webhookSecrets: [webhook.secret], hook: { url: hook.url, secret: hook.secret } };
}

/** Writes a file that only its owner reads, whole or not at all. */
export async function writePrivate(file, text) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx" });
  // The mode above passes through the umask.
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
    const { shop, publishable, secret } = JSON.parse(text);
    return publishable && secret ? { shop, publishable, secret } : undefined;
  } catch {
    // The demo's keys are worth nothing: half a file is no file.
    return undefined;
  }
}

/** A refusal means a key of another worker or another shop port; a failing worker is no reason to create a shop. */
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
