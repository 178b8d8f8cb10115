// `placet list`: shows the imports, one import, or the rows that one rejected.

import { save } from "./download.js";
import { EXIT, WrongUsage } from "./ending.js";
import { streamWhole } from "./export.js";
import { persistently } from "./retry.js";
import { summary } from "./summary.js";
import { doing, isSettled } from "./watch.js";
import { moment, number, printable, size, table } from "./words.js";

export async function listCommand(session, options, ids) {
  const { errors, output, before } = options;
  if (ids.length > 1) throw new WrongUsage("list takes one ID", "list");
  if (errors && !ids.length) throw new WrongUsage("--errors needs the ID of an import", "list");
  if (output !== undefined && !errors) throw new WrongUsage("-o works only with --errors", "list");
  if (before !== undefined && ids.length) throw new WrongUsage("--before works only without an ID", "list");
  session.next = "Run the same command again.";
  if (!ids.length) return all(session, before);
  const path = `/v1/imports/${encodeURIComponent(ids[0])}`;
  return errors ? rejectedRows(session, `${path}/errors`, options) : one(session, path);
}

async function all(session, before) {
  const { value } = await persistently(session, () => session.service.json("GET", "/v1/imports", { query: { limit: "50", before } }));
  if (session.json) return print(JSON.stringify(value, null, 2));
  if (!value.imports?.length) return print("No imports.");
  const rows = value.imports.map(({ id, state, created_at: created, dry_run: dry, name, progress, counts }) => [
    id, dry ? `${state} (dry run)` : state, moment(created), number(progress?.rows), number(counts?.accepted), number(counts?.rejected),
    printable(name),
  ]);
  print(table([["id", "state", "created", "rows", "accepted", "rejected", "file"], ...rows], { right: [3, 4, 5] }));
  if (value.next) print(`\nOlder imports: placet list --before ${value.next}`);
  return EXIT.done;
}

async function one(session, path) {
  const { value } = await persistently(session, () => session.service.import("GET", path));
  if (session.json) return print(JSON.stringify(value, null, 2));
  print(summary(value));
  if (!isSettled(value)) print(`\n${doing(value)}`);
  if (value.counts?.rejected > 0) print(`\nTo get the rejected rows, each with its reason: placet list ${value.id} --errors -o errors.csv`);
  return EXIT.done;
}

async function rejectedRows(session, path, { output, force }) {
  const query = { format: session.json ? "json" : "csv" };
  if (output === undefined || output === "-") {
    session.next = "The output is incomplete.";
    await streamWhole(session, path, query);
    return EXIT.done;
  }
  const bytes = await save(session, output, path, query, { force });
  session.progress.say(`${printable(output)}: ${size(bytes)}.`);
  return EXIT.done;
}

function print(text) {
  process.stdout.write(`${text}\n`);
  return EXIT.done;
}
