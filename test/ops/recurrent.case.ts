import { gradient } from "../../src/autograd/gradient.ts";
import { type SymbolicTensor, constant } from "../../src/graph/symbolic.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { cast } from "../../src/ops/cast.ts";
import { gru } from "../../src/ops/gru.ts";
import { lstm } from "../../src/ops/lstm.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { simpleRnn } from "../../src/ops/simpleRnn.ts";
import { sum } from "../../src/ops/sum.ts";
import type { Shape } from "../../src/shape.ts";
import { type Domain, type OpCase, opCase } from "../support/opCase.ts";

// PyTorch 1.13's LSTM, GRU and RNN (batch_first) in float64 on these numbers, GRU gates and weights in our
// order, rounded to 7 digits. The loss of the gradients is sum(y w) + sum(h) + 2 sum(c), w = 1/8, 2/8, ...
const X = [
  [
    [2, 0.25],
    [0.875, -1.625],
    [0.375, -1.625],
  ],
  [
    [-1.5, 0.75],
    [1.5, 1.75],
    [0.5, 1.25],
  ],
];
const H0 = [
  [1, 1.375],
  [0.375, 0.125],
];
const C0 = [
  [1.375, 0.625],
  [2, 0.625],
];
const LSTM = {
  in: [
    X,
    [
      [-1.75, -1.375, -1.625, -0.875, 0.625, -1.5, 1.625, 0.875],
      [0.375, 2, 1.5, -1.75, -1.5, 2, 1.625, -0.375],
    ],
    [
      [1, -1.875, 1.875, 1.125, 0.75, -0.75, -1.875, 1.25],
      [1.25, 0.375, 0.125, -1.125, 0.75, -0.25, 1.5, -1.875],
    ],
    [-1, -0.875, 1.5, -0.125, -1, -2, -1.625, -1.375],
    H0,
    C0,
  ],
  y: [
    [
      [0.7069698, 0.0070011],
      [0.0052744, 0.0169326],
      [0.0038874, 0.0048142],
    ],
    [
      [0.0266765, 0.0493784],
      [0.6836021, -0.1195366],
      [0.2245739, -0.124633],
    ],
  ],
  c: [
    [0.1532661, 0.0124612],
    [0.5637077, -0.3068633],
  ],
  dU: [
    [-0.4058257, -0.3401164, 0.1667534, 0.01216, 0.0500196, 0.5061274, 0.2414028, -0.1058566],
    [0.0761905, 0.0042547, 0.1028691, 0.1581298, 0.006183, -0.0735076, -0.0021765, 0.0244994],
  ],
  dh0: [
    [0.2819757, -0.0555213],
    [-0.1285297, -0.2182699],
  ],
};
const GRU = {
  in: [
    X,
    [
      [-1.375, -1, -2, 1.625, 0.75, -1.75],
      [1.25, -0.625, -0.375, -1.875, 2, -1.75],
    ],
    [
      [0, -0.5, 1.625, -0.875, -0.625, -1.625],
      [-1.5, -1.875, -0.875, -1.625, -0.875, -2],
    ],
    [-1.125, 0.75, -1.125, 0.875, -0.125, 0.625],
    [1.375, -0.625, -0.875, -1.625, -1, 1.25],
    H0,
  ],
  y: [
    [
      [0.9538248, -0.9852019],
      [-0.6410793, -0.6618333],
      [-0.9201636, -0.5140917],
    ],
    [
      [0.3288983, 0.3955806],
      [0.7008029, -0.9537453],
      [0.7216292, -0.9587673],
    ],
  ],
  dU: [
    [-0.0033161, -0.493315, -0.0069967, 0.0150329, 0.0191977, 0.0126586],
    [-0.4614439, 0.8553416, -0.0009499, -0.0257996, 0.0023918, -0.0143555],
  ],
  dd: [-0.1489523, -1.019934, -0.0157254, 0.0223323, 0.0485826, 0.0174154],
  dh0: [
    [-0.0141672, -0.0624358],
    [2.2778637, 1.5334247],
  ],
};
const RNN = {
  in: [
    X,
    [
      [1.5, 0.625],
      [1.625, 1.875],
    ],
    [
      [-1.625, -0.25],
      [1.625, 0.5],
    ],
    [0.125, -1.25],
    H0,
  ],
  y: [
    [
      [0.9994937, 0.7193275],
      [-0.9300007, -0.9986232],
      [-0.9683207, -0.9996528],
    ],
    [
      [-0.8649066, -0.6709671],
      [0.9999688, 0.9933236],
      [0.9939082, 0.9292572],
    ],
  ],
  dU: [
    [0.0451966, 0.6765465],
    [-0.0246539, 0.5924145],
  ],
  dh0: [
    [-0.0359629, 0.0717968],
    [-0.494989, 0.6337958],
  ],
};
const why = "7 digits of a float64 result; three steps of sigmoid and tanh, 2.5 ulp each";
const tolerance = 1e-6;

