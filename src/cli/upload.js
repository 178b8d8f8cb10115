// A file on its way to the service, piece by piece. How much has arrived only the service knows, so it is asked after every cut.

import { randomUUID } from "node:crypto";

import { Ending, EXIT, Refused, WrongUsage } from "./ending.js";
import { bar } from "./progress.js";
import { persistently } from "./retry.js";
import { duration, printable, size } from "./words.js";

const PIECE = 4 * 1024 * 1024;
/** After a cut pieces are halved, down to this: what is too much for a slow line in one go gets through in parts. */
const SMALLEST = 256 * 1024;

const path = (id) => `/v1/imports/${encodeURIComponent(id)}`;
const upload = (last, more) => ({ "content-type": "application/octet-stream", "upload-complete": last ? "?1" : "?0", ...more });

/**
 * Announces the import with the first piece. The service knows a `key` that it has seen, and answers with that import as it is now.
 * Answers `{ status, headers, value }`.
 */
export async function announce(session, source, query, key) {
  const { bytes, last } = await source.read(0, PIECE);
  if (last) await mustBeTheSame(source);
  const headers = upload(last, { "idempotency-key": key });
  return persistently(session, () => session.service.import("POST", "/v1/imports", { query, headers, body: bytes }));
}

/** Stops an import or takes it back: `act` is cancel or undo. */
export function change(session, id, act) {
  // With a key it may be sent again where nobody knows whether it arrived.
  const headers = { "idempotency-key": randomUUID() };
  return persistently(session, () => session.service.import("POST", `${path(id)}/${act}`, { headers }));
}

/** Sends what `running` lacks of the file. Answers the import, which may be another one that had this very file before. */
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
        if (value.state === "receiving" && !(value.received > received)) throw new Ending(EXIT.refused, "the service takes no more of the file");
        return value;
      } catch (error) {
        return elsewhere(error, running);
      }
    });
    // What got through in time may be more the next time.
    length = Math.min(PIECE, length * 2);
  }
  return running;
}

/** An earlier piece had arrived after all, or the same command runs twice: it goes on from where the service is. */
function elsewhere(error, running) {
  const received = error instanceof Refused && error.code === "wrong_offset" ? error.problem.received : undefined;
  if (!Number.isSafeInteger(received) || received < 0 || received === running.received) throw error;
  return { ...running, received };
}

/** Half of one file and half of another would be an import of neither. `undo` takes back what was sent. */
async function mustBeTheSame(source, undo = async () => {}) {
  if (!(await source.changed())) return;
  await undo();
  throw new WrongUsage(`${printable(source.name)} changed while it was read, and nothing was imported; run the command again`);
}

function uploading({ name, size: total }, received, begin) {
  const seconds = (Date.now() - begin.at) / 1_000;
  const rate = seconds > 1 ? (received - begin.received) / seconds : 0;
  return [
    "Uploading", bar(received, total) || printable(name), total ? `${size(received)} of ${size(total)}` : size(received),
    rate && `${size(rate)}/s`, rate && total && `${duration((total - received) / rate)} left`,
  ].filter(Boolean).join("  ");
}
