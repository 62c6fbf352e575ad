// Thalweg beside jax-js, TensorFlow.js, onnxruntime-web and PyTorch: the same weights and data, losses compared.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleave, ratios, spreadOf } from "../measure.mjs";
import { ADAM_BYTES, PROBLEMS } from "../problems.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** The peers' own packages, installed on first use; no script of theirs is run. */
function install() {
  if (existsSync(join(here, "node_modules"))) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: "inherit",
  });
}

/** Throws unless what two contestants computed agrees to 4 digits. */
function agree(label, a, b, name) {
  a.forEach((x, i) => {
    if (Math.abs(x - b[i]) <= 1e-4 * Math.max(Math.abs(x), 1e-2)) return;
    throw new Error(`${label}: ${name} computed ${b[i]} where thalweg computed ${x}`);
  });
}

async function measure(problem, contenders, options) {
  const contestants = [];
  const notes = [];
  for (const contender of contenders) {
    try {
      contestants.push(await contender.open(problem));
    } catch (error) {
      notes.push(`${contender.name}: ${String(error.message ?? error).split("\n")[0]}`);
    }
  }
  const checks = [];
  for (const c of contestants) checks.push(await c.check());
  checks.forEach((values, i) => agree(problem.label, checks[0], values, contestants[i].name));
  const times = await interleave(contestants, options);
  for (const c of contestants) c.close();
  const [jax, ort] = [times.get("jax-js"), times.get("onnxruntime-web")];
  return {
    notes,
    check: checks[0],
    rows: contestants.map(({ name }) => {
      const own = times.get(name);
      const ms = spreadOf(own);
      return {
        name,
        ms,
        toJax: jax && ratios(own, jax),
        toOrt: ort && ratios(own, ort),
        ...(problem.kind === "optimizer" && { gbs: (ADAM_BYTES * problem.size) / ms.median / 1e6 }),
      };
    }),
  };
}

export async function peers({ filter, rounds, clock, print }) {
  install();
  const thalweg = await import("../thalweg.mjs");
  const torch = await import("./pytorch.mjs");
  const contenders = [
    thalweg,
    await import("./jaxjs.mjs"),
    await import("./tfjs.mjs"),
    await import("./onnxruntime.mjs"),
    ...(torch.available ? [torch] : []),
  ];
  const out = {};
  for (const [key, problem] of Object.entries(PROBLEMS)) {
    if (!key.includes(filter)) continue;
    const result = await measure(problem, contenders, { rounds, clock, sampleMs: 60, timeMs: 150 });
    out[key] = result;
    print(
      `\n${problem.label}  (equal to 4 digits: ${result.check.map((x) => x.toPrecision(5)).join(", ")})`,
    );
    print(
      "| | ms, median (quartiles) | of jax-js's time | of onnxruntime-web's | GB/s |\n|---|---|---|---|---|",
    );
    const digits = (x) => x.toPrecision(3);
    const spread = (s) => (s ? `${digits(s.median)} (${digits(s.low)} to ${digits(s.high)})` : "");
    for (const { name, ms, toJax, toOrt, gbs } of result.rows) {
      print(
        `| ${name} | ${spread(ms)} | ${spread(toJax)} | ${spread(toOrt)} | ${gbs ? digits(gbs) : ""} |`,
      );
    }
    for (const note of result.notes) print(note);
  }
  return out;
}
