// Checks that the committed table of public holidays is what the tool makes of the library today, in every time zone,
// and that the table is small enough for the WebAssembly module.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const tool = fileURLToPath(new URL("../www/tools/holidays.mjs", import.meta.url));
const source = await readFile(new URL("../src/consent/deadlines/holidays.rs", import.meta.url), "utf8");
const manifest = JSON.parse(await readFile(new URL("../www/package.json", import.meta.url), "utf8"));

/** The countries and their date steps, as in the table. */
const table = new Map(
  [...source.matchAll(/code\(b"(..)"\), &\[\n(.*?)\n {4}\]/gs)].map(([, country, rows]) => [
    country,
    rows.split("\n").flatMap((row) => row.replace(/\/\/.*/, "").match(/\d+/g).map(Number)),
  ]),
);

for (const zone of ["UTC", "Pacific/Auckland", "America/Los_Angeles"]) {
  test(`the committed table is what the tool writes in the time zone ${zone}`, () => {
    const { status, stderr } = spawnSync(process.execPath, [tool, "--check"], { encoding: "utf8", env: { ...process.env, TZ: zone } });
    assert.equal(status, 0, stderr);
  });
}

test("the table names the version of the library that is installed", () => {
  assert.ok(source.includes(`date-holidays ${manifest.devDependencies["date-holidays"]} `));
});

test("every supported country has its holidays", () => {
  const eea = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" ");
  assert.deepEqual([...table.keys()].sort(), [...eea, "GB", "CH", "US", "CA", "BR", "AU"].sort());
  for (const [country, steps] of table) {
    const holidays = steps.filter((step) => step !== 255).length;
    // Canada and Switzerland have few holidays that all provinces or cantons share.
    assert.ok(holidays >= 17 * (["CA", "CH"].includes(country) ? 3 : 5), `${country}: ${holidays}`);
    assert.ok(steps.every((step) => step <= 255), country);
  }
});

test("compressed, the table is below 8 KB", () => {
  const size = gzipSync(Buffer.from([...table.values()].flat()), { level: 9 }).length;
  assert.ok(size < 8192, `${size} bytes`);
});
