// Follows an import that the service works on.

import { bar } from "./progress.js";
import { pause, persistently } from "./retry.js";
import { duration, number } from "./words.js";

/** The states that an import does not leave by itself. */
const SETTLED = new Set(["done", "failed", "cancelled", "undone"]);

const DOING = { receiving: "Uploading", waiting: "Waiting for the service to begin", running: "Importing", undoing: "Undoing" };

export const isSettled = ({ state }) => SETTLED.has(state);

/** Shows the progress until the import is settled. Returns the import. */
export async function watch(session, running) {
  const { service, progress, signal } = session;
  while (!isSettled(running)) {
    progress.show(doing(running));
    // About once a second, at a random interval, so that many watchers do not send at the same moment.
    await pause(850 + Math.random() * 300, signal);
    running = (await persistently(session, () => service.import("GET", `/v1/imports/${encodeURIComponent(running.id)}`))).value;
  }
  progress.clear();
  return running;
}

/** Returns the progress in one line. The most important part comes first, because the end may be cut off. */
export function doing({ state, progress = {}, counts = {} }) {
  const { rows, bytes, total_bytes: total, rows_per_second: rate, seconds_left: left } = progress;
  const { rejected, ...others } = counts;
  if (state === "waiting") return DOING.waiting;
  return [
    DOING[state] ?? state, bar(bytes, total), `${number(rows)} rows`, rate && `${number(rate)} rows/s`, Number.isFinite(left) && `${duration(left)} left`,
    ...Object.entries({ rejected, ...others }).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${number(count)}`),
  ].filter(Boolean).join("  ");
}
