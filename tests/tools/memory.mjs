// What a process holds in memory, as Linux counts it; and what a worker's isolate holds, as V8 does.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { WebSocket } = createRequire(new URL("../../www/package.json", import.meta.url))("ws");

const EVERY_MS = 200;
/** An inspector that looks on costs the isolate time, so it looks less often. */
const INSPECTED_EVERY_MS = 1_000;

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

/**
 * Looks at the isolate of a worker by its inspector. `stop` answers what it held at most, in bytes: its heap and its buffers, and
 * at the end the memory of its WebAssembly, which only grows. That is what Cloudflare allows 128 MB of.
 */
export async function watchIsolate(port) {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl, { maxPayload: 2 ** 30 });
  await new Promise((done, fail) => socket.once("open", done).once("error", fail));
  const asked = new Map();
  const chunks = [];
  socket.on("message", (text) => {
    const { id, result, method, params } = JSON.parse(text);
    if (method === "HeapProfiler.addHeapSnapshotChunk") chunks.push(params.chunk);
    asked.get(id)?.(result);
    asked.delete(id);
  });
  let last = 0;
  const ask = (method, params = {}) =>
    new Promise((done) => {
      asked.set(++last, done);
      socket.send(JSON.stringify({ id: last, method, params }));
    });

  let peak = 0;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = await ask("Runtime.getHeapUsage");
      peak = Math.max(peak, usedSize + embedderHeapUsedSize + backingStorageSize);
      await new Promise((done) => setTimeout(done, INSPECTED_EVERY_MS));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await looking;
      await ask("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
      socket.close();
      return { peak, wasm: largestBuffer(JSON.parse(chunks.join(""))) };
    },
  };
}

/** The largest buffer in a snapshot of a heap at rest: the memory of the WebAssembly, beside which no other is kept. */
function largestBuffer({ nodes, strings, snapshot }) {
  const fields = snapshot.meta.node_fields;
  const [name, size] = ["name", "self_size"].map((field) => fields.indexOf(field));
  let largest = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (strings[nodes[node + name]].includes("ArrayBufferData")) largest = Math.max(largest, nodes[node + size]);
  }
  return largest;
}
