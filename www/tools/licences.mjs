// Checks the licences of the artifacts: every crate that the shipped features link must have a licence that allows
// shipping it under placet's own (MIT OR Apache-2.0), and must come from the package registry at the version in
// Cargo.lock.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const satisfies = createRequire(import.meta.url)("spdx-satisfies");

const ALLOWED = ["MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "Unicode-3.0", "Unlicense", "CC0-1.0", "BSL-1.0"];
const SHIPPED = ["storefront", "logic", "edge"];

const root = fileURLToPath(new URL("../../", import.meta.url));
const wrong = [];
const seen = new Set();
for (const feature of SHIPPED) {
  const options = ["metadata", "--format-version", "1", "--locked", "--no-default-features", "--features", feature];
  const platform = ["--filter-platform", "wasm32-unknown-unknown"];
  const text = execFileSync("cargo", [...options, ...platform], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const { packages, resolve } = JSON.parse(text);
  const linked = linkedInto(resolve);
  for (const { id, name, version, license, source } of packages) {
    if (!linked.has(id) || name === "placet") continue;
    seen.add(`${name} ${version}`);
    // Older crates write "/" for OR.
    const expression = license?.replaceAll("/", " OR ");
    if (!expression || !satisfies(expression, ALLOWED)) wrong.push(`${name} ${version}: licence ${license ?? "unknown"}`);
    if (!source?.startsWith("registry+")) wrong.push(`${name} ${version}: comes from ${source ?? "a path"}`);
  }
}

/** Returns the crates that placet reaches by normal dependencies. Build scripts and tests are not shipped. */
function linkedInto({ nodes, root }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reached = new Set([root]);
  for (const id of reached) {
    for (const { pkg, dep_kinds } of byId.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) reached.add(pkg);
    }
  }
  return reached;
}

for (const line of new Set(wrong)) console.error(line);
if (wrong.length > 0) process.exit(1);
console.log(`${seen.size} crates are shipped, all under licences that allow it, all from the registry`);
