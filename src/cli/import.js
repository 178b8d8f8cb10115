// `placet import`: imports a file, or stops or undoes an import.

import { createHash, randomUUID } from "node:crypto";
import { resolve } from "node:path";

import { save } from "./download.js";
import { Ending, EXIT, WrongUsage } from "./ending.js";
import { openSource } from "./source.js";
import { summary } from "./summary.js";
import { announce, change, complete } from "./upload.js";
import { isSettled, watch } from "./watch.js";
import { moment, number, printable } from "./words.js";

/**
 * The limit of attempts to import a file anew, so that a service that always answers with another finished import
 * cannot cause an endless loop.
 */
const TIMES = 100;

export async function importCommand(session, options, files) {
  const changing = ["cancel", "undo"].filter((name) => options[name] !== undefined);
  if (changing.length + files.length !== 1) throw new WrongUsage("import takes one FILE, or --cancel ID, or --undo ID", "import");
  if (changing.length) return changed(session, changing[0], options[changing[0]]);
  return importFile(session, options, files[0]);
}

/** Stops or undoes an import. */
async function changed(session, act, id) {
  session.next = "Run the same command again.";
  const { value } = await change(session, id, act);
  session.next = `The service continues; placet list ${id} shows the progress.`;
  const settled = await watch(session, value);
  tell(session, settled);
  return settled.state === "failed" ? EXIT.refused : EXIT.done;
}

async function importFile(session, options, path) {
  const { errors, force } = options;
  if (errors !== undefined && resolve(errors) === resolve(path)) throw new WrongUsage("--errors names the file that is being imported", "import");
  const source = await openSource(path, session.signal);
  let one;
  try {
    one = await sent(session, source, options);
  } finally {
    await source.close();
  }
  session.next = `The service continues the import: placet list ${one.id} shows the progress, placet import --cancel ${one.id} stops it.`;
  one = await watch(session, one);
  session.next = `The import is ${one.state}: placet list ${one.id}`;
  tell(session, one);
  const rejected = one.counts?.rejected ?? 0;
  if (rejected > 0) await handBack(session, options, one, rejected);
  if (one.counts?.warned > 0) session.progress.say(`\nTo see the cells that could not be read: placet list ${one.id} --errors --json`);
  if (one.state === "failed" || one.state === "cancelled") throw new Ending(EXIT.refused, `the import is ${one.state}`);
  return rejected > 0 ? EXIT.rejected : EXIT.done;
}

/** Returns the import of this file, once the service has received all of it. */
async function sent(session, source, options) {
  const query = queryOf(options, source);
  const again = source.identity
    ? "Run the same command again: it continues where the upload stopped."
    : "A stream cannot be read twice: start the import again.";
  session.next = again;
  const seen = new Set();
  for (let time = 0; ; time += 1) {
    const { status, value } = await announce(session, source, query, keyOf(session, source, query, time));
    // An import that was undone or cancelled is imported anew by the same command. One that is done or failed would
    // only end the same way again, so that needs --again.
    const over = ["undone", "cancelled"].includes(value.state) || (options.again && isSettled(value));
    if (over && source.identity && !seen.has(value.id) && time < TIMES) {
      seen.add(value.id);
      continue;
    }
    if (isSettled(value)) return recognised(session, source, value, options.again);
    if (value.state === "receiving") {
      session.next = `${again} To stop the import: placet import --cancel ${value.id}`;
      const now = await complete(session, source, value);
      return now.id === value.id ? now : recognised(session, source, now, options.again);
    }
    if (status === 200) session.progress.say(`The service already has ${printable(source.name)}, as import ${value.id}.`);
    return value;
  }
}

/** The service also recognises a file by its content, so `again` cannot import it twice. */
function recognised({ progress }, source, one, again) {
  const what = one.dry_run ? "checked" : "imported";
  progress.say(`${printable(source.name)} was ${what} before, ${moment(one.created_at)}; nothing was done this time. This is its result.`);
  if (again && one.state === "done" && !one.dry_run) progress.say(`To import it again, undo that import first: placet import --undo ${one.id}`);
  return one;
}

function queryOf(options, source) {
  const columns = options.column?.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1 || at === pair.length - 1) throw new WrongUsage("--column needs FIELD=HEADER, such as email=\"E-mail address\"", "import");
    return `${pair.slice(0, at)}:${pair.slice(at + 1)}`;
  });
  const { list, channel, purpose, basis, country, profile, no } = options;
  const dry = options["dry-run"] ? "true" : undefined;
  return { name: source.name, list, channel, purpose, basis, country, profile, no, columns: columns?.join(), dry_run: dry };
}

/**
 * Returns the idempotency key. It is the same for the same file and parameters, so that a repeated command finds its
 * import. `time` is the number of earlier imports that are over. A stream receives a new key each time.
 */
function keyOf({ service }, { identity }, query, time) {
  if (!identity) return `stream-${randomUUID()}`;
  const [url] = service.identity;
  return `file-${createHash("sha256").update(JSON.stringify([url, identity, query, time])).digest("base64url")}`;
}

/** Writes the result to stdout: the import as JSON, or a summary. */
function tell({ json, quiet, progress }, one) {
  progress.clear();
  if (json) process.stdout.write(`${JSON.stringify(one, null, 2)}\n`);
  else if (!quiet) process.stdout.write(`${summary(one)}\n`);
}

/**
 * Returns the command that imports the corrected rows in the same way. What the service found in the name of the first
 * file is stated, because the file of rejected rows has another name.
 */
function commandFor(options, one, errors) {
  const found = { list: one.list, profile: one.profile };
  const stated = ["list", "channel", "purpose", "basis", "country", "profile", "no"]
    .filter((name) => options[name] ?? found[name])
    .map((name) => `--${name} ${quoted(options[name] ?? found[name])}`);
  const columns = (options.column ?? []).map((pair) => `--column ${quoted(pair)}`);
  return ["placet import", quoted(errors), ...stated, ...columns].join(" ");
}

/** Writes an argument for a POSIX shell. */
const quoted = (text) => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`);

/** Writes the rejected rows to a file, or says how to get them. */
async function handBack(session, options, one, rejected) {
  const { progress } = session;
  const { errors, force } = options;
  const rows = `${number(rejected)} ${rejected === 1 ? "row was" : "rows were"} rejected`;
  const how = `placet list ${one.id} --errors -o errors.csv`;
  if (errors === undefined) {
    progress.say(`\n${rows}. To get them, each with its reason: ${how}`);
    return;
  }
  session.next = `The import is ${one.state}. To get the rejected rows: ${how}`;
  const query = { format: "csv" };
  const written = await save(session, errors, `/v1/imports/${encodeURIComponent(one.id)}/errors`, query, { force }).catch((error) => {
    if (!(error instanceof WrongUsage)) throw error;
    // The import itself is done, so this must not look like a failed import.
    progress.say(`\n${rows}, but not written: ${error.message}.`);
  });
  if (written === undefined) return;
  progress.say(`\n${rows}: see ${printable(errors)}. Correct them there, then run:\n${commandFor(options, one, errors)}`);
}