type Ops = OpCase["op"];

/** Shapes of x, W, U and what follows, of a recurrence with some gates. */
const shapesOf = (
  gates: number,
  rest: (batch: number, units: number) => readonly Shape[],
): readonly (readonly Shape[])[] =>
  // Batches below, at and above those that go without panels; units that fill no vector; no step; no sample.
  [
    [1, 1, 1, 1],
    [3, 2, 3, 5],
    [5, 3, 1, 3],
    [7, 2, 2, 9],
    [2, 0, 3, 1],
    [0, 3, 1, 3],
  ].map(([batch, time, features, units]) => [
    [batch!, time!, features!],
    [features!, gates * units!],
    [units!, gates * units!],
    ...rest(batch!, units!),
  ]);

/** Within the bounds of the central differences: steep gates would leave their truncation too large. */
const domain: Domain = { from: -1, to: 1 };

/** All results in one tensor, each with a gradient of its own: y + h (+ c^2). */
const all = ({ y, h, c }: { y: SymbolicTensor; h: SymbolicTensor; c?: SymbolicTensor }) => {
  const last = c ? add(h, mul(c, c)) : h;
  return add(y, reshape(last, { shape: [h.shape[0]!, 1, h.shape[1]!] }));
};

/** The loss of the reference gradients. */
const loss = ({ y, h, c }: { y: SymbolicTensor; h: SymbolicTensor; c?: SymbolicTensor }) => {
  const w = constant(
    Float32Array.from({ length: 12 }, (_, i) => (i + 1) / 8),
    [2, 3, 2],
  );
  const total = add(sum(mul(y, w)), sum(h));
  return c ? add(total, mul(sum(c), 2)) : total;
};

const lstmAll: Ops = (x, w, u, b, h0, c0) => all(lstm(x!, w!, u!, b, { initialState: [h0!, c0!] }));
const gruAll: Ops = (x, w, u, b, d, h0) =>
  all(gru(x!, w!, u!, b, { initialState: h0, recurrentBias: d }));
const rnnAll: Ops = (x, w, u, b, h0) => all(simpleRnn(x!, w!, u!, b, { initialState: h0 }));

const lstmShapes = shapesOf(4, (batch, units) => [[4 * units], [batch, units], [batch, units]]);
const gruShapes = shapesOf(3, (batch, units) => [[3 * units], [3 * units], [batch, units]]);
const rnnShapes = shapesOf(1, (batch, units) => [[units], [batch, units]]);
/** Without bias and states, but with a mask. */
const masked = (gates: number) => shapesOf(gates, (batch, units) => [[batch, units]]);
const differentiable = [0, 1, 2];

/** A reference gradient as an op without one. */
const reference = (
  name: string,
  op: Ops,
  inputs: OpCase["examples"][0]["in"],
  out: OpCase["examples"][0]["out"],
): OpCase =>
  opCase(name, op, {
    examples: [
      {
        in: inputs,
        out,
        tolerance: 1e-5,
        why: "7 digits of a float64 gradient of up to 2.4, through three steps",
      },
    ],
    shapes: [],
    differentiable: [],
    notEmpty: "the reference's loss has the shape of its example",
  });

/** Steps that count, for a sequence of x: some at either end and in the middle do not, and of some samples none. */
const counted = (x: SymbolicTensor): SymbolicTensor => {
  const [batch, time] = x.shape as [number, number];
  const mask = Float32Array.from({ length: batch * time }, (_, i) => {
    const [b, t] = [Math.floor(i / time), i % time];
    return b % 4 === 3 || (b + 2 * t) % 3 === 0 ? 0 : 1;
  });
  return cast(constant(mask, [batch, time]), { dtype: "bool" });
};

