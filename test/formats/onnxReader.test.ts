import { describe, expect, test } from "vitest";
import { type Model, Tensor, adam, input, loadModel, lstm, model } from "../../src/index.ts";
import {
  type OnnxConstant,
  type OnnxNodeToWrite,
  type OnnxValueOf,
  encodeOnnx,
} from "../../src/io/encodeOnnx.ts";
import { TestRandom } from "../mutate.ts";
import { testWithPeer } from "./peers.ts";
import { MODELS, everyActivation, inputsOf, withValues } from "./writtenModels.ts";

async function outputs(net: Model, rows: number): Promise<number[]> {
  const x = inputsOf(net, rows);
  const y: unknown = await net.predict(x.length === 1 ? x[0]! : x);
  return (Array.isArray(y) ? (y as Tensor[]) : [y as Tensor]).flatMap((t) => [...t.data]);
}

async function roundTrip(net: Model): Promise<Model> {
  return (await loadModel((await net.toFiles("onnx"))["model.onnx"]!)) as Model;
}

/** Layers that are read back, in order, where that says more than that the numbers agree. */
const KINDS: Readonly<Record<string, string>> = {
  lstm: "embedding lstm lstm lstm",
  gru: "gru gru dense simpleRNN bidirectional bidirectional",
  wrapped: "gru dense activation simpleRNN bidirectional bidirectional rescaling",
  scaled: "rescaling rescaling normalization flatten layerNormalization dense",
  gpt: `embedding positionEmbedding add ${Array(2).fill("layerNormalization multiHeadAttention add rmsNormalization dense activation dense add").join(" ")} layerNormalization dense`,
};

describe("what is written as ONNX is read again", () => {
  const { cell: _, ...models } = MODELS;
  test.each(Object.entries({ ...models, everyActivation }))("%s", async (name, make) => {
    const net = withValues(make());
    const back = await roundTrip(net);
    for (const rows of [1, 3]) {
      const [want, got] = [await outputs(net, rows), await outputs(back, rows)];
      expect(got).toHaveLength(want.length);
      // The same kernels, but where a group norm comes back as instances: those add up in another order.
      got.forEach((v, i) => expect(Math.abs(v - want[i]!)).toBeLessThan(2e-6));
    }
    if (KINDS[name]) expect(back.layers.map(({ kind }) => kind).join(" ")).toBe(KINDS[name]);
  });

  test("the options of recurrent layers come back with them", async () => {
    const back = await roundTrip(withValues(MODELS["gru"]!()));
    const [first, second, , rnn, both] = back.layers.map(({ options }) => options);
    expect(first).toMatchObject({ units: 5, resetAfter: true, returnSequences: true });
    expect(second).toMatchObject({ units: 4, resetAfter: false, goBackwards: false });
    expect(rnn).toMatchObject({ activation: "relu" });
    expect(both).toMatchObject({ mergeMode: "concat" });
    const [, backwards] = (await roundTrip(withValues(MODELS["lstm"]!()))).layers.slice(1);
    expect(backwards!.options).toMatchObject({ goBackwards: true, returnSequences: true });
  });

  test("it can be trained, and saved in other formats", async () => {
    const back = await roundTrip(withValues(MODELS["gru"]!()));
    back.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "meanSquaredError" });
    const x = inputsOf(back, 8)[0]!;
    const y = new Tensor(
      new Float32Array(8 * back.output.shape[0]!).fill(0.3),
      [8, back.output.shape[0]!],
      "float32",
    );
    const { history } = await back.fit(x, y, { epochs: 20 });
    expect(history["loss"]!.at(-1)!).toBeLessThan(history["loss"]![0]! / 2);
    const again = (await loadModel((await back.toFiles("keras"))["model.keras"]!)) as Model;
    expect(await outputs(again, 3)).toEqual(await outputs(back, 3));
  });

  test("layers with one set of weights are one layer again", async () => {
    const back = await roundTrip(withValues(MODELS["twoHeads"]!()));
    expect(back.layers.filter(({ kind }) => kind === "dense")).toHaveLength(2);
  });

  test("states that a recurrence begins with are its inputs again", async () => {
    const [x, h, c] = [
      input([4, 3], { name: "x" }),
      input([2], { name: "h" }),
      input([2], { name: "c" }),
    ];
    const net = withValues(
      model({ inputs: [x, h, c], outputs: lstm({ units: 2 })(x, h, c) }) as Model,
    );
    const back = await roundTrip(net);
    expect(await outputs(back, 3)).toEqual(await outputs(net, 3));
  });

  test("a cell that ONNX has no op for is refused by the node", async () => {
    await expect(roundTrip(withValues(MODELS["cell"]!()))).rejects.toThrow(
      /^loadModel: MatMul "lstm\/MatMul\w*" must have/,
    );
  });
});

