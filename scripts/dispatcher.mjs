// Holds the size of the dispatcher: the function with the switch over opcodes. A case loads its
// arguments and calls its kernel, so its bytes grow with the number of parameters. A kernel that was
// inlined by mistake shows as hundreds of bytes: the function then takes long to compile in the
// optimizing tier, and every step until then runs several times slower.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Bytes that a case may take: fixed ones (switch, call), and for each parameter. */
const PER_KERNEL = 20;
const PER_PARAMETER = 6;

/** Bytes of each function's body, from the module's code section. */
function bodySizes(bytes) {
  let at = 8;
  const uint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const sizes = [];
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = uint() + at;
    if (id === 10) {
      for (let n = uint(); n > 0; n--) {
        sizes.push(uint());
        at += sizes.at(-1);
      }
    }
    at = end;
  }
  return sizes;
}

/** Position of the function that holds the longest jump table. */
function dispatcherIndex(file) {
  const dis = join(root, "node_modules/binaryen/bin/wasm-dis");
  const text = execFileSync(process.execPath, [dis, file], {
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  const functions = text.split(/\n \(func /).slice(1);
  const longest = functions.map((body) =>
    Math.max(
      0,
      ...[...body.matchAll(/\(br_table([^\n]*)/g)].map((m) => m[1].trim().split(" ").length),
    ),
  );
  return longest.indexOf(Math.max(...longest));
}

/** What the dispatcher of the simd build takes, and what it may take. */
export function dispatcherSize(file = join(root, "build/simd.wasm")) {
  const table = readFileSync(join(root, "assembly/dispatch.gen.ts"), "utf8");
  const kernels = table.match(/^ {4}case \d+:/gm).length;
  const parameters = table.match(/load<\w+>\(pc, \d+\)/g).length;
  const bytes = bodySizes(readFileSync(file))[dispatcherIndex(file)];
  return { bytes, kernels, parameters, limit: kernels * PER_KERNEL + parameters * PER_PARAMETER };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, kernels, parameters, limit } = dispatcherSize();
  console.log(
    `dispatcher: ${bytes} bytes for ${kernels} kernels with ${parameters} parameters, at most ${limit}`,
  );
  if (bytes > limit) {
    console.error(
      "dispatcher: a kernel seems to be inlined into it; see the --no-inline list of scripts/wasm.mjs",
    );
    process.exit(1);
  }
}
