// What a process holds in memory, as Linux counts it.

import { readFileSync } from "node:fs";

const EVERY_MS = 200;

/** In bytes: all of it, and what is its own alone, without the pages of files that it shares with the system's cache. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { rss: bytes("VmRSS"), own: bytes("RssAnon") };
}

/** Looks at a process until `stop`, which answers what it held before and at most. */
export function watchMemory(pid) {
  const before = memoryOf(pid);
  const peak = { ...before };
  const look = () => {
    const now = memoryOf(pid);
    for (const name of Object.keys(peak)) peak[name] = Math.max(peak[name], now[name]);
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { before, peak };
    },
  };
}

/** For how long a process has worked, in milliseconds. */
export function cpuOf(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ").slice(11, 13);
  // A hundredth of a second is what Linux counts in, on all that matters.
  return (Number(user) + Number(system)) * 10;
}
