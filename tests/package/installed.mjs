// The package as its users have it: packed by npm and installed into a project in another directory.

import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));

/**
 * Creates a shop's project with the package installed. Returns both paths, a function that runs a module there, and one
 * that removes everything.
 */
export async function freshProject() {
  const project = await mkdtemp(join(tmpdir(), "placet-package-"));
  const packed = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", project], { cwd: pkg, encoding: "utf8" }));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "shop", private: true, type: "module" }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", join(project, packed[0].filename)], { cwd: project });
  return {
    project,
    installed: join(project, "node_modules/placet"),
    /** Returns the JSON that the module prints. */
    run(source, ...options) {
      const args = [...options, "--input-type=module", "--eval", source];
      return JSON.parse(execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" }));
    },
    remove: () => rm(project, { recursive: true, force: true }),
  };
}
