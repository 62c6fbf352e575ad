import { add } from "../../src/ops/binary.ts";
import { maskNoise, normalNoise, uniformNoise } from "../../src/ops/noise.ts";
import type { SymbolicTensor } from "../../src/graph/symbolic.ts";
import { uniformAt } from "../../src/math/philox.ts";
import { type OpCase, opCase } from "../support/opCase.ts";

const place = { seed: 11, stream: 3 };
const at = { ...place, step: 0 };
const shapes = [[[1]], [[5, 7]], [[3, 17]], [[0, 3]]];
const f = Math.fround;

/** Box and Muller of words 0 and 1 of a block: elements 0 to 3 and 4 to 7. */
const normal = (i: number): number =>
  Math.sqrt(-2 * Math.log(uniformAt(at, i) + 2 ** -24)) *
  Math.cos(2 * Math.PI * uniformAt(at, i + 4));

/** Random tensors have no inputs; cases have one, to which they are added. */
const onto =
  (make: (shape: readonly number[]) => SymbolicTensor) =>
  (x: SymbolicTensor): SymbolicTensor =>
    add(x, make(x.shape));
const zeros = [0, 0, 0];

export const cases: readonly OpCase[] = [
  opCase(
    "uniformNoise",
    onto((shape) => uniformNoise({ ...place, shape, low: 0, high: 2 })),
    { examples: [{ in: [zeros], out: zeros.map((_, i) => 2 * uniformAt(at, i)) }], shapes },
  ),
  opCase(
    "normalNoise",
    onto((shape) => normalNoise({ ...place, shape, mean: 1, stddev: 0.5 })),
    {
      examples: [
        {
          in: [zeros],
          out: zeros.map((_, i) => 1 + 0.5 * normal(i)),
          tolerance: 1e-6,
          why: "the kernel works in f32, the host in f64",
        },
      ],
      shapes,
    },
  ),
  opCase(
    "maskNoise",
    onto((shape) => maskNoise({ ...place, shape, rate: 0.5, scale: 3 })),
    {
      examples: [{ in: [zeros], out: zeros.map((_, i) => (uniformAt(at, i) >= f(0.5) ? 3 : 0)) }],
      shapes,
    },
  ),
];
