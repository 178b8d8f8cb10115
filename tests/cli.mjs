// `npx placet`: its commands as people run them, with workerd, cut connections and killed processes.
//
//   node --test tests/cli.mjs
//   PLACET_CLI=src/cli/placet.js node --test …                    the sources instead of the built package
//   PLACET_TEST_URL=http://127.0.0.1:… PLACET_TEST_KEY=sk_… …     another service, with an empty shop

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, cp, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { claimPort, startWorkerd } from "../www/tools/workerd.mjs";
import { MASTER_KEY, ROOT_SECRET, createShop } from "./load.mjs";
import { layLine } from "./tools/line.mjs";

const placet = resolve(process.env.PLACET_CLI ?? fileURLToPath(new URL("../pkg/cli/placet.js", import.meta.url)));
const COLUMNS = ["--column", "email=Mail", "--list", "opted_in", "--channel", "email", "--purpose", "newsletter"];
const PIECE = 4 * 1024 * 1024;

let directory, workerd, service, key, line, port;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "placet-cli-"));
  if (process.env.PLACET_TEST_URL) {
    [service, key] = [process.env.PLACET_TEST_URL, process.env.PLACET_TEST_KEY];
  } else {
    port = await claimPort(0);
    await restart();
    service = workerd.url;
    key = (await createShop(service)).server.authorization.replace("Bearer ", "");
  }
  line = await layLine(service);
});

