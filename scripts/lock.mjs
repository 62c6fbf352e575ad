// The lock file is one that `npm ci` accepts on every platform and from every registry: each
// dependency, optional ones for other platforms too, has an entry with its hash, and none an address.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const { packages } = read("package-lock.json");
const pkg = read("package.json");
const problems = [];
for (const [path, entry] of Object.entries(packages)) {
  if (path !== "" && !entry.integrity) problems.push(`${path} has no hash`);
  if (entry.resolved)
    problems.push(
      `${path} has a download address; run npm install --omit-lockfile-registry-resolved`,
    );
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
    if (!packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]) {
      problems.push(
        `${name}, which ${path} needs on some platform, is missing; delete node_modules and the lock file, then npm install`,
      );
    }
  }
}
for (const kind of ["dependencies", "devDependencies"]) {
  for (const [name, version] of Object.entries(pkg[kind])) {
    if (!/^\d/.test(version))
      problems.push(`package.json: ${name} must have an exact version, got ${version}`);
    if (packages[`node_modules/${name}`]?.version !== version)
      problems.push(`${name}: package.json and the lock file differ`);
  }
}
for (const problem of problems) console.error(`lock: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`${Object.keys(packages).length - 1} packages`);
