import { ShapeError } from "../errors.ts";
import { printShape } from "../shape.ts";
import { type Initializer, defineInitializer } from "./defineInitializer.ts";

/** `gain` on the diagonal of a matrix, 0 elsewhere. @throws ShapeError for anything but a matrix */
export const identity: (options?: { gain?: number; seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer<{ gain: number }>({
    name: "identity",
    defaults: { gain: 1 },
    sample: (shape, { gain }) => {
      const [rows, columns] = shape;
      if (shape.length !== 2)
        throw new ShapeError(`identity: shape must have 2 axes, got ${printShape(shape)}`);
      const out = new Float32Array(rows! * columns!);
      for (let i = 0; i < Math.min(rows!, columns!); i++) out[i * columns! + i] = gain;
      return out;
    },
  });
