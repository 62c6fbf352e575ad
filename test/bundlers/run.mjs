// Installs the packed package beside each bundler, builds a sample with it, and trains in Chromium; also a
// plain script tag, another host, a strict Content-Security-Policy, and programs without a page.
//   npm run bundlers                    all
//   npm run bundlers -- vite webpack    these
// Every one must end with the bits that Node ends with. A table: threads, KB of scripts, fingerprint.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM, COMMANDS } from "../conformance/commands.mjs";
import { startNext } from "./next.mjs";
import { PAGES } from "./pages.mjs";
import { here, install, pack, work } from "./project.mjs";
import { registryWith } from "./packages.mjs";
import { answerOf } from "../conformance/workerd.mjs";

/** Threads that each has: two are asked for. */
const ONE_THREAD = ["notIsolated", "csp", "workerd"];

/** A program's standard output. Not synchronously: this process may be the registry that it asks. */
async function printed(command, args, env = {}) {
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: work,
    timeout: 300_000,
    env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
  });
  return stdout;
}

const tarball = pack();

/** Deno with nothing but a file that imports `npm:thalweg`: no folder of packages, no permission. */
async function deno() {
  const folder = join(work, "deno");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(here, "training.mjs"), "utf8");
  writeFileSync(join(folder, "training.mjs"), text.replace('"thalweg"', '"npm:thalweg"'));
  writeFileSync(join(folder, "page.mjs"), readFileSync(join(here, "page.mjs")));
  const packages = await registryWith(tarball);
  try {
    return await printed(
      COMMANDS.deno.path,
      ["run", "--no-prompt", "--no-lock", "--no-config", join(folder, "page.mjs")],
      { NPM_CONFIG_REGISTRY: packages.origin, DENO_DIR: join(folder, "cache") },
    );
  } finally {
    packages.close();
  }
}

async function workerd() {
  const answer = await answerOf(work, "workerd.mjs");
  if (answer === null) throw new Error("workerd: miniflare is not installed");
  return answer;
}

/** Checks of the package's own: all say what is wrong and fail. */
const installed = (name) => join(work, "node_modules/.bin", name);
const CHECKS = {
  attw: [
    ...[installed("attw"), tarball, "--profile", "esm-only"],
    ...["--exclude-entrypoints", "./kernels/*.wasm"],
  ],
  publint: [installed("publint"), "--strict", tarball],
  // What the JavaScript registry would be given: the sources themselves.
  jsr: [
    ...[COMMANDS.deno.path, "publish", "--dry-run", "--allow-dirty"],
    ...["--config", join(here, "../../jsr.json")],
  ],
};

/** Programs by name: what each prints. */
const PROGRAMS = {
  node: () => printed(process.execPath, ["page.mjs"]),
  deno,
  bun: () => printed(COMMANDS.bun.path, ["run", "page.mjs"]),
  workerd,
};

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

/** The line that a page prints. */
async function lineOf(address) {
  const page = await browser.newPage();
  try {
    return await new Promise((resolve, reject) => {
      page.on("console", (message) => message.text().startsWith("{") && resolve(message.text()));
      page.on("pageerror", reject);
      setTimeout(() => reject(new Error(`${address} printed nothing in 60 s`)), 60_000).unref();
      page.goto(address).catch(reject);
    });
  } finally {
    await page.close();
  }
}

/** What a sample tells, and the KB of scripts that its page fetched. */
async function told(name) {
  if (name in PROGRAMS) return [await PROGRAMS[name](), null];
  const server = await (name === "next" ? startNext(tarball) : PAGES[name]());
  try {
    const line = await lineOf(`${server.origin}/`);
    if (name === "next") {
      const answer = await (await fetch(`${server.origin}/api/train`)).text();
      note("next api", JSON.parse(answer));
    }
    return [line, server.scripts?.() ?? null];
  } finally {
    server.close();
  }
}

let bits = null;
let failed = 0;
let passed = 0;
/** A row of the table. */
function note(name, { error, fingerprint, threads, variant, note: why }, scripts = null) {
  const problems = [];
  if (error) problems.push(error);
  else {
    bits ??= fingerprint;
    const wanted = ONE_THREAD.includes(name) ? 1 : 2;
    if (fingerprint !== bits) problems.push(`bits differ from Node's, ${bits}`);
    if (threads !== wanted) problems.push(`${threads} threads instead of ${wanted}: ${why}`);
  }
  if (problems.length > 0) failed++;
  else passed++;
  const kb = scripts === null ? "" : `${(scripts / 1000).toFixed(1)} KB`;
  const cells = [problems.length > 0 ? "FAIL" : "ok  ", name.padEnd(12), kb.padStart(9)];
  console.log([...cells, String(threads ?? "").padStart(2), fingerprint, variant].join("  "));
  for (const problem of problems) console.log(`      ${problem.split("\n").join("\n      ")}`);
}

const known = [...Object.keys(CHECKS), ...Object.keys(PROGRAMS), ...Object.keys(PAGES), "next"];
const named = process.argv.slice(2);
for (const name of named.filter((one) => !known.includes(one))) {
  console.error(`bundlers: unknown sample "${name}"; known: ${known.join(", ")}`);
  process.exit(2);
}
install(".", tarball);
try {
  // Node is first: the others are compared with it.
  for (const name of ["node", ...(named.length > 0 ? named : known).filter((n) => n !== "node")]) {
    try {
      if (name in CHECKS) {
        const [command, ...args] = CHECKS[name];
        await printed(command, args);
        passed++;
        console.log(`ok    ${name}`);
        continue;
      }
      const [text, scripts] = await told(name);
      note(name, JSON.parse(text.trim().split("\n").at(-1)), scripts);
    } catch (error) {
      note(name, { error: [error.message, error.stdout, error.stderr].filter(Boolean).join("\n") });
    }
  }
} finally {
  await browser.close();
}
console.log(`bundlers: ${passed} passed, ${failed} failed`);
if (failed > 0) process.exit(1);
