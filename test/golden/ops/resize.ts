import { type ResizeMethod, resize2d } from "../../../src/ops/resize.ts";
import { channelsFirst, channelsLast } from "./channels.ts";
import type { GoldenOps } from "./goldenOps.ts";

/** PyTorch's interpolate, of index.json. */
export const resizeOps: GoldenOps = {
  resize: ({ x }, { mode, align_corners, size }) =>
    channelsFirst(
      resize2d(channelsLast(x!), {
        size: size as [number, number],
        method: mode as ResizeMethod,
        alignCorners: align_corners === true,
      }),
    ),
};
