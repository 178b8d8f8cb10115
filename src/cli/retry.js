// Decides which requests are tried again, with which pauses, and for how long.

import { setTimeout as sleep } from "node:timers/promises";

import { Cut, Refused } from "./ending.js";

/** The pauses in milliseconds. The last one is repeated. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** A permanent fault of the service is reported after this many tries. */
const TRIES_AFTER_A_FAULT = 3;

/** The maximum time without success, in seconds. */
const PATIENCE = /^\d+$/.test(process.env.PLACET_PATIENCE ?? "") ? Number(process.env.PLACET_PATIENCE) : 60;

/** Waits, unless the command is interrupted. */
export async function pause(ms, signal) {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}

/**
 * Repeats `work(tries)` until it succeeds, with growing pauses. Use it only for requests that may be repeated: reading,
 * or a request that the service recognises. Throws at once if the error is not a passing network failure.
 */
export async function persistently({ signal, progress }, work) {
  let begin;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work(tries);
    } catch (error) {
      if (!passes(error, tries)) throw error;
      begin ??= Date.now();
      const own = PAUSES[Math.min(tries, PAUSES.length - 1)] * (0.75 + Math.random() / 2);
      const wait = Math.max(own, (error.retryAfter ?? 0) * 1_000);
      if (Date.now() + wait - begin > PATIENCE * 1_000) throw error;
      if (tries === 0) progress.say(`${sentence(error)}; trying again for up to ${PATIENCE} s.`);
      await pause(wait, signal);
    }
  }
}

/** Returns whether another try may succeed. */
function passes(error, tries) {
  if (error instanceof Cut) return !error.hopeless;
  if (!(error instanceof Refused)) return false;
  return [429, 502, 503, 504].includes(error.status) || (error.status === 500 && tries < TRIES_AFTER_A_FAULT);
}

function sentence(error) {
  const { message } = error;
  return message.charAt(0).toUpperCase() + message.slice(1);
}
