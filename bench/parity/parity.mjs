// The same trainings by Thalweg and by PyTorch from several seeds, every side drawing its own initial weights and order
// of the samples from the same distributions: do they end alike?
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { python } from "../peers/pytorch.mjs";
import { TASKS } from "./tasks.mjs";
import { train } from "./thalweg.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** What PyTorch ends with, seed by seed; runs beside this process. */
async function torchRuns(task, { train, test }, seeds) {
  const folder = mkdtempSync(join(tmpdir(), "thalweg-parity-"));
  try {
    writeFileSync(join(folder, "task.json"), JSON.stringify({ ...task, seeds }));
    for (const [name, data] of Object.entries({
      trainX: train.x,
      trainY: train.y,
      testX: test.x,
      testY: test.y,
    }))
      if (data)
        writeFileSync(
          join(folder, name),
          new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        );
    const child = spawn(python, [join(here, "parity.py"), folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0) throw new Error(`parity.py ended with ${code}`);
    return Buffer.concat(chunks)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ownRuns(task, data, seeds) {
  const runs = [];
  for (const seed of seeds) runs.push(await train(task, data, seed));
  return runs;
}

/** Mean, least, largest, and the variance of the mean. */
function summary(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    mean,
    least: Math.min(...values),
    largest: Math.max(...values),
    error2: squares / (values.length - 1) / values.length,
  };
}

/**
 * Whether our mean lies within the range of PyTorch's, and by how many standard errors the means differ (Welch's
 * t). Of five seeds each, the first fails by chance in one case of 7 (simulated, normal).
 */
function verdict(own, torch) {
  const [a, b] = [summary(own), summary(torch)];
  return {
    own: a,
    torch: b,
    within: a.mean >= b.least && a.mean <= b.largest,
    t: (a.mean - b.mean) / Math.sqrt(a.error2 + b.error2),
  };
}

export async function parity({ filter, data: folder, seeds, print }) {
  if (!python) throw new Error("parity: needs PyTorch; on Debian, apt install python3-torch");
  const out = {};
  for (const [key, task] of Object.entries(TASKS)) {
    if (!key.includes(filter)) continue;
    print(`\n${task.label}`);
    let data;
    try {
      data = task.data(folder);
    } catch (error) {
      print(`left out: ${error.message}`);
      continue;
    }
    const started = performance.now();
    const [own, torch] = await Promise.all([
      ownRuns(task, data, seeds),
      torchRuns(task, data, seeds),
    ]);
    print("| | seed by seed | mean | range |\n|---|---|---|---|");
    out[key] = {};
    for (const metric of Object.keys(torch[0])) {
      const of = (runs) => runs.map((run) => run[metric]);
      const found = verdict(of(own), of(torch));
      out[key][metric] = { own: of(own), torch: of(torch), ...found };
      const digits = (x) => x.toFixed(4);
      for (const [name, runs, { mean, least, largest }] of [
        ["Thalweg", own, found.own],
        ["PyTorch", torch, found.torch],
      ])
        print(
          `| ${metric}, ${name} | ${of(runs).map(digits).join(" ")} | ${digits(mean)} | ${digits(least)} to ${digits(largest)} |`,
        );
      print(
        `| | the mean lies ${found.within ? "within" : "OUTSIDE"} PyTorch's range | t ${found.t.toFixed(2)} | |`,
      );
    }
    print(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  return out;
}
