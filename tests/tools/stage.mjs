// The programs of `make serve`, on ports and data of their own, and a real Chromium.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { claimPort } from "../../www/tools/workerd.mjs";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/**
 * The source of axe, the accessibility checker. It is evaluated by the debugger, which bypasses a page's
 * Content-Security-Policy.
 */
export const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const BROWSER = {
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

/** Prepares a stage of this name. `serve` starts it, also again after `kill`; `end` stops everything. */
export async function setStage(name) {
  const data = await mkdtemp(join(tmpdir(), `placet-${name}-`));
  const [port, shopPort] = [await claimPort(0), await claimPort(0)];
  const stage = { worker: `http://127.0.0.1:${port}`, shop: `http://127.0.0.1:${shopPort}`, browser: await chromium.launch(BROWSER) };
  let serving;

  /** Starts a process group of its own, so that kill -9 reaches all processes. Resolves to their output. */
  stage.serve = async () => {
    const script = fileURLToPath(new URL("../../www/tools/serve.mjs", import.meta.url));
    const options = ["--port", port, "--shop-port", shopPort, "--data", data].map(String);
    serving = spawn(process.execPath, [script, ...options], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    serving.stdout.setEncoding("utf8");
    for await (const text of serving.stdout) {
      printed += text;
      if (printed.includes("Ctrl-C stops")) return printed;
    }
    throw new Error(`serve ended: ${printed}`);
  };

  stage.kill = async () => {
    if (!serving || serving.exitCode !== null || serving.signalCode) return;
    const gone = new Promise((done) => serving.once("exit", done));
    process.kill(-serving.pid, "SIGKILL");
    await gone;
  };

  /** Returns the demo shop's keys. */
  stage.keys = async () => JSON.parse(await readFile(join(data, "demo.json"), "utf8"));

  /** Sends a request to the worker with the shop's secret key. */
  stage.ask = async (method, path, body) => {
    const { secret } = await stage.keys();
    const answer = await fetch(`${stage.worker}${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };

  /** Waits for the contact report, because a page sends in the background. */
  stage.reportOn = async (contact, patience = 10_000) => {
    for (const limit = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 50))) {
      const { status, body } = await stage.ask("POST", "/v1/contacts/lookup", contact);
      if (status === 200) return body;
      if (status !== 404 || Date.now() > limit) throw new Error(`nothing arrived within ${patience} ms: ${status}`);
    }
  };

  /** Opens a page in a new browser profile, which stores its errors. */
  stage.newPage = async (options) => {
    const context = await stage.browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("request", (request) => {
      if (/%40|@/.test(request.url())) page.problems.push(`an address in a URL: ${request.url()}`);
    });
    return page;
  };

  stage.end = async () => {
    await stage.browser.close();
    await stage.kill();
    await rm(data, { recursive: true, force: true });
  };
  return stage;
}

/** Returns the accessibility violations of a page, each with the first element concerned. */
export async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => axe.run());
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}
