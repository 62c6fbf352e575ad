import type { Layer } from "../../layers/defineLayer.ts";
import { dense } from "../../layers/dense.ts";
import { dropout } from "../../layers/dropout.ts";
import { type Sequential, sequential } from "../../model/sequential.ts";
import { adamW } from "../../optim/adamW.ts";
import { cosineDecay } from "../../optim/schedules/cosineDecay.ts";
import type { FittedTabular } from "../../train/tabular.ts";
import type { NetworkParams } from "./space.ts";

/**
 * A compiled network for a table's features. It is built when it is trained, from the seed that it has then.
 *
 * @param steps  of its training: the rate has come to 0 after them
 * @param name   of the model
 */
export function networkOf(
  { rate, layers, units, dropout: left, initializer, decay }: NetworkParams,
  { task, classNames }: Pick<FittedTabular, "task" | "classNames">,
  steps: number,
  name: string = "network",
): Sequential {
  const hidden = Array.from({ length: layers }, (): Layer[] => [
    dense({ units, activation: "relu", kernelInitializer: initializer }),
    ...(left > 0 ? [dropout({ rate: left })] : []),
  ]).flat();
  const head =
    task === "classification"
      ? dense({ units: classNames!.length, activation: "softmax" })
      : dense({ units: 1 });
  const model = sequential([...hidden, head], { name });
  model.compile({
    optimizer: adamW({
      learningRate: cosineDecay({ initialLearningRate: rate, decaySteps: steps }),
      weightDecay: decay,
    }),
    loss: task === "classification" ? "sparseCategoricalCrossentropy" : "meanSquaredError",
    metrics: task === "classification" ? ["accuracy"] : [],
  });
  return model;
}

/** Steps of a training. */
export function stepsOf(rows: number, batch: number, epochs: number): number {
  return epochs * Math.ceil(rows / batch);
}
