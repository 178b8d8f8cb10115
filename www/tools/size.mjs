// What people download, measured against the budgets. Fails when one is broken or a file is missing.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const pkg = join(dirname(fileURLToPath(import.meta.url)), "../../pkg");
const KB = 1024;

/** `by` names the compression that counts: browsers get brotli, Workers measure gzip. */
const artifacts = [
  { name: "storefront", wasm: "storefront/storefront_bg.wasm", js: "storefront/storefront.js", of: ["wasm", "js"], by: "brotli", budget: 14 * KB },
  { name: "logic", wasm: "logic/logic_bg.wasm", js: "logic/logic.js" },
  { name: "edge", wasm: "edge/index_bg.wasm", js: "edge/index.js", of: ["wasm"], by: "gzip", budget: 640 * KB },
];

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

const rows = [["", "raw", "gzip", "brotli"]];
const verdicts = [];
let sound = true;

for (const { name, of, by, budget, ...files } of artifacts) {
  const sizes = {};
  for (const kind of ["wasm", "js"]) {
    const path = join(pkg, files[kind]);
    if (!existsSync(path)) {
      verdicts.push(`${name}: ${files[kind]} is missing; run node www/tools/dist.mjs ${name}`);
      sound = false;
      continue;
    }
    const bytes = readFileSync(path);
    sizes[kind] = { raw: bytes.length, gzip: gzip(bytes), brotli: brotli(bytes) };
    rows.push([`${name} ${kind}`, ...Object.values(sizes[kind]).map(kb)]);
  }
  if (!of || of.some((kind) => !sizes[kind])) continue;
  const counted = of.reduce((sum, kind) => sum + sizes[kind][by], 0);
  const holds = counted <= budget;
  sound &&= holds;
  verdicts.push(`${name}: ${of.join(" + ")} ${kb(counted)} ${by}, budget ${kb(budget)}: ${holds ? "holds" : "BROKEN"}`);
}

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) {
  console.log(row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  "));
}
console.log(`\n${verdicts.join("\n")}`);
process.exitCode = sound ? 0 : 1;
