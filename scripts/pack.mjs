// What `npm pack` would publish: everything that package.json names is in it, nothing that a user
// does not need, no install script, and a bounded size.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** KB of the tarball. Four builds of the kernels are in it three times: raw, as a module, in browser.js. */
const LIMIT = 2000;

const ALLOWED = /^(dist|data)\/|^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/;
const WANTED = [
  "README.md",
  "LICENSE",
  "NOTICE",
  "dist/index.js",
  "dist/index.d.ts",
  "dist/browser.js",
];

const problems = [];
const [tarball] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "ignore"],
  }),
);
const files = tarball.files.map((file) => file.path);

/** Paths that an `exports` value names. */
function targets(value) {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  return Object.values(value).flatMap(targets);
}
const named = [...targets(pkg.exports), ...targets(pkg.bin ?? {}), ...WANTED];
for (const path of new Set(named)) {
  const [before, after] = path.split("*");
  const found = files.some((f) =>
    after === undefined ? f === path : f.startsWith(before) && f.endsWith(after),
  );
  if (!found) problems.push(`${path} is named by package.json or wanted, and not in the tarball`);
}
for (const path of files)
  if (!ALLOWED.test(path)) problems.push(`${path} is in the tarball; see "files"`);
for (const name of ["preinstall", "install", "postinstall"]) {
  if (pkg.scripts[name]) problems.push(`package.json: "${name}" would run on every user's machine`);
}
const kb = tarball.size / 1000;
if (kb > LIMIT) problems.push(`the tarball has ${kb.toFixed(0)} KB, at most ${LIMIT}`);
for (const line of problems) console.error(`pack: ${line}`);
if (problems.length > 0) process.exit(1);
console.log(
  `${files.length} files, ${kb.toFixed(0)} KB packed, ${(tarball.unpackedSize / 1000).toFixed(0)} KB unpacked`,
);
