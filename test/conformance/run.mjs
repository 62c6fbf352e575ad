// Installs the packed tarball in an empty project and runs checks.mjs from it in every runtime.
//   npm run conformance                       those that are installed; says what is missing
//   npm run conformance -- deno firefox       these; a missing one is a failure
// Under `reproducible: true` every runtime must end with the same bits.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { COMMANDS, output } from "./commands.mjs";
import { install, told, types } from "./install.mjs";
import { BROWSER_NAMES, openPages } from "./pages.mjs";
import { answerOf } from "./workerd.mjs";

const MODES = { reproducible: { reproducible: true }, fastest: {} };
const KNOWN = [...Object.keys(COMMANDS), "workerd", ...BROWSER_NAMES];
const named = process.argv.slice(2);
for (const name of named) {
  if (!KNOWN.includes(name)) {
    console.error(`conformance: unknown runtime "${name}"; known: ${KNOWN.join(", ")}`);
    process.exit(2);
  }
}

/** A program of the empty project: the checks with the library, and what to do with what they find. */
const program = (mode, place, say) => `
import * as thalweg from "thalweg";
import { conform } from "./checks.mjs";
const found = () => conform(thalweg, ${JSON.stringify(MODES[mode])}, ${JSON.stringify(place)}).then(
  (result) => JSON.stringify(result),
  (error) => JSON.stringify({ error: String(error?.stack ?? error) }),
);
${say}
`;
const SAY = "found().then(console.log);";

const rows = [];
/** A row of the table from a line that a program printed. */
function note(name, form, mode, ms, text) {
  let result;
  try {
    result = JSON.parse(text.trim().split("\n").at(-1));
  } catch {
    result = { error: text || "it printed nothing" };
  }
  const problems = result.error ? [result.error] : result.problems;
  rows.push({ name, form, mode, ms, ...result, problems });
}

/** Each way to the library in a page: how the page is made. */
const FORMS = {
  "esbuild esm": (site, mode) => bundled(site, mode, "esm", 'type="module" '),
  "esbuild iife": (site, mode) => bundled(site, mode, "iife", ""),
  "script tag": (site, mode) => {
    const imports = JSON.stringify({ imports: { thalweg: "./browser.js" } });
    copyFileSync(join(project, `${mode}.mjs`), join(site, `${mode}.mjs`));
    return `<script type="importmap">${imports}</script><script type="module" src="${mode}.mjs"></script>`;
  },
};

async function bundled(site, mode, format, attribute) {
  const file = `${mode}.${format}.js`;
  await esbuild.build({
    entryPoints: [join(project, `${mode}.mjs`)],
    outfile: join(site, file),
    bundle: true,
    format,
    minify: true,
    logLevel: "warning",
  });
  return `<script ${attribute}src="${file}"></script>`;
}

/** Runs the forms in a browser; false where it is missing. */
async function inBrowser(name, forms, isolated) {
  const site = mkdtempSync(join(project, `${name}-`));
  for (const file of ["checks.mjs", "images.mjs"])
    copyFileSync(join(project, file), join(site, file));
  copyFileSync(join(project, "node_modules/thalweg/dist/browser.js"), join(site, "browser.js"));
  const pages = [];
  for (const mode of Object.keys(MODES)) {
    writeFileSync(
      join(project, `${mode}.mjs`),
      program(mode, { threads: isolated, workers: true }, SAY),
    );
    for (const form of forms) {
      const page = `${mode}-${form.replace(" ", "-")}.html`;
      const script = await FORMS[form](site, mode);
      writeFileSync(
        join(site, page),
        `<!doctype html><meta charset="utf-8"><title>${page}</title>${script}\n`,
      );
      pages.push({ page, form: isolated ? form : "not isolated", mode });
    }
  }
  const found = await openPages(
    site,
    pages.map(({ page }) => page),
    { browser: name, isolated },
  );
  if (!found) return false;
  for (const { page, form, mode } of pages) {
    const { line, ms } = found.pages[page];
    note(name, form, mode, ms, line);
    rows.at(-1).runtime = `${name} ${found.version}`;
  }
  return true;
}

