import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { openPages } from "../conformance/pages.mjs";
import { CHROMIUM } from "../conformance/commands.mjs";

const there = CHROMIUM !== undefined && existsSync(CHROMIUM);
if (!there) console.warn("SKIPPED: there is no Chromium; the stores of browsers are not tested");

test.skipIf(!there)(
  "opfsStore(), indexedDBStore() and cacheStorageStore() keep checkpoints and downloads in Chromium",
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "thalweg-browser-"));
    try {
      buildSync({
        entryPoints: [fileURLToPath(new URL("browserPage.ts", import.meta.url))],
        outfile: join(folder, "page.js"),
        bundle: true,
        format: "esm",
        platform: "browser",
        logLevel: "error",
      });
      writeFileSync(
        join(folder, "page.html"),
        '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>',
      );
      const found = await openPages(folder, ["page.html"]);
      const result = {
        ended: "Error: crash",
        kept: ["checkpoint", "checkpoint.prev"],
        same: true,
        left: [],
        missing: null,
      };
      expect(JSON.parse(found!.pages["page.html"]!.line)).toEqual({
        opfs: result,
        indexedDB: result,
        cacheStorage: result,
        downloads: [
          [false, true],
          [false, true],
        ],
        own: ["#-#-page.js"],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
