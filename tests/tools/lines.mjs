// Prints which lines of src/storefront/**.js have run, from the notes of watched.mjs, in lcov's format:
//
//   node tests/tools/lines.mjs <directory> <glue of the storefront>
//
// The measured code is the shipped code, minified on one line. It is bundled here again in the same way, to get a
// source map. If the two differ in any character there is no map, and that is reported.

import { readFileSync, readdirSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle } from "../../www/tools/bundle.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = join(root, "src/storefront/");
const shipped = join(root, "pkg/storefront/");
const [directory, glue] = process.argv.slice(2);

/** For each shipped text: the source line of every character as `file:line`, or nothing. */
const origins = new Map();
/** The lines with code, by file, and whether they ran. */
const files = new Map();

function fail(words) {
  console.error(`[coverage] ${words}`);
  process.exit(2);
}

async function bundled(entry, name) {
  const outfile = join(shipped, name);
  const { outputFiles } = await bundle(`src/storefront/${entry}`, outfile, resolve(glue), { write: false, sourcemap: "external", logLevel: "error" });
  const text = outputFiles.find(({ path }) => path === outfile).text;
  if (text !== readFileSync(outfile, "utf8")) {
    fail(`pkg/storefront/${name} is not what its sources make now: run make dist`);
  }
  const map = new SourceMap(JSON.parse(outputFiles.find(({ path }) => path.endsWith(".map")).text));
  const at = text.split("\n").flatMap((line, row) => Array.from({ length: line.length + 1 }, (_, column) => {
    const { originalSource, originalLine } = map.findEntry(row, column);
    const file = originalSource && join(dirname(outfile), originalSource);
    // A string literal may span several lines; the map contains only its first.
    return file?.startsWith(sources) ? found(file, originalLine + 1) : undefined;
  }));
  origins.set(text, at);
}

/** Returns the lines of a file that is shipped unminified, without comments and blank lines. */
function plain(name) {
  const text = readFileSync(join(sources, name), "utf8");
  const at = text.split("\n").flatMap((line, row) => {
    const origin = /^\s*(\/[/*]|\*|$)/.test(line) ? undefined : found(join(sources, name), row + 1);
    const indent = line.length - line.trimStart().length;
    return Array.from({ length: line.length + 1 }, (_, column) => (column < indent || column === line.length ? undefined : origin));
  });
  origins.set(text, at);
}

function found(path, line) {
  const file = relative(root, path);
  if (!files.has(file)) files.set(file, new Map());
  if (!files.get(file).has(line)) files.get(file).set(line, false);
  return [file, line];
}

await bundled("entry.js", "storefront.js");
await bundled("elements/index.js", "elements.js");
await bundled("elements/auto.js", "auto.js");
for (const name of readdirSync(join(sources, "adapters"))) if (name.endsWith(".js")) plain(`adapters/${name}`);

for (const name of readdirSync(directory)) {
  for (const { url, source, functions } of JSON.parse(readFileSync(join(directory, name), "utf8"))) {
    const at = origins.get(source);
    if (!at) {
      if (/\/placet\/(storefront|elements|auto)\.js$/.test(url.replace(/\?.*/, ""))) fail(`${url} was another one than there is now: was the package built anew meanwhile?`);
      continue;
    }
    // Ranges are ordered from outer to inner, and the innermost counts.
    const ran = new Uint8Array(source.length);
    for (const { ranges } of functions) for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    ran.forEach((yes, offset) => {
      if (yes && at[offset]) files.get(at[offset][0]).set(at[offset][1], true);
    });
  }
}

for (const [file, lines] of files) {
  console.log(`SF:${join(root, file)}`);
  for (const [line, ran] of [...lines].sort(([a], [b]) => a - b)) console.log(`DA:${line},${ran ? 1 : 0}`);
  console.log("end_of_record");
}
