import { defineLayer, glorotUniform, ops } from "../../../src/index.ts";

/** A layer that the library does not have: its units are doubled. */
export const slowDense = defineLayer<{ units: number }>({
  name: "slowDense",
  defaults: { units: 1 },
  params: ({ units }, [x]) => ({
    kernel: { shape: [x!.at(-1)!, units], initializer: glorotUniform() },
  }),
  call: ([x], { params }) => ops.mul(ops.matmul(x!, params["kernel"]!), 2),
});
