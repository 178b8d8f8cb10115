// The package as its users install it: packed by npm, unpacked in another directory, imported by Node and workerd,
// bundled by esbuild. Its behaviour in a page is tested in package/page.mjs.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

import { expected, probe, signed } from "./package/certificate.mjs";
import { freshProject } from "./package/installed.mjs";
import { inAPage } from "./package/page.mjs";

const require = createRequire(new URL("../www/package.json", import.meta.url));
const { project, installed, run, remove } = await freshProject();

after(remove);

test("every file that the manifest names is in the package, and the version is the crate's", async () => {
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  const named = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  named.push(...Object.values(manifest.bin));
  assert.ok(named.length > 9);
  for (const path of named) assert.ok(existsSync(join(installed, path)), path);
  const crate = await readFile(new URL("../Cargo.toml", import.meta.url), "utf8");
  assert.equal(manifest.version, /^version = "(.+)"$/m.exec(crate)[1]);
  assert.equal(manifest.dependencies, undefined);
});

test("the installed command runs by its name and shows its help without configuration", async () => {
  const placet = (...args) => execFileSync(join(project, "node_modules/.bin/placet"), args, { cwd: project, encoding: "utf8", env: { PATH: process.env.PATH } });
  const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  assert.equal(placet("--version"), `${version}\n`);
  for (const command of ["import", "export", "list"]) assert.match(placet(command, "--help"), new RegExp(`^placet ${command} [^]*PLACET_KEY[^]*Exit codes:`));
});

test("importing the storefront on a server has no effect, and opening it there reports why it fails", () => {
  const seen = run(`
    for (const name of ["fetch", "WebAssembly", "navigator"]) {
      const real = globalThis[name];
      Object.defineProperty(globalThis, name, { configurable: true, get() { globalThis.touched = name; return real; } });
    }
    const before = Object.getOwnPropertyNames(globalThis).sort().join();
    const { open, PlacetError } = await import("placet/storefront");
    const touched = globalThis.touched ?? null;
    const after = Object.getOwnPropertyNames(globalThis).sort().join();
    const error = await open({ endpoint: "https://consent.example", key: "pk_1" }).catch((error) => error);
    console.log(JSON.stringify({ touched, same: before === after, real: error instanceof PlacetError && error instanceof Error, code: error.code }));
  `);
  assert.deepEqual(seen, { touched: null, same: true, real: true, code: "no_page" });
});

const ask = `
  const records = [{ choice: "opt_in", channel: "email", purpose: "newsletter", assurance: "claimed", received_at: "2026-01-02T00:00:00Z" }];
  const question = { records, channel: "email", purpose: "newsletter", at: "2026-11-23T10:00:00Z", person: { country: "FR" }, explain: false };
  const answers = () => {
    let code;
    try { decide({ ...question, channel: "fax" }); } catch (error) { code = error instanceof PlacetError && error.code; }
    return [
      decide(question).reason, decide({ ...question, policy: { confirmation: [] } }), standing({ records, at: question.at }),
      normalise({ kind: "phone", value: "+44 7700 900123" }).key, rules({ country: "FR", channel: "email" })[0].id,
      ages()[0].country, reasons()[0].reason, code,
    ];
  };
`;
const imported = "ages, decide, normalise, PlacetError, reasons, rules, standing";
const answers = [
  "awaiting_confirmation",
  {
    allow: true, reason: null, record: null, basis: "consent", dealing: null,
    rule: { id: "fr-mail", law: "CPCE", article: "L.34-5; CNIL, référentiel gestion commerciale" },
    until: "2029-01-02T00:00:00.000Z", override: null,
  },
  [{ channel: "email", purpose: "newsletter", status: "awaiting_confirmation", record: null }],
  "+447700900123",
  "fr-mail",
  "AT",
  "never_asked",
  "unknown_channel",
];

test("the logic works in Node", () => {
  const seen = run(`import { ${imported} } from "placet/logic"; ${ask} console.log(JSON.stringify(answers()));`);
  assert.deepEqual(seen, answers);
});

test("the logic reads every JSON value and refuses other values like any mistake", () => {
  const seen = run(`
    import { ${imported} } from "placet/logic"; ${ask}
    const told = (call) => { try { return call(); } catch (error) { return [error instanceof PlacetError, error.code, error.pointer, error.message]; } };
    const circle = { ...question };
    circle.person = circle;
    const record = { ...records[0], assurance: "confirmed", received_at: new Date("2026-01-02T00:00:00Z"), occurred_at: undefined };
    console.log(JSON.stringify([
      told(() => decide({ ...question, records: [record], at: new Date("2026-11-23T10:00:00Z"), policy: undefined }).until),
      ...[circle, { ...question, at: 1n }, undefined, () => 1, { ...question, at: new Date(NaN) },
        { ...question, records: [{ ...record, occurred_at: new Date("never") }] }, { ...question, policy: { minimum_age: NaN } },
      ].map((call) => told(() => decide(call)).slice(0, 3)),
      told(() => decide({ ...question, person: { country: "jane@example.com" } })),
      told(() => standing(circle)).slice(0, 3),
      told(() => rules({ country: undefined, channel: "phone" })[0].id),
    ]));
  `);
  const refused = (pointer) => [true, "bad_input", pointer];
  assert.deepEqual(seen, [
    "2029-01-02T00:00:00.000Z",
    refused(""), refused(""), refused(""), refused(""), refused("/at"), refused("/records/0/occurred_at"), refused("/policy/minimum_age"),
    [true, "bad_country", "/person/country", "/person/country: use ISO 3166-1 alpha-2 in capitals, such as FR"],
    refused(""),
    "any-phone",
  ]);
});

