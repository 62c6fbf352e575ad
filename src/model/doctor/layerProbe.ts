import type { AnyLayer } from "../../layers/defineLayer.ts";
import { mean } from "../../ops/mean.ts";
import { max } from "../../ops/max.ts";
import { reshape } from "../../ops/reshape.ts";
import { square } from "../../ops/unary.ts";
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
  /** Of relu: the largest output of each unit; else empty. */
  readonly top: Float32Array;
}

function activationName({ kind, options }: AnyLayer): string {
  const own = options as Readonly<Record<string, unknown>>;
  // Recurrent layers apply theirs to the state, not to what passes on.
  if (["lstm", "gru", "simpleRNN", "bidirectional"].includes(kind)) return "";
  return "activation" in own ? activationText(own["activation"]) : kind === "relu" ? "relu" : "";
}

/**
 * Runs the forward pass of a training step again, on the batch that the step left bound, and reduces every
 * layer's output within the plan: what is read back is a few numbers a layer.
 */
export class LayerProbe {
  private readonly runner: Runner;
  private readonly origin: PlanOrigin;
  private readonly aside: AsidePlan;
  private readonly layers: { layer: string; activation: string; isOutput: boolean; top: number }[] =
    [];

  constructor(runner: Runner, origin: PlanOrigin) {
    this.runner = runner;
    this.origin = origin;
    const { topology } = runner.source;
    const byName = new Map(topology.layers.map((layer) => [topology.nameOf(layer), layer]));
    const last = new Set(topology.outputs.map((t) => topology.nameOf(t.call!.layer)));
    const graph = inspectGraph(runner.source, origin.batch, true, (layer, output, outputs) => {
      if (output.dtype !== "float32" || sizeOf(output.shape) === 0) return;
      const activation = activationName(byName.get(layer)!);
      const i = this.layers.length;
      const width = output.shape.at(-1)!;
      const rows = reshape(output, { shape: [sizeOf(output.shape) / width, width] });
      outputs[`mean ${i}`] = mean(rows);
      outputs[`square ${i}`] = mean(square(rows));
      const top = activation === "relu" ? width : 0;
      if (top > 0) outputs[`top ${i}`] = max(rows, { axis: 0 });
      this.layers.push({ layer, activation, isOutput: last.has(layer), top });
    });
    this.aside = runner.aside(graph, origin.dtypes);
  }

  /** Whether it can look at a step of this plan. */
  fits(runner: Runner, origin: PlanOrigin): boolean {
    return runner === this.runner && origin.plan === this.origin.plan;
  }

  /** Looks at the batch of the last step, with the weights as they are now. */
  run(): LayerActivity[] {
    const { plan } = this.aside;
    const { f32, i32 } = this.runner.engine;
    // What the step was told, it is told as well: where its batch lies, and the seed of its masks.
    for (const name of plan.slots.keys()) {
      const from = this.origin.plan.cell(name);
      if (from >= 0) i32[plan.cell(name)] = i32[from]!;
    }
    plan.run();
    return this.layers.map(({ layer, activation, isOutput, top }, i) => {
      const at = (what: string): number => plan.output(`${what} ${i}`) >>> 2;
      return {
        layer,
        activation,
        isOutput,
        mean: f32[at("mean")]!,
        meanSquare: f32[at("square")]!,
        top: top > 0 ? f32.slice(at("top"), at("top") + top) : new Float32Array(),
      };
    });
  }

  free(): void {
    this.aside.free();
  }
}
