// Bundles the package's JavaScript: for shipping, and for measuring which of its lines the tests run.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The version of the package and of all artifacts. */
export const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1];
if (!version) throw new Error("Cargo.toml names no version");

/** Bundles an entry with the glue code that it imports as `./glue.js`. */
export async function bundle(entry, outfile, glue, options = {}) {
  const { build } = await import("esbuild");
  return build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    define: { VERSION: JSON.stringify(version) },
    // The glue code warns about ways to call it that are not used here.
    pure: ["console.warn"],
    logLevel: "warning",
    plugins: [{
      name: "glue",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\.\/glue\.js$/ }, () => ({ path: glue }));
        // Files that are published beside each other are loaded only once.
        onResolve({ filter: /^\.\.?\/(storefront|elements|presence)\.js$/ }, ({ path }) => ({ path: path.replace("../", "./"), external: true }));
        // wasm-bindgen copies the JavaScript that Rust imports. The entry must use the same module, not a second copy.
        onResolve({ filter: /\/snippets\/.*\/src\// }, ({ path }) => ({ path: join(root, path.replace(/^.*\/src\//, "src/")) }));
      },
    }],
    ...options,
  });
}
