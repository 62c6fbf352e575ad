import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("mpiTraining.mjs", import.meta.url));
const missing =
  spawnSync("mpiexec", ["--version"]).status !== 0
    ? "mpiexec is not installed (Debian: mpich)"
    : existsSync(fileURLToPath(new URL("../../dist/distributed/index.js", import.meta.url)))
      ? ""
      : "dist/ is not built (npm run build)";
if (missing !== "") console.warn(`NOT TESTED: training over MPI; ${missing}`);

interface Outcome {
  readonly rank: number;
  readonly hash: number;
  readonly loss: readonly number[];
  readonly val_loss: readonly number[];
  readonly accuracy: readonly number[];
  readonly kind_loss?: readonly number[];
  readonly length_loss?: readonly number[];
  readonly kind_accuracy?: readonly number[];
  readonly error?: string;
}

/** Runs a command; what its processes printed, by rank, and its exit code. */
function run(...command: string[]): { code: number | null; ranks: Outcome[]; errors: string } {
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
    encoding: "utf8",
    timeout: 120_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  const ranks = lines.map((line) => JSON.parse(line) as Outcome);
  return { code: status, errors: stderr, ranks: ranks.sort((a, b) => a.rank - b.rank) };
}

/** Largest relative difference of two lists. */
function apart(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!) / Math.abs(b[i]!)));
}

describe.skipIf(missing !== "")("training over MPI", { timeout: 180_000 }, () => {
  let folder = "";
  let alone: Outcome;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "thalweg-mpi-"));
    alone = run(process.execPath, program, "--alone").ranks[0]!;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const size of [1, 2, 3]) {
    test(`${size} processes have the loss curve of one at the whole batch, and equal weights`, () => {
      const { code, ranks } = run("mpiexec", "-n", String(size), process.execPath, program);
      expect(code).toBe(0);
      expect(ranks.map((r) => r.rank)).toEqual(Array.from({ length: size }, (_, i) => i));
      for (const rank of ranks) {
        expect(rank.hash).toBe(ranks[0]!.hash);
        // The sums of float32 gradients are taken in another order: an ulp or two a step, over 20 steps.
        expect(apart(rank.loss, alone.loss)).toBeLessThan(1e-6);
        expect(apart(rank.val_loss, alone.val_loss)).toBeLessThan(1e-6);
        expect(rank.accuracy).toEqual(alone.accuracy);
      }
      if (size === 1) expect(ranks[0]!.hash).toBe(alone.hash);
    });
  }

  test("outputs with masks have the loss curve of one process, however unevenly the padding is spread", () => {
    const one = run("env", "MASKED=1", process.execPath, program, "--alone").ranks[0]!;
    for (const size of [2, 3]) {
      const { code, ranks } = run(
        ...["mpiexec", "-n", String(size), "-env", "MASKED", "1", process.execPath, program],
      );
      expect(code).toBe(0);
      expect(ranks).toHaveLength(size);
      for (const rank of ranks) {
        expect(rank.hash).toBe(ranks[0]!.hash);
        for (const name of ["loss", "kind_loss", "length_loss", "val_loss"] as const)
          expect(apart(rank[name]!, one[name]!), name).toBeLessThan(2e-6);
        expect(apart(rank["kind_accuracy"]!, one["kind_accuracy"]!)).toBeLessThan(1e-6);
      }
    }
  });

  test("worker threads in each rank change nothing", () => {
    const two = run("mpiexec", "-n", "2", process.execPath, program);
    const threaded = run("mpiexec", "-n", "2", "-env", "THREADS", "2", process.execPath, program);
    expect(threaded.code).toBe(0);
    expect(threaded.ranks.map((r) => r.hash)).toEqual(two.ranks.map((r) => r.hash));
  });

  test("ranks with different options are refused, in all of them", () => {
    const { code, ranks } = run(
      ...["mpiexec", "-n", "2", "-env", "DISAGREE", "1", process.execPath, program],
    );
    expect(code).not.toBe(0);
    const text = (own: number): string =>
      `fit: seed must be the same in all 2 processes; here it is ${own}, in the first one 0`;
    expect(ranks.map((r) => r.error)).toEqual([text(0), text(1)]);
  });

  test("an error in one rank ends the others, which would wait for it", () => {
    const failed = ["mpiexec", "-n", "3", "-env", "FAIL", "1", process.execPath, program];
    const { code, ranks, errors } = run(...failed);
    expect(code).not.toBe(0);
    expect(ranks).toEqual([]);
    expect(errors).toContain("an error of one rank");
  });

  test("a killed rank ends the group; started again, the training ends as one that was not killed", () => {
    const whole = run("mpiexec", "-n", "2", process.execPath, program).ranks[0]!;
    const backup = join(folder, "backup");
    const killed = run("mpiexec", "-n", "2", process.execPath, program, backup, "8");
    expect(killed.code).not.toBe(0);
    expect(killed.ranks).toEqual([]);
    expect(readdirSync(backup)).toContain("checkpoint");
    const resumed = run("mpiexec", "-n", "2", process.execPath, program, backup);
    expect(resumed.code).toBe(0);
    expect(resumed.ranks.map((r) => r.hash)).toEqual([whole.hash, whole.hash]);
    expect(readdirSync(backup)).toEqual([]);
  });

  const runtimes = process.env["THALWEG_RUNTIMES"];
  const deno = `${runtimes}/node_modules/.bin/deno`;
  const bun = `${runtimes}/node_modules/.bin/bun`;
  test.skipIf(!existsSync(deno) || !existsSync(bun))(
    "Node, Deno and Bun train as one group, to the same bits as three of one kind",
    () => {
      const three = run("mpiexec", "-n", "3", process.execPath, program).ranks[0]!;
      const mixed = run(
        ...["mpiexec", "-n", "1", process.execPath, program, ":"],
        ...["-n", "1", deno, "run", "-A", "--node-modules-dir=manual", program, ":"],
        ...["-n", "1", bun, program],
      );
      expect(mixed.code).toBe(0);
      expect(mixed.ranks.map((r) => r.hash)).toEqual([three.hash, three.hash, three.hash]);
    },
  );
});
