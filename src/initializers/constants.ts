import { sizeOf } from "../shape.ts";
import { type Initializer, defineInitializer } from "./defineInitializer.ts";

/** All zeros. */
export const zeros: (options?: { seed?: number | null }) => Initializer = /* @__PURE__ */ defineInitializer({
  name: "zeros",
  defaults: {},
  sample: (shape) => new Float32Array(sizeOf(shape)),
});

/** All ones. */
export const ones: (options?: { seed?: number | null }) => Initializer = /* @__PURE__ */ defineInitializer({
  name: "ones",
  defaults: {},
  sample: (shape) => new Float32Array(sizeOf(shape)).fill(1),
});
