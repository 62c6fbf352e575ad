// Every check of the project, in order, a line each with its time. `npm run ok` is the only command
// to remember.
//   npm run ok                     all
//   npm run ok -- lint layers      some, by name
//   npm run ok -- --except tests   all but some
// Ends with "ok: N checks", or with what failed and exit code 1.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node = process.execPath;
const bin = (path) => [node, `node_modules/${path}`];
const script = (name, ...args) => [node, `scripts/${name}.mjs`, ...args];

/** Turn on once the whole tree has been written by `npm run format`. */
const CHECK_FORMAT = true;

const FORMATTED = ["assembly", "src", "test", "scripts", "bench"];

const CHECKS = [
  { name: "gen", command: script("gen", "--check") },
  { name: "layers", command: script("layers") },
  { name: "tree", command: script("tree") },
  { name: "lock", command: script("lock") },
  { name: "build", command: script("build") },
  { name: "types", command: bin("typescript/bin/tsc").concat("-p", "tsconfig.test.json") },
  { name: "lint", command: bin("oxlint/bin/oxlint").concat("--format=unix") },
  {
    name: "format",
    command: bin("oxfmt/bin/oxfmt").concat("--check", ...FORMATTED),
    skip: !CHECK_FORMAT,
  },
  { name: "dispatcher", command: script("dispatcher") },
  { name: "size", command: script("size") },
  { name: "api", command: script("api", "--check") },
  { name: "pack", command: script("pack") },
  { name: "readme", command: script("readme") },
  { name: "tests", command: bin("vitest/vitest.mjs").concat("run") },
];

/** Runs a command; its exit code and all it printed. */
function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, NO_COLOR: "1" } });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("close", (code) => resolve({ code, output }));
  });
}

const words = process.argv.slice(2);
const except = words.includes("--except") ? words.slice(words.indexOf("--except") + 1) : [];
const only = except.length > 0 ? [] : words;
for (const name of [...only, ...except]) {
  if (!CHECKS.some((check) => check.name === name)) {
    console.error(
      `ok: unknown check "${name}"; known: ${CHECKS.map((check) => check.name).join(", ")}`,
    );
    process.exit(2);
  }
}
const chosen = CHECKS.filter((c) =>
  only.length > 0 ? only.includes(c.name) : !c.skip && !except.includes(c.name),
);
const failed = [];
for (const { name, command } of chosen) {
  const started = performance.now();
  const { code, output } = existsSync(join(root, command[1]))
    ? await run(command)
    : { code: 1, output: `${command[1]} is missing; run npm ci` };
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  const lines = output.trim().split("\n");
  const detail = /^ *Tests .*$/m.exec(output)?.[0].trim().replace(/ +/g, " ") ?? lines.at(-1);
  if (code === 0) console.log(`ok    ${name.padEnd(11)}${seconds} s  ${detail}`);
  else {
    failed.push(name);
    console.log(
      `FAIL  ${name.padEnd(11)}${seconds} s\n${lines.map((line) => `      ${line}`).join("\n")}`,
    );
  }
}
if (failed.length > 0) {
  console.log(`failed: ${failed.join(", ")} (${failed.length} of ${chosen.length} checks)`);
  process.exit(1);
}
console.log(`ok: ${chosen.length} checks`);