after(async () => {
  line?.close();
  await workerd?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Starts workerd on the data of before. */
async function restart() {
  workerd = await startWorkerd({
    config: fileURLToPath(new URL("../src/edge/local.capnp", import.meta.url)), port, data: join(directory, "data"), quiet: true,
    env: { PLACET_MASTER_KEY: MASTER_KEY, PLACET_ROOT_SECRET: ROOT_SECRET, PLACET_PUBLIC_URL: `http://127.0.0.1:${port}` },
  });
}

/** Starts the command. `ended` resolves to `{ exit, signal, out, err }`. */
function start(args, { env = {}, input } = {}) {
  const child = spawn(process.execPath, [placet, ...args], {
    cwd: directory, stdio: ["pipe", "pipe", "pipe"], timeout: 120_000, killSignal: "SIGKILL",
    env: { PATH: process.env.PATH, PLACET_URL: line.url, PLACET_KEY: key, ...env },
  });
  const told = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (told.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (told.err += text));
  child.stdin.on("error", () => {}).end(input);
  const ended = new Promise((done) => child.on("close", (exit, signal) => {
    assert.ok(!`${told.out}${told.err}`.includes(key), "the key must not be printed");
    done({ exit, signal, ...told });
  }));
  return { child, ended };
}

const run = (args, options) => start(args, options).ended;

/** Runs an import with --json and returns its result. */
async function imported(args, exit = 0, options = {}) {
  const told = await run(["import", ...args, "--json"], options);
  assert.equal(told.exit, exit, told.err);
  return { ...told, one: JSON.parse(told.out) };
}

const address = (name, index) => `${name}${index}@example.com`;

/** Writes a file of `count` persons, each row with `padding` unused characters. */
async function listOf(name, count, padding = 10) {
  const rows = Array.from({ length: count }, (_, index) => `${address(name, index)},${"x".repeat(padding)}\n`);
  await writeFile(join(directory, `${name}.csv`), `Mail,Remark\n${rows.join("")}`);
  return `${name}.csv`;
}

async function until(what, patience = 20_000) {
  for (const limit = Date.now() + patience; !(await what()); await sleep(20)) assert.ok(Date.now() < limit, `waited in vain: ${what}`);
}

/**
 * Disturbs the connection once, at the first request for which `when` holds. Resolves when that request has arrived.
 */
function once(when, fate) {
  return new Promise((come) => {
    line.disturb = (seen) => {
      if (!when(seen)) return undefined;
      line.disturb = null;
      come();
      return fate();
    };
  });
}

test("a missing or wrong environment variable is reported with exit code 2", async () => {
  for (const [env, words] of [
    [{ PLACET_KEY: "" }, /PLACET_KEY must be set/], [{ PLACET_URL: "", PLACET_KEY: "" }, /PLACET_URL and PLACET_KEY must be set/],
    [{ PLACET_KEY: "pk_1" }, /publishable/], [{ PLACET_KEY: "sk_1\u2026" }, /not a secret key/],
    [{ PLACET_URL: "http://consent.example" }, /plain http.*\n.*--insecure/], [{ PLACET_URL: "ftp://x" }, /https/],
    [{ PLACET_URL: "https://u:word@consent.example" }, /has a user/],
  ]) {
    const { exit, err, out } = await run(["list"], { env });
    assert.equal(exit, 2, err);
    assert.match(err, words);
    assert.ok(!err.includes("u:word") && out === "");
  }
});

test("an invalid command line is reported with the mistake and the help", async () => {
  for (const [args, words] of [
    [[], /import, export, list, setup, flood, connections, journal or keys/], [["setup", "now"], /setup takes no argument/], [["imprt"], /did you mean import/], [["import", "--chanel", "email", "a.csv"], /no option --chanel; did you mean --channel/],
    [["import"], /one FILE/], [["import", "a.csv", "--list"], /--list <value>' argument missing/], [["import", "a.csv", "--list", "x", "--list", "y"], /--list is given twice/],
    [["export", "everyone"], /opted_in, opted_out, suppressed/], [["import", "none.csv"], /none\.csv cannot be read \(ENOENT\)/], [["import", "a.csv", "--key", "sk_1"], /no option --key/],
  ]) {
    const { exit, err } = await run(args);
    assert.equal(exit, 2, err);
    assert.match(err, words);
  }
  assert.match((await run(["--help"])).out, /Exit codes:/);
});

test("an invalid key and an unreachable service are reported", async () => {
  const refused = await run(["list"], { env: { PLACET_KEY: "sk_nobodys" } });
  assert.equal(refused.exit, 3);
  // The front worker, which refuses this key, gives no request id.
  assert.match(refused.err, /refused.*\(invalid_key, 401\)/);
  const unknown = await run(["list", "0199a1b2-0000-7000-8000-000000000001"]);
  assert.equal(unknown.exit, 3);
  assert.match(unknown.err, /\(import_not_found, 404\)[^]*request [0-9a-f-]{36}/);
  const silent = await run(["list"], { env: { PLACET_URL: `http://127.0.0.1:${await claimPort(0)}`, PLACET_PATIENCE: "1" } });
  assert.equal(silent.exit, 4);
  assert.match(silent.err, /ECONNREFUSED[^]*same command again/);
});

test("a dry run reports the outcome and stores nothing", async () => {
  const file = await listOf("dry", 5);
  const { one } = await imported([file, ...COLUMNS, "--dry-run"]);
  assert.deepEqual([one.state, one.dry_run, one.counts.accepted], ["done", true, 5]);
  assert.doesNotMatch((await run(["export", "opted_in"])).out, /dry\d@/);
});

test("a list can be imported, shown, found again, undone and imported again", async () => {
  const file = await listOf("small", 1_234);
  const first = await run(["import", file, ...COLUMNS]);
  assert.equal(first.exit, 0, first.err);
  assert.match(first.out, /^Import \S+: done\n[^]*rows +1,234\n +accepted +1,234 [^]*Mail +email\n +Remark +\(not read\)/);
  const [, id] = /^Import (\S+):/.exec(first.out);
  const again = await imported([file, ...COLUMNS]);
  assert.equal(again.one.id, id);
  assert.match(again.err, /imported before/);
  assert.match((await run(["list"])).out, new RegExp(`^${id} +done .*1,234 +1,234 +0 +small\\.csv$`, "m"));
  assert.equal(JSON.parse((await run(["list", id, "--json"])).out).counts.accepted, 1_234);
  assert.match((await run(["export", "opted_in", "--channel", "email", "--purpose", "newsletter"])).out, /small1233@/);

  assert.equal((await imported(["--undo", id])).one.state, "undone");
  assert.doesNotMatch((await run(["export", "opted_in"])).out, /small\d+@/);
  const anew = await imported([file, ...COLUMNS]);
  assert.notEqual(anew.one.id, id);
  assert.equal(anew.one.counts.accepted, 1_234);
  const quiet = await run(["import", file, ...COLUMNS, "--quiet"]);
  assert.deepEqual([quiet.exit, quiet.out, quiet.err], [0, "", ""]);
});

test("connections are shown, previewed and paused", async () => {
  assert.match((await run(["connections"])).out, /no connections/);
  const body = { platform: "custom", base: "https://platform.invalid.example/placet", mode: "both", credentials: { token: "a-token" } };
  const made = await fetch(new URL("/v1/connections", line.url), { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.equal(made.status, 201, await made.clone().text());
  const { id } = await made.json();
  assert.match((await run(["connections"])).out, new RegExp(`^${id} +custom +both +ok`));
  const shown = await run(["connections", id]);
  assert.equal(shown.exit, 0, shown.err);
  assert.match(shown.out, /state +ok/);
  assert.match((await run(["connections", id, "preview"])).out, /^0 customers/);
  assert.match((await run(["connections", id, "conflicts"])).out, /agree/);
  assert.match((await run(["connections", id, "pause"])).out, /state +paused/);
  assert.equal(JSON.parse((await run(["connections", id, "resume", "--json"])).out).state, "ok");
  assert.equal((await run(["connections", id, "explode"])).exit, 2);
  assert.equal((await run(["connections", "no-id"])).exit, 3);
});

test("a flood of forms is shown and let go", async () => {
  const claim = (index) => ({
    id: randomUUID(), contact: { email: `flood${index}@example.com` }, assurance: "claimed", source: { kind: "form" },
    notice: { id: "popup", version: "1", locale: "en-GB", text_sha256: "0".repeat(64) },
    choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
  });
  const since = new Date(Date.now() - 1_000).toISOString();
  for (let index = 0; index < 12; index++) {
    const { status } = await fetch(new URL("/v1/consents", line.url), { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify(claim(index)) });
    assert.equal(status, 201);
  }
  const shown = await run(["flood", "--since", since]);
  assert.equal(shown.exit, 0, shown.err);
  assert.match(shown.out, /^12 contacts that nobody has proven\.\n[^]*by notice\n +popup +12\n/);
  assert.equal((await run(["flood", "--drop"])).exit, 2, "the time has to be named");
  const dropped = await run(["flood", "--since", since, "--notice", "popup", "--drop", "--json"]);
  assert.deepEqual([dropped.exit, JSON.parse(dropped.out)], [0, { dropped: 12 }], dropped.err);
  assert.match((await run(["flood", "--since", since])).out, /^0 contacts/);
});

test("a master key is replaced and retired", async () => {
  const first = "a-master-key-of-the-first-days-0123456789";
  const values = ({ out }) => Object.fromEntries(out.trim().split("\n").map((line) => /^(\w+)='(.*)'$/.exec(line).slice(1)));
  const rotated = await run(["keys", "rotate"], { env: { PLACET_MASTER_KEY: first, PLACET_URL: "", PLACET_KEY: "" } });
  assert.equal(rotated.exit, 0, rotated.err);
  const both = values(rotated);
  assert.equal(both.PLACET_NAMING_KEY, first);
  assert.match(both.PLACET_MASTER_KEY, new RegExp(`^1:[\\w-]{43} 0:${first}$`));
  assert.match(values(await run(["keys", "rotate"], { env: both })).PLACET_MASTER_KEY, /^2:\S+ 1:\S+ 0:\S+$/);
  const retired = values(await run(["keys", "retire", "0"], { env: both }));
  assert.deepEqual(retired, { PLACET_NAMING_KEY: first, PLACET_MASTER_KEY: both.PLACET_MASTER_KEY.split(" ")[0] });
  for (const [args, env, why] of [
    [["retire", "1"], both, /signs; rotate first/], [["retire", "7"], both, /there is no master key 7/], [["rotate"], {}, /PLACET_MASTER_KEY must be set/],
    [["rotate"], { PLACET_MASTER_KEY: "1:short 0:short-0123456789012345678901234567" }, /no ring/], [["turn"], both, /rotate, or retire ID/],
    [["rotate"], { PLACET_MASTER_KEY: "a master key with spaces in it, 0123456789" }, /has a space/],
  ]) {
    const { exit, err } = await run(["keys", ...args], { env: { PLACET_MASTER_KEY: "", ...env } });
    assert.equal(exit, 2);
    assert.match(err, why);
    assert.ok(!err.includes(first), "no key is printed");
  }
});

test("a restored backup brings nobody back", { skip: process.env.PLACET_TEST_URL !== undefined }, async () => {
  const ask = async (method, path, body) => {
    const answer = await fetch(new URL(path, service), { method, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const opted = (name, choice) => ask("POST", "/v1/consents", {
    id: randomUUID(), contact: { email: `${name}@example.com` }, assurance: "authenticated", source: { kind: "account" },
    notice: { id: "account", version: "1", locale: "en-GB", text_sha256: "0".repeat(64) },
    choices: [{ channel: "email", purpose: "newsletter", choice }],
  });
  const lookUp = (name) => ask("POST", "/v1/contacts/lookup", { email: `${name}@example.com` });
  const allows = async (name) => (await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: `${name}@example.com` } })).body.decision.allow;
  for (const name of ["erased", "returned", "left", "stays"]) assert.equal((await opted(name, "opt_in")).status, 201);
  await workerd.stop();
  await cp(join(directory, "data"), join(directory, "backup"), { recursive: true });
  await restart();

  for (const name of ["erased", "returned"]) assert.equal((await ask("DELETE", `/v1/contacts/${(await lookUp(name)).body.id}`)).status, 200);
  await opted("left", "opt_out");
  await sleep(20);
  await opted("returned", "opt_in");
  const written = await run(["journal", "write", "journal"]);
  assert.equal(written.exit, 0, written.err);

  await workerd.stop();
  await rm(join(directory, "data"), { recursive: true });
  await cp(join(directory, "backup"), join(directory, "data"), { recursive: true });
  await restart();
  assert.deepEqual([(await lookUp("erased")).status, await allows("left")], [200, true], "the backup has brought them back");
  for (let time = 0; time < 2; time++) {
    const replayed = await run(["journal", "replay", "journal", "--json"]);
    assert.deepEqual([replayed.exit, JSON.parse(replayed.out)], [0, { erased: time === 0 ? 2 : 0 }], replayed.err);
    assert.deepEqual([(await lookUp("erased")).status, await allows("left"), await allows("stays")], [404, false, true]);
  }
  // Who came back after the backup was made comes back once more, and stays.
  await opted("returned", "opt_in");
  assert.deepEqual(JSON.parse((await run(["journal", "replay", "journal", "--json"])).out), { erased: 0 });
  assert.equal(await allows("returned"), true);
});

test("what the shop lacks is shown", async () => {
  const { exit, out, err } = await run(["setup"]);
  assert.equal(exit, 1, err);
  assert.match(out, /^no_stop_provider: the shop sends text messages/m);
  assert.deepEqual(JSON.parse((await run(["setup", "--json"])).out).map(({ code }) => code), ["no_stop_provider"]);
  const set = await fetch(new URL("/v1/providers/generic", line.url), { method: "PUT", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: "{}" });
  assert.equal(set.status, 200);
  const complete = await run(["setup"]);
  assert.deepEqual([complete.exit, complete.out], [0, "Nothing is missing.\n"], complete.err);
});

test("rejected rows cause exit code 1 and are written unchanged", async () => {
  await writeFile(join(directory, "faulty.csv"), "Mail,Remark\nfaulty1@example.com,a\nnobody,b\nfaulty2@example.com,c\n");
  const told = await run(["import", "faulty.csv", ...COLUMNS]);
  assert.equal(told.exit, 1);
  const [, id] = /^Import (\S+):/.exec(told.out);
  assert.match(told.err, new RegExp(`1 row was rejected.*placet list ${id} --errors`));
  assert.doesNotMatch(told.err, /nobody/);
  const { err } = await imported(["faulty.csv", ...COLUMNS, "--errors", "errors.csv"], 1);
  assert.match(err, /see errors\.csv/);
  const errors = await readFile(join(directory, "errors.csv"), "utf8");
  assert.match(errors, /^\uFEFF?Mail,Remark,placet_line,placet_column,placet_error,placet_fix\r?\nnobody,b,3,/);
  assert.equal((await run(["list", id, "--errors"])).out, errors);
  assert.match((await imported(["faulty.csv", ...COLUMNS, "--errors", "errors.csv"], 1)).err, /errors\.csv exists already/);
  assert.equal((await run(["list", id, "--errors", "-o", "errors.csv"])).exit, 2);
});

test("an unreadable file is refused with the reason", async () => {
  const file = await listOf("odd", 3);
  const { exit, err } = await run(["import", file, "--list", "opted_in", "--channel", "email", "--purpose", "newsletter", "--column", "email=Post"]);
  assert.equal(exit, 3);
  assert.match(err, /\(unknown_header, 422\)/);
});

test("stdin can be imported", async () => {
  const { one } = await imported(["-", ...COLUMNS], 0, { input: "Mail\nstream1@example.com\nstream2@example.com\n" });
  assert.equal(one.counts.accepted, 2);
});

test("a connection cut before or after a piece arrives loses nothing", async () => {
  const file = await listOf("long", 20_000, 500);
  const { size } = await stat(join(directory, file));
  assert.ok(size > 2 * PIECE);
  line.seen.length = 0;
  const fates = { POST: ["swallow"], PATCH: ["swallow", "cut"] };
  line.disturb = ({ method }) => fates[method]?.shift();
  const { one, err } = await imported([file, ...COLUMNS]);
  line.disturb = null;
  assert.match(err, /trying again/);
  assert.deepEqual([one.state, one.received, one.progress.rows, one.counts.accepted], ["done", size, 20_000, 20_000]);
  const pieces = line.seen.filter(({ method }) => method === "PATCH");
  assert.equal(new Set(pieces.map(({ headers }) => headers["upload-offset"])).size, pieces.length - 1, "only the piece that was lost is sent twice");
});

test("the same command resumes a killed or interrupted upload", async () => {
  const file = await listOf("cut", 20_000, 500);
  for (const signal of ["SIGKILL", "SIGINT"]) {
    const there = once(({ method }) => method === "PATCH", () => sleep(1_000, "cut"));
    const { child, ended } = start(["import", file, ...COLUMNS]);
    await there;
    child.kill(signal);
    const told = await ended;
    if (signal === "SIGKILL") assert.equal(told.signal, signal);
    else assert.deepEqual([told.exit, /interrupted\.\n.*same command again/.test(told.err)], [130, true], told.err);
  }
  line.seen.length = 0;
  const { one } = await imported([file, ...COLUMNS]);
  assert.deepEqual([one.state, one.counts.accepted], ["done", 20_000]);
  const [patch] = line.seen.filter(({ method }) => method === "PATCH");
  assert.equal(patch.headers["upload-offset"], `${PIECE}`);
});

test("Ctrl-C does not stop the service's work, and the command says how to follow it", async () => {
  const file = await listOf("left", 10);
  const there = once(({ method, path }) => method === "GET" && path.startsWith("/v1/imports/"), () => sleep(1_000));
  const { child, ended } = start(["import", file, ...COLUMNS]);
  await there;
  child.kill("SIGINT");
  const { exit, err } = await ended;
  assert.equal(exit, 130);
  const [, id] = /continues the import: placet list (\S+) shows/.exec(err);
  await until(async () => JSON.parse((await run(["list", id, "--json"])).out).state === "done");
});

test("a changed file is another import", async () => {
  const file = await listOf("touched", 3);
  const first = await imported([file, ...COLUMNS]);
  await utimes(join(directory, file), new Date(), new Date(Date.now() + 5_000));
  // The service still recognises the file by its content.
  assert.equal((await imported([file, ...COLUMNS])).one.id, first.one.id);
  await appendFile(join(directory, file), "touched3@example.com,\n");
  assert.equal((await imported([file, ...COLUMNS])).one.counts.accepted, 1);
});

test("an export to a file equals the export to stdout, page by page, and overwrites nothing", async () => {
  for (const format of ["csv", "ndjson", "json"]) {
    const args = ["export", "opted_in", "--format", format];
    const { out } = await run(args);
    assert.match(out, /small7@example\.com/);
    const env = { PLACET_PAGE: "500" };
    const told = await run([...args, "-o", `all.${format}`], { env });
    assert.equal(told.exit, 0, told.err);
    assert.equal(told.out, "");
    assert.equal(await readFile(join(directory, `all.${format}`), "utf8"), out);
    assert.equal((await stat(join(directory, `all.${format}`))).mode & 0o077, 0, "only the owner may read the file");
    assert.match((await run([...args, "-o", `all.${format}`])).err, /exists already; --force/);
    assert.equal((await run([...args, "-o", `all.${format}`, "--force"], { env })).exit, 0);
  }
  assert.deepEqual((await readdir(directory)).filter((name) => name.includes(".part")), []);
});

test("a killed export resumes at its last complete line", async () => {
  const args = ["export", "opted_in", "-o", "killed.csv"];
  const options = { env: { PLACET_PAGE: "500" } };
  const note = async () => JSON.parse(await readFile(join(directory, "killed.csv.part.json"), "utf8").catch(() => "{}"));
  let pages = 0;
  line.disturb = ({ path }) => (path.startsWith("/v1/lists/") && ++pages > 5 ? new Promise(() => {}) : undefined);
  const { child, ended } = start(args, options);
  await until(() => pages > 5);
  child.kill("SIGKILL");
  await ended;
  line.disturb = null;
  assert.ok((await note()).size > 0);
  assert.ok(!(await readdir(directory)).includes("killed.csv"));
  await appendFile(join(directory, "killed.csv.part"), "half a ro");
  // The download of another list is not continued.
  assert.match((await run(["export", "opted_out", "-o", "killed.csv"], options)).err, /belongs to another download/);

  line.seen.length = 0;
  const told = await run(args, options);
  assert.equal(told.exit, 0, told.err);
  assert.match(told.err, /Continuing killed\.csv\.part/);
  assert.match(line.seen[0].path, /[?&]after=/);
  assert.equal(await readFile(join(directory, "killed.csv"), "utf8"), (await run(["export", "opted_in"])).out);
  assert.deepEqual((await readdir(directory)).filter((name) => name.includes(".part")), []);
});

test("an export resumes by itself after a cut connection", async () => {
  const fates = [undefined, "cut", "swallow"];
  line.disturb = () => fates.shift();
  const { exit, out } = await run(["export", "opted_in"], { env: { PLACET_PAGE: "5000" } });
  line.disturb = null;
  assert.equal(exit, 0);
  assert.equal(out, (await run(["export", "opted_in"])).out);
});
