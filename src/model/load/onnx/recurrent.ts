import type { AnyLayer } from "../../../layers/defineLayer.ts";
import type { LayerTensor } from "../../../layers/layerTensor.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import type { OnnxConverter } from "./converter.ts";
import { type Steps, setSteps, stepsOf } from "./steps.ts";

/** What is different between the three ops. */
interface Kind {
  readonly layer: "lstm" | "gru" | "simpleRNN";
  /** Where our gates stand in ONNX's order. */
  readonly gates: readonly number[];
  /** Activations of one direction, where the node names none. */
  readonly activations: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  LSTM: { layer: "lstm", gates: [0, 2, 3, 1], activations: ["Sigmoid", "Tanh", "Tanh"] }, // i, o, f, c as i, f, g, o
  GRU: { layer: "gru", gates: [0, 1, 2], activations: ["Sigmoid", "Tanh"] },
  RNN: { layer: "simpleRNN", gates: [0], activations: ["Tanh"] },
};

/** ONNX's names of activations, and ours. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  Sigmoid: "sigmoid",
  Tanh: "tanh",
  Relu: "relu",
  Softsign: "softsign",
  Softplus: "softplus",
};

/** A recurrence in one direction: what its layer is made from. */
export interface Recurrence {
  readonly kind: Kind["layer"];
  readonly options: Readonly<Record<string, unknown>> & { readonly units: number };
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly x: LayerTensor;
  readonly initial: readonly LayerTensor[];
  /** From the last step of x to its first; the output's steps stand in that order. */
  readonly backwards: boolean;
}

/** Row block `direction` of [directions, rows, columns], its gates in our order, and transposed: [columns, rows]. */
function matrix(t: Tensor, direction: number, gates: readonly number[]): Tensor {
  const [, rows, columns] = t.shape as [number, number, number];
  const height = rows / gates.length;
  const out = new Float32Array(rows * columns);
  gates.forEach((from, to) => {
    for (let i = 0; i < height; i++)
      for (let j = 0; j < columns; j++)
        out[j * rows + to * height + i] =
          t.data[(direction * rows + from * height + i) * columns + j]!;
  });
  return new Tensor(out, [columns, rows], "float32");
}

/** The two biases of a direction, of the inputs' products and of the state's. */
function biasesOf(
  t: Tensor,
  direction: number,
  gates: readonly number[],
): [Float32Array, Float32Array] {
  const width = t.shape[1]! / 2;
  const height = width / gates.length;
  const half = (which: number): Float32Array => {
    const out = new Float32Array(width);
    const base = (2 * direction + which) * width;
    gates.forEach((from, to) => {
      for (let i = 0; i < height; i++) out[to * height + i] = t.data[base + from * height + i]!;
    });
    return out;
  };
  return [half(0), half(1)];
}

/** The names of a direction's activations, as options. */
function activationsOf(c: OnnxConverter, kind: Kind, direction: number): Record<string, string> {
  const given = c.node.attributes["activations"];
  const count = kind.activations.length;
  const names = Array.isArray(given)
    ? (given as readonly unknown[]).slice(direction * count, (direction + 1) * count)
    : kind.activations;
  const own = names.map(
    (name) =>
      ACTIVATIONS[String(name)] ??
      c.fail(`has the activation "${String(name)}", which is not read`),
  );
  if (own.length !== count) c.fail(`must name ${count} activations for each direction`);
  if (count === 1) return { activation: own[0]! };
  if (own.slice(1).some((name) => name !== own[1]))
    c.fail("must have one activation for the cell and the output");
  return { activation: own[1]!, recurrentActivation: own[0]! };
}

/** The recurrence of one direction of the node. */
function recurrenceOf(
  c: OnnxConverter,
  kind: Kind,
  x: Steps,
  initial: readonly LayerTensor[],
  direction: number,
  reverse: boolean,
): Recurrence {
  const [w, r, b] = [c.required(1), c.required(2), c.constant(3)];
  const units = c.number("hidden_size", r.shape[2] ?? 0);
  const rows = kind.gates.length * units;
  const features = x.t.shape.at(-1)!;
  if (w.shape[1] !== rows || w.shape[2] !== features || r.shape[1] !== rows || r.shape[2] !== units)
    c.fail(`must have weights for ${features} features and ${units} units`);
  if (b && b.shape[1] !== 2 * rows) c.fail(`must have biases of ${2 * rows} numbers`);
  const resetAfter = kind.layer === "gru" && c.number("linear_before_reset", 0) !== 0;
  const weights: Record<string, Tensor> = {
    kernel: matrix(w, direction, kind.gates),
    recurrentKernel: matrix(r, direction, kind.gates),
  };
  if (b) {
    const [inner, outer] = biasesOf(b, direction, kind.gates);
    weights["bias"] = resetAfter
      ? new Tensor(Float32Array.of(...inner, ...outer), [2, rows], "float32")
      : new Tensor(
          inner.map((v, i) => v + outer[i]!),
          [rows],
          "float32",
        );
  }
  return {
    kind: kind.layer,
    options: {
      units,
      useBias: b !== null,
      ...activationsOf(c, kind, direction),
      ...(kind.layer === "gru" && { resetAfter }),
    },
    weights,
    x: x.t,
    initial,
    backwards: x.flipped !== reverse,
  };
}

/** States that the recurrence begins with; none where they are zeros. */
function initialOf(c: OnnxConverter, index: number): LayerTensor | null {
  const name = c.node.inputs[index] ?? "";
  if (name === "") return null;
  if (c.isConstant(index)) {
    if (c.required(index).data.some((v) => v !== 0))
      c.fail(`must begin with zeros or with what depends on the data, input ${index} is neither`);
    return null;
  }
  const steps = stepsOf(c, name);
  if (steps?.layout !== "dbu")
    return c.fail(`must have states [1, batch, units] as input ${index}`);
  return steps.t;
}

