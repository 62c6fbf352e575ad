// npm run bench -- kernels | steps | peers | profile | tuning | pareto [--filter NAME] [--json FILE] [--rounds N] [--clock wall|cpu]
// npm run bench -- parity [--filter NAME] [--data FOLDER] [--seeds 1,2,3,4,5] [--json FILE]
// Runs against dist: build first. Quote ratios, not times: a time moves with the neighbours' load.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: "string", default: "" },
    json: { type: "string" },
    rounds: { type: "string", default: "9" },
    clock: { type: "string", default: "wall" },
    seeds: { type: "string", default: "1,2,3,4,5" },
    data: {
      type: "string",
      default: fileURLToPath(new URL("../../shared/data", import.meta.url)),
    },
  },
});

const SUITES = {
  kernels: async () => (await import("./kernels/kernels.mjs")).kernels,
  steps: async () => (await import("./steps.mjs")).steps,
  peers: async () => (await import("./peers/peers.mjs")).peers,
  tuning: async () => (await import("./tuning/tuning.mjs")).tuning,
  pareto: async () => (await import("./tuning/pareto.mjs")).pareto,
  profile: async () => (await import("./profile.mjs")).profile,
  parity: async () => (await import("./parity/parity.mjs")).parity,
};

const [name = ""] = positionals;
if (!(name in SUITES) || !["wall", "cpu"].includes(values.clock)) {
  console.error(
    "usage: npm run bench -- kernels | steps | peers | profile | parity | tuning | pareto [--filter NAME] [--json FILE] [--rounds N] [--clock wall|cpu] [--data FOLDER] [--seeds 1,2,3,4,5]",
  );
  process.exit(2);
}
const print = (text) => console.log(text);
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  clock: values.clock,
};
print(
  `${name}: Node ${machine.node}, ${machine.cores} x ${machine.cpu}, ${values.clock} clock, ${values.rounds} rounds`,
);
const suite = await SUITES[name]();
const results = await suite({
  filter: values.filter,
  rounds: Number(values.rounds),
  clock: values.clock,
  data: values.data,
  seeds: values.seeds.split(",").map(Number),
  print,
});
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ suite: name, machine, results }, null, 2)}\n`);
process.exit(0);
