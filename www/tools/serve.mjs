// `make serve`: runs the worker and the demo shop on this machine, with data on disk.
//
//   node www/tools/serve.mjs [--port 8787] [--shop-port 8788] [--data data]

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { seedDemo, writePrivate } from "./demo.mjs";
import { startShop } from "./shop-server.mjs";
import { claimPort, startWorkerd } from "./workerd.mjs";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const BUILT = ["build/index.js", "pkg/storefront/storefront.js"];

let stopping = false;

try {
  await serve(options());
} catch (error) {
  // Ctrl-C during the start makes the start fail. This is not reported as an error.
  if (!stopping) {
    console.error(`placet: ${error.message}`);
    process.exit(1);
  }
}

async function serve({ port, shopPort, data }) {
  for (const file of BUILT) {
    if (!existsSync(join(REPOSITORY, file))) throw new Error(`${file} is missing; run \`make serve\`, which builds it first`);
  }
  const secrets = await readSecrets(join(data, "secrets.json"));

  const running = [];
  const stop = async (code) => {
    if (stopping) return;
    stopping = true;
    await Promise.all(running.map((one) => one.stop()));
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));

  // The shop starts first, because its port is part of the seeded data.
  const shop = await startShop({ port: shopPort }).catch(explainPort(shopPort, "--shop-port"));
  running.push(shop);
  // Links begin with the worker's address, so its port must be known before it starts.
  const claimed = await claimPort(port).catch(explainPort(port, "--port"));
  const worker = await startWorkerd({
    // The demo shop runs on this machine and receives events.
    config: join(REPOSITORY, "src/edge/local.capnp"),
    port: claimed,
    data: join(data, "disk"),
    env: { ...secrets, PLACET_PUBLIC_URL: `http://127.0.0.1:${claimed}`, PLACET_LOCAL_WEBHOOKS: "1" },
  }).catch(explainPort(claimed, "--port"));
  running.push(worker);
  worker.process.once("exit", async (code, signal) => {
    // Ctrl-C also reaches workerd, and its exit may be noticed before the signal.
    await sleep(100);
    if (stopping) return;
    console.error(`placet: workerd died (${signal ?? `exit code ${code}`}); data stays in ${shown(data)}/`);
    await stop(1);
  });

  const shopOrigins = [shop.url, shop.url.replace("127.0.0.1", "localhost")];
  shop.demo = await seedDemo({
    endpoint: worker.url,
    rootSecret: secrets.PLACET_ROOT_SECRET,
    shopOrigins,
    file: join(data, "demo.json"),
  });
  if (!stopping) console.log(welcome(shop, worker, data));
}

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      "shop-port": { type: "string", default: "8788" },
      data: { type: "string" },
    },
  });
  const [port, shopPort] = ["port", "shop-port"].map((name) => {
    const number = Number(values[name]);
    if (!/^\d+$/.test(values[name]) || number > 65_535) throw new Error(`--${name} takes a port number`);
    return number;
  });
  return { port, shopPort, data: values.data === undefined ? join(REPOSITORY, "data") : resolve(values.data) };
}

/**
 * Returns the worker's two secrets, created at the first start. Without the master key no shop can be found again, so
 * they are never replaced.
 */
async function readSecrets(file) {
  if (!existsSync(file)) {
    const secrets = {
      PLACET_MASTER_KEY: randomBytes(32).toString("base64url"),
      PLACET_ROOT_SECRET: `root_${randomBytes(32).toString("base64url")}`,
    };
    await writePrivate(file, `${JSON.stringify(secrets, null, 2)}\n`);
    return secrets;
  }
  try {
    const { PLACET_MASTER_KEY, PLACET_ROOT_SECRET } = JSON.parse(await readFile(file, "utf8"));
    if (PLACET_MASTER_KEY && PLACET_ROOT_SECRET) return { PLACET_MASTER_KEY, PLACET_ROOT_SECRET };
  } catch {
    // Reported below, without the parser's quotation from the file.
  }
  throw new Error(`${shown(file)} cannot be read; restore it, or remove ${shown(join(file, ".."))}/ to start with no data`);
}

function explainPort(port, option) {
  return (error) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Error(`port ${port} is in use; end what listens there or choose another with ${option}`);
  };
}

function welcome(shop, worker, data) {
  const { publishable, secret, setup } = shop.demo;
  const missing = setup.map(({ code, detail }) => `    ${code}: ${detail}\n`).join("");
  return `
  placet is running.

    demo shop        ${shop.url}
    its inbox        ${shop.url}/inbox.html
    its back office  ${shop.url}/back-office.html
    handbook         ${shop.url}/handbook/
    worker           ${worker.url}
    publishable key  ${publishable}
    secret key       ${secret}
    root secret      PLACET_ROOT_SECRET in ${shown(join(data, "secrets.json"))}

${missing ? `  What the shop lacks:\n\n${missing}\n` : ""}  Order something in the shop, then ask what is held:

    curl -s ${worker.url}/v1/contacts/lookup \\
      -H 'Authorization: Bearer ${secret}' \\
      -H 'Content-Type: application/json' \\
      -d '{"email":"ada@example.com"}'

  Ctrl-C stops; data stays in ${shown(data)}/
`;
}

/** Returns a path as the person would type it in the current directory. */
function shown(path) {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near || ".";
}