/** A layer of a recurrence; the options are those of its kind. */
function made(
  c: OnnxConverter,
  { kind, options, backwards }: Recurrence,
  own: Readonly<Record<string, unknown>>,
): AnyLayer {
  const factory: (options: object) => AnyLayer = c.layers[kind] as never;
  return factory({ ...options, goBackwards: backwards, ...own });
}

/** One layer in both directions, its outputs merged. */
export function bothDirections(
  c: OnnxConverter,
  [forward, backward]: readonly [Recurrence, Recurrence],
  returnSequences: boolean,
  mergeMode: "concat" | "sum" | "mul",
): LayerTensor {
  const inner = made(c, forward, { returnSequences });
  const both: AnyLayer = c.layers.bidirectional({
    name: c.name(),
    layer: inner as never,
    mergeMode,
  });
  const named = (prefix: string, { weights }: Recurrence): [string, Tensor][] =>
    Object.entries(weights).map(([name, t]) => [`${prefix}_${forward.kind}/${name}`, t]);
  c.weights.set(
    inner,
    Object.fromEntries([...named("forward", forward), ...named("backward", backward)]),
  );
  return c.apply(both, forward.x);
}

/**
 * Two recurrences over one input, one of them backwards, whose outputs are merged: one layer in both directions. A sequence
 * from backwards is turned round first. @returns whether it was that
 */
export function mergedDirections(c: OnnxConverter, mode: "concat" | "sum" | "mul"): boolean {
  const { inputs, outputs } = c.node;
  if (inputs.length !== 2) return false;
  const [a, b] = inputs.map((name) => stepsOf(c, name));
  const [forward, backward] = [a, b].map((steps) => steps && c.recurrences.get(steps.t));
  if (!a || !b || !forward || !backward || forward.x !== backward.x) return false;
  const isSequence = a.t.shape.length === 2;
  const asOurs = [a, b].every(({ layout }) => layout === (isSequence ? "btu" : "bu"));
  const axis = c.number("axis", -1);
  const along = mode !== "concat" || axis === -1 || axis === a.t.shape.length;
  if (!asOurs || !along || forward.backwards || !backward.backwards) return false;
  if (a.flipped || b.flipped !== isSequence || a.t.shape.length !== b.t.shape.length) return false;
  if (forward.initial.length + backward.initial.length > 0) return false;
  if (
    JSON.stringify([forward.kind, forward.options]) !==
    JSON.stringify([backward.kind, backward.options])
  )
    return false;
  c.values.set(outputs[0]!, {
    t: bothDirections(c, [forward, backward], isSequence, mode),
    last: false,
  });
  return true;
}

/** `LSTM`, `GRU` and `RNN`: a layer, or one in both directions. */
export function recurrent(c: OnnxConverter): void {
  const { op, inputs, outputs, attributes } = c.node;
  const kind = KINDS[op]!;
  const timeFirst = c.number("layout", 0) === 0;
  const x = stepsOf(c, inputs[0] ?? "");
  if (x?.layout !== (timeFirst ? "tbu" : "btu"))
    c.fail(
      `must have an input ${timeFirst ? "[time, batch, features]" : "[batch, time, features]"}`,
    );
  if (
    attributes["clip"] !== undefined ||
    c.number("input_forget", 0) !== 0 ||
    (inputs[7] ?? "") !== ""
  )
    c.fail("must have no clip, no input_forget and no peepholes");
  if ((inputs[4] ?? "") !== "" && !isWhole(c, 4, x!.t.shape[0]!))
    c.fail("must take all steps of every sequence, not sequence_lens");
  const direction = c.text("direction", "forward");
  const two = direction === "bidirectional";
  const initial = (op === "LSTM" ? [5, 6] : [5]).map((i) => initialOf(c, i));
  const given = initial.filter((t) => t !== null);
  if (given.length > 0 && (two || given.length < initial.length))
    c.fail("must begin with zeros, or have all states and one direction");
  const recurrences = (two ? [0, 1] : [0]).map((d) =>
    recurrenceOf(c, kind, x!, given, d, two ? d === 1 : direction === "reverse"),
  );
  if (two && x!.flipped) c.fail("in both directions must have its input forwards in time");
  const [forward, backward] = recurrences as [Recurrence, Recurrence | undefined];
  const apply = (returnSequences: boolean): LayerTensor => {
    if (backward) return bothDirections(c, [forward, backward], returnSequences, "concat");
    const layer = made(c, forward, { name: c.name(), returnSequences });
    c.weights.set(layer, forward.weights);
    return c.apply(layer, forward.x, ...given);
  };
  const used = (i: number): string | null => {
    const name = outputs[i] ?? "";
    return name !== "" && (c.uses.has(name) || c.graph.outputs.some((o) => o.name === name))
      ? name
      : null;
  };
  if (used(2) !== null) c.fail("must not give the state of its cells");
  const directions = two ? 2 : 1;
  const flipped = direction === "reverse";
  for (const [i, layout] of [timeFirst ? "tdbu" : "btdu", timeFirst ? "dbu" : "bdu"].entries()) {
    const name = used(i);
    if (name === null) continue;
    const t = apply(i === 0);
    if (!two) c.recurrences.set(t, forward);
    setSteps(c, name, { t, layout, directions, flipped: i === 0 && flipped });
  }
}

/** Whether a constant of lengths has the same one throughout. */
function isWhole(c: OnnxConverter, index: number, steps: number): boolean {
  return c.required(index).data.every((n) => n === steps);
}
