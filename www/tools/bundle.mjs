// How the package's JavaScript is bundled: once for what is shipped, and once more where it is measured which lines of it run.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The version of everything. */
export const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1];
if (!version) throw new Error("Cargo.toml names no version");

/** Bundles an entry with the glue that it names `./glue.js`. */
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
    // The glue warns of ways to call it that nobody here uses.
    pure: ["console.warn"],
    logLevel: "warning",
    plugins: [{
      name: "glue",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\.\/glue\.js$/ }, () => ({ path: glue }));
        // What is published beside each other is loaded once.
        onResolve({ filter: /^\.\.?\/(storefront|elements)\.js$/ }, ({ path }) => ({ path: path.replace("../", "./"), external: true }));
        // wasm-bindgen copies the JavaScript that Rust imports; the entry must get the very same module, not its twin.
        onResolve({ filter: /\/snippets\/.*\/src\// }, ({ path }) => ({ path: join(root, path.replace(/^.*\/src\//, "src/")) }));
      },
    }],
    ...options,
  });
}
