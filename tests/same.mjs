// The 10,000 cases of tests/api/same.rs, given to the two built JavaScript modules: placet/logic in Node.js, and the
// storefront in a real Chromium. Every decision must be the native one, byte for byte.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { decide } from "../pkg/logic/node.js";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const read = (name) => readFile(new URL(`../target/same/${name}`, import.meta.url), "utf8");
const lines = async (name) => (await read(name)).split("\n");
let cases, decisions, policies, configs;

before(async () => {
  cases = (await lines("cases.jsonl")).map((line) => JSON.parse(line));
  decisions = await lines("decisions.jsonl");
  [policies, configs] = [JSON.parse(await read("policies.json")), JSON.parse(await read("configs.json"))];
  assert.equal(cases.length, 10_000, "run cargo test --features native --test api same:: first");
  assert.equal(decisions.length, cases.length);
});

/** Fails with the first case that differs. */
function assertSame(answers) {
  for (const [number, answer] of answers.entries()) {
    assert.equal(answer, decisions[number], `case ${number}: ${JSON.stringify(cases[number])}`);
  }
  assert.equal(answers.length, decisions.length);
}

test("placet/logic in Node.js decides every case as native code does", () => {
  assertSame(cases.map(({ acts, policy, ...call }) => JSON.stringify(decide({ ...call, policy: policies[policy] }))));
});

test("the storefront in Chromium decides every case as native code does", async () => {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    if (pathname.startsWith("/v1/")) {
      const shop = /pk_(\d)/.exec(pathname)[1];
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(configs[shop]));
    }
    if (pathname.startsWith("/placet/")) {
      const type = pathname.endsWith(".js") ? "text/javascript" : "application/wasm";
      const file = await readFile(new URL(`../pkg/storefront/${pathname.slice(8)}`, import.meta.url));
      return response.writeHead(200, { "content-type": type }).end(file);
    }
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>same</title>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  after(async () => {
    await browser.close();
    server.close();
  });
  const page = await browser.newPage();
  const origin = `http://127.0.0.1:${server.address().port}`;
  await page.goto(origin);
  const answers = await page.evaluate(
    async ([cases, shops, endpoint]) => {
      const { open } = await import("/placet/storefront.js");
      const opened = [];
      for (let shop = 0; shop < shops; shop++) {
        opened[shop] = await open({ endpoint, key: `pk_${shop}` });
        await opened[shop].config;
      }
      return cases.map(({ policy, channel, purpose, person, at, acts }) => {
        // The storefront reads the acts of this browser from localStorage, under keys that name the act.
        for (const [act, id] of acts) localStorage.setItem(`placet:pk_${policy}:track:${act}`, id);
        const decision = JSON.stringify(opened[policy].decide(channel, purpose, person, at));
        localStorage.clear();
        return decision;
      });
    },
    [cases, configs.length, origin],
  );
  assertSame(answers);
});
