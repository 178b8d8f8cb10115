// Packages of others that a test needs and placet does not: each set pinned in a private package of its own, and installed when it
// is first asked for.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** As .ci/setup does it for www/: when what is there was not made of this very lock. Fails where it cannot be installed. */
export function install(at) {
  const lock = readFileSync(join(at, "package-lock.json"));
  const stamp = join(at, "node_modules/.placet-lock");
  if (existsSync(stamp) && lock.equals(readFileSync(stamp))) return;
  try {
    // No second try, and one minute: without a network people should not have to wait for what they can do without.
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0"];
    execFileSync("npm", ["ci", ...options], { cwd: at, stdio: "pipe", timeout: 60_000 });
  } catch (error) {
    const [, told] = /^npm \S+ code (\S+)$/m.exec(error.stderr) ?? [];
    throw new Error(`npm could not install them (${told ?? error.code ?? `exit ${error.status}`})`);
  }
  writeFileSync(stamp, lock);
}
