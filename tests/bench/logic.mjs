// One decision in native code, inside the WebAssembly module, and across the module's boundary from plain objects.

import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { decide } from "../../pkg/logic/node.js";
import { median } from "./numbers.mjs";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../", import.meta.url));
const WASM = "wasm32-unknown-unknown";
const ROUNDS = 1_500;
/** The number of calls in a sample: so few that a sample is rarely interrupted by the system. */
const CALLS = 20;

/** Twelve records of one customer, on two channels for two purposes. */
const records = Array.from({ length: 12 }, (_, at) => ({
  id: `019a0000-0000-7000-8000-0000000000${String(at).padStart(2, "0")}`,
  channel: at % 3 ? "email" : "sms",
  purpose: at % 4 ? "newsletter" : "offers",
  choice: at === 5 ? "declined" : at === 3 ? "opt_out" : "opt_in",
  assurance: ["claimed", "authenticated", "confirmed"][at % 3],
  occurred_at: `2026-0${1 + (at % 9)}-1${at % 10}T10:20:00Z`,
  received_at: `2026-0${1 + (at % 9)}-1${at % 10}T10:20:30.123Z`,
}));
const call = { records, channel: "email", purpose: "newsletter", at: "2026-11-23T10:00:00Z", person: { country: "FR" } };

/** Builds the shipped module with one additional export. */
function benchModule() {
  const out = join(root, "target/bench-logic");
  const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  run("cargo", ["build", "--quiet", "--locked", "--lib", "--profile", "logic", "--target", WASM, "--no-default-features", "--features", "logic,bench", "--target-dir", out]);
  run("wasm-bindgen", [join(out, WASM, "logic/placet.wasm"), "--target", "nodejs", "--no-typescript", "--out-dir", join(out, "node"), "--out-name", "logic"]);
  return require(join(out, "node/logic.js"));
}

export function benchLogic() {
  console.log("\none decision on a contact with 12 standings");
  const { status } = spawnSync("cargo", ["bench", "--quiet", "--locked", "--features", "rules", "--bench", "decide"], { cwd: root, stdio: ["ignore", "inherit", "ignore"] });
  if (status !== 0) throw new Error("the native benchmark failed");

  const { repeat_decide } = benchModule();
  const inside = Array.from({ length: 15 }, () => repeat_decide(call, 100_000) * 1000);
  console.log(`  inside the module        ${median(inside).toFixed(2)} µs  (${Math.min(...inside).toFixed(2)} to ${Math.max(...inside).toFixed(2)})`);

  for (const [name, asked] of [["explained", call], ["explain: false", { ...call, explain: false }]]) {
    const both = { call: asked, answer: decide(asked) };
    const ways = { floor: () => JSON.parse(JSON.stringify(both)), ours: () => decide(asked) };
    const times = { floor: [], ours: [] };
    const sample = (way) => {
      const begin = performance.now();
      for (let call = 0; call < CALLS; call++) ways[way]();
      return ((performance.now() - begin) / CALLS) * 1000;
    };
    // Until the engine has compiled both to its fastest tier.
    for (const end = performance.now() + 2_000; performance.now() < end; ) Object.keys(ways).forEach(sample);
    for (let round = 0; round < ROUNDS; round++) for (const way of Object.keys(ways)) times[way].push(sample(way));
    const [floor, ours] = [median(times.floor), median(times.ours)];
    console.log(
      `  placet/logic, ${name.padEnd(14)} ${ours.toFixed(1)} µs; JSON.parse(JSON.stringify(x)) of call and answer ${floor.toFixed(1)} µs: ${(ours / floor).toFixed(2)} times that`,
    );
  }
}
