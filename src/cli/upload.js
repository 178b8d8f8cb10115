// Uploads a file in pieces. Only the service knows how much has arrived, so it is asked after every lost connection.

import { randomUUID } from "node:crypto";

import { Ending, EXIT, Refused, WrongUsage } from "./ending.js";
import { bar } from "./progress.js";
import { persistently } from "./retry.js";
import { duration, printable, size } from "./words.js";

const PIECE = 4 * 1024 * 1024;
/**
 * After a lost connection the pieces are halved, down to this size in bytes, so that they get through a slow
 * connection.
 */
const SMALLEST = 256 * 1024;

const path = (id) => `/v1/imports/${encodeURIComponent(id)}`;
const upload = (last, more) => ({ "content-type": "application/octet-stream", "upload-complete": last ? "?1" : "?0", ...more });

/**
 * Starts the import with the first piece. If the service knows the `key` already, it answers with that import as it is
 * now. Returns `{ status, headers, value }`.
 */
export async function announce(session, source, query, key) {
  const { bytes, last } = await source.read(0, PIECE);
  if (last) await mustBeTheSame(source);
  const headers = upload(last, { "idempotency-key": key });
  return persistently(session, () => session.service.import("POST", "/v1/imports", { query, headers, body: bytes }));
}

/** Stops or undoes an import. `act` is `cancel` or `undo`. */
export function change(session, id, act) {
  // With a key, the request can be sent again if it is unknown whether it arrived.
  const headers = { "idempotency-key": randomUUID() };
  return persistently(session, () => session.service.import("POST", `${path(id)}/${act}`, { headers }));
}

/**
 * Sends the missing part of the file of `running`. Returns the import, which may be an earlier one with the same
 * content.
 */
export async function complete(session, source, running) {
  const { service, progress } = session;
  const begin = { at: Date.now(), received: running.received };
  let length = PIECE;
  while (running.state === "receiving") {
    const { id, received } = running;
    progress.show(uploading(source, received, begin));
    running = await persistently(session, async (tries) => {
      if (tries > 0) {
        const now = (await service.import("GET", path(id))).value;
        if (now.state !== "receiving" || now.received !== received) return now;
        length = Math.max(SMALLEST, length / 2);
      }
      const { bytes, last } = await source.read(received, length);
      if (last) await mustBeTheSame(source, () => change(session, id, "cancel"));
      const headers = upload(last, { "upload-offset": `${received}` });
      try {
        const { value } = await service.import("PATCH", path(id), { headers, body: bytes });
        if (value.state === "receiving" && !(value.received > received)) throw new Ending(EXIT.refused, "the service accepts no more of the file");
        return value;
      } catch (error) {
        return elsewhere(error, running);
      }
    });
    // A piece that arrived in time may be followed by a larger one.
    length = Math.min(PIECE, length * 2);
  }
  return running;
}

/** Continues at the offset of the service: an earlier piece arrived after all, or the same command runs twice. */
function elsewhere(error, running) {
  const received = error instanceof Refused && error.code === "wrong_offset" ? error.problem.received : undefined;
  if (!Number.isSafeInteger(received) || received < 0 || received === running.received) throw error;
  return { ...running, received };
}

/**
 * Stops if the file has changed, because half of the old file and half of the new one must not become one import.
 * `undo` cancels what was sent.
 */
async function mustBeTheSame(source, undo = async () => {}) {
  if (!(await source.changed())) return;
  await undo();
  throw new WrongUsage(`${printable(source.name)} changed while it was read, so nothing was imported; run the command again`);
}

function uploading({ name, size: total }, received, begin) {
  const seconds = (Date.now() - begin.at) / 1_000;
  const rate = seconds > 1 ? (received - begin.received) / seconds : 0;
  return [
    "Uploading", bar(received, total) || printable(name), total ? `${size(received)} of ${size(total)}` : size(received),
    rate && `${size(rate)}/s`, rate && total && `${duration((total - received) / rate)} left`,
  ].filter(Boolean).join("  ");
}
