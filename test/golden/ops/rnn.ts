import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";
import { add } from "../../../src/ops/binary.ts";
import { concat } from "../../../src/ops/concat.ts";
import { gru } from "../../../src/ops/gru.ts";
import { lstm } from "../../../src/ops/lstm.ts";
import { reshape } from "../../../src/ops/reshape.ts";
import { simpleRnn } from "../../../src/ops/simpleRnn.ts";
import { slice } from "../../../src/ops/slice.ts";
import { stack } from "../../../src/ops/stack.ts";
import { transpose } from "../../../src/ops/transpose.ts";
import type { GoldenOps } from "./goldenOps.ts";

type Inputs = Readonly<Record<string, SymbolicTensor>>;
type Attrs = Readonly<Record<string, unknown>>;

/** Weights of one direction of one layer as PyTorch has them: rows are gates. */
interface Weights {
  ih: SymbolicTensor;
  hh: SymbolicTensor;
  biasIh: SymbolicTensor | null;
  biasHh: SymbolicTensor | null;
}

/** What one direction of one layer gives: the sequence [batch, time, units] and the last states. */
interface Run {
  y: SymbolicTensor;
  states: SymbolicTensor[];
}

type Layer = (
  x: SymbolicTensor,
  weights: Weights,
  states: readonly SymbolicTensor[] | null,
  reverse: boolean,
  attrs: Attrs,
) => Run;

/** The sum of two biases, of which both or none are there. */
function sumOf({ biasIh, biasHh }: Weights): SymbolicTensor | null {
  return biasIh && biasHh ? add(biasIh, biasHh) : (biasIh ?? biasHh);
}

const lstmLayer: Layer = (x, weights, states, reverse) => {
  const initialState = states ? ([states[0]!, states[1]!] as const) : null;
  const { y, h, c } = lstm(x, transpose(weights.ih), transpose(weights.hh), sumOf(weights), {
    initialState,
    reverse,
  });
  return { y, states: [h, c] };
};

/** PyTorch's gates r, z, n in our order z, r, n. */
function reordered(rows: SymbolicTensor): SymbolicTensor;
function reordered(rows: SymbolicTensor | null): SymbolicTensor | null;
function reordered(rows: SymbolicTensor | null): SymbolicTensor | null {
  if (!rows) return null;
  const size = rows.shape[0]! / 3;
  const [r, z, n] = [0, 1, 2].map((k) => slice(rows, { axis: 0, begin: k * size, size }));
  return concat(z, r, n, { axis: 0 });
}

const gruLayer: Layer = (x, { ih, hh, biasIh, biasHh }, states, reverse) => {
  const { y, h } = gru(x, transpose(reordered(ih)), transpose(reordered(hh)), reordered(biasIh), {
    initialState: states?.[0] ?? null,
    recurrentBias: reordered(biasHh),
    reverse,
  });
  return { y, states: [h] };
};

const rnnLayer: Layer = (x, weights, states, reverse, { nonlinearity }) => {
  const { y, h } = simpleRnn(x, transpose(weights.ih), transpose(weights.hh), sumOf(weights), {
    initialState: states?.[0] ?? null,
    activation: nonlinearity === "relu" ? "relu" : "tanh",
    reverse,
  });
  return { y, states: [h] };
};

/** One step: x [batch, features] is a sequence of length 1. */
function cell(layer: Layer, states: readonly string[]): (inputs: Inputs, attrs: Attrs) => Run {
  return (inputs, attrs) => {
    const { x, w_ih, w_hh, b_ih, b_hh } = inputs;
    const weights = { ih: w_ih!, hh: w_hh!, biasIh: b_ih ?? null, biasHh: b_hh ?? null };
    const step = reshape(x!, { shape: [x!.shape[0]!, 1, x!.shape[1]!] });
    const before = states.map((name) => inputs[name]!);
    return layer(step, weights, before, false, attrs);
  };
}

/** PyTorch's module: layers on top of one another, each in one or both directions; time comes first. */
function stacked(layer: Layer, states: readonly string[]): GoldenOps[string] {
  return (inputs, attrs) => {
    const directions = attrs["bidirectional"] === true ? ["", "_reverse"] : [""];
    const last: SymbolicTensor[][] = states.map(() => []);
    let x = transpose(inputs["x"]!, { permutation: [1, 0, 2] });
    for (let l = 0; l < (attrs["layers"] as number); l++) {
      const runs = directions.map((suffix, d) => {
        const of = (name: string): SymbolicTensor | null =>
          inputs[`${name}_l${l}${suffix}`] ?? null;
        const weights = {
          ih: of("weight_ih")!,
          hh: of("weight_hh")!,
          biasIh: of("bias_ih"),
          biasHh: of("bias_hh"),
        };
        const initial = states.flatMap((name) => {
          const all = inputs[`${name}0`];
          if (!all) return [];
          const one = slice(all, { axis: 0, begin: l * directions.length + d, size: 1 });
          return [reshape(one, { shape: all.shape.slice(1) })];
        });
        return layer(x, weights, initial.length > 0 ? initial : null, d === 1, attrs);
      });
      for (const run of runs) run.states.forEach((t, i) => last[i]!.push(t));
      x = concat(...runs.map(({ y }) => y), { axis: 2 });
    }
    return {
      y: transpose(x, { permutation: [1, 0, 2] }),
      ...Object.fromEntries(states.map((name, i) => [`${name}n`, stack(...last[i]!)])),
    };
  };
}

const lstmCell = cell(lstmLayer, ["h", "c"]);

/** Golden names of rnn.json. */
export const rnnOps: GoldenOps = {
  lstm_cell: (inputs, attrs) => {
    const [h, c] = lstmCell(inputs, attrs).states;
    return { h_out: h!, c_out: c! };
  },
  gru_cell: (inputs, attrs) => cell(gruLayer, ["h"])(inputs, attrs).states[0]!,
  rnn_tanh_cell: (inputs, attrs) => cell(rnnLayer, ["h"])(inputs, attrs).states[0]!,
  lstm: stacked(lstmLayer, ["h", "c"]),
  gru: stacked(gruLayer, ["h"]),
  rnn: stacked(rnnLayer, ["h"]),
};