/** A graph as other exporters write it. */
interface Written {
  readonly nodes: readonly (readonly [
    op: string,
    inputs: string,
    outputs: string,
    attributes?: Record<string, OnnxValueOf>,
  ])[];
  readonly constants: Readonly<
    Record<
      string,
      readonly number[] | Float32Array | readonly [whole: "whole", ...numbers: number[]]
    >
  >;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

function encoded({ nodes, constants, shapes, x, y }: Written): Uint8Array {
  const value = (name: string, shape: readonly number[]) => ({
    name,
    dtype: "float32" as const,
    shape: ["batch", ...shape],
  });
  const known = Object.entries(constants).map(([name, given]): [string, OnnxConstant] => {
    const whole = given[0] === "whole";
    const data = (whole ? given.slice(1) : given) as readonly number[];
    return [
      name,
      { dtype: whole ? "int64" : "float32", shape: shapes[name] ?? [data.length], data },
    ];
  });
  return encodeOnnx({
    name: "others",
    opset: 17,
    nodes: nodes.map(([op, inputs, outputs, attributes = {}], i): OnnxNodeToWrite => ({
      op,
      name: `${op}${i}`,
      inputs: inputs.split(" ").map((name) => (name === "_" ? "" : name)),
      outputs: outputs.split(" "),
      attributes,
    })),
    constants: new Map(known),
    inputs: [value("x", x)],
    outputs: [value("y", y)],
  });
}

const random = new TestRandom(7);
const numbers = (...shape: number[]): Float32Array =>
  Float32Array.from(
    { length: shape.reduce((a, b) => a * b) },
    () => random.integer(2000) / 2000 - 0.5,
  );

const ints = (...list: number[]): OnnxValueOf => ({ ints: list });
const int = (n: number): OnnxValueOf => ({ int: n });
const text = (s: string): OnnxValueOf => ({ text: s });

/** The constants of a recurrence, and their shapes. */
function recurrence(gates: number, units: number, features: number, directions = 1) {
  const shapes = {
    W: [directions, gates * units, features],
    R: [directions, gates * units, units],
    B: [directions, 2 * gates * units],
  };
  return {
    constants: { W: numbers(...shapes.W), R: numbers(...shapes.R), B: numbers(...shapes.B) },
    shapes,
  };
}

/** Forms in which torch.onnx and others write what we have layers for, and the layers that they are read as. */
const OTHERS: Readonly<Record<string, readonly [layers: string, Written]>> = {
  "torch.nn.LSTM, batch first, the last step": [
    "lstm cropping1d flatten dense",
    (() => {
      const { constants, shapes } = recurrence(4, 3, 2);
      return {
        nodes: [
          ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
          ["LSTM", "t W R B", "a", { hidden_size: int(3) }],
          ["Squeeze", "a one", "b"],
          ["Transpose", "b", "c", { perm: ints(1, 0, 2) }],
          ["Gather", "c last", "d", { axis: int(1) }],
          ["Gemm", "d F G", "y", { transB: int(1) }],
        ],
        constants: {
          ...constants,
          one: ["whole", 1],
          last: ["whole", -1],
          F: numbers(2, 3),
          G: numbers(2),
        },
        shapes: { ...shapes, last: [], F: [2, 3] },
        x: [5, 2],
        y: [2],
      };
    })(),
  ],
  "torch.nn.GRU in both directions, two of them": [
    "bidirectional bidirectional",
    (() => {
      const [first, second] = [recurrence(3, 3, 2, 2), recurrence(3, 2, 6, 2)];
      const named = <T>(from: Record<string, T>, mark: string): Record<string, T> =>
        Object.fromEntries(Object.entries(from).map(([k, v]) => [k + mark, v]));
      const attributes = (units: number) => ({
        hidden_size: int(units),
        direction: text("bidirectional"),
        linear_before_reset: int(1),
      });
      return {
        nodes: [
          ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
          ["GRU", "t W R B", "a", attributes(3)],
          ["Transpose", "a", "b", { perm: ints(0, 2, 1, 3) }],
          ["Reshape", "b flat", "c"],
          ["GRU", "c W2 R2 B2", "d", attributes(2)],
          ["Transpose", "d", "e", { perm: ints(0, 2, 1, 3) }],
          ["Reshape", "e flat", "f"],
          ["Transpose", "f", "y", { perm: ints(1, 0, 2) }],
        ],
        constants: {
          ...first.constants,
          ...named(second.constants, "2"),
          flat: ["whole", 0, 0, -1],
        },
        shapes: { ...first.shapes, ...named(second.shapes, "2") },
        x: [4, 2],
        y: [4, 4],
      } as Written;
    })(),
  ],
  "the states of both directions of an RNN, side by side": [
    "bidirectional",
    (() => {
      const { constants, shapes } = recurrence(1, 3, 2, 2);
      return {
        nodes: [
          ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
          ["RNN", "t W R B", "a h", { hidden_size: int(3), direction: text("bidirectional") }],
          ["Transpose", "h", "b", { perm: ints(1, 0, 2) }],
          ["Reshape", "b flat", "y"],
        ],
        constants: { ...constants, flat: ["whole", -1, 6] },
        shapes,
        x: [4, 2],
        y: [6],
      };
    })(),
  ],
  "a GRU from zeros that are written down": [
    "gru",
    (() => {
      const { constants, shapes } = recurrence(3, 3, 2);
      return {
        nodes: [
          ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
          ["GRU", "t W R B _ zero", "a h", { hidden_size: int(3) }],
          ["Squeeze", "h first", "y"],
        ],
        constants: { ...constants, zero: new Float32Array(3 * 3), first: ["whole", 0] },
        shapes: { ...shapes, zero: [1, 3, 3] },
        x: [4, 2],
        y: [3],
      };
    })(),
  ],
  "layer normalization before it was an op": [
    "layerNormalization",
    {
      nodes: [
        ["ReduceMean", "x", "m", { axes: ints(-1) }],
        ["Sub", "x m", "c"],
        ["Pow", "c two", "s"],
        ["ReduceMean", "s", "v", { axes: ints(-1) }],
        ["Add", "v eps", "w"],
        ["Sqrt", "w", "r"],
        ["Div", "c r", "n"],
        ["Mul", "n gamma", "g"],
        ["Add", "g beta", "y"],
      ],
      constants: { two: [2], eps: [1e-5], gamma: numbers(4), beta: numbers(4) },
      shapes: { two: [], eps: [] },
      x: [3, 4],
      y: [3, 4],
    },
  ],
  "gelu by erf, as torch.onnx writes it": [
    "activation",
    {
      nodes: [
        ["Div", "x root", "a"],
        ["Erf", "a", "b"],
        ["Add", "b one", "c"],
        ["Mul", "x c", "d"],
        ["Mul", "d half", "y"],
      ],
      constants: { root: [Math.SQRT2], one: [1], half: [0.5] },
      shapes: { root: [], one: [], half: [] },
      x: [6],
      y: [6],
    },
  ],
  "attention whose scores are divided, without biases": [
    "multiHeadAttention",
    {
      nodes: [
        ["MatMul", "x Q", "q"],
        ["MatMul", "x K", "k"],
        ["MatMul", "x V", "v"],
        ...(["q", "k", "v"] as const).flatMap((name): Written["nodes"][number][] => [
          ["Reshape", `${name} heads`, `${name}1`],
          ["Transpose", `${name}1`, `${name}2`, { perm: ints(0, 2, 1, 3) }],
        ]),
        ["Transpose", "k2", "k3", { perm: ints(0, 1, 3, 2) }],
        ["MatMul", "q2 k3", "s"],
        ["Div", "s root", "t"],
        ["Softmax", "t", "w", { axis: int(-1) }],
        ["MatMul", "w v2", "m"],
        ["Transpose", "m", "n", { perm: ints(0, 2, 1, 3) }],
        ["Reshape", "n flat", "o"],
        ["MatMul", "o O", "y"],
      ],
      constants: {
        ...{ Q: numbers(6, 4), K: numbers(6, 4), V: numbers(6, 4), O: numbers(4, 6) },
        // Not the root of the width, 2: what is left over goes into the queries.
        ...{ root: [1.25], heads: ["whole", 0, -1, 2, 2], flat: ["whole", 0, -1, 4] },
      },
      shapes: { Q: [6, 4], K: [6, 4], V: [6, 4], O: [4, 6], root: [] },
      x: [5, 6],
      y: [5, 6],
    },
  ],
  "numbers of channels, and a slope for each": [
    "reshape depthwiseConv2d depthwiseConv2d reshape prelu",
    {
      nodes: [
        ["Mul", "x a", "b"],
        ["Sub", "b c", "d"],
        ["PRelu", "d e", "y"],
      ],
      constants: { a: numbers(4), c: numbers(4), e: numbers(4) },
      shapes: {},
      x: [3, 4],
      y: [3, 4],
    },
  ],
  "constants that are cast to whole numbers, to bool and back": [
    "rescaling rescaling rescaling",
    {
      nodes: [
        ["Cast", "a", "b", { to: int(7) }],
        ["Cast", "b", "c", { to: int(1) }],
        ["Add", "x c", "d"],
        ["Cast", "a", "e", { to: int(9) }],
        ["Cast", "e", "f", { to: int(1) }],
        ["Mul", "d f", "g"],
        ["Div", "b two", "h"],
        ["Cast", "h", "i", { to: int(1) }],
        ["Sub", "g i", "y"],
      ],
      constants: { a: [-3.7], two: ["whole", 2] },
      shapes: { a: [], two: [] },
      x: [4],
      y: [4],
    },
  ],
  "slices and padding of any axis": [
    "cropping1d zeroPadding1d permute cropping1d permute",
    {
      nodes: [
        ["Slice", "x from to first", "a"],
        ["Pad", "a pads", "b"],
        ["Slice", "b from to second", "y"],
      ],
      constants: {
        from: ["whole", 1],
        to: ["whole", -1],
        first: ["whole", 1],
        second: ["whole", 2],
        pads: ["whole", 0, 2, 0, 0, 1, 0],
      },
      shapes: {},
      x: [5, 4],
      y: [6, 2],
    },
  ],
};

interface Session {
  run(
    feeds: Record<string, unknown>,
  ): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>>;
  release(): Promise<void>;
}
interface Ort {
  readonly env: { wasm: { numThreads: number }; logLevel: string };
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (dtype: string, data: Float32Array, shape: readonly number[]) => unknown;
}

for (const [name, [layers, written]] of Object.entries(OTHERS)) {
  testWithPeer<Ort>(
    "onnxruntime-web",
    `a graph of others is read as onnxruntime computes it: ${name}`,
    async (ort) => {
      ort.env.wasm.numThreads = 1;
      ort.env.logLevel = "error";
      const bytes = encoded(written);
      const net = (await loadModel(bytes)) as Model;
      expect(net.layers.map(({ kind }) => kind).join(" ")).toBe(layers);
      const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
      const [x] = inputsOf(net, 3) as [Tensor];
      const { y } = await session.run({
        x: new ort.Tensor("float32", x.data as Float32Array, x.shape),
      });
      const got = (await net.predict(x)) as Tensor;
      expect([...got.shape]).toEqual([...y!.dims]);
      got.data.forEach((v, i) => expect(Math.abs(v - y!.data[i]!)).toBeLessThan(2e-6));
      await session.release();
    },
  );
}

/** What of these ops is not read, and what is said. */
const REFUSED: readonly (readonly [string, Written["nodes"], string])[] = [
  [
    "a peephole",
    [
      ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
      ["LSTM", "t W R B _ _ _ P", "y", { hidden_size: int(3) }],
    ],
    "must have no clip, no input_forget and no peepholes",
  ],
  [
    "a recurrence over the batch",
    [["LSTM", "x W R B", "y", { hidden_size: int(3) }]],
    "must have an input [time, batch, features]",
  ],
  [
    "an activation that is not there",
    [
      ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
      [
        "LSTM",
        "t W R B",
        "y",
        { hidden_size: int(3), activations: { texts: ["Affine", "Tanh", "Tanh"] } },
      ],
    ],
    'has the activation "Affine", which is not read',
  ],
  [
    "time first where the batch should be",
    [
      ["Transpose", "x", "t", { perm: ints(1, 0, 2) }],
      ["Softmax", "t", "y"],
    ],
    "must have the batch as the first axis of input 0",
  ],
  [
    "data that are cut off to whole numbers",
    [
      ["Relu", "x", "a"],
      ["Cast", "a", "y", { to: int(7) }],
    ],
    "must not make int32 of data that are float32",
  ],
  ["a slice of the batch", [["Slice", "x zero zero zero", "y"]], "must leave the batch as it is"],
];

test.each(REFUSED)("of other graphs %s is refused by the node", async (_, nodes, message) => {
  const { constants, shapes } = recurrence(4, 3, 2);
  const bytes = encoded({
    nodes,
    constants: { ...constants, P: numbers(9), zero: ["whole", 0] },
    shapes: { ...shapes, P: [1, 9] },
    x: [5, 2],
    y: [5, 2],
  });
  await expect(loadModel(bytes)).rejects.toThrow(message);
});
