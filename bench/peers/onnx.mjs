// Writes the bench's nets as ONNX files: the few fields of its protobuf that they need.
// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers), operator set 13.
import { weightsOf } from "../problems.mjs";

const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function varint(n) {
  const bytes = [];
  for (let rest = BigInt(n); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** A field that holds a number. */
const number = (field, n) => Buffer.concat([varint(field << 3), varint(n)]);

/** A field that holds a string, bytes or a message of fields. */
function bytes(field, value) {
  const body = Array.isArray(value) ? Buffer.concat(value) : Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
}

const attribute = (name, value) =>
  Array.isArray(value)
    ? [bytes(1, name), ...value.map((n) => number(8, n)), number(20, ATTRIBUTE_INTS)]
    : [bytes(1, name), number(3, value), number(20, ATTRIBUTE_INT)];

const node = (op, inputs, output, attributes = {}) => [
  ...inputs.map((name) => bytes(1, name)),
  bytes(2, output),
  bytes(4, op),
  ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
];

const initializer = (name, shape, data) => [
  ...shape.map((n) => number(1, n)),
  number(2, FLOAT),
  bytes(8, name),
  bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

const value = (name, shape) => {
  const dimensions = shape.map((n) => bytes(1, [number(1, n)]));
  return [bytes(1, name), bytes(2, [bytes(1, [number(1, FLOAT), bytes(2, dimensions)])])];
};

/** Elements in another order of the axes. */
function transposed(data, shape, order) {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const to = order.map((axis) => shape[axis]);
  return Float32Array.from(data, (_, i) => {
    let [rest, from] = [i, 0];
    for (let k = to.length - 1; k >= 0; k--) {
      from += (rest % to[k]) * strides[order[k]];
      rest = Math.floor(rest / to[k]);
    }
    return data[from];
  });
}

/** The layers of a problem, those of a net of products made up. */
const layersOf = ({ layers, units }) =>
  layers ?? units.map((dense, i) => ({ dense, relu: i + 1 < units.length }));

/**
 * A net and the softmax behind it; input "x", output "y". Images have the channels in front, as ONNX wants them: so
 * kernels become [out, in, 3, 3], and the rows of the first product behind `flatten` are reordered.
 */
export function onnxOf(problem) {
  const { batch, inputs, shape, units } = problem;
  const weights = weightsOf(problem);
  const [nodes, initializers] = [[], []];
  let size = shape ?? [inputs];
  let flat = null;
  let last = "x";
  const push = (op, extra = [], attributes = {}) => {
    const output = `t${nodes.length}`;
    nodes.push(node(op, [last, ...extra], output, attributes));
    last = output;
  };
  const constant = (shape, data) => {
    const name = `w${initializers.length}`;
    initializers.push(initializer(name, shape, data));
    return name;
  };
  for (const { conv, same, norm, pool, flatten, dense, relu } of layersOf(problem)) {
    if (pool) {
      push("MaxPool", [], { kernel_shape: [2, 2], strides: [2, 2] });
      size = [size[0] / 2, size[1] / 2, size[2]];
    } else if (flatten) {
      push("Flatten", [], { axis: 1 });
      flat = size;
    } else if (conv && !norm) {
      const [kernel, bias] = weights.splice(0, 2);
      const [kh, kw, channels, filters] = kernel.shape;
      const turned = transposed(kernel.data, kernel.shape, [3, 2, 0, 1]);
      const edge = same ? 1 : 0;
      push(
        "Conv",
        [constant([filters, channels, kh, kw], turned), constant([filters], bias.data)],
        { kernel_shape: [kh, kw], strides: [1, 1], pads: [edge, edge, edge, edge] },
      );
      size = [size[0] - 2 + 2 * edge, size[1] - 2 + 2 * edge, filters];
    } else if (dense) {
      const [kernel, bias] = weights.splice(0, 2);
      const rows = flat ? transposed(kernel.data, [...flat, dense], [2, 0, 1, 3]) : kernel.data;
      flat = null;
      push("Gemm", [constant(kernel.shape, rows), constant([dense], bias.data)]);
    } else throw new Error("has a layer that the bench does not write as ONNX");
    if (relu) push("Relu");
  }
  nodes.push(node("Softmax", [last], "y", { axis: 1 }));
  const input = shape ? [batch, shape[2], shape[0], shape[1]] : [batch, inputs];
  const graph = [
    ...nodes.map((n) => bytes(1, n)),
    bytes(2, "net"),
    ...initializers.map((t) => bytes(5, t)),
    bytes(11, value("x", input)),
    bytes(12, value("y", [batch, units.at(-1)])),
  ];
  const file = [number(1, 8), bytes(7, graph), bytes(8, [bytes(1, ""), number(2, 13)])];
  return { file: new Uint8Array(Buffer.concat(file)), shape: input };
}
