import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
/** Pages, and how many programs each of them has. */
const PAGES = { data: 2, training: 1 };
const snippets = Object.keys(PAGES).flatMap((page) => {
  const text = readFileSync(new URL(`docs/${page}.md`, root), "utf8");
  const found = text.matchAll(/```js\n([\s\S]*?)```\n\nprints\n\n```text\n([\s\S]*?)```/g);
  return [...found].map(([, code, printed], i) => [page, i, code!, printed!] as const);
});

// A module below the package's own folder may import the package by its name.
const folder = new URL("build/docs/", root);

test.each(Object.entries(PAGES))("docs/%s.md has its snippets", (page, count) =>
  expect(snippets.filter(([of]) => of === page)).toHaveLength(count),
);

test.each(snippets)(
  "docs/%s.md, snippet %i prints what the page says",
  async (page, i, code, printed) => {
    mkdirSync(folder, { recursive: true });
    const file = fileURLToPath(new URL(`${page}${i}.mjs`, folder));
    writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    expect(stdout).toBe(printed);
  },
);
