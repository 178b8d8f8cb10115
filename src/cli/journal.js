// `placet journal`: keeps the opt-outs, suppressions and erasures of a shop outside of its database, and enters them again after an
// older backup was restored.

import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

import { savePages } from "./download.js";
import { EXIT, WrongUsage } from "./ending.js";
import { importCommand } from "./import.js";
import { pages } from "./pages.js";
import { persistently } from "./retry.js";
import { number, printable } from "./words.js";

const limit = () => process.env.PLACET_PAGE ?? "10000";

/** The lists of a journal. A suppression names its address by a hash; an opt-out names it in clear. */
const FILES = { suppressed: { by: "hash", format: "ndjson" }, opted_out: { format: "csv" } };

const nameOf = (folder, list) => join(folder, `${list}.${FILES[list].format}`);

export async function journalCommand(session, options, [action, folder, ...rest]) {
  if (!["write", "replay"].includes(action) || folder === undefined || rest.length) {
    throw new WrongUsage("give write FOLDER or replay FOLDER", "journal");
  }
  session.next = "Run the same command again.";
  return action === "write" ? write(session, folder) : replay(session, folder);
}

/** Writes both lists as they are now. A file is replaced only by a whole one. */
async function write(session, folder) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [list, query] of Object.entries(FILES)) {
    await savePages(session, nameOf(folder, list), `/v1/lists/${list}`, query, { force: true, limit: limit() });
  }
  session.progress.say(`${printable(folder)}: the opt-outs, suppressions and erasures as of now.`);
  return EXIT.done;
}

/**
 * Enters the lists again, and erases the contacts that the backup has brought back. An address that is younger than
 * its erasure belongs to a person who came back, and stays.
 */
async function replay(session, folder) {
  const erased = await erasures(nameOf(folder, "suppressed"));
  for (const list of Object.keys(FILES)) {
    if (await hasRows(nameOf(folder, list), FILES[list].format)) await importCommand({ ...session, json: false, quiet: true }, { list, quiet: true }, [nameOf(folder, list)]);
  }
  let count = 0;
  for await (const { bytes } of pages(session, "/v1/lists/suppressed", { by: "address", format: "ndjson", limit: limit() })) {
    for (const row of lines(bytes)) {
      const since = row.channel === "*" || row.channel === null ? erased.get(row.hash) : undefined;
      if (since && (await erase(session, row, since))) count += 1;
    }
  }
  process.stdout.write(session.json ? `${JSON.stringify({ erased: count })}\n` : `The opt-outs and suppressions are entered again. ${number(count)} contacts that were erased before are erased again.\n`);
  return EXIT.done;
}

/** Returns whether a list has a row. A CSV file begins with a header line. */
async function hasRows(file, format) {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const header = format === "csv" ? buffer.indexOf("\n") + 1 : 0;
    return bytesRead > header;
  } finally {
    await handle.close();
  }
}

/** Returns the times of the erasures by the hash of the address. */
async function erasures(file) {
  const text = await readFile(file);
  return new Map(lines(text).filter(({ reason, channel }) => reason === "erased" && (channel === "*" || channel === null)).map(({ hash, since }) => [hash, since]));
}

async function erase(session, { kind, address }, since) {
  const field = kind === "postal" ? "postal" : kind;
  const found = await persistently(session, () =>
    session.service.json("POST", "/v1/contacts/lookup", { headers: JSON_BODY, body: JSON.stringify({ [field]: address }) })).catch(gone);
  // The address counts, and not its contact: an erased address may have become one of another person's since.
  const own = found?.value.addresses.find((one) => one.kind === kind && one.value === address);
  if (!own || own.created_at >= since) return false;
  const query = { requested_by: "person", accounts: "all" };
  await persistently(session, () => session.service.json("DELETE", `/v1/contacts/${encodeURIComponent(found.value.id)}`, { query })).catch(gone);
  return true;
}

const JSON_BODY = { "content-type": "application/json" };

/** A contact that another address has erased meanwhile is not there any more. */
function gone(error) {
  if (error.status !== 404) throw error;
}

const lines = (bytes) => String(bytes).split("\n").filter(Boolean).map((line) => JSON.parse(line));
