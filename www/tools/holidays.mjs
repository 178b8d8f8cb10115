// Writes the public holidays for the calculation of deadlines, src/consent/deadlines/holidays.rs, from the package
// `date-holidays`. Only the dates are shipped.
//
//   node www/tools/holidays.mjs           writes the file
//   node www/tools/holidays.mjs --check   fails if the file differs from what would be written
//
// A missing holiday makes a deadline earlier, which does no harm. A superfluous holiday makes it late. So only days
// count that are holidays in the whole country and from midnight to midnight, and DOUBTED removes what the package
// contains but the law does not.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import Holidays from "date-holidays";

const FIRST_YEAR = 2024;
const LAST_YEAR = 2040;
const COUNTRIES = (
  "AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK US"
).split(" ");

/** The days that are left out: country, the package's rule for the day or one date, and the reason. */
const DOUBTED = [
  ["CH", "easter -2", "not in all cantons"],
  ["CH", "easter 1", "not in all cantons"],
  ["CH", "easter 50", "not in all cantons"],
  ["CH", "12-26", "not in all cantons"],
  ["CY", "orthodox -47", "a day late: Clean Monday is 48 days before Easter"],
  ["ES", "substitutes 12-25 if sunday then next monday", "left to the autonomous communities"],
  ["GR", "2024-05-01", "in the Holy Week: moved by decree"],
  ["GR", "2040-05-01", "in the Holy Week: moved by decree"],
  ["IS", "2024-04-18", "a week early: the first Thursday after 18 April"],
  ["LI", "easter -2", "not in the list of the labour act"],
  ["LI", "easter 40", "a bridge day"],
  ["LI", "easter 61", "a bridge day"],
];

/** A step of this many days does not end on a holiday: a distance that does not fit into a byte needs two steps. */
const FAR = 255;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(FIRST_YEAR, 0, 1);
const target = fileURLToPath(new URL("../../src/consent/deadlines/holidays.rs", import.meta.url));
const { version } = createRequire(import.meta.url)("date-holidays/package.json");

/**
 * Returns the public holidays of a country that are not on a Saturday or Sunday, as days since the first day of the
 * table, ascending.
 */
function holidays(country) {
  const calendar = new Holidays(country, { types: ["public"] });
  const doubted = new Set(DOUBTED.filter(([of]) => of === country).map(([, what]) => what));
  const used = new Set();
  const days = new Set();
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1) {
    for (const { date, start, end, rule } of calendar.getHolidays(year)) {
      const on = date.slice(0, 10);
      const what = [rule, on].find((one) => doubted.has(one));
      if (what) {
        used.add(what);
        continue;
      }
      const first = (Date.parse(`${on}T00:00:00Z`) - START) / DAY;
      // Half days do not count. A day on which the clocks change has 23 hours.
      const length = Math.floor((end - start + HOUR) / DAY);
      for (let day = first; day < first + length; day += 1) days.add(day);
    }
  }
  for (const what of doubted) if (!used.has(what)) throw new Error(`${country}: the package has no "${what}" any more`);
  const working = (day) => ![0, 6].includes(new Date(START + day * DAY).getUTCDay());
  const inside = (day) => day >= 0 && START + day * DAY < Date.UTC(LAST_YEAR + 1, 0, 1);
  return [...days].filter((day) => working(day) && inside(day)).sort((a, b) => a - b);
}

/** Returns the rows of a country, one for each year: every number is the days since the previous holiday. */
function rows(country) {
  const byYear = new Map();
  let before = 0;
  for (const day of holidays(country)) {
    const year = new Date(START + day * DAY).getUTCFullYear();
    const steps = byYear.get(year) ?? [];
    for (; day - before >= FAR; before += FAR) steps.push(FAR);
    byYear.set(year, [...steps, day - before]);
    before = day;
  }
  const lines = [...byYear].map(([year, steps]) => `        ${steps.join(", ")}, // ${year}\n`);
  return `    (code(b"${country}"), &[\n${lines.join("")}    ]),\n`;
}

const text = `//! Public holidays, Saturdays and Sundays left out. Only \`www/tools/holidays.mjs\` writes this file.
//!
//! The dates are those of the npm package date-holidays ${version} (ISC; its data CC BY-SA 3.0, after the pages that its
//! LICENSE names), for whole days that are off in the whole country.

use crate::consent::country::CountryCode;

/// The last year whose holidays are known. In later years only Saturdays and Sundays are days off.
pub const LAST_YEAR: i16 = ${LAST_YEAR};

/// The days are counted from 1 January of this year.
pub(super) const FIRST_YEAR: i16 = ${FIRST_YEAR};

/// A step of this many days does not end on a holiday. A longer step takes two bytes.
pub(super) const FAR: u8 = ${FAR};

const fn code(code: &[u8; 2]) -> CountryCode {
    CountryCode::of(*code)
}

/// The holidays of each country, in order. Each is the number of days since the one before it. The first is the number
/// of days since the first day.
#[rustfmt::skip]
pub(super) const HOLIDAYS: &[(CountryCode, &[u8])] = &[
${COUNTRIES.map(rows).join("")}];
`;

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("src/consent/deadlines/holidays.rs is not what node www/tools/holidays.mjs writes");
  process.exit(1);
}
