// Downloads into a file. An incomplete download is stored in FILE.part, and FILE.part.json says how much of it is valid
// and where to continue. So the same command continues after a crash.
//
// INVARIANT: the first `size` bytes of FILE.part are complete pages on the disk, and `next` is the cursor after them. A
// page is flushed before the note that counts it is written; anything beyond it in FILE.part is cut off.

import { createHash } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";

import { Refused, WrongUsage } from "./ending.js";
import { pages } from "./pages.js";
import { persistently } from "./retry.js";
import { printable, size } from "./words.js";

/** These files contain personal data, so only their owner can read them. */
const PRIVATE = 0o600;

/** Saves all pages of a list. Returns the size of the file. */
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

/** Saves an answer that is not paged. It starts again after a lost connection. Returns the size of the file. */
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
    // All was done except the last step, so only the note is deleted.
    if (ours && note.done && !partThere) return note.remove();
    throw new WrongUsage(`${printable(file)} exists already; --force replaces it`);
  }
  // A part without any counted bytes can be replaced, whatever it belongs to. A part without a note was not made by
  // this command.
  if (!ours && (note.of ? note.size > 0 : partThere) && !force) {
    throw new WrongUsage(`${printable(part)} belongs to another download; --force deletes it and starts again`);
  }
  if (!ours || !partThere || (await stat(part)).size < note.size) Object.assign(note, { of, size: 0, next: null, done: false });
  else if (note.size > 0) session.progress.say(`Continuing ${printable(part)}, ${size(note.size)}.`);
  // The note is written before the part: a part without a note belongs to no download.
  await note.write();
  if (!note.done) {
    const handle = await opened(part);
    try {
      await fill(handle, note);
    } catch (error) {
      if (error instanceof Refused && note.size > 0) error.advice = `If this error continues, --force starts ${printable(file)} again`;
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

/** Returns the content of FILE.part.json. It is empty if there is no such file, or if it is not valid. */
async function readNote(path) {
  const told = await readFile(path, "utf8").then((text) => JSON.parse(text) ?? {}).catch(() => ({}));
  const note = { of: told.of, size: told.size ?? 0, next: told.next ?? null, done: told.done === true };
  return Object.defineProperties(note, {
    write: { value: async () => {
      // The new note is complete before it replaces the old one, so there is never half a note.
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
