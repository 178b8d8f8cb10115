// Measures the memory of a process as Linux counts it, and of a worker's isolate as V8 counts it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { WebSocket } = createRequire(new URL("../../www/package.json", import.meta.url))("ws");

const EVERY_MS = 200;
/** The interval of the inspector. A connected inspector slows the isolate, so it is long. */
const INSPECTED_EVERY_MS = 1_000;

/**
 * Returns, in bytes, all memory of the process, and its own alone, without the file pages that it shares with the
 * system's cache.
 */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { rss: bytes("VmRSS"), own: bytes("RssAnon") };
}

/** Watches a process until `stop`, which returns its memory before and at most. */
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

/** Returns how long a process has worked, in milliseconds. */
export function cpuOf(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ").slice(11, 13);
  // Linux counts in hundredths of a second on all relevant systems.
  return (Number(user) + Number(system)) * 10;
}

/**
 * Watches the isolate of a worker with its inspector. `stop` returns the maximum in bytes: the heap and buffers, and
 * the memory of its WebAssembly at the end, which only grows. Cloudflare allows 128 MB for this.
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

/**
 * Returns the largest buffer in a heap snapshot at rest: the memory of the WebAssembly, since no other large buffer is
 * kept.
 */
function largestBuffer({ nodes, strings, snapshot }) {
  const fields = snapshot.meta.node_fields;
  const [name, size] = ["name", "self_size"].map((field) => fields.indexOf(field));
  let largest = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (strings[nodes[node + name]].includes("ArrayBufferData")) largest = Math.max(largest, nodes[node + size]);
  }
  return largest;
}
