// Builds the package: pkg/{storefront,logic,docs,handbook,edge,cli} and pkg/package.json.
//
//   node www/tools/dist.mjs [storefront|logic|docs|handbook|edge|package …]     default: all of them
//
// A part is skipped if none of its inputs has changed.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle, version } from "./bundle.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = join(root, "www/node_modules/.bin");
const pkg = join(root, "pkg");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const work = join(target, "dist");
const WASM = "wasm32-unknown-unknown";

// The features are named one by one: with all features on, older engines refuse the module. These are the features that
// Rust's target enables.
const FEATURES = ["bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** A standard library built for size, if its source is available. A panic in it is a trap without a message. */
const LEAN = {
  flags: ["-Cpanic=immediate-abort", "-Zunstable-options"],
  args: ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
  env: { RUSTC_BOOTSTRAP: "1" },
};
const NOTHING = { flags: [], args: [], env: {} };
const stdAtHand = Boolean(process.env.PLACET_STD_SOURCE);

/**
 * The smallest storefront, as measured (the module alone, brotli): plain 14.7 KB; with a standard library built for
 * size and without panic messages 12.1; with generic code inlined before it reaches LLVM 11.1, because -Oz leaves
 * iterators in memory; with LLVM optimising for speed but inlining little 10.7; with short names at the boundary 10.1.
 * (These numbers are from before JavaScript described the forms and decisions contained laws. How much LLVM may inline
 * has been measured again since.)
 */
const SMALLEST = {
  flags: [
    ...LEAN.flags, "-Zlocation-detail=none", "-Zfmt-debug=none",
    "-Zmir-opt-level=3", "-Zinline-mir=yes", "-Cllvm-args=-inline-threshold=8",
  ],
  args: LEAN.args,
  env: { ...LEAN.env, CARGO_PROFILE_STOREFRONT_OPT_LEVEL: "2" },
};

/**
 * The edge, as measured (the module alone, gzip): as worker-build leaves it 451.0 KB; without the names of functions
 * 409.1; with a panic that is a trap 354.1; with the standard library built for size in addition 344.6, compared with
 * 394.2 if panics still have messages. The shim handles a trap like a panic, and this was tested: the module is created
 * again, an open transaction is rolled back, the next request is served. Only the panic's message in the log is
 * missing.
 *
 * It is built for speed because lists of a million rows go through it: opt-level 2 instead of "z" uses a quarter less
 * processor time for each row imported and exported, for 200 KB more; -O3 instead of -Oz another tenth, for 60 KB. A
 * large function that one other function calls is not moved into it: 18 KB less, because what is alike stays alike.
 * Functions that are called most come first, so that their numbers are short: another 7 KB.
 */
const EDGE_PASSES = ["-O3", "--one-caller-inline-max-function-size=50", "--reorder-functions", "--reorder-locals"];
/** How much the compiler inlines in the edge: 40 KB (gzip) less than with its own threshold, 225. */
const INLINE_LESS = ["-Cllvm-args=-inline-threshold=110"];

/** A compact SHA-2 is smaller, and hashes a notice, a key or a certificate in microseconds too. */
const COMPACT = ["--cfg", 'sha2_backend_soft="compact"'];

/** Panic messages contain the paths of source files, which would reveal the folders of this machine. */
const ANONYMOUS = [
  `--remap-path-prefix=${execFileSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).trim()}=rust`,
  `--remap-path-prefix=${process.env.CARGO_HOME ?? join(homedir(), ".cargo")}=cargo`,
  `--remap-path-prefix=${root}=placet`,
];

/** The files that the worker answers with: the contract and its page, both made by `make contract`. */
const ASSETS = ["openapi.json", "docs.html"];
const DOCS = ["rules.html", "rules.csv", "ages.csv"];
const PAGES = readdirSync(join(root, "www/handbook")).filter((name) => name.endsWith(".md")).map((name) => name.replace(/md$/, "html"));

const parts = {
  storefront: {
    inputs: ["src/lib.rs", "src/consent", "src/storefront"],
    outputs: ["storefront.js", "storefront_bg.wasm", "storefront.d.ts", "elements.js", "elements.d.ts", "auto.js", "presence.js", "presence.d.ts", "integrity.json"].map((name) => `storefront/${name}`),
    build: buildStorefront,
  },
  logic: {
    inputs: ["src/lib.rs", "src/json.rs", "src/consent", "src/logic"],
    outputs: ["logic/logic.js", "logic/logic_bg.wasm", "logic/node.js", "logic/workerd.js", "logic/logic.d.ts"],
    build: buildLogic,
  },
  docs: {
    // The built module supplies the table.
    after: "logic",
    inputs: ["pkg/logic", "www/tools/rulebook.mjs", "www/tools/rulebook.css"],
    outputs: DOCS.flatMap((name) => [`docs/${name}`, `../www/docs/${name}`]),
    build: buildDocs,
  },
  handbook: {
    inputs: ["www/handbook", "www/tools/handbook.mjs", "www/tools/handbook.css"],
    outputs: [...PAGES, "handbook.css"].map((name) => `handbook/${name}`),
    build: buildHandbook,
  },
  edge: {
    inputs: ["src/lib.rs", "src/json.rs", "src/consent", "src/model", "src/ledger", "src/lists", "src/platforms", "src/api", "src/edge"],
    // wrangler and `make serve` run the files in build/.
    outputs: [
      "edge/index.js", "edge/index_bg.wasm", "edge/edge.d.ts", ...ASSETS.map((name) => `edge/assets/${name}`),
      "../build/index.js", "../build/index_bg.wasm", ...ASSETS.map((name) => `../build/assets/${name}`),
    ],
    build: buildEdge,
  },
  package: {
    inputs: ["pkg.json", "src/cli", "README.md", "LICENSE", "LICENSE-MIT", "LICENSE-APACHE"],
    outputs: ["package.json", "cli/placet.js"],
    build: buildPackage,
  },
};

/** Compiles the crate with one feature and, if `small` asks for it, its own standard library. */
async function cargo(feature, profile, small = NOTHING) {
  // It has its own target directory, so that other flags do not discard the results of normal builds.
  const dir = join(target, `dist-${feature}`);
  await run("cargo", ["build", "--lib", "--profile", profile, "--target", WASM, "--no-default-features", "--features", feature, ...small.args], {
    ...small.env,
    CARGO_ENCODED_RUSTFLAGS: [
      ...COMPACT,
      ...ANONYMOUS,
      ...small.flags,
    ].join("\x1f"),
    CARGO_TARGET_DIR: dir,
  });
  return join(dir, WASM, profile, "placet.wasm");
}

/** Returns the directory of the optimised module and its glue code, named after the part. */
async function bindgen(wasm, name, optimise, shortNames = false) {
  const out = join(work, name);
  rmSync(out, { recursive: true, force: true });
  await run("wasm-bindgen", [wasm, "--target", "web", "--no-typescript", "--remove-name-section", "--remove-producers-section", "--out-dir", out, "--out-name", name]);
  const module = join(out, `${name}_bg.wasm`);
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  const short = shortNames ? ["--minify-imports-and-exports-and-modules"] : [];
  const told = await run(join(bin, "wasm-opt"), [module, "-o", module, ...features, ...optimise, ...STRIP, ...short], {}, shortNames ? "pipe" : "inherit");
  if (shortNames) rename(join(out, `${name}.js`), `./${name}_bg.js`, JSON.parse(told));
  return out;
}

/**
 * Replaces the names in the glue code by the short names that wasm-opt gave to imports and exports. The long names
 * contain hashes, which cannot be compressed: a tenth of a small module.
 */
function rename(file, module, { imports, exports }) {
  let glue = readFileSync(file, "utf8");
  const replace = (pattern, by) => {
    if (!pattern.test(glue)) throw new Error(`the glue does not look as expected: no ${pattern}`);
    // By a function, because "$" has a meaning in a replacement text and may be a short name.
    glue = glue.replace(pattern, () => by);
  };
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  for (const [from, long, short] of imports) {
    if (from !== module) throw new Error(`an import from ${from}, of which the glue knows nothing`);
    replace(new RegExp(`^        ${literal(long)}:`, "m"), `${short}:`);
  }
  for (const [long, short] of exports) {
    if (glue.includes(long)) replace(new RegExp(`\\bwasm\\.${literal(long)}\\b`, "g"), `wasm.${short}`);
  }
  // Binaryen names the only remaining module "a".
  replace(new RegExp(`^        "${literal(module)}": import0,$`, "m"), "a: import0,");
  // Removes code for callers and engines that do not exist here: strings without `realloc`, modules in other wrappers,
  // engines that have reference types but no `encodeInto`, and a decoder that fails after two gigabytes of text.
  replace(/^    if \(realloc === undefined\) \{[^}]*\}$/m, "");
  replace(/^    if \(module !== undefined\) \{\n        if \(Object.getPrototypeOf[^]*?\n    \}$/m, "    ({ module } = module);");
  replace(/^    if \(!\(module instanceof WebAssembly\.Module\)\) \{\n        module = new WebAssembly\.Module\(module\);\n    \}$/m, "");
  replace(/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^]*?\n\}$/m, "");
  replace(/^    numBytesDecoded \+= bytes\.length;[^]*?\n    \}$/m, "");
  // Functions of the glue code perform Rust's imports from our own JavaScript, so the module itself is not imported.
  glue = glue.replace(/^        ".*\/snippets\/.*": import\d+,$/gm, "").replace(/^import \* as import\d+ from .*$/gm, "");
  writeFileSync(file, glue);
}

