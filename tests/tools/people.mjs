// Generates a file of persons to import from a seed. The same seed and size give the same persons, so that a second
// list contains those of the first.

import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export const HEADER = "email,phone,country,choice,occurred_at,origin\n";
/** The shares of the kinds of rows, in random order. The rest repeats an earlier row. */
const SHARES = { fresh: 0.7, known: 0.15, refused: 0.1, invalid: 0.02 };
/**
 * The share of known persons. It is more than the file contains, so that in the end the shop has as many subscribers as
 * the file has rows.
 */
const KNOWN = 0.35;
/** The share of new persons who opted out: a shop's own list contains some. */
const SAYS_NO = 0.03;
const COUNTRIES = ["FR", "DE", "GB", "US", "ES", "IT"];
const ORIGINS = ["checkout", "footer", "till in Lyon", "contest 2024", "https://shop.example/newsletter"];
const [FIRST_YEAR, FOUR_YEARS] = [Date.UTC(2021, 0), 4 * 365 * 86_400_000];
const LINES_AT_ONCE = 1_000;

/** Returns a generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the persons of a shop and of the file it imports: `rows` persons in the file, others in earlier lists. */
export function people({ rows, seed }) {
  const known = Math.ceil(rows * KNOWN);
  const refused = Math.ceil(rows * SHARES.refused);

  /**
   * Returns a person by group and number, always the same. Addresses do not ascend with the number, as in real lists.
   */
  function person(group, number) {
    const random = chance(Math.imul(seed, 31) + Math.imul(number, 2654435761) + group.charCodeAt(0));
    const letters = Math.floor(random() * 36 ** 6).toString(36);
    return {
      email: `${letters}.${group}${number}@${random() < 0.5 ? "mail" : "post"}.example`,
      phone: number % 3 ? "" : `+336${String(number * 3 + { n: 0, k: 1, r: 2 }[group]).padStart(8, "0")}`,
      country: COUNTRIES[Math.floor(random() * COUNTRIES.length)],
      choice: group === "n" && random() < SAYS_NO ? "no" : "yes",
      at: FIRST_YEAR + Math.floor((random() * FOUR_YEARS) / 1000) * 1000,
      origin: ORIGINS[Math.floor(random() * ORIGINS.length)],
    };
  }

  const line = ({ email, phone, country, choice, at, origin }) =>
    `${email},${phone},${country},${choice},${new Date(at).toISOString()},${origin}\n`;

  /** Yields the rows of the file; `told` sets what each contains. */
  function* met() {
    const random = chance(seed);
    const [everKnown, everRefused] = [Math.ceil(rows * SHARES.known), refused];
    const so = { fresh: 0, known: 0, refused: 0 };
    for (let row = 0; row < rows; row++) {
      let place = random();
      const is = Object.keys(SHARES).find((name) => (place -= SHARES[name]) < 0) ?? "repeated";
      const again = Math.floor(random() * so.fresh);
      if (is === "fresh") yield { is, ...person("n", so.fresh++) };
      else if (is === "known") yield { is, ...person("k", so.known++ % everKnown) };
      else if (is === "refused") yield { is, ...person("r", so.refused++ % everRefused) };
      else if (is === "repeated" && so.fresh) yield { is, ...person("n", again) };
      else yield { is: "invalid", ...person("n", 0), email: `nobody ${row} at nowhere` };
    }
  }

  function* all(group, count) {
    for (let number = 0; number < count; number++) yield person(group, number);
  }

  function* left() {
    for (const row of all("r", refused)) yield { ...row, choice: "no" };
  }

  /** Yields the text of a file, a thousand lines at a time. */
  function* text(rows) {
    let lines = HEADER;
    let count = 0;
    for (const row of rows) {
      lines += line(row);
      if (++count % LINES_AT_ONCE === 0) {
        yield lines;
        lines = "";
      }
    }
    if (lines) yield lines;
  }

  return {
    known,
    refused,
    /** Returns a person of an earlier list, by number. */
    knownPerson: (number) => person("k", number),
    /** Yields the persons about whom the file says something new. */
    *fresh() {
      for (const { is, ...row } of met()) if (is === "fresh") yield row;
    },
    knownPeople: () => all("k", known),
    refusedPeople: left,
    file: () => text(met()),
    knownList: () => text(all("k", known)),
    refusedList: () => text(left()),
  };
}

/** Writes texts to a file; only one text is in memory at a time. */
export async function write(path, texts, { gzip = false } = {}) {
  await pipeline([Readable.from(texts), ...(gzip ? [createGzip()] : []), createWriteStream(path)]);
  return path;
}
