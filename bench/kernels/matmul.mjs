// Speed of the matmul kernel, one thread, against the peak loop interleaved in the same run:
//   node bench/kernels/matmul.mjs [simd|relaxed] [part of a name, or a shape such as "48x64x384 NN"]
// Build first: node scripts/wasm.mjs simd relaxed. Relaxed SIMD needs Node 26 or newer.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const variant = process.argv[2] ?? "simd";
const filter = process.argv[3] ?? "";
/** Short runs and many: the best of them fell between the neighbours' work. */
const RUN_FLOPS = 2e7;
const SECONDS = 0.6;

const memory = new WebAssembly.Memory({ initial: 1400 });
const bytes = readFileSync(process.env.WASM ?? join(root, `build/${variant}.wasm`));
const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
const wasm = instance.exports;
const table = readFileSync(join(root, "src/kernels/table.gen.ts"), "utf8");
const opcode = Number(/ matmul\([^{]*\{\s*this\.commands\.write\((\d+)/.exec(table)[1]);

const TRANSPOSES = { NN: 0, TN: 1, NT: 2, TT: 3 };
const SHAPES = [
  ...[256, 512, 1024].flatMap((s) => ["NN", "NT", "TN"].map((t) => [s, s, s, t])),
  [128, 512, 784, "NN"],
  [784, 512, 128, "TN"],
  [128, 784, 512, "NT"],
  [32, 32, 64, "NN"],
  [64, 32, 32, "TN"],
  [32, 64, 32, "NT"],
  [32, 10, 32, "NN"],
  [32, 10, 32, "TN"],
  [32, 32, 10, "NT"],
  [1, 512, 784, "NN"],
  [1, 784, 512, "NT"],
  [1, 10, 512, "NN"],
  [25600, 64, 288, "NN"],
  [288, 64, 25600, "TN"],
];

const given = /^(\d+)x(\d+)x(\d+) (..)$/.exec(filter);
const shapes = given
  ? [[Number(given[1]), Number(given[2]), Number(given[3]), given[4]]]
  : SHAPES.filter(([m, n, k, transposes]) => `${m}x${n}x${k} ${transposes}`.includes(filter));

const align = (address) => (address + 63) & ~63;
const record = align(wasm.heapBase());

function prepare(m, n, k, transposes) {
  const a = record + 64;
  const b = align(a + 4 * m * k) + 64;
  const out = align(b + 4 * k * n) + 64;
  const scratch = align(out + 4 * m * n) + 64;
  const floats = new Float32Array(memory.buffer);
  for (let i = a / 4; i < scratch / 4; i++) floats[i] = ((i * 7919) % 1009) / 1009 - 0.5;
  const words = [(48 << 16) | opcode, a, b, 0, out, m, n, k, TRANSPOSES[transposes], m];
  new Int32Array(memory.buffer, record, words.length).set(words);
  const flops = 2 * m * n * k;
  const calls = Math.max(1, Math.round(RUN_FLOPS / flops));
  return { calls, flops, run: () => wasm.run(record, record + 48, scratch) };
}

function seconds(calls, run) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const peakRounds = 1e5;
const peaks = { "mul+add": wasm.peakMulAdd, madd: wasm.peakMadd };
const peakSpeed = (peak) => (80 * peakRounds) / seconds(1, () => peak(peakRounds)) / 1e9;
const median = (values) => values.toSorted((x, y) => x - y)[values.length >> 1];

console.log(
  `${variant}, ${process.version}: GFLOP/s, best (median), and share of the peak of the same run`,
);
console.log("| shape MxNxK | GFLOP/s | µs | of mul+add | of madd | peaks |");
console.log("|---|---|---|---|---|---|");
for (const [m, n, k, transposes] of shapes) {
  const name = `${m}x${n}x${k} ${transposes}`;
  const { calls, flops, run } = prepare(m, n, k, transposes);
  for (let i = 0; i < 5; i++) seconds(calls, run);
  const speeds = [];
  const seen = { "mul+add": [], madd: [] };
  const stop = performance.now() + 1000 * SECONDS;
  while (performance.now() < stop || speeds.length < 5) {
    for (const [peak, loop] of Object.entries(peaks)) seen[peak].push(peakSpeed(loop));
    speeds.push((calls * flops) / seconds(calls, run) / 1e9);
  }
  const best = Math.max(...speeds);
  const top = { "mul+add": Math.max(...seen["mul+add"]), madd: Math.max(...seen.madd) };
  const share = (peak) => `${((100 * best) / top[peak]).toFixed(0)} %`;
  const micros = (flops / best / 1e3).toFixed(2);
  console.log(
    `| ${name} | ${best.toFixed(1)} (${median(speeds).toFixed(1)}) | ${micros} | ${share("mul+add")} ` +
      `| ${share("madd")} | ${top["mul+add"].toFixed(1)}, ${top.madd.toFixed(1)} |`,
  );
}