async function buildStorefront() {
  if (!stdAtHand) {
    say("storefront", "NOTE: no source of the standard library (PLACET_STD_SOURCE), so the module comes out larger than it should; try: rustup component add rust-src");
  }
  // Flattening the control flow and building it again saves a hundred bytes in the next passes.
  const optimise = ["--flatten", "--rereloop", "-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--reorder-functions"];
  const out = await bindgen(await cargo("storefront", "storefront", stdAtHand ? SMALLEST : undefined), "storefront", optimise, true);
  const to = fresh("storefront");
  cpSync(join(out, "storefront_bg.wasm"), join(to, "storefront_bg.wasm"));
  await bundle("src/storefront/entry.js", join(to, "storefront.js"), join(out, "storefront.js"));
  // A separate file, so that a page loads it only if it uses elements.
  await bundle("src/storefront/elements/index.js", join(to, "elements.js"));
  await bundle("src/storefront/elements/auto.js", join(to, "auto.js"));
  const licence = "/*! Contains solveChallenge of altcha-lib, (c) 2023-2026 Daniel Regeci, MIT licence. */";
  await bundle("src/storefront/presence.js", join(to, "presence.js"), undefined, { nodePaths: [join(root, "www/node_modules")], banner: { js: licence } });
  cpSync(join(root, "src/storefront/adapters"), join(to, "adapters"), { recursive: true });
  // The hashes for pages that load the files from another origin, W3C Subresource Integrity.
  const hash = (name) => [name, `sha384-${createHash("sha384").update(readFileSync(join(to, name))).digest("base64")}`];
  const shipped = readdirSync(to).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  writeFileSync(join(to, "integrity.json"), `${JSON.stringify(Object.fromEntries(shipped.map(hash)), null, 2)}\n`);
  for (const name of ["storefront.d.ts", "elements.d.ts", "presence.d.ts", "storefront_bg.wasm.d.ts"]) cpSync(join(root, "src/storefront", name), join(to, name));
}

