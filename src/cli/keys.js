// `placet keys`: replaces the master key of a deployment. It reads the secrets from the environment and prints new values
// for them; it sends nothing and stores nothing.

import { randomBytes } from "node:crypto";

import { EXIT, WrongUsage } from "./ending.js";
import { printable } from "./words.js";

const SHORTEST = 32;
const LARGEST_ID = 255;

export function keysCommand(session, options, [action, ...rest]) {
  if (action === "rotate" && rest.length === 0) return print(rotated(ringOf(process.env), process.env));
  if (action === "retire" && rest.length === 1) return print(retired(ringOf(process.env), process.env, rest[0]));
  throw new WrongUsage(action === "retire" ? "name one id of a master key, such as placet keys retire 0" : "give rotate, or retire ID", "keys");
}

/** Returns the master keys, the one that signs first, as `[id, key]`. A value without ids is one key, with the id 0. */
function ringOf({ PLACET_MASTER_KEY = "" }) {
  if (PLACET_MASTER_KEY.length < SHORTEST) throw new WrongUsage("PLACET_MASTER_KEY must be set in the environment, as the deployment has it");
  if (!/^\s*\d{1,3}:/.test(PLACET_MASTER_KEY)) return [[0, PLACET_MASTER_KEY]];
  return PLACET_MASTER_KEY.trim().split(/\s+/).map((entry) => {
    const [, id, key] = /^(\d{1,3}):(.+)$/.exec(entry) ?? [];
    if (!key || key.length < SHORTEST || Number(id) > LARGEST_ID) throw new WrongUsage("PLACET_MASTER_KEY is no ring of master keys, such as 1:… 0:…");
    return [Number(id), key];
  });
}

function rotated(ring, environment) {
  if (ring.some(([, key]) => /\s/.test(key))) throw new WrongUsage("the master key has a space in it, so it cannot stay beside another one");
  const free = Array.from({ length: LARGEST_ID }, (_, index) => index + 1).filter((id) => !ring.some(([own]) => own === id));
  // Ids go up, so that the newest is easy to see.
  const after = free.find((id) => id > Math.max(...ring.map(([own]) => own))) ?? free[0];
  if (after === undefined) throw new WrongUsage("every id from 1 to 255 is in use; retire some first");
  return lines([[after, randomBytes(32).toString("base64url")], ...ring], environment, ring);
}

function retired(ring, environment, id) {
  const rest = ring.filter(([own]) => String(own) !== id);
  if (rest.length === ring.length) throw new WrongUsage(`there is no master key ${printable(id)}; the ids are ${ring.map(([own]) => own).join(", ")}`);
  if (String(ring[0][0]) === id) throw new WrongUsage(`the master key ${printable(id)} signs; rotate first`);
  return lines(rest, environment, ring);
}

/** Writes the new values. The naming key stays what named the shops' objects from the beginning. */
function lines(ring, { PLACET_NAMING_KEY }, before) {
  const naming = PLACET_NAMING_KEY || before.find(([id]) => id === 0)?.[1];
  if (!naming) throw new WrongUsage("PLACET_NAMING_KEY must be set in the environment, as the deployment has it");
  return `PLACET_NAMING_KEY=${quoted(naming)}\nPLACET_MASTER_KEY=${quoted(ring.map(([id, key]) => `${id}:${key}`).join(" "))}\n`;
}

/** Quotes a value for a shell and for an environment file. */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function print(text) {
  process.stdout.write(text);
  return EXIT.done;
}
