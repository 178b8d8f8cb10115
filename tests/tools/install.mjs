// Packages that a test needs and placet does not: each set is pinned in a private package of its own, and installed
// when it is first needed.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs like .ci/setup does for www/, if the installed packages do not match the lock file. Fails if they cannot be
 * installed.
 */
export function install(at) {
  const lock = readFileSync(join(at, "package-lock.json"));
  const stamp = join(at, "node_modules/.placet-lock");
  if (existsSync(stamp) && lock.equals(readFileSync(stamp))) return;
  try {
    // No retries and one minute at most: without a network, optional tests should not delay the others.
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0"];
    execFileSync("npm", ["ci", ...options], { cwd: at, stdio: "pipe", timeout: 60_000 });
  } catch (error) {
    const [, told] = /^npm \S+ code (\S+)$/m.exec(error.stderr) ?? [];
    throw new Error(`npm could not install them (${told ?? error.code ?? `exit ${error.status}`})`);
  }
  writeFileSync(stamp, lock);
}
