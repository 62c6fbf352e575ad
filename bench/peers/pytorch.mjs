// PyTorch in a process of its own, in turns with the others; only where python3 can import it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { gptData, gptWeights } from "../gpt.mjs";
import { dataOf, uniform, weightsOf } from "../problems.mjs";

export const name = "PyTorch";

/** The system's interpreter first: it is the one that packages install into. */
export const python = ["/usr/bin/python3", "python3"].find(
  (path) => spawnSync(path, ["-c", "import torch"], { stdio: "ignore" }).status === 0,
);

export const available = python !== undefined;

/** Weights and data as raw files. */
function write(folder, problem) {
  const file = (name, data) => writeFileSync(join(folder, name), new Uint8Array(data.buffer));
  if (problem.kind === "optimizer") {
    file("p", uniform(problem.size, 1));
    file("g", uniform(problem.size, 2));
    return;
  }
  const [weights, data] = problem.kind === "gpt" ? [gptWeights, gptData] : [weightsOf, dataOf];
  weights(problem).forEach(({ data }, i) => file(`w${i}`, data));
  const { x, y } = data(problem);
  file("x", x);
  file("y", y);
}

export async function open(problem) {
  const folder = mkdtempSync(join(tmpdir(), "thalweg-bench-"));
  write(folder, problem);
  const script = join(dirname(fileURLToPath(import.meta.url)), "pytorch.py");
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("pytorch.py ended");
    return JSON.parse(value);
  };
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  await answer();
  const { check } = await ask({ open: problem, folder });
  return {
    name,
    foreign: true,
    check: () => check,
    run: (steps) => ask({ run: steps }),
    close: () => {
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
