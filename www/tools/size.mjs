// Measures what people download and compares it with the budgets. Fails if a budget is exceeded or a file is missing.
// Then prints the sizes of comparable modules, if they are available.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { peers } from "../../tests/peers/peers.mjs";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "../../pkg");
const KB = 1024;

/**
 * `of` names the files that count and `by` the compression: browsers receive brotli, Workers measure gzip. The folder
 * is the part that dist.mjs builds.
 */
const artifacts = [
  { name: "storefront", wasm: "storefront/storefront_bg.wasm", js: "storefront/storefront.js", of: ["wasm", "js"], by: "brotli", budget: 14 * KB },
  { name: "elements", js: "storefront/elements.js", of: ["js"], by: "brotli", budget: 8 * KB },
  { name: "logic", wasm: "logic/logic_bg.wasm", js: "logic/logic.js" },
  { name: "edge", wasm: "edge/index_bg.wasm", js: "edge/index.js", of: ["wasm"], by: "gzip", budget: 1199 * KB },
];

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

const measure = (bytes) => ({ raw: bytes.length, gzip: gzip(bytes), brotli: brotli(bytes) });
const row = (name, sizes) => [name, ...Object.values(sizes).map(kb)];

/** Prints the measurements as a table, and the given lines below it. */
function print(heading, measured, lines) {
  const rows = [[heading, "raw", "gzip", "brotli"], ...measured];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  for (const cells of rows) {
    console.log(cells.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  "));
  }
  console.log(`\n${lines.join("\n")}`);
}

/** Prints our own artifacts. Returns false if a budget is exceeded or a file is missing. */
function ours() {
  const rows = [];
  const verdicts = [];
  let sound = true;
  for (const { name, of, by, budget, ...files } of artifacts) {
    const [part] = Object.values(files)[0].split("/");
    const title = name === part ? name : `${part} ${name}`;
    const sizes = {};
    for (const [kind, file] of Object.entries(files)) {
      const path = join(pkg, file);
      if (!existsSync(path)) {
        verdicts.push(`${title}: ${file} is missing; run node www/tools/dist.mjs ${part}`);
        sound = false;
        continue;
      }
      sizes[kind] = measure(readFileSync(path));
      rows.push(row(`${name} ${kind}`, sizes[kind]));
    }
    if (!of || of.some((kind) => !sizes[kind])) continue;
    const counted = of.reduce((sum, kind) => sum + sizes[kind][by], 0);
    const holds = counted <= budget;
    sound &&= holds;
    verdicts.push(`${title}: ${of.join(" + ")} ${kb(counted)} ${by}, budget ${kb(budget)}: ${holds ? "holds" : "BROKEN"}`);
  }
  print("", rows, verdicts);
  return sound;
}

/** Prints the sizes of comparable modules. */
function theirs(measured) {
  const rows = [];
  const lines = [];
  for (const { name, version, entry, headless, files } of measured) {
    const title = `${name} ${version}${headless ? " headless" : ""}`;
    let whole = 0;
    for (const { kind, bytes } of files) {
      const sizes = measure(bytes);
      rows.push(row(`${title} ${kind}`, sizes));
      whole += sizes.brotli;
    }
    lines.push(`${title}: ${files.map(({ kind }) => kind).join(" + ")} ${kb(whole)} brotli; ${entry}`);
  }
  print("peers", rows, lines);
}

process.exitCode = ours() ? 0 : 1;
console.log();
// Our own budgets do not depend on whether others can be measured.
await peers().then(theirs).catch(({ message }) => console.log(`peers: not measured; ${message}`));
