// `placet import`: a file into the service, or an import stopped or taken back.

import { createHash, randomUUID } from "node:crypto";
import { resolve } from "node:path";

import { save } from "./download.js";
import { Ending, EXIT, WrongUsage } from "./ending.js";
import { openSource } from "./source.js";
import { summary } from "./summary.js";
import { announce, change, complete } from "./upload.js";
import { isSettled, watch } from "./watch.js";
import { moment, number, printable } from "./words.js";

/** More than anyone imports one file anew; a service that answers each time with yet another import is not followed for ever. */
const TIMES = 100;

export async function importCommand(session, options, files) {
  const changing = ["cancel", "undo"].filter((name) => options[name] !== undefined);
  if (changing.length + files.length !== 1) throw new WrongUsage("import takes one FILE, or --cancel ID, or --undo ID", "import");
  if (changing.length) return changed(session, changing[0], options[changing[0]]);
  return importFile(session, options, files[0]);
}

/** Stops an import, or takes it back. */
async function changed(session, act, id) {
  session.next = "Run the same command again.";
  const { value } = await change(session, id, act);
  session.next = `The service goes on with it; placet list ${id} shows how far it is.`;
  const settled = await watch(session, value);
  tell(session, settled);
  return settled.state === "failed" ? EXIT.refused : EXIT.done;
}

async function importFile(session, options, path) {
  const { errors, force } = options;
  if (errors !== undefined && resolve(errors) === resolve(path)) throw new WrongUsage("--errors names the very file that is imported", "import");
  const source = await openSource(path, session.signal);
  let one;
  try {
    one = await sent(session, source, options);
  } finally {
    await source.close();
  }
  session.next = `The service goes on without us: placet list ${one.id} shows how far it is, placet import --cancel ${one.id} stops it.`;
  one = await watch(session, one);
  session.next = `The import is ${one.state}: placet list ${one.id}`;
  tell(session, one);
  const rejected = one.counts?.rejected ?? 0;
  if (rejected > 0) await handBack(session, one, rejected, errors, force);
  if (one.state === "failed" || one.state === "cancelled") throw new Ending(EXIT.refused, `the import is ${one.state}`);
  return rejected > 0 ? EXIT.rejected : EXIT.done;
}

/** The import of this file, once the service has all of it. */
async function sent(session, source, options) {
  const query = queryOf(options, source);
  const again = source.identity
    ? "Run the same command again: it goes on where the service has got to."
    : "A stream cannot be read again: run the command anew.";
  session.next = again;
  const seen = new Set();
  for (let time = 0; ; time += 1) {
    const { status, value } = await announce(session, source, query, keyOf(session, source, query, time));
    // What was undone or cancelled is imported anew by the same command. What is done or failed would only be so again.
    const over = ["undone", "cancelled"].includes(value.state) || (options.again && isSettled(value));
    if (over && source.identity && !seen.has(value.id) && time < TIMES) {
      seen.add(value.id);
      continue;
    }
    if (isSettled(value)) return recognised(session, source, value, options.again);
    if (value.state === "receiving") {
      session.next = `${again} Or give it up: placet import --cancel ${value.id}`;
      const now = await complete(session, source, value);
      return now.id === value.id ? now : recognised(session, source, now, options.again);
    }
    if (status === 200) session.progress.say(`The service has ${printable(source.name)} already, as import ${value.id}.`);
    return value;
  }
}

/** The service knows a file by its content as well, so that `again` cannot import it twice. */
function recognised({ progress }, source, one, again) {
  const what = one.dry_run ? "tried" : "imported";
  progress.say(`${printable(source.name)} was ${what} before, ${moment(one.created_at)}; nothing was done this time. This is what came of it.`);
  if (again && one.state === "done" && !one.dry_run) progress.say(`To have it imported anew, take that back first: placet import --undo ${one.id}`);
  return one;
}

function queryOf(options, source) {
  const columns = options.column?.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1 || at === pair.length - 1) throw new WrongUsage("--column wants field=Header, such as email=\"E-mail address\"", "import");
    return `${pair.slice(0, at)}:${pair.slice(at + 1)}`;
  });
  const { list, channel, purpose, basis, country, profile, no } = options;
  const dry = options["dry-run"] ? "true" : undefined;
  return { name: source.name, list, channel, purpose, basis, country, profile, no, columns: columns?.join(), dry_run: dry };
}

/**
 * The same for the same file and parameters, so that a command that is run again finds its import. `time` counts those that are over.
 * What can be read only once gets a new one each time.
 */
function keyOf({ service }, { identity }, query, time) {
  if (!identity) return `stream-${randomUUID()}`;
  const [url] = service.identity;
  return `file-${createHash("sha256").update(JSON.stringify([url, identity, query, time])).digest("base64url")}`;
}

/** What is asked for on stdout: the import as JSON, or as people read it. */
function tell({ json, quiet, progress }, one) {
  progress.clear();
  if (json) process.stdout.write(`${JSON.stringify(one, null, 2)}\n`);
  else if (!quiet) process.stdout.write(`${summary(one)}\n`);
}

/** The rejected rows: into a file, or how to get them. */
async function handBack(session, one, rejected, errors, force) {
  const { progress } = session;
  const rows = `${number(rejected)} ${rejected === 1 ? "row was" : "rows were"} rejected`;
  const how = `placet list ${one.id} --errors -o errors.csv`;
  if (errors === undefined) {
    progress.say(`\n${rows}. To get them, each with its reason: ${how}`);
    return;
  }
  session.next = `The import is ${one.state}; the rejected rows are still to be had: ${how}`;
  const query = { format: "csv" };
  const written = await save(session, errors, `/v1/imports/${encodeURIComponent(one.id)}/errors`, query, { force }).catch((error) => {
    if (!(error instanceof WrongUsage)) throw error;
    // The import itself is done, and is not to look as if it were not.
    progress.say(`\n${rows}, and not written: ${error.message}.`);
  });
  if (written !== undefined) progress.say(`\n${rows}: see ${printable(errors)}. Correct them there, and import that file.`);
}
