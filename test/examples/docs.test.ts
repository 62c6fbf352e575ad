import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/data.md", root), "utf8");
const snippets = [...page.matchAll(/```js\n([\s\S]*?)```\n\nprints\n\n```text\n([\s\S]*?)```/g)];

// A module below the package's own folder may import the package by its name.
const folder = new URL("build/docs/", root);

test("docs/data.md has its snippets", () => expect(snippets).toHaveLength(2));

test.each(snippets.map(([, code, printed], i) => [i, code!, printed!] as const))(
  "snippet %i of docs/data.md prints what the page says",
  async (i, code, printed) => {
    mkdirSync(folder, { recursive: true });
    const file = fileURLToPath(new URL(`data${i}.mjs`, folder));
    writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    expect(stdout).toBe(printed);
  },
);