/** A step that does not count: y is 0, as none was before; the states stay. */
const passedOver = (gates: number, states: number[][][], out: number) => ({
  in: [[[[5]]], [new Array<number>(gates).fill(1)], [new Array<number>(gates).fill(1)], ...states],
  out: [[[out]]],
});

export const cases: readonly OpCase[] = [
  ...[false, true].flatMap((reverse) => [
    opCase(
      `lstm over masked steps${reverse ? ", backwards" : ""}`,
      (x, w, u, h0, c0) =>
        all(lstm(x!, w!, u!, null, { initialState: [h0!, c0!], mask: counted(x!), reverse })),
      {
        examples: [passedOver(4, [[[3]], [[2]]], 0 + 3 + 2 * 2)],
        shapes: shapesOf(4, (batch, units) => [
          [batch, units],
          [batch, units],
        ]),
        domain,
      },
    ),
    opCase(
      `gru over masked steps${reverse ? ", backwards" : ""}`,
      (x, w, u, h0) => all(gru(x!, w!, u!, null, { initialState: h0, mask: counted(x!), reverse })),
      {
        examples: [passedOver(3, [[[3]]], 3)],
        shapes: masked(3),
        domain,
      },
    ),
    opCase(
      `simpleRnn over masked steps${reverse ? ", backwards" : ""}`,
      (x, w, u, h0) =>
        all(simpleRnn(x!, w!, u!, null, { initialState: h0, mask: counted(x!), reverse })),
      {
        examples: [passedOver(1, [[[3]]], 3)],
        shapes: masked(1),
        domain,
      },
    ),
  ]),
  opCase("lstm", (x, w, u, b, h0, c0) => lstm(x!, w!, u!, b, { initialState: [h0!, c0!] }).y, {
    examples: [{ in: LSTM.in, out: LSTM.y, tolerance, why }],
    shapes: lstmShapes,
    domain,
  }),
  opCase(
    "lstm, its last cell",
    (x, w, u, b, h0, c0) => lstm(x!, w!, u!, b, { initialState: [h0!, c0!] }).c,
    {
      examples: [{ in: LSTM.in, out: LSTM.c, tolerance, why }],
      shapes: lstmShapes,
      domain,
    },
  ),
  // i = f = o = 1/2, g = 0: c = 1, h = tanh(1) / 2, and y + h + c^2
  opCase("lstm, all of it", lstmAll, {
    examples: [
      {
        in: [[[[0]]], [[0, 0, 0, 0]], [[0, 0, 0, 0]], [0, 0, 0, 0], [[0]], [[2]]],
        out: [[[0.7615941559557649 + 1]]],
        tolerance,
        why,
      },
    ],
    shapes: lstmShapes,
    domain,
  }),
  opCase(
    "lstm, backwards, masked, from nothing",
    (x, w, u, mask) => all(lstm(x!, w!, u!, null, { reverse: true, recurrentMask: mask })),
    {
      examples: [{ in: [[[[1]]], [[0, 0, 0, 0]], [[1, 1, 1, 1]], [[3]]], out: [[[0]]] }],
      shapes: masked(4),
      domain,
      differentiable,
    },
  ),
  opCase(
    "gru",
    (x, w, u, b, d, h0) => gru(x!, w!, u!, b, { initialState: h0, recurrentBias: d }).y,
    {
      examples: [{ in: GRU.in, out: GRU.y, tolerance, why }],
      shapes: gruShapes,
      domain,
    },
  ),
  opCase("gru, all of it", gruAll, {
    examples: [
      { in: [[[[0]]], [[0, 0, 0]], [[0, 0, 0]], [0, 0, 0], [0, 0, 0], [[2]]], out: [[[2]]] },
    ],
    shapes: gruShapes,
    domain,
  }),
  opCase(
    "gru, backwards, masked, from nothing",
    (x, w, u, mask) => all(gru(x!, w!, u!, null, { reverse: true, recurrentMask: mask })),
    {
      examples: [{ in: [[[[1]]], [[0, 0, 0]], [[1, 1, 1]], [[3]]], out: [[[0]]] }],
      shapes: masked(3),
      domain,
      differentiable,
    },
  ),
  opCase(
    "gru, reset first",
    (x, w, u, b, h0) => all(gru(x!, w!, u!, b, { initialState: h0, resetAfter: false })),
    {
      // z = r = 1/2; n = tanh(r h) = tanh(1)
      examples: [
        {
          in: [[[[0]]], [[0, 0, 0]], [[0, 0, 1]], [0, 0, 0], [[2]]],
          out: [[[2 * (0.5 * 2 + 0.5 * 0.7615941559557649)]]],
          tolerance,
          why,
        },
      ],
      shapes: shapesOf(3, (batch, units) => [[3 * units], [batch, units]]),
      domain,
    },
  ),
  opCase(
    "gru, reset first, backwards, masked",
    (x, w, u, mask) =>
      all(gru(x!, w!, u!, null, { reverse: true, recurrentMask: mask, resetAfter: false })),
    {
      examples: [{ in: [[[[1]]], [[0, 0, 0]], [[1, 1, 1]], [[3]]], out: [[[0]]] }],
      shapes: masked(3),
      domain,
      differentiable,
    },
  ),
  opCase("simpleRnn", (x, w, u, b, h0) => simpleRnn(x!, w!, u!, b, { initialState: h0 }).y, {
    examples: [{ in: RNN.in, out: RNN.y, tolerance, why }],
    shapes: rnnShapes,
    domain,
  }),
  opCase("simpleRnn, all of it", rnnAll, {
    examples: [{ in: [[[[0]]], [[0]], [[0]], [0], [[2]]], out: [[[0]]] }],
    shapes: rnnShapes,
    domain,
  }),
  opCase(
    "simpleRnn, backwards, masked, from nothing",
    (x, w, u, mask) => all(simpleRnn(x!, w!, u!, null, { reverse: true, recurrentMask: mask })),
    {
      examples: [{ in: [[[[0], [0]]], [[1]], [[1]], [[3]]], out: [[[0], [0]]] }],
      shapes: masked(1),
      domain,
      differentiable,
    },
  ),
  opCase(
    "simpleRnn with relu",
    (x, w, u, b, h0) => simpleRnn(x!, w!, u!, b, { initialState: h0, activation: "relu" }).y,
    {
      examples: [
        { in: [[[[1], [1], [-9]]], [[1]], [[2]], [1], [[3]]], out: [[[8], [18], [28]]] },
        { in: [[[[1], [-9]]], [[1]], [[0.5]], [0], [[0]]], out: [[[1], [0]]] },
      ],
      shapes: rnnShapes,
      // Above 0 throughout: the kink is relu's own, and its case has it.
      domain: { from: 0.125, to: 1 },
    },
  ),
  reference(
    "lstm, PyTorch's gradient by U",
    (x, w, u, b, h0, c0) =>
      gradient(loss(lstm(x!, w!, u!, b, { initialState: [h0!, c0!] })), [u!])[0]!,
    LSTM.in,
    LSTM.dU,
  ),
  reference(
    "lstm, PyTorch's gradient by h0",
    (x, w, u, b, h0, c0) =>
      gradient(loss(lstm(x!, w!, u!, b, { initialState: [h0!, c0!] })), [h0!])[0]!,
    LSTM.in,
    LSTM.dh0,
  ),
  reference(
    "gru, PyTorch's gradient by U",
    (x, w, u, b, d, h0) =>
      gradient(loss(gru(x!, w!, u!, b, { initialState: h0, recurrentBias: d })), [u!])[0]!,
    GRU.in,
    GRU.dU,
  ),
  reference(
    "gru, PyTorch's gradient by the recurrent bias",
    (x, w, u, b, d, h0) =>
      gradient(loss(gru(x!, w!, u!, b, { initialState: h0, recurrentBias: d })), [d!])[0]!,
    GRU.in,
    GRU.dd,
  ),
  reference(
    "gru, PyTorch's gradient by h0",
    (x, w, u, b, d, h0) =>
      gradient(loss(gru(x!, w!, u!, b, { initialState: h0, recurrentBias: d })), [h0!])[0]!,
    GRU.in,
    GRU.dh0,
  ),
  reference(
    "simpleRnn, PyTorch's gradient by U",
    (x, w, u, b, h0) => gradient(loss(simpleRnn(x!, w!, u!, b, { initialState: h0 })), [u!])[0]!,
    RNN.in,
    RNN.dU,
  ),
  reference(
    "simpleRnn, PyTorch's gradient by h0",
    (x, w, u, b, h0) => gradient(loss(simpleRnn(x!, w!, u!, b, { initialState: h0 })), [h0!])[0]!,
    RNN.in,
    RNN.dh0,
  ),
];
