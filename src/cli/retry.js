// What is tried again, after which pauses, and for how long.

import { setTimeout as sleep } from "node:timers/promises";

import { Cut, Refused } from "./ending.js";

/** In ms; the last one again and again. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** A fault of the service that stays is told soon. */
const TRIES_AFTER_A_FAULT = 3;

/** For so many seconds without a success. */
const PATIENCE = /^\d+$/.test(process.env.PLACET_PATIENCE ?? "") ? Number(process.env.PLACET_PATIENCE) : 60;

/** Waits, unless the command is interrupted. */
export async function pause(ms, signal) {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}

/**
 * Does `work(tries)` until it succeeds, with pauses that grow. For what may be repeated: reading, or a request that the service
 * recognises. What is no accident of the network comes out at once.
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

/** Whether it may be better in a moment. */
function passes(error, tries) {
  if (error instanceof Cut) return !error.hopeless;
  if (!(error instanceof Refused)) return false;
  return [429, 502, 503, 504].includes(error.status) || (error.status === 500 && tries < TRIES_AFTER_A_FAULT);
}

function sentence(error) {
  const { message } = error;
  return message.charAt(0).toUpperCase() + message.slice(1);
}
