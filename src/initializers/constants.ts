import { sizeOf } from "../shape.ts";
import { type Initializer, defineInitializer } from "./defineInitializer.ts";

/** All zeros. */
export const zeros: (options?: { seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer({
    name: "zeros",
    defaults: {},
    sample: (shape) => new Float32Array(sizeOf(shape)),
  });

/** All ones. */
export const ones: (options?: { seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer({
    name: "ones",
    defaults: {},
    sample: (shape) => new Float32Array(sizeOf(shape)).fill(1),
  });

/** All `value`. */
export const constant: (options?: { value?: number; seed?: number | null }) => Initializer =
  /* @__PURE__ */ defineInitializer<{ value: number }>({
    name: "constant",
    defaults: { value: 0 },
    sample: (shape, { value }) => new Float32Array(sizeOf(shape)).fill(value),
  });
