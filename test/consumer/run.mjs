// Installs the packed tarball in an empty project and runs one program from it wherever it can.
//   npm run consumer                    what is installed; says what is missing
//   npm run consumer -- deno chromium   these; a missing one is a failure
// Under `reproducible: true` every runtime must end with the same bits.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { openPages } from "./browser.mjs";
import { CHROMIUM, COMMANDS, output } from "./runtimes.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const MODES = ["reproducible", "fastest"];
const FILES = ["program.mjs", "images.mjs", ...MODES.map((mode) => `${mode}.mjs`)];
const known = [...Object.keys(COMMANDS), "chromium"];
const named = process.argv.slice(2);
for (const name of named) {
  if (!known.includes(name)) {
    console.error(`consumer: unknown runtime "${name}"; known: ${known.join(", ")}`);
    process.exit(2);
  }
}
const wanted = named.length > 0 ? named : known;

/** An empty project with the packed package as its only dependency. */
function install(project) {
  const npm = (...args) =>
    execFileSync("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  npm("pack", "--silent", "--pack-destination", project);
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(
    "install",
    "--silent",
    "--prefix",
    project,
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    join(project, tarball),
  );
  for (const file of FILES) copyFileSync(join(here, file), join(project, file));
}

const rows = [];
function note(runtime, form, mode, line) {
  let result;
  try {
    result = JSON.parse(line.trim().split("\n").at(-1));
  } catch {
    result = { error: line };
  }
  rows.push({ name: runtime, form, mode, ...result });
}

/** What a failed command has to say. */
const told = (error) => [error.message, error.stdout, error.stderr].filter(Boolean).join("\n");

async function inChromium(project) {
  const site = join(project, "site");
  mkdirSync(site);
  const page = (name, script) =>
    writeFileSync(
      join(site, name),
      `<!doctype html><meta charset="utf-8"><title>${name}</title>${script}\n`,
    );
  const forms = [];
  for (const mode of MODES) {
    for (const format of ["esm", "iife"]) {
      const file = `${mode}.${format}.js`;
      await esbuild.build({
        entryPoints: [join(project, `${mode}.mjs`)],
        outfile: join(site, file),
        bundle: true,
        format,
        minify: true,
        logLevel: "warning",
      });
      page(
        `${mode}.${format}.html`,
        `<script ${format === "esm" ? 'type="module" ' : ""}src="${file}"></script>`,
      );
      forms.push([`${mode}.${format}.html`, `esbuild ${format}`, mode]);
    }
    const imports = JSON.stringify({ imports: { thalweg: "./browser.js" } });
    copyFileSync(join(project, `${mode}.mjs`), join(site, `${mode}.mjs`));
    page(
      `${mode}.html`,
      `<script type="importmap">${imports}</script><script type="module" src="${mode}.mjs"></script>`,
    );
    forms.push([`${mode}.html`, "script tag", mode]);
  }
  for (const file of ["program.mjs", "images.mjs"])
    copyFileSync(join(project, file), join(site, file));
  copyFileSync(join(project, "node_modules/thalweg/dist/browser.js"), join(site, "browser.js"));
  const { version, lines } = await openPages(
    site,
    forms.map(([name]) => name),
  );
  for (const [name, form, mode] of forms) note("chromium", form, mode, lines[name]);
  for (const row of rows) if (row.name === "chromium") row.runtime = `chromium ${version}`;
}

/** The declarations hold under strict settings, library files checked, in a project without Node's types. */
function types(project) {
  copyFileSync(join(here, "types.ts"), join(project, "types.ts"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const flags = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--lib",
      "es2022,dom",
      "--types",
      "",
      "--module",
      module,
    ];
    let error;
    try {
      execFileSync(
        process.execPath,
        [tsc, ...flags, "--moduleResolution", moduleResolution, "types.ts"],
        { cwd: project, encoding: "utf8" },
      );
    } catch (e) {
      error = told(e);
    }
    rows.push({ name: "types", form: moduleResolution, mode: "", error });
  }
}

const missing = [];
const project = mkdtempSync(join(tmpdir(), "thalweg-consumer-"));
try {
  install(project);
  types(project);
  for (const name of wanted) {
    if (name === "chromium") {
      if (CHROMIUM === undefined) missing.push(name);
      else await inChromium(project).catch((error) => note(name, "page", "", told(error)));
    } else if (COMMANDS[name].path === undefined) missing.push(name);
    else {
      for (const mode of MODES) {
        try {
          note(name, "npm", mode, output(COMMANDS[name], `${mode}.mjs`, project));
        } catch (error) {
          note(name, "npm", mode, told(error));
        }
      }
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

const bits = rows.find((row) => row.mode === "reproducible" && row.fingerprint)?.fingerprint;
let failed = 0;
for (const row of rows) {
  const problems = [];
  if (row.error) problems.push(row.error);
  else if (row.name !== "types") {
    if (!(row.accuracy >= 0.9)) problems.push(`accuracy ${row.accuracy} is below 0.9`);
    if (!row.loaded) problems.push("the model loaded from bytes predicts otherwise");
    if (row.mode === "reproducible" && row.fingerprint !== bits)
      problems.push(`bits differ from ${bits}`);
    if (row.mode === "reproducible" && !row.variant.startsWith("simd"))
      problems.push(`reproducible ran ${row.variant}`);
  }
  if (problems.length > 0) failed++;
  const cells = [
    problems.length > 0 ? "FAIL" : "ok",
    (row.runtime ?? row.name).padEnd(24),
    row.form.padEnd(12),
    row.mode.padEnd(13),
    (row.variant ?? "").padEnd(11),
    (row.ms === undefined ? "" : `${row.ms} ms`).padStart(8),
    (row.accuracy?.toFixed(3) ?? "").padStart(6),
    row.fingerprint ?? "",
  ];
  console.log(cells.join("  "));
  for (const problem of problems) console.log(`      ${problem.split("\n").join("\n      ")}`);
}
for (const name of missing) {
  if (named.includes(name)) failed++;
  console.log(`${named.includes(name) ? "FAIL" : "--"}  ${name} is not installed`);
}
const checks = rows.length + (named.length > 0 ? missing.length : 0);
console.log(`consumer: ${checks - failed} passed, ${failed} failed`);
if (failed > 0 || rows.length === 0) process.exit(1);
