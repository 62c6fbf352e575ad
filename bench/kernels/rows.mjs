// Rows of the kernel benchmark: an op of the graph on given shapes, run as one-node plans run it.
const f32 = (...shape) => ({ shape, dtype: "float32" });
const i32 = (...shape) => ({ shape, dtype: "int32" });

const TRANSPOSES = {
  NN: ([m, n, k]) => [f32(m, k), f32(k, n), {}],
  TN: ([m, n, k]) => [f32(k, m), f32(k, n), { transposeA: true }],
  NT: ([m, n, k]) => [f32(m, k), f32(n, k), { transposeB: true }],
};

/** A product by the name "MxNxK NN": NN, TN (A stored transposed), NT. */
export function product(name) {
  const [shape, kind] = name.split(" ");
  const [a, b, attrs] = TRANSPOSES[kind](shape.split("x").map(Number));
  return { group: "product", name, op: "matmul", file: "matmul", inputs: [a, b], attrs };
}

const PRODUCTS = [
  ...[256, 512, 1024].flatMap((n) => ["NN", "NT", "TN"].map((kind) => `${n}x${n}x${n} ${kind}`)),
  "128x512x784 NN",
  "784x512x128 TN",
  "128x512x512 NN",
  "128x512x512 NT",
  "512x512x128 TN",
  "128x10x512 NN",
  "128x512x10 NT",
  "512x10x128 TN",
  "32x32x64 NN",
  "64x32x32 TN",
  "32x10x32 NN",
  "32x32x10 NT",
  "32x10x32 TN",
  "1x512x784 NN",
  "1x784x512 NT",
  "1x10x512 NN",
  "64x512x784 NN",
  "25600x64x288 NN",
  "288x64x25600 TN",
];

/** The three products of a convolution of `batch` images; `edge` pixels of padding all round. */
function convolution([h, w, c], filters, { batch, size = 3, edge = 0, stride = 1, groups = 1 }) {
  const out = (n) => Math.floor((n + 2 * edge - size) / stride) + 1;
  const ends = (n) => [edge, (out(n) - 1) * stride + size - n - edge];
  const attrs = { strides: stride, groups, padding: [ends(h), ends(w)] };
  const x = f32(batch, h, w, c);
  const kernel = f32(size, size, c / groups, filters);
  const y = f32(batch, out(h), out(w), filters);
  const of = `${h}x${w}x${c} to ${filters}, ${size}x${size}${edge ? " padded" : ""}${stride > 1 ? ` by ${stride}` : ""}${groups > 1 ? `, ${groups} groups` : ""}, batch ${batch}`;
  const row = (name, op, inputs, more) => ({
    group: "convolution",
    name: `${name} ${of}`,
    op,
    file: "conv2d",
    inputs,
    attrs: { ...attrs, ...more },
  });
  return [
    row("conv forward", "conv2d", [x, kernel, f32(filters)]),
    row("conv filter", "convFilterGrad", [x, y], { kernelSize: [size, size] }),
    row("conv input", "convInputGrad", [y, kernel], { size: [h, w] }),
  ];
}

const CONVOLUTIONS = [
  ...convolution([26, 26, 32], 64, { batch: 16 }),
  ...convolution([32, 32, 16], 16, { batch: 16, edge: 1 }),
  ...convolution([28, 28, 1], 32, { batch: 64 }),
  ...convolution([32, 32, 3], 16, { batch: 16, edge: 1 }),
  ...convolution([16, 16, 32], 32, { batch: 16, edge: 1 }),
  ...convolution([14, 14, 128], 128, { batch: 4, edge: 1 }),
  ...convolution([28, 28, 64], 64, { batch: 4, edge: 1, stride: 2 }),
  ...convolution([28, 28, 64], 64, { batch: 4, edge: 1, groups: 4 }),
  ...convolution([28, 28, 64], 128, { batch: 4, size: 1 }),
  ...convolution([28, 28, 64], 128, { batch: 4, size: 1, stride: 2 }),
];

const flat = (group, op, file, inputs, name = "") =>
  [4096, 65_536, 1_048_576].map((n) => ({
    group,
    name: `${name || op} ${n}`,
    op,
    file,
    inputs: Array.from({ length: inputs }, () => f32(n)),
  }));

