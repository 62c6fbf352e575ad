// What must not stand in a committed file, each rule a pattern with its reason. The rules' own
// patterns are written so that they do not match themselves.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "./cache.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = /^src\/.*\.ts$/;

const RULES = [
  { pattern: /(?<![\w.)}$*])\/(work|tmp|root|home)\/\w/, why: "a path of one machine" },
  {
    pattern: /\bregistry[.]\w+|registries[.]\w+[.]\w+/,
    why: "a registry's host; npm's settings name it",
  },
  {
    pattern: /^\s*"resolved":/,
    where: /package-lock\.json$/,
    why: "a download address in the lock file",
  },
  {
    pattern: /\b(TO[D]O|FIX[M]E|XX[X])\b/,
    where: /\.(ts|mjs|md)$/,
    why: "a reminder; do it or write it down in docs/decisions.md",
  },
  { pattern: /\bas unknown as\b/, where: source, code: true, why: "a cast that checks nothing" },
  {
    pattern: /(?<!\b2 )\*\*=? (?!\d)|\*\*=? \(/,
    where: source,
    code: true,
    why: "engines differ in powers: use src/math/pow.ts",
  },
  {
    pattern: /\b(Deno|Bun|navigator|process)\b\s*[.?[]/,
    where: /^src\/(?!runtime\/|cli\/)/,
    code: true,
    why: "only src/runtime and src/cli name what differs between runtimes",
  },
];

/** Committed files; all but what a build makes where this is no checkout. */
function treeFiles() {
  try {
    const listed = execFileSync("git", ["ls-files", "-z"], {
      cwd: root,
      encoding: "utf8",
      stdio: "pipe",
    });
    return listed.split("\0").filter((path) => path !== "");
  } catch {
    const made = /^(node_modules|dist|build|runs|\.git|src\/kernels\/wasm)\//;
    return filesBelow(root)
      .map((path) => relative(root, path))
      .filter((path) => !made.test(path));
  }
}

/** The text with comments and strings blanked, lines kept. */
function codeOf(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.)*`/g, (m) =>
    m.replace(/[^\n]/g, " "),
  );
}

/** Violations, a line each. */
export function treeViolations() {
  const found = [];
  for (const path of treeFiles().filter((p) => !/\.(gz|png|wasm|bin|safetensors)$/.test(p))) {
    const rules = RULES.filter((rule) => rule.where === undefined || rule.where.test(path));
    let text;
    try {
      text = readFileSync(join(root, path), "utf8");
    } catch {
      continue; // removed, and not committed yet
    }
    const code = rules.some((rule) => rule.code) ? codeOf(text).split("\n") : [];
    text.split("\n").forEach((line, i) => {
      for (const rule of rules) {
        if (!rule.pattern.test(rule.code ? code[i] : line)) continue;
        found.push(`${path}:${i + 1}: ${rule.why}: ${line.trim().slice(0, 100)}`);
      }
    });
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = treeViolations();
  for (const line of found) console.error(line);
  if (found.length > 0) process.exit(1);
  console.log("tree: nothing that must not be there");
}
