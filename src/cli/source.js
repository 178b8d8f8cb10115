// The source of an import as bytes from any offset: a file, or a stream that can be read only once.

import { open, realpath, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { addAbortSignal } from "node:stream";

import { Ending, EXIT, WrongUsage } from "./ending.js";
import { printable } from "./words.js";

/** The maximum length of a file name that the service stores. */
const NAME_LENGTH = 200;

/**
 * Opens `path`; `-` is stdin. Returns `{ name, size, identity, read(offset, length), changed(), close() }`. `size` and
 * `identity` are null for a stream, which can be read only once. `identity` is the same for the same unchanged file.
 * `read` returns `{ bytes, last }`.
 */
export async function openSource(path, signal) {
  if (path === "-") return streamSource("stdin", process.stdin, signal);
  let found;
  try {
    found = await stat(path, { bigint: true });
  } catch (error) {
    throw new WrongUsage(`${printable(path)} cannot be read (${error.code})`);
  }
  if (found.isDirectory()) throw new WrongUsage(`${printable(path)} is a directory`);
  const name = basename(path).slice(0, NAME_LENGTH);
  // A named pipe, such as the shell creates for <(…).
  if (!found.isFile()) return streamSource(name, createReadStream(path), signal);
  if (found.size === 0n) throw new WrongUsage(`${printable(path)} is empty`);
  return fileSource(path, name, found);
}

async function fileSource(path, name, found) {
  const handle = await open(path).catch((error) => {
    throw new WrongUsage(`${printable(path)} cannot be read (${error.code})`);
  });
  const size = Number(found.size);
  return {
    name,
    size,
    identity: [await realpath(path), `${found.size}`, `${found.mtimeNs}`],
    async read(offset, length) {
      const wanted = Math.min(length, size - offset);
      if (wanted < 0) throw new Ending(EXIT.refused, `the service has received more of ${printable(name)} than the file contains`);
      const bytes = Buffer.allocUnsafe(wanted);
      let got = 0;
      for (let more = 1; got < wanted && more > 0; got += more) {
        more = (await handle.read(bytes, got, wanted - got, offset + got)).bytesRead;
      }
      // If the file is now shorter, `changed` reports it.
      return { bytes: bytes.subarray(0, got), last: offset + wanted === size };
    },
    async changed() {
      const now = await stat(path, { bigint: true }).catch(() => null);
      return !now || now.size !== found.size || now.mtimeNs !== found.mtimeNs;
    },
    close: () => handle.close(),
  };
}

/** Keeps the bytes that the service has not acknowledged, so that a piece can be sent again. */
function streamSource(name, stream, signal) {
  addAbortSignal(signal, stream);
  const chunks = stream[Symbol.asyncIterator]();
  let kept = Buffer.alloc(0);
  let begin = 0;
  let ended = false;
  return {
    name,
    size: null,
    identity: null,
    async read(offset, length) {
      if (offset < begin || offset > begin + kept.length) {
        throw new Ending(EXIT.refused, `the service asks for a part of ${name} that can no longer be read`);
      }
      kept = kept.subarray(offset - begin);
      begin = offset;
      const parts = [kept];
      // One byte more than wanted shows whether this is the last piece.
      for (let size = kept.length; size <= length && !ended; ) {
        const { value, done } = await chunks.next();
        ended = Boolean(done);
        if (done) break;
        parts.push(value);
        size += value.length;
      }
      kept = Buffer.concat(parts);
      return { bytes: kept.subarray(0, length), last: ended && kept.length <= length };
    },
    changed: async () => false,
    close: async () => stream.destroy(),
  };
}