async function buildLogic() {
  const out = await bindgen(await cargo("logic", "logic"), "logic", ["-Os"]);
  const to = fresh("logic");
  cpSync(join(out, "logic_bg.wasm"), join(to, "logic_bg.wasm"));
  // One entry for each way in which a runtime loads a module; the rest is the same.
  for (const [entry, name] of [["default.js", "logic.js"], ["node.js", "node.js"], ["workerd.js", "workerd.js"]]) {
    await bundle(`src/logic/${entry}`, join(to, name), join(out, "logic.js"), { external: ["node:*", "./logic_bg.wasm"], target: "es2022" });
  }
  cpSync(join(root, "src/logic/logic.d.ts"), join(to, "logic.d.ts"));
}

/**
 * Builds the printed rule table. The files in www/docs are committed, so that a change of the law is visible in review.
 */
async function buildDocs() {
  await run(process.execPath, [join(root, "www/tools/rulebook.mjs")]);
  const to = fresh("docs");
  for (const name of DOCS) cpSync(join(root, "www/docs", name), join(to, name));
}

/** Prints the pages of the handbook. They are not committed, because the Markdown is. */
async function buildHandbook() {
  await run(process.execPath, [join(root, "www/tools/handbook.mjs"), fresh("handbook")]);
}

async function buildEdge() {
  if (!stdAtHand) {
    say("edge", "NOTE: no source of the standard library (PLACET_STD_SOURCE), so the module comes out larger than it should; try: rustup component add rust-src");
  }
  const { flags, args, env } = stdAtHand ? LEAN : NOTHING;
  await run("worker-build", ["--release", "--no-opt", ".", "--no-default-features", "--features", "edge", ...args], {
    ...env,
    CARGO_ENCODED_RUSTFLAGS: [...COMPACT, ...ANONYMOUS, ...INLINE_LESS, ...flags].join("\x1f"),
    CARGO_TARGET_DIR: join(target, "dist-edge"),
    WASM_BINDGEN_BIN: which("wasm-bindgen"),
    WASM_OPT_BIN: join(bin, "wasm-opt"),
    ESBUILD_BIN: join(bin, "esbuild"),
  });
  const module = join(root, "build/index_bg.wasm");
  // wasm-bindgen catches errors of JavaScript calls by WebAssembly exceptions.
  const features = [...FEATURES, "exception-handling"].map((feature) => `--enable-${feature}`);
  // A trap is logged with the numbers of functions. Their names are stored here and not shipped.
  const names = `--symbolmap=${join(work, "edge.symbols")}`;
  mkdirSync(work, { recursive: true });
  await run(join(bin, "wasm-opt"), [module, "-o", module, ...features, ...EDGE_PASSES, names, ...STRIP]);
  const to = fresh("edge");
  for (const name of readdirSync(join(root, "build"))) {
    if (/\.(js|wasm)$/.test(name)) cpSync(join(root, "build", name), join(to, name));
  }
  cpSync(join(root, "src/edge/edge.d.ts"), join(to, "edge.d.ts"));
  for (const at of [join(root, "build/assets"), join(to, "assets")]) {
    for (const name of ASSETS) cpSync(join(root, "src/api/contract", name), join(at, name));
  }
}