/**
 * A recurrence over a sequence, forward, or with the gradients of the sum of its states by its weights and x:
 * three times the products of the forward pass.
 */
function recurrence(op, gates, [batch, time, features, units], backward) {
  const products = 2 * batch * time * (features + units) * gates * units;
  return {
    group: "recurrent",
    name: `${op} ${batch}x${time}x${features} ${units} units ${backward ? "and gradient" : "forward"}`,
    op,
    file: op,
    inputs: [
      f32(batch, time, features),
      f32(features, gates * units),
      f32(units, gates * units),
      f32(gates * units),
      f32(batch, time, units),
    ],
    build: (module, gradient, [x, kernel, recurrent, bias, dy]) => {
      const { y } = module[op](x, kernel, recurrent, bias);
      return backward ? [y, ...gradient(y, [x, kernel, recurrent, bias], dy)] : [y];
    },
    flops: backward ? 3 * products : products,
  };
}

/** What moves elements: the bytes are those that are read and written, not all of the inputs. */
function movement(name, file, op, inputs, moved, build) {
  const make = (module, gradient, leaves) => [build(module[op], ...leaves)];
  return { group: "movement", name, file, inputs, build: make, bytes: 8 * moved };
}

/** Indices below a limit. */
const below = (limit, ...shape) => ({ ...i32(...shape), limit });

