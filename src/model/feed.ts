import type { Samples } from "./data.ts";
import type { ResidentData } from "./resident.ts";
import type { BatchDtypes, BatchSource } from "./runner.ts";

/** Samples in linear memory, as plans read them. */
export interface Feed {
  readonly source: BatchSource;
  readonly dtypes: BatchDtypes;
  readonly rows: number;
}

/** Copies samples into the data region. */
export function feedOf(data: ResidentData, samples: Samples): Feed {
  const { x, y, weight, rows } = samples;
  return {
    source: {
      x: x.map((t) => data.add(t)),
      y: y.map((t) => data.add(t)),
      ...(weight && { weight: data.add(weight) }),
    },
    dtypes: [...x, ...y, ...(weight ? [weight] : [])].map((t) => t.dtype),
    rows,
  };
}
