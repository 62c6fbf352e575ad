import { Commands } from "../../../src/kernels/commands.ts";
import { init } from "../../../src/kernels/engine.ts";
import { kernelsOf } from "../../../src/kernels/kernels.ts";
import { padded, regionsOf } from "../../../src/memory/regions.ts";
import { emitClipping } from "../../../src/optim/clip.ts";
import type { CommonOptions } from "../../../src/optim/commonOptions.ts";
import { sgd } from "../../../src/optim/sgd.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { type EncodedTensors, decode } from "../golden.ts";

/** What a case of an op that is no node of a graph has. */
interface HostCase {
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly inputs: EncodedTensors;
}

/** PyTorch's norms and ours. */
const NORMS: Readonly<Record<string, CommonOptions["clipNormType"]>> = {
  "1": "l1",
  "2": "l2",
  inf: "max",
  Infinity: "max",
};

/** Gradients as an optimizer clips them: what a step of descent at rate 1 takes from zeros. */
async function clipped(
  options: Partial<CommonOptions>,
  inputs: EncodedTensors,
): Promise<Record<string, Tensor>> {
  const names = Object.keys(inputs);
  const gradients = names.map((name) => Float32Array.from(decode(inputs[name], `inputs.${name}`)));
  const weights = gradients.map((g) => new Float32Array(g.length));
  await sgd({ learningRate: 1, ...options })
    .init(weights)
    .step(weights, gradients);
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      tensor(
        weights[i]!.map((w) => 0 - w),
        inputs[name]!.shape,
      ),
    ]),
  );
}

/** The common norm before clipping, from the cell in which the clipping commands leave it. */
async function totalNorm(options: CommonOptions, inputs: EncodedTensors): Promise<number> {
  const engine = await init();
  const regions = regionsOf(engine);
  const gradients = Object.values(inputs).map((t) => decode(t));
  let trainedBytes = 0;
  const layout = gradients.map((g) => {
    const offset = trainedBytes;
    trainedBytes += padded(4 * g.length);
    return { offset, size: g.length, decays: true };
  });
  const at = regions.allocate(trainedBytes);
  gradients.forEach((g, i) => engine.f32.set(g, (at + layout[i]!.offset) >>> 2));
  const commands = new Commands(engine.splitWork);
  // The last cell that is asked for is the norm's.
  let norm = commands.slot();
  const cells = {
    slot: () => (norm = commands.slot()),
    table: (words: ArrayLike<number>) => commands.table(words),
  };
  emitClipping(kernelsOf(commands), cells, options, { gradients: at, layout, trainedBytes });
  const base = regions.allocate(commands.bytes);
  commands.place(engine.i32, base);
  engine.run(base, base + commands.position, 0);
  const value = engine.f32[norm.address >>> 2]!;
  regions.free(base);
  regions.free(at);
  return value;
}

/** Ops of clip.json: clipping is a part of every optimizer, not a node of a graph. */
export const hostOps: Readonly<Record<string, (c: HostCase) => Promise<Record<string, Tensor>>>> = {
  clip_grad_norm: async ({ attrs = {}, inputs }) => {
    const clipNormType = NORMS[String(attrs["norm_type"] ?? 2)];
    if (!clipNormType)
      throw new TypeError(
        `norm_type must be 1, 2 or "inf", got ${JSON.stringify(attrs["norm_type"])}`,
      );
    const { options } = sgd({
      globalClipNorm: Number(attrs["max_norm"]),
      globalClipMode: "torch",
      clipNormType,
    });
    const norm = await totalNorm(options, inputs);
    const { globalClipNorm, globalClipMode } = options;
    const gradients = await clipped({ globalClipNorm, globalClipMode, clipNormType }, inputs);
    return { total_norm: tensor([norm], []), ...gradients };
  },
  clip_grad_value: ({ attrs = {}, inputs }) =>
    clipped({ clipValue: Number(attrs["clip_value"]) }, inputs),
};
