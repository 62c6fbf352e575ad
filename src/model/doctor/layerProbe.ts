import type { AnyLayer } from "../../layers/defineLayer.ts";
import { activity } from "../../ops/activity.ts";
import { sizeOf } from "../../shape.ts";
import { activationText } from "../config.ts";
import { inspectGraph } from "../inspect.ts";
import type { AsidePlan, PlanOrigin, Runner } from "../runner.ts";

/** What a layer's output was like on one batch. */
export interface LayerActivity {
  readonly layer: string;
  /** Its activation, "" where it has none. */
  readonly activation: string;
  /** Whether it is the model's output. */
  readonly isOutput: boolean;
  readonly mean: number;
  readonly meanSquare: number;
  /** Of relu, unless it is the model's output: the largest output of each unit; else empty. */
  readonly top: Float32Array;
}

function activationName({ kind, options }: AnyLayer): string {
  const own = options as Readonly<Record<string, unknown>>;
  // Recurrent layers apply theirs to the state, not to what passes on.
  if (["lstm", "gru", "simpleRNN", "bidirectional"].includes(kind)) return "";
  return "activation" in own ? activationText(own["activation"]) : kind === "relu" ? "relu" : "";
}

/** A layer's activity, which every look writes anew, and the element where its numbers lie. */
interface Watched extends LayerActivity {
  mean: number;
  meanSquare: number;
  readonly at: number;
}

/**
 * Runs the forward pass of a training step again, on the batch that the step left bound, and reduces every
 * layer's output within the plan, by one command each: what is read back is a few numbers a layer.
 */
export class LayerProbe {
  private readonly runner: Runner;
  private readonly origin: PlanOrigin;
  private readonly aside: AsidePlan;
  private readonly layers: readonly Watched[];
  /** Cells of the step's plan, and of this one, that hold the same: where the batch lies, the seed of masks. */
  private readonly cells: readonly (readonly [from: number, to: number])[];

  constructor(runner: Runner, origin: PlanOrigin) {
    this.runner = runner;
    this.origin = origin;
    const { topology } = runner.source;
    const byName = new Map(topology.layers.map((layer) => [topology.nameOf(layer), layer]));
    const last = new Set(topology.outputs.map((t) => topology.nameOf(t.call!.layer)));
    const seen: { layer: string; activation: string; isOutput: boolean; tops: number }[] = [];
    const graph = inspectGraph(runner.source, origin.batch, true, (layer, output, outputs) => {
      if (output.dtype !== "float32" || sizeOf(output.shape) === 0) return;
      const activation = activationName(byName.get(layer)!);
      const isOutput = last.has(layer);
      const tops = activation === "relu" && !isOutput;
      outputs[`${seen.length}`] = activity(output, { tops });
      seen.push({ layer, activation, isOutput, tops: tops ? output.shape.at(-1)! : 0 });
    });
    this.aside = runner.aside(graph, origin.dtypes);
    const { plan } = this.aside;
    this.layers = seen.map(({ tops, ...layer }, i) => ({
      ...layer,
      mean: Number.NaN,
      meanSquare: Number.NaN,
      top: new Float32Array(tops),
      at: plan.output(`${i}`) >>> 2,
    }));
    this.cells = [...plan.slots.keys()]
      .map((name) => [origin.plan.cell(name), plan.cell(name)] as const)
      .filter(([from]) => from >= 0);
  }

  /** Whether it can look at a step of this plan. */
  fits(runner: Runner, origin: PlanOrigin): boolean {
    return runner === this.runner && origin.plan === this.origin.plan;
  }

  /** Looks at the batch of the last step, with the weights as they are now. @returns good until the next look */
  run(): readonly LayerActivity[] {
    const { f32, i32 } = this.runner.engine;
    for (const [from, to] of this.cells) i32[to] = i32[from]!;
    this.aside.plan.run();
    for (const layer of this.layers) {
      const { at, top } = layer;
      layer.mean = f32[at]!;
      layer.meanSquare = f32[at + 1]!;
      for (let j = 0; j < top.length; j++) top[j] = f32[at + 2 + j]!;
    }
    return this.layers;
  }

  free(): void {
    this.aside.free();
  }
}