function buildPackage() {
  const manifest = JSON.parse(readFileSync(join(root, "pkg.json"), "utf8"));
  mkdirSync(pkg, { recursive: true });
  writeFileSync(join(pkg, "package.json"), `${JSON.stringify({ name: manifest.name, version, ...manifest }, null, 2)}\n`);
  for (const name of ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(pkg, name));
  }
  // The package has the printed pages and not their sources.
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const printed = readme.replace(/\]\(www\/handbook\/([\w-]+)\.md/g, "](handbook/$1.html").replaceAll("](www/docs/", "](docs/");
  writeFileSync(join(pkg, "README.md"), printed);
  // Copied unchanged, because Node runs it. The manifest beside it declares ES modules and contains the version.
  cpSync(join(root, "src/cli"), fresh("cli"), { recursive: true });
  chmodSync(join(pkg, "cli/placet.js"), 0o755);
}

function fresh(name) {
  const to = join(pkg, name);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  return to;
}

/** Runs a command to its end. Returns its standard output if `stdout` is "pipe". */
function run(command, args, env = {}, stdout = "inherit") {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", stdout, "inherit"] });
    let told = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => { told += text; });
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}; read .tools/env first`)));
    child.on("close", (status) => (status === 0 ? resolve(told) : reject(new Error(`${command} failed`))));
  });
}

function which(command) {
  const found = (process.env.PATH ?? "").split(":").map((dir) => join(dir, command)).find((path) => existsSync(path));
  if (!found) throw new Error(`${command} is not on PATH; read .tools/env first`);
  return found;
}

function* files(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* files(join(path, name));
}

/** Returns one hash of all inputs of a part. */
function fingerprint(inputs) {
  const hash = createHash("sha256");
  for (const input of [...inputs, "Cargo.toml", "Cargo.lock", "www/tools/dist.mjs", "www/tools/bundle.mjs", "www/package-lock.json"]) {
    for (const file of files(join(root, input))) {
      hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.update(`${process.env.PLACET_STD_SOURCE} ${execFileSync("rustc", ["-vV"])}`).digest("hex");
}

function say(part, words) {
  console.log(`[dist] ${part}: ${words}`);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length) {
  console.error(`[dist] no such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}

async function make(name) {
  const { inputs, outputs, build } = parts[name];
  const stamp = join(work, `${name}.stamp`);
  const now = fingerprint(inputs);
  const done = existsSync(stamp) && readFileSync(stamp, "utf8") === now;
  if (done && outputs.every((output) => existsSync(join(pkg, output)))) {
    say(name, "unchanged");
    return;
  }
  const start = performance.now();
  say(name, "building");
  try {
    await build();
  } catch (error) {
    console.error(`[dist] ${name}: ${error.message}`);
    process.exit(1);
  }
  mkdirSync(work, { recursive: true });
  writeFileSync(stamp, now);
  say(name, `built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

// The parts are built side by side, because the last step of each compilation uses one core only. A part that needs
// another one stands after it in `parts`.
const begun = {};
for (const name of Object.keys(parts).filter((name) => !asked.length || asked.includes(name))) {
  begun[name] = Promise.resolve(begun[parts[name].after]).then(() => make(name));
}
await Promise.all(Object.values(begun));
