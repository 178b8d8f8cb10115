// `make fuzz`: tests the service with requests that schemathesis generates from the served contract.
//
//   node tests/fuzz.mjs [--seconds 600] [--seed 7]
//
// Every operation of the contract is in exactly one pass with the secret key or the root secret. The operations for
// pages are also in one pass with the publishable key. Exit code 1 if any answer is not in the contract.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { startWorkerd } from "../www/tools/workerd.mjs";
import { Connection, MASTER_KEY, ORIGIN, ROOT_SECRET } from "./load.mjs";

const SCHEMATHESIS = "4.32.5";
const CHECKS = [
  "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
  "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance", "ignored_auth",
];
/**
 * The statuses that refuse what the contract does not allow. A precondition is checked before the body (RFC 9110
 * §13.2.1).
 */
const REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428", "429"];
/** The number of existing contacts; every fourth may be erased. */
const PEOPLE = 200;
/** The number of existing keys, which the fuzzer may rotate and revoke. */
const KEYS = 100;
/** The number of existing imports; every second one still waits for the rest of its file. */
const IMPORTS = 40;
/**
 * How often the settings are restored. With the limits that the fuzzer sets, its requests would soon be refused with
 * 429.
 */
const PUT_BACK_EVERY_MS = 100;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const venv = here("../.tools/fuzz");
const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" }, seed: { type: "string" } } });

const schemathesis = install();
const work = await mkdtemp(join(tmpdir(), "placet-fuzz-"));
// Links need a base URL.
const secrets = { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_PUBLIC_URL: "https://consent.example" };
const workerd = await startWorkerd({ config: here("../src/edge/workerd.capnp"), port: 0, data: join(work, "data"), env: secrets });
const connection = new Connection(workerd.url);
let failed = false;
try {
  failed = !(await fuzz());
} finally {
  connection.close();
  await workerd.stop();
  await rm(work, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function fuzz() {
  const contract = await ask("GET", "/openapi.json");
  const operations = operationsOf(contract);
  assert.ok(operations.length > 20, `the contract has ${operations.length} operations: is the worker built from the current source?`);
  const named = ({ method, path }) => `${method} ${path}`;
  // The operations that may disable the caller's own key or lower its shop's limits.
  const isOwn = (one) => ["PUT /v1/shop", "POST /v1/keys/{id}/rotate", "DELETE /v1/keys/{id}"].includes(named(one));
  const [shop, other] = [await createShop(contract), await createShop(contract)];
  const passes = [
    { name: "secret key", share: 0.6, shop, key: shop.secret, takes: (one) => one.scope !== "root" && !isOwn(one) },
    { name: "secret key, on its own shop and keys", share: 0.15, shop: other, key: other.secret, takes: isOwn, restored: true },
    { name: "root secret", share: 0.1, shop, key: ROOT_SECRET, takes: (one) => one.scope === "root" },
  ];
  for (const one of operations) assert.equal(passes.filter(({ takes }) => takes(one)).length, 1, `${named(one)} is in one pass`);
  passes.push({
    name: "publishable key, on the shop's page", share: 0.15, shop, key: shop.publishable, origin: ORIGIN,
    takes: (one) => ["storefront", "capture"].includes(one.scope),
  });

  const outcomes = [];
  for (const pass of passes) {
    const chosen = operations.filter(pass.takes).map(named);
    console.log(`\n== ${pass.name}: ${chosen.length} operations`);
    const restoring = pass.restored ? setInterval(putBack, PUT_BACK_EVERY_MS, pass.shop) : undefined;
    const outcome = await run(pass, chosen, Math.max(10, Math.round(Number(values.seconds) * pass.share)));
    clearInterval(restoring);
    outcomes.push({ ...outcome, pass, stillGood: await isGood(pass) });
  }
  return tell(outcomes);
}

function operationsOf(contract) {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ["get", "put", "post", "delete", "patch"].includes(method))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, scope: operation["x-placet-scope"] })),
  );
}

