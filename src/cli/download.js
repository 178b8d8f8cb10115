// What the service hands out, into a file of ours. Until it is whole it is FILE.part, and FILE.part.json beside it says how much of
// that counts and where to go on; so the same command continues after a crash.
//
// INVARIANT: the first `size` bytes of FILE.part are whole pages on the disk, and `next` is the cursor behind them. A page is flushed
// before the note that counts it is written; what stands in FILE.part beyond that is cut off.

import { createHash } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";

import { Refused, WrongUsage } from "./ending.js";
import { pages } from "./pages.js";
import { persistently } from "./retry.js";
import { printable, size } from "./words.js";

/** There are people in these files. */
const PRIVATE = 0o600;

/** Saves all pages of a list. Answers the size of the file. */
export function savePages(session, file, path, query, { force, limit }) {
  return saved(session, file, path, query, force, async (part, note) => {
    for await (const { bytes, next } of pages(session, path, { ...query, limit }, note.next)) {
      await part.truncate(note.size);
      await writeAll(part, bytes, note.size);
      note.size += bytes.length;
      note.next = next;
      note.done = !next;
      await part.datasync();
      await note.write();
    }
  });
}

/** Saves one answer that comes as a whole; after a cut it begins anew. Answers the size of the file. */
export function save(session, file, path, query, { force }) {
  return saved(session, file, path, query, force, async (part, note) => {
    const { progress, service } = session;
    note.size = await persistently(session, () => service.exchange("GET", path, { query }, async ({ chunks }) => {
      let position = 0;
      await part.truncate(0);
      for await (const chunk of chunks()) {
        await writeAll(part, chunk, position);
        position += chunk.length;
        progress.show(`Reading  ${size(position)}`);
      }
      return position;
    }));
    note.done = true;
    await part.datasync();
    await note.write();
  });
}

async function saved(session, file, path, query, force, fill) {
  const of = createHash("sha256").update(JSON.stringify([...session.service.identity, path, query])).digest("hex");
  const part = `${file}.part`;
  const [fileThere, partThere] = [await isThere(file), await isThere(part)];
  const note = await readNote(`${part}.json`);
  const ours = note.of === of;
  if (fileThere && !force) {
    // All was done but the last stroke.
    if (ours && note.done && !partThere) return note.remove();
    throw new WrongUsage(`${printable(file)} exists already; --force replaces it`);
  }
  // What has no size yet is worth nothing, whose ever it was; what has no note is none of ours.
  if (!ours && (note.of ? note.size > 0 : partThere) && !force) {
    throw new WrongUsage(`${printable(part)} is of something else; with --force it is thrown away, and this begins anew`);
  }
  if (!ours || !partThere || (await stat(part)).size < note.size) Object.assign(note, { of, size: 0, next: null, done: false });
  else if (note.size > 0) session.progress.say(`Going on with ${printable(part)}, ${size(note.size)}.`);
  // Before the part, which without it would be nobody's.
  await note.write();
  if (!note.done) {
    const handle = await opened(part);
    try {
      await fill(handle, note);
    } catch (error) {
      if (error instanceof Refused && note.size > 0) error.advice = `If it stays like this, --force begins ${printable(file)} anew`;
      else if (error instanceof Refused) await Promise.all([rm(part), note.remove()]);
      throw error;
    } finally {
      await handle.close();
    }
  }
  await rename(part, file);
  session.progress.clear();
  return note.remove();
}

async function opened(part) {
  try {
    return await open(part, "r+");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return open(part, "wx+", PRIVATE);
  }
}

async function writeAll(handle, bytes, position) {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** What FILE.part.json says; nothing where there is none, or none of ours. */
async function readNote(path) {
  const told = await readFile(path, "utf8").then((text) => JSON.parse(text) ?? {}).catch(() => ({}));
  const note = { of: told.of, size: told.size ?? 0, next: told.next ?? null, done: told.done === true };
  return Object.defineProperties(note, {
    write: { value: async () => {
      // Never half a note: the new one is whole before it takes the old one's place.
      const fresh = `${path}.new`;
      const handle = await open(fresh, "w", PRIVATE);
      try {
        await handle.writeFile(`${JSON.stringify(note)}\n`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(fresh, path);
    } },
    remove: { value: async () => {
      await rm(path, { force: true });
      return note.size;
    } },
  });
}

function isThere(path) {
  return stat(path).then((found) => {
    if (found.isDirectory()) throw new WrongUsage(`${printable(path)} is a directory`);
    return true;
  }, () => false);
}