const MOVEMENTS = [
  movement(
    "concat rows 2 x 1024x64",
    "concat",
    "concat",
    [f32(1024, 64), f32(1024, 64)],
    131_072,
    (op, a, b) => op(a, b, { axis: 1 }),
  ),
  movement(
    "concat narrow 2 x 16384x3",
    "concat",
    "concat",
    [f32(16_384, 3), f32(16_384, 3)],
    98_304,
    (op, a, b) => op(a, b, { axis: 1 }),
  ),
  movement("slice columns 1024x64 of 192", "slice", "slice", [f32(1024, 192)], 65_536, (op, x) =>
    op(x, { axis: 1, begin: 64, size: 64 }),
  ),
  movement("slice every second 65536", "slice", "slice", [f32(131_072)], 65_536, (op, x) =>
    op(x, { step: 2 }),
  ),
  movement("flip 65536", "slice", "flip", [f32(65_536)], 65_536, (op, x) => op(x)),
  movement("pad 16x32x32x16 by 1", "pad", "pad", [f32(16, 32, 32, 16)], 262_144, (op, x) =>
    op(x, {
      paddings: [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
    }),
  ),
  ...[256, 2048].map((n) =>
    movement(`transpose ${n}x${n}`, "transpose", "transpose", [f32(n, n)], n * n, (op, x) => op(x)),
  ),
  movement("broadcast row 1024x64", "broadcastTo", "broadcastTo", [f32(64)], 32_800, (op, x) =>
    op(x, [1024, 64]),
  ),
  ...[
    [65, 128],
    [65_536, 128],
    [65_536, 8],
  ].flatMap(([rows, width]) => [
    movement(
      `gather 1024 of ${rows}x${width}`,
      "gather",
      "gather",
      [f32(rows, width), below(rows, 1024)],
      1024 * width,
      (op, x, i) => op(x, i),
    ),
    movement(
      `scatter add 1024 to ${rows}x${width}`,
      "scatter",
      "scatterAddSlices",
      [f32(1024, width), below(rows, 1024)],
      1.5 * 1024 * width + (rows * width) / 2,
      (op, dy, i) => op(dy, i, { axis: 0, length: rows }),
    ),
  ]),
];

/** A call and its gradient, each a row; `inputs` after the shape of x are its parameters. */
const both = (group, call, file, x, attrs, parameters = []) =>
  [false, true].map((gradient) => ({
    group,
    name: `${call}${gradient ? " + gradient" : ""} ${x.join("x")}${attrs?.poolSize ? ` ${attrs.poolSize}/${attrs.strides ?? attrs.poolSize}` : ""}`,
    call,
    file,
    gradient,
    inputs: [f32(...x), ...parameters.map((n) => f32(n))],
    attrs,
  }));

const IMAGES = [
  [32, 32, 32, 16],
  [32, 16, 16, 32],
  [64, 24, 24, 64],
  [32, 7, 7, 512],
  [32, 32, 32, 3],
  [32, 28, 28, 1],
];

const POOLINGS = IMAGES.flatMap((x) =>
  ["maxPool2d", "averagePool2d"].flatMap((call) => [
    ...both("pool", call, "pool", x, { poolSize: 2 }),
    ...both("pool", call, "pool", x, { poolSize: 3, strides: 2 }),
  ]),
);

const NORMS = [
  ...IMAGES.flatMap((x) => both("norm", "batchNorm", "groupNorm", x, {}, [x[3], x[3]])),
  ...both("norm", "groupNorm", "groupNorm", [32, 16, 16, 32], { groups: 8 }, [32, 32]),
  ...[
    [1024, 128],
    [1024, 768],
    [64, 17],
  ].flatMap((x) => [
    ...both("norm", "layerNorm", "layerNorm", x, {}, [x[1], x[1]]),
    ...both("norm", "rmsNorm", "layerNorm", x, {}, [x[1]]),
  ]),
];

const RESIZES = ["nearest", "bilinear"].flatMap((method) =>
  both("resize", "resize2d", "resize", [32, 16, 16, 32], { size: [32, 32], method }).map((row) => ({
    ...row,
    name: `${row.name} ${method}`,
  })),
);

export const ROWS = [
  ...MOVEMENTS,
  ...[false, true].flatMap((backward) => [
    recurrence("lstm", 4, [32, 50, 64, 128], backward),
    recurrence("gru", 3, [32, 50, 64, 128], backward),
    recurrence("simpleRnn", 1, [32, 50, 64, 128], backward),
    recurrence("lstm", 4, [1, 50, 64, 128], backward),
  ]),
  ...POOLINGS,
  ...NORMS,
  ...RESIZES,
  ...PRODUCTS.map(product),
  ...CONVOLUTIONS,
  ...["add", "mul", "div"].flatMap((op) => flat("elementwise", op, "binary", 2)),
  {
    group: "elementwise",
    name: "add bias 128x512",
    op: "add",
    file: "binary",
    inputs: [f32(128, 512), f32(512)],
  },
  {
    group: "elementwise",
    name: "add column 128x512",
    op: "add",
    file: "binary",
    inputs: [f32(128, 512), f32(128, 1)],
  },
  { group: "reduction", name: "sum all 65536", call: "sum", file: "sum", inputs: [f32(65_536)] },
  {
    group: "reduction",
    name: "sum columns 128x512",
    call: "sum",
    file: "sum",
    inputs: [f32(128, 512)],
    attrs: { axis: 0 },
  },
  {
    group: "reduction",
    name: "sum columns 1024x2048",
    call: "sum",
    file: "sum",
    inputs: [f32(1024, 2048)],
    attrs: { axis: 0 },
  },
  {
    group: "softmax",
    name: "softmax along axis 0 1024x2048",
    op: "softmax",
    file: "activations/softmax",
    inputs: [f32(1024, 2048)],
    attrs: { axis: 0 },
  },
  {
    group: "reduction",
    name: "sum columns 128x10",
    call: "sum",
    file: "sum",
    inputs: [f32(128, 10)],
    attrs: { axis: 0 },
  },
  {
    group: "reduction",
    name: "sum rows 128x512",
    call: "sum",
    file: "sum",
    inputs: [f32(128, 512)],
    attrs: { axis: 1 },
  },
  ...[
    [128, 10],
    [1024, 65],
    [1024, 1000],
  ].flatMap((shape) => [
    {
      group: "softmax",
      name: `softmax ${shape.join("x")}`,
      op: "softmax",
      file: "activations/softmax",
      inputs: [f32(...shape)],
    },
    {
      group: "softmax",
      name: `crossentropy ${shape.join("x")}`,
      op: "sparseSoftmaxCrossentropy",
      file: "softmaxCrossentropy",
      inputs: [f32(...shape), i32(shape[0])],
    },
  ]),
];