/** Runs schemathesis once over the chosen operations. */
async function run({ name, shop, key, origin }, chosen, seconds) {
  const directory = await mkdtemp(join(work, "pass-"));
  // JSON notation is also valid TOML for strings and lists.
  const text = JSON.stringify;
  const known = (id, filter, values) => `
    [dictionaries.${id}]
    values = ${text(values)}
    [[operations]]
    ${filter}
    parameters = { "path.id" = { dictionary = "${id}", probability = 0.5 } }`;
  const ids = shop.people.map(({ id }) => id);
  const contact = `include-path-regex = ${text("^/v1/contacts/\\{id\\}")}`;
  await writeFile(join(directory, "fuzz.toml"), `
    continue-on-failure = true
    headers = { Authorization = ${text(`Bearer ${key}`)}${origin ? `, Origin = ${text(origin)}` : ""} }
    [generation]
    database = "none"
    [checks.negative_data_rejection]
    expected-statuses = ${text(REFUSALS)}
    ${known("contacts", `${contact}\nexclude-method = "DELETE"`, ids.filter((_, number) => number % 4))}
    ${known("mortals", `${contact}\ninclude-method = "DELETE"`, ids.filter((_, number) => number % 4 === 0))}
    ${known("imports", `include-path-regex = ${text("^/v1/imports/\\{id\\}")}`, shop.imports)}
    ${known("keys", `include-path-regex = ${text("^/v1/keys/\\{id\\}")}`, shop.keys)}`);
  const args = [
    "--config-file", join(directory, "fuzz.toml"), "run", `${workerd.url}/openapi.json`,
    "--max-time", String(seconds), "--checks", CHECKS.join(","), "--report", "json", "--report-json-path", join(directory, "outcome.json"),
    ...(values.seed ? ["--seed", values.seed] : []), ...chosen.flatMap((name) => ["--include-name", name]),
  ];
  await writeFile(join(directory, "people.json"), text(shop.people));
  const env = { ...process.env, SCHEMATHESIS_HOOKS: "fuzz", PYTHONPATH: here("."), PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(schemathesis, args, { cwd: directory, env, stdio: "inherit" });
  const code = await new Promise((done, fail) => child.once("exit", done).once("error", fail));
  const outcome = JSON.parse(await readFile(join(directory, "outcome.json"), "utf8"));
  assert.equal(outcome.operations?.selected, chosen.length, `${name}: schemathesis found other operations`);
  return { code, outcome };
}

function tell(outcomes) {
  let cases = 0;
  console.log("");
  for (const { code, outcome, pass, stillGood } of outcomes) {
    const { generated, unique_failures } = outcome.test_cases;
    cases += generated;
    const { tested, selected } = outcome.operations;
    const errors = outcome.errors.map(({ title }) => title).join(", ");
    console.log(`${pass.name}: ${generated} cases over ${tested} of ${selected} operations, ${unique_failures} failures${errors && `; ${errors}`}, exit code ${code}`);
    const accepted = (rates) => Object.values(rates).some(({ accepted }) => accepted > 0);
    const barred = Object.entries(outcome.valid_rates ?? {}).filter(([, rates]) => !accepted(rates)).map(([name]) => name);
    if (barred.length) console.log(`  never served: ${barred.join(", ")}`);
    if (!stillGood) console.log("  the key was lost on the way: part of this has met closed doors only");
  }
  const good = outcomes.every(({ code, outcome, stillGood }) => code === 0 && stillGood && outcome.operations.tested === outcome.operations.selected);
  console.log(`\n${cases} cases, ${good ? "each answered as the contract says" : "and not all as the contract says"}`);
  return good;
}

/** Creates a shop with contacts; the first ones have the addresses in the contract's examples. */
async function createShop(contract) {
  const settings = {
    name: "Fuzz", country: "GB", origins: [ORIGIN], channels: ["email", "sms", "phone", "whatsapp", "post"],
    purposes: ["newsletter", "offers", "order_updates"],
    notices: [{ id: "checkout-optin", version: "1", locale: "en-GB", text: "We write about coffee." }],
    limits: { publishable: 10_000, secret: 10_000, visitor: 10_000, unproven_day: 10_000_000, messages: { hour: 10_000_000, day: 10_000_000, text_day: 10_000_000, country_day: 10_000_000 } },
  };
  const made = await ask("POST", "/v1/shops", ROOT_SECRET, settings);
  const { publishable, secret } = made.keys;
  const shop = { settings, publishable, secret, people: [], keys: [], imports: [] };
  const [emails, phones] = [written(contract, "email", /@/), written(contract, "phone", /^\+/)];
  for (let number = 0; number < PEOPLE; number++) {
    const contact = { email: emails[number] ?? `person${number}@example.com`, phone: phones[number] ?? `+4477009${`${number}`.padStart(5, "0")}` };
    const choices = [{ channel: "email", purpose: "newsletter", choice: "opt_in" }];
    const notice = { id: "checkout-optin", version: "1", locale: "en-GB", text_sha256: "a0".repeat(32) };
    const body = { id: crypto.randomUUID(), contact, choices, notice, source: { kind: "form" }, assurance: "authenticated" };
    const { contact: id } = await ask("POST", "/v1/consents", secret, body);
    shop.people.push({ id, ...contact });
    // Merges every tenth contact with the one before.
    const before = shop.people[number - 1];
    if (number % 10 === 9) {
      await ask("POST", `/v1/contacts/${before.id}/merge`, secret, { contact: { id }, reason: "one person" });
      before.merged = id;
    }
  }
  for (let number = 0; number < KEYS; number++) {
    shop.keys.push((await ask("POST", "/v1/keys", secret, { kind: "sk", name: `key ${number}`, scopes: ["read"] })).id);
  }
  for (let number = 0; number < IMPORTS; number++) {
    const [file, complete] = number % 2 ? ["", "?0"] : [`email\nlisted${number}@example.com\n`, "?1"];
    const headers = { authorization: `Bearer ${secret}`, "upload-complete": complete };
    const { status, text } = await connection.send("POST", "/v1/imports?list=opted_in&channel=email&purpose=newsletter", headers, file);
    assert.ok(status < 300, `an import: ${status} ${text.slice(0, 500)}`);
    shop.imports.push(JSON.parse(text).id);
  }
  // A key for the requests beside the fuzzer. It also keeps the shop manageable: it has the scope `admin`.
  shop.beside = (await ask("POST", "/v1/keys", secret, { kind: "sk", name: "beside", scopes: ["admin"] })).key;
  return shop;
}

/** Returns the example values of a field in the contract that match a pattern. */
function written(value, name, form) {
  if (typeof value !== "object" || value === null) return [];
  const is = (own, inner) => own === name && typeof inner === "string" && form.test(inner);
  const found = Object.entries(value).flatMap(([own, inner]) => (is(own, inner) ? [inner] : written(inner, name, form)));
  return [...new Set(found)];
}

function putBack({ beside, settings }) {
  const headers = { authorization: `Bearer ${beside}` };
  connection.send("PUT", "/v1/shop", headers, JSON.stringify(settings)).catch(() => {});
}

async function isGood({ key, origin }) {
  if (key === ROOT_SECRET) return true;
  const headers = { authorization: `Bearer ${key}`, ...(origin && { origin }) };
  return (await connection.send("GET", "/v1/storefront", headers)).status === 200;
}

async function ask(method, path, key, body) {
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  const { status, text } = await connection.send(method, path, headers, body && JSON.stringify(body));
  assert.ok(status < 300, `${method} ${path}: ${status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** Installs a fixed version of schemathesis, in an environment of its own below `.tools/`. */
function install() {
  const [tool, pip] = [join(venv, "bin/schemathesis"), join(venv, "bin/pip")];
  if (spawnSync(tool, ["--version"], { encoding: "utf8" }).stdout?.trim().endsWith(` ${SCHEMATHESIS}`)) return tool;
  const step = (what, command, args) => {
    const { error, status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (error || status !== 0) stop(`${what}\n${error?.message ?? stderr.trim().slice(-2_000)}`);
  };
  console.log(`[fuzz] installing schemathesis ${SCHEMATHESIS} below .tools/`);
  if (spawnSync("python3", ["--version"]).error) stop("there is no python3, in which schemathesis is written: install Python 3.10 or later");
  step("python3 cannot make an environment of its own; on Debian: apt-get install python3-venv", "python3", ["-m", "venv", venv]);
  step("schemathesis could not be installed", pip, ["install", "--quiet", "--disable-pip-version-check", `schemathesis==${SCHEMATHESIS}`]);
  return tool;
}

function stop(message) {
  console.error(`[fuzz] ${message}`);
  process.exit(1);
}
