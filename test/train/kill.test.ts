import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../src/index.ts";
import { EPOCHS, trained } from "./killed.ts";
import { outcome } from "./resumable.ts";

/** Trainings that are killed. */
const KILLS = 20;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "thalweg-kill-"));
  buildSync({
    entryPoints: [fileURLToPath(new URL("killed.ts", import.meta.url))],
    outfile: join(folder, "killed.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "bundle",
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "main.mjs"),
    'import { main } from "./killed.mjs";\nawait main(process.argv[2]);\n',
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Starts a training and kills it so many milliseconds after it began; Infinity: never.
 *
 * @returns what it printed, and how long it lived after it began
 */
function run(backup: string, milliseconds: number): Promise<{ lines: string[]; lived: number }> {
  const child = spawn(process.execPath, [join(folder, "main.mjs"), backup], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let [text, began] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    if (began > 0) return;
    began = performance.now();
    if (milliseconds < Infinity) setTimeout(() => child.kill("SIGKILL"), milliseconds);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () =>
      resolve({ lines: text.trim().split("\n"), lived: performance.now() - began }),
    );
  });
}

// On a disk that is busy each flush takes its time: some 70 of them a training.
test(
  "a training that is killed at any moment and resumed ends as one that was not",
  { timeout: 180_000 },
  async () => {
    const whole = await outcome(EPOCHS);
    const undisturbed = await run(join(folder, "undisturbed"), Infinity);
    expect(undisturbed.lines).toEqual(["begins", whole]);

    const seed = Date.now() % 1e9;
    const random = new Random(seed, 0);
    let inTheMiddle = 0;
    const killed = async (i: number): Promise<{ backup: string; after: number }> => {
      const backup = join(folder, `backup${i}`);
      const after = random.uniform() * undisturbed.lived;
      const { lines } = await run(backup, after);
      if (lines.length === 1 && existsSync(backup) && readdirSync(backup).length > 0) inTheMiddle++;
      return { backup, after };
    };
    // Two at a time: most of it is the start of a process.
    for (let i = 0; i < KILLS; i += 2) {
      for (const { backup, after } of await Promise.all([killed(i), killed(i + 1)])) {
        expect(await trained(backup), `seed ${seed}, killed after ${after} ms`).toBe(whole);
        expect(readdirSync(backup).filter((name) => !name.endsWith(".partial"))).toEqual([]);
      }
    }
    expect(inTheMiddle).toBeGreaterThanOrEqual(KILLS / 2);
  },
);
