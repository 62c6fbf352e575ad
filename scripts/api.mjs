// docs/api.txt: every name that the package exports, with its signature, sorted. A change of the
// public API shows as a diff of that file. Reads the declarations in dist/.
//   node scripts/api.mjs           writes
//   node scripts/api.mjs --check   fails where the file is not current
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const report = join(root, "docs/api.txt");
const declarations = new Map();

/** A declaration file without comments. */
function textOf(path) {
  const file = path.replace(/\.js$/, ".d.ts");
  if (!declarations.has(file)) {
    const text = readFileSync(file, "utf8");
    declarations.set(
      file,
      text.replace(
        /("(?:[^"\\\n]|\\.)*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
        (_, string) => string ?? "",
      ),
    );
  }
  return declarations.get(file);
}

/** From `start` to the end of the statement: a `;` or the closing brace of a body at depth 0. */
function statement(text, start, braced) {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = text.indexOf('"', i + 1);
    else if ("{([".includes(c)) depth++;
    else if ("})]".includes(c)) {
      depth--;
      if (depth === 0 && braced && c === "}") return text.slice(start, i + 1);
    } else if (c === ";" && depth === 0) return text.slice(start, i);
  }
  return text.slice(start);
}

/** Every declaration of a name in a file (overloads are several), one line each. */
function signatures(path, name) {
  const text = textOf(path);
  const pattern = new RegExp(
    `^export (?:declare )?((?:abstract )?(?:const|let|function|class|interface|type|enum)) ${name.replace("$", "\\$")}\\b`,
    "gm",
  );
  const found = [...text.matchAll(pattern)].map((m) => {
    const start = m.index + m[0].indexOf(m[1]);
    const whole = statement(text, start, /class|interface/.test(m[1]));
    const visible = whole.replace(/^\s*(?:private|#)[^;]*;\n/gm, "");
    return visible.replace(/\s+/g, " ").trim();
  });
  return found.length > 0
    ? found
    : reexported(path)
        .filter((e) => e.name === name)
        .flatMap((e) => signatures(e.from, e.original));
}

/** What a file exports from other files. */
function reexported(path) {
  const out = [];
  const text = textOf(path);
  const resolve = (specifier) => join(dirname(path), specifier).replace(/\.ts$/, ".js");
  for (const [, list, from] of text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)) {
    for (const entry of list
      .split(",")
      .map((e) => e.trim().replace(/^type /, ""))
      .filter(Boolean)) {
      const [original, name = original] = entry.split(/ as /);
      out.push({ name, original, from: resolve(from) });
    }
  }
  for (const [, space, from] of text.matchAll(/^export \*(?: as (\w+))? from "([^"]+)";/gm)) {
    const inner = exportsOf(resolve(from));
    for (const e of inner) out.push({ ...e, name: space ? `${space}.${e.name}` : e.name });
  }
  return out;
}

/** Every name that a file exports, and where it is declared. */
function exportsOf(path) {
  const own = [
    ...textOf(path).matchAll(
      /^export (?:declare )?(?:abstract )?(?:const|let|function|class|interface|type|enum) (\w+)/gm,
    ),
  ];
  return [...own.map((m) => ({ name: m[1], original: m[1], from: path })), ...reexported(path)];
}

/** Entries of the package, and what their names are marked with. */
const ENTRIES = { "index.js": "", "distributed/index.js": "  (of thalweg/distributed)" };

/** The text of the report. */
export function apiReport() {
  const lines = new Set();
  for (const [entry, mark] of Object.entries(ENTRIES)) {
    for (const { name, original, from } of exportsOf(join(root, "dist", entry))) {
      const found = signatures(from, original);
      if (found.length === 0) throw new Error(`api: no declaration of "${name}" in ${from}`);
      for (const signature of found)
        lines.add((name === original ? signature : `${signature}  (as ${name})`) + mark);
    }
  }
  const nameOf = (line) => /(?:const|let|function|class|interface|type|enum) (\w+)/.exec(line)[1];
  const sorted = [...lines].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a < b ? -1 : 1,
  );
  return `${sorted.join("\n\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = apiReport();
  const current = existsSync(report) && readFileSync(report, "utf8") === text;
  if (!process.argv.includes("--check")) {
    if (!current) writeFileSync(report, text);
    console.log(`docs/api.txt: ${text.split("\n\n").length} names`);
  } else if (!current) {
    console.error(
      "docs/api.txt is not current: run `npm run api`, look at its diff, and commit it",
    );
    process.exit(1);
  } else console.log(`${text.split("\n\n").length} names`);
}
