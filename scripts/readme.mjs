// Runs the program of README.md as a user would and compares what it prints with the README's text;
// keeps the page's program and the size that the README states in step.
//   node scripts/readme.mjs           fails where something differs
//   node scripts/readme.mjs --write   writes the output and the size into README.md
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sizes } from "./size.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const file = join(root, "README.md");
const fence = (text, language) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
const problems = [];
let text = readFileSync(file, "utf8");

// A module below the package's own folder may import the package by its name.
const folder = join(root, "build/readme");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "xor.mjs"), fence(text, "js"));
const printed = execFileSync(process.execPath, [join(folder, "xor.mjs")], {
  encoding: "utf8",
  cwd: folder,
});

const [{ js, wasm }] = await sizes();
const kb = `${Math.round(js + wasm)} KB`;

if (process.argv.includes("--write")) {
  text = text.replace(/```text\n[\s\S]*?```/, `\`\`\`text\n${printed}\`\`\``);
  text = text.replace(/<!-- size -->.*?<!-- \/size -->/, `<!-- size -->${kb}<!-- /size -->`);
  writeFileSync(file, text);
}

if (fence(text, "text") !== printed) {
  problems.push(`the program prints\n${printed}and README.md says\n${fence(text, "text")}`);
}
const stated = /<!-- size -->(\d+) KB<!-- \/size -->/.exec(text)?.[1];
if (!(Math.abs(Number(stated) - js - wasm) <= 2))
  problems.push(`states ${stated} KB, measured ${kb}; run with --write`);
const page = fence(text, "html");
for (const line of fence(text, "js")
  .split("\n")
  .filter((l) => /dense\(|sequential\(|compile\(/.test(l))) {
  if (!page.includes(line.trim()))
    problems.push(`the page's program lacks the line ${line.trim()}`);
}
for (const [, path] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
  try {
    readFileSync(join(root, path));
  } catch {
    problems.push(`the link to ${path} leads nowhere`);
  }
}
for (const problem of problems) console.error(`README.md: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log("README.md: its program prints what it says");
