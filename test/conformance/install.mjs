import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");

/** What a failed command has to say. */
export const told = (error) =>
  [error.message, error.stdout, error.stderr].filter(Boolean).join("\n");

/** Makes `project`, which is empty, one with the packed package as its only dependency, and the checks. */
export function install(project) {
  const npm = (...args) =>
    execFileSync("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  npm("pack", "--silent", "--pack-destination", project);
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const quiet = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];
  npm("install", "--prefix", project, ...quiet, join(project, tarball));
  for (const file of ["checks.mjs", "images.mjs"])
    copyFileSync(join(here, file), join(project, file));
}

/** Whether the declarations hold under strict settings in a project without Node's types; a row each. */
export function types(project) {
  copyFileSync(join(here, "types.ts"), join(project, "types.ts"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const strict = "--noEmit --strict --target es2022 --lib es2022,dom".split(" ");
  return [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ].map(([module, resolution]) => {
    const flags = ["--types", "", "--module", module, "--moduleResolution", resolution];
    const problems = [];
    try {
      const args = [tsc, ...strict, ...flags, "types.ts"];
      execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });
    } catch (error) {
      problems.push(told(error));
    }
    return { name: "types", form: resolution, mode: "", problems };
  });
}
