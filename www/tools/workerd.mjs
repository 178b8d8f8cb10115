// Starts and stops one workerd process. The dev server, the fault test and the benchmark share it.

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HOST = "127.0.0.1";
const HEALTH_EVERY_MS = 50;
const HEALTH_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;
const STDERR_KEPT = 16 * 1024;

/**
 * Starts workerd and resolves once `GET /health` answers 200.
 *
 * @param {object} options
 * @param {string} options.config  path of the capnp configuration
 * @param {number} options.port    port on 127.0.0.1; 0 takes a free one
 * @param {string} options.data    directory for the disk service; created if missing
 * @param {Record<string, string>} [options.env]  added to the environment
 * @param {string} [options.socket]  the socket's name in the configuration
 * @param {string} [options.disk]    the disk service's name in the configuration
 * @param {number} [options.inspector]  port on 127.0.0.1 for the inspector of its isolates; default: none
 * @param {boolean} [options.quiet]  keep workerd's output off the terminal
 * @returns {Promise<{url: string, process: import("node:child_process").ChildProcess,
 *   stop(): Promise<void>, kill(): Promise<void>}>}
 * @throws {Error} if the port is taken, or if workerd exits or stays silent; the message carries its stderr
 */
export async function startWorkerd({ config, port, data, env = {}, socket = "http", disk = "disk", inspector, quiet = false }) {
  // Another process on this port would answer /health in place of workerd.
  const taken = await claimPort(port);
  const url = `http://${HOST}:${taken}`;
  await mkdir(data, { recursive: true, mode: 0o700 });

  const child = spawn(
    workerdBinary(),
    [
      "serve", resolve(config), "--socket-addr", `${socket}=${HOST}:${taken}`, "--directory-path", `${disk}=${resolve(data)}`,
      ...(inspector ? [`--inspector-addr=${HOST}:${inspector}`] : []),
    ],
    { env: { ...process.env, ...env }, stdio: ["ignore", quiet ? "ignore" : "inherit", "pipe"] },
  );
  const exited = new Promise((done) => {
    child.once("exit", done);
    child.once("error", done);
  });
  keepUnderParent(child, exited);
  const stderr = tail(child.stderr, quiet ? undefined : process.stderr);

  const end = async (signal, limit) => {
    child.kill(signal);
    if ((await Promise.race([exited.then(() => "gone"), sleep(limit, "late", { ref: false })])) === "late") {
      child.kill("SIGKILL");
    }
    await exited;
  };
  const stop = () => end("SIGTERM", STOP_LIMIT_MS);
  const kill = () => end("SIGKILL", STOP_LIMIT_MS);

  try {
    await untilHealthy(url, child, exited);
  } catch (error) {
    await kill();
    throw new Error(`workerd ${error.message}${stderr() ? `:\n${stderr()}` : ""}`);
  }
  return { url, process: child, stop, kill };
}

/**
 * Returns `port` if nothing listens on it, or a free port for 0.
 * @throws {Error} with code `EADDRINUSE` if the port is taken
 */
export function claimPort(port) {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", (error) => {
      const message = error.code === "EADDRINUSE" ? `port ${port} is in use` : `port ${port}: ${error.message}`;
      fail(Object.assign(new Error(message), { code: error.code }));
    });
    probe.listen(port, HOST, () => {
      const { port: free } = probe.address();
      probe.close(() => done(free));
    });
  });
}

/**
 * Returns the path of the executable. `.bin/workerd` may be a Node wrapper (where npm skips install scripts), and
 * SIGKILL to a wrapper would leave the real process running. It is resolved from here, so that wrangler's own copy is
 * not used.
 */
function workerdBinary() {
  return createRequire(import.meta.url)("workerd").default;
}

async function untilHealthy(url, child, exited) {
  let gone = false;
  exited.then(() => (gone = true));
  for (const limit = Date.now() + HEALTH_LIMIT_MS; Date.now() < limit; ) {
    if (gone) {
      // Its last output may still be in the pipe.
      await sleep(HEALTH_EVERY_MS);
      throw new Error(`exited at the start (${child.signalCode ?? child.exitCode ?? "could not be run"})`);
    }
    if (await isHealthy(url)) return;
    await Promise.race([sleep(HEALTH_EVERY_MS), exited]);
  }
  throw new Error(`did not answer ${url}/health with 200 within ${HEALTH_LIMIT_MS / 1000} s`);
}

async function isHealthy(url) {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Returns a function for the last output of a stream. The output is also copied to `copy` as it arrives. */
function tail(stream, copy) {
  let kept = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    kept = (kept + text).slice(-STDERR_KEPT);
    copy?.write(text);
  });
  return () => kept.trim();
}

const living = new Set();
let guarded = false;

/** Makes sure that no child outlives this process, however it ends, except by SIGKILL, which cannot be caught. */
function keepUnderParent(child, exited) {
  living.add(child);
  exited.then(() => living.delete(child));
  if (guarded) return;
  guarded = true;

  const killAll = () => living.forEach((one) => one.kill("SIGKILL"));
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    const onSignal = () => {
      living.forEach((one) => one.kill("SIGTERM"));
      // If there is another listener, the program ends itself, with its own exit code.
      if (process.listenerCount(signal) > 1) return;
      killAll();
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}