async function inWorkerd() {
  for (const mode of Object.keys(MODES)) {
    const entry = `worker-${mode}.mjs`;
    const say = "export default { fetch: async () => new Response(await found()) };";
    writeFileSync(join(project, entry), program(mode, { threads: false, workers: false }, say));
    const started = performance.now();
    const answer = await answerOf(project, entry);
    if (answer === null) return false;
    note("workerd", "bundled", mode, performance.now() - started, answer);
  }
  return true;
}

function inCommand(name) {
  if (COMMANDS[name].path === undefined) return false;
  for (const mode of Object.keys(MODES)) {
    writeFileSync(
      join(project, `${mode}.mjs`),
      program(mode, { threads: true, workers: true }, SAY),
    );
    const started = performance.now();
    let line;
    try {
      line = output(COMMANDS[name], `${mode}.mjs`, project);
    } catch (error) {
      line = told(error);
    }
    note(name, "npm", mode, performance.now() - started, line);
  }
  return true;
}

/** Runs everything in one runtime; false where it is missing. */
async function runIn(name) {
  if (name === "workerd") return inWorkerd();
  if (!BROWSER_NAMES.includes(name)) return inCommand(name);
  // Bundles are the same in every browser, so one shows them all.
  const forms = name === "chromium" ? Object.keys(FORMS) : ["script tag"];
  return (await inBrowser(name, forms, true)) && inBrowser(name, ["script tag"], false);
}

const missing = [];
const project = mkdtempSync(join(tmpdir(), "thalweg-conformance-"));
try {
  install(project);
  rows.push(...types(project));
  for (const name of named.length > 0 ? named : KNOWN) {
    try {
      if (!(await runIn(name))) missing.push(name);
    } catch (error) {
      note(name, "", "", 0, told(error));
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

const NETS = ["mlp", "cnn", "lstm", "gpt"];
const reference = rows.find((row) => row.mode === "reproducible" && row.prints)?.prints;
const line = (cells) => console.log(`| ${cells.join(" | ")} |`);
const WIDTHS = [4, 23, 12, 12, 20, 7, 6, 8, 8, 8, 8];
const padded = (cells) => cells.map((cell, i) => String(cell).padEnd(WIDTHS[i]));
line(padded(["", "runtime", "form", "arithmetic", "builds", "threads", "s", ...NETS]));
line(WIDTHS.map((width) => "-".repeat(width)));
let failed = 0;
for (const row of rows) {
  const { problems, prints = {}, variants = [] } = row;
  if (row.mode === "reproducible" && row.prints) {
    for (const [name, print] of Object.entries(reference))
      if (prints[name] !== print) problems.push(`bits of ${name} differ: ${prints[name]}`);
    if (!variants.every((v) => v.startsWith("simd"))) problems.push(`reproducible ran ${variants}`);
  }
  if (problems.length > 0) failed++;
  line(
    padded([
      problems.length > 0 ? "FAIL" : "ok",
      row.runtime ?? row.name,
      row.form,
      row.mode,
      variants.join(", "),
      row.threads ?? "",
      row.ms ? (row.ms / 1000).toFixed(1) : "",
      ...NETS.map((name) => prints[name] ?? ""),
    ]),
  );
  for (const problem of problems) console.log(`       ${problem.split("\n").join("\n       ")}`);
}
for (const name of missing) {
  if (named.includes(name)) failed++;
  console.log(`MISSING  ${name}${named.includes(name) ? "" : ": it was not asked for by name"}`);
}
const all = rows.length + (named.length > 0 ? missing.length : 0);
console.log(`conformance: ${all - failed} passed, ${failed} failed`);
if (failed > 0 || rows.length === 0) process.exit(1);