test("a certificate verifies in Node, and not with any byte changed", () => {
  assert.deepEqual(run(`import * as logic from "placet/logic"; console.log(JSON.stringify((${probe})(logic, ${JSON.stringify(signed)})));`), expected);
});

test("other libraries verify placet's signatures, and placet verifies theirs", () => {
  const [header, payload, signature] = signed.certificate.split(".");
  const key = createPublicKey({ key: signed.key, format: "jwk" });
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")));
  assert.deepEqual(JSON.parse(Buffer.from(payload, "base64url")), signed.says);

  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x } = publicKey.export({ format: "jwk" });
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  const base64url = (json) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const told = `${base64url({ typ: "placet-certificate+jws", kid, alg: "Ed25519" })}.${payload}`;
  const certificate = `${told}.${sign(null, Buffer.from(told), privateKey).toString("base64url")}`;
  const says = run(`import { verifyCertificate } from "placet/logic";
    console.log(JSON.stringify(verifyCertificate(${JSON.stringify({ certificate, key: publicKey.export({ format: "jwk" }) })})));`);
  assert.deepEqual(says, signed.says);
});

test("every example in the declarations of the logic has the stated result", async () => {
  const text = await readFile(join(installed, "logic/logic.d.ts"), "utf8");
  const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block.replace(/^ \* ?/gm, ""));
  const names = new Set();
  for (const [index, example] of examples.entries()) {
    // Matches `expression; // => value` on one line.
    const promises = example.matchAll(/^(.+); \/\/ => (.+)$/gm);
    assert.ok([...promises].length > 0, `no result is stated in\n${example}`);
    const source = example.replace(/^(.+); \/\/ => (.+)$/gm, (_, given, value) => `assert.deepEqual(${given}, ${value});`);
    await writeFile(join(project, `example${index}.mjs`), `import assert from "node:assert/strict";\n${source}`);
    execFileSync(process.execPath, [`example${index}.mjs`], { cwd: project, stdio: ["ignore", "inherit", "pipe"] });
    for (const [, name] of example.matchAll(/import \{ (\w+) \}/g)) names.add(name);
  }
  const functions = [...text.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(functions.filter((name) => !names.has(name)), [], "functions without an example");
});

test("the logic works in workerd, imported by the export condition of that name", async () => {
  const resolved = run(`console.log(JSON.stringify(import.meta.resolve("placet/logic")));`, "--conditions=workerd");
  assert.match(resolved, /\/logic\/workerd\.js$/);
  const at = join(project, "worker");
  await mkdir(at);
  for (const file of ["workerd.js", "logic_bg.wasm"]) await cp(join(installed, "logic", file), join(at, file));
  await writeFile(join(at, "main.js"), `import * as logic from "./workerd.js";
    const { ${imported} } = logic; ${ask}
    export default { fetch: () => Response.json([answers(), (${probe})(logic, ${JSON.stringify(signed)})]) };`);
  await writeFile(join(at, "config.capnp"), `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = (compatibilityDate = "2026-04-01", modules = [
        (name = "main.js", esModule = embed "main.js"),
        (name = "workerd.js", esModule = embed "workerd.js"),
        (name = "./logic_bg.wasm", wasm = embed "logic_bg.wasm"),
      ]))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`);
  const workerd = spawn(require("workerd").default, ["serve", "--control-fd=3", join(at, "config.capnp")], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  try {
    const [chunk] = await Promise.race([
      new Promise((told) => workerd.stdio[3].once("data", (...all) => told(all))),
      new Promise((_, ended) => workerd.once("exit", (status) => ended(new Error(`workerd ended with ${status}`)))),
    ]);
    const { port } = JSON.parse(String(chunk).split("\n")[0]);
    assert.deepEqual(await (await fetch(`http://127.0.0.1:${port}/`)).json(), [answers, expected]);
  } finally {
    workerd.kill();
  }
});

test("esbuild bundles the storefront and the logic for a browser", async () => {
  const { build } = require("esbuild");
  for (const [name, source, expected] of [
    ["storefront", `export { open } from "placet/storefront";`, /storefront_bg\.wasm/],
    ["logic", `export { decide } from "placet/logic";`, /logic_bg\.wasm/],
  ]) {
    const { outputFiles, warnings } = await build({
      stdin: { contents: source, resolveDir: project },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      target: "es2022",
    });
    assert.deepEqual(warnings, [], name);
    assert.match(outputFiles[0].text, expected);
    assert.doesNotMatch(outputFiles[0].text, /node:fs/, "the files of another runtime");
  }
  // Unused code is not bundled, because the package declares itself free of side effects.
  const { outputFiles } = await build({
    stdin: { contents: `import "placet/storefront"; console.log(1);`, resolveDir: project },
    bundle: true,
    write: false,
    format: "esm",
    logLevel: "error",
  });
  assert.ok(outputFiles[0].text.length < 200);
});

inAPage(installed);
