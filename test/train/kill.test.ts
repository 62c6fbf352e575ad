import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../src/index.ts";
import { BATCHES, EPOCHS, trained } from "./killed.ts";
import { outcome } from "./outcome.ts";

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
 * Starts a training and kills it so many milliseconds after so many batches.
 *
 * @returns what it printed
 */
function run(backup: string, batches: number, milliseconds: number): Promise<string> {
  const child = spawn(process.execPath, [join(folder, "main.mjs"), backup], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let [text, due] = ["", false];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    if (due || text.length < batches) return;
    due = true;
    setTimeout(() => child.kill("SIGKILL"), milliseconds);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}

// On a disk that is busy each flush takes its time: some 70 of them a training.
test(
  "a training that is killed at any moment and resumed ends as one that was not",
  { timeout: 180_000 },
  async () => {
    const whole = await outcome(EPOCHS);
    const undisturbed = await run(join(folder, "undisturbed"), Infinity, 0);
    expect(undisturbed).toBe(".".repeat(BATCHES * EPOCHS) + whole);

    const random = new Random(Date.now() % 1e9, 0);
    let inTheMiddle = 0;
    const killed = async (i: number): Promise<{ backup: string; after: string }> => {
      const backup = join(folder, `backup${i}`);
      const batches = 1 + random.integer(BATCHES * EPOCHS - 1);
      const milliseconds = 8 * random.uniform();
      const text = await run(backup, batches, milliseconds);
      const left = existsSync(backup) ? readdirSync(backup) : [];
      if (!text.endsWith(whole) && left.length > 0) inTheMiddle++;
      return { backup, after: `${batches} batches and ${milliseconds} ms` };
    };
    // Two at a time: most of it is the start of a process.
    for (let i = 0; i < KILLS; i += 2) {
      for (const { backup, after } of await Promise.all([killed(i), killed(i + 1)])) {
        expect(await trained(backup), `killed after ${after}`).toBe(whole);
        expect(readdirSync(backup).filter((name) => !name.endsWith(".partial"))).toEqual([]);
      }
    }
    // A machine that is busy may let some come to their end.
    expect(inTheMiddle).toBeGreaterThanOrEqual(KILLS / 4);
  },
);
