import { ShapeError } from "../errors.ts";
import { printShape, sizeOf } from "../shape.ts";
import { type Initializer, defineInitializer } from "./defineInitializer.ts";
import { orthonormalColumns } from "./orthonormal.ts";

/**
 * A random matrix W of all axes but the last by the last, whose columns (or rows, where those are fewer) are
 * orthogonal with length `gain`. Source: Saxe et al. 2014 (arXiv:1312.6120).
 *
 * @throws ShapeError for fewer than 2 axes
 */
export const orthogonal: (options?: { gain?: number; seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer<{ gain: number }>({
    name: "orthogonal",
    defaults: { gain: 1 },
    sample: (shape, { gain }, random) => {
      if (shape.length < 2) {
        throw new ShapeError(
          `orthogonal: shape must have at least 2 axes, got ${printShape(shape)}`,
        );
      }
      const columns = shape.at(-1)!;
      const rows = sizeOf(shape.slice(0, -1));
      const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
      const normals = new Float64Array(long * short);
      for (let i = 0; i < normals.length; i++) normals[i] = random.normal();
      const q = orthonormalColumns(normals, long, short);
      const out = new Float32Array(long * short);
      const tall = rows >= columns;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++)
          out[r * columns + c] = gain * q[tall ? c * long + r : r * long + c]!;
      }
      return out;
    },
  });
