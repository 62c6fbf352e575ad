// builds.mjs in browsers: `node bench/kernels/browsers.mjs chromium firefox webkit`
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BROWSER_NAMES, openPages } from "../../test/conformance/pages.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "thalweg-builds-"));
const SCRIPT = `import { lines } from "./builds.mjs"; console.log(JSON.stringify({ lines }));`;

try {
  await build({
    stdin: { contents: SCRIPT, resolveDir: here },
    outfile: join(folder, "page.js"),
    bundle: true,
    format: "esm",
    external: ["node:*"],
  });
  const page = `<!doctype html><meta charset="utf-8"><script type="module" src="./page.js"></script>`;
  writeFileSync(join(folder, "page.html"), page);
  const asked = process.argv.slice(2);
  for (const browser of asked.length > 0 ? asked : BROWSER_NAMES) {
    const found = await openPages(folder, ["page.html"], { browser, isolated: true });
    console.log(`${browser} ${found?.version ?? "is missing"}`);
    if (!found) continue;
    const { lines, error } = JSON.parse(found.pages["page.html"].line);
    console.log(error ?? lines.join("\n"));
  }
} finally {
  rmSync(folder, { recursive: true });
}
