// npm run bench -- kernels | steps | peers | tuning [--filter NAME] [--json FILE] [--rounds N] [--clock wall|cpu]
// Runs against dist: build first. Quote ratios, not times: a time moves with the neighbours' load.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: "string", default: "" },
    json: { type: "string" },
    rounds: { type: "string", default: "9" },
    clock: { type: "string", default: "wall" },
  },
});

const SUITES = {
  kernels: async () => (await import("./kernels/kernels.mjs")).kernels,
  steps: async () => (await import("./steps.mjs")).steps,
  peers: async () => (await import("./peers/peers.mjs")).peers,
  tuning: async () => (await import("./tuning/tuning.mjs")).tuning,
};

const [name = ""] = positionals;
if (!(name in SUITES) || !["wall", "cpu"].includes(values.clock)) {
  console.error(
    "usage: npm run bench -- kernels | steps | peers | tuning [--filter NAME] [--json FILE] [--rounds N] [--clock wall|cpu]",
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
  print,
});
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ suite: name, machine, results }, null, 2)}\n`);
process.exit(0);
