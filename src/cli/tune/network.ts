import type { Layer } from "../../layers/defineLayer.ts";
import { dense } from "../../layers/dense.ts";
import { dropout } from "../../layers/dropout.ts";
import { type Sequential, sequential } from "../../model/sequential.ts";
import { adam } from "../../optim/adam.ts";
import type { FittedTabular } from "../../train/tabular.ts";
import {
  type CategoricalDistribution,
  type FloatDistribution,
  type IntDistribution,
  categorical,
  float,
  int,
} from "../../tune/space/distribution.ts";
import type { Study } from "../../tune/study.ts";

const INITIALIZERS = ["glorotUniform", "glorotNormal", "heNormal", "heUniform"] as const;

/** What a network of the first search may be. */
export type WideSpace = {
  readonly rate: CategoricalDistribution<number>;
  readonly batch: CategoricalDistribution<number>;
  readonly layers: IntDistribution;
  readonly units: CategoricalDistribution<number>;
  readonly dropout: CategoricalDistribution<number>;
  readonly initializer: CategoricalDistribution<(typeof INITIALIZERS)[number]>;
};

/** The first space: a few values of each parameter. */
export const WIDE: WideSpace = {
  rate: categorical([0.01, 0.001, 0.0001]),
  batch: categorical([32, 64, 128]),
  layers: int(2, 4),
  units: categorical([64, 128, 256]),
  dropout: categorical([0.2, 0.3, 0.5]),
  initializer: categorical(INITIALIZERS),
};

/** What a network of the second search may be. */
export type FineSpace = {
  readonly rate: FloatDistribution;
  readonly batch: CategoricalDistribution<number>;
  readonly layers: IntDistribution;
  readonly units: IntDistribution;
  readonly dropout: FloatDistribution;
  readonly initializer: CategoricalDistribution<(typeof INITIALIZERS)[number]>;
};

/** The parameters of one network. */
export interface NetworkParams {
  readonly rate: number;
  readonly batch: number;
  readonly layers: number;
  readonly units: number;
  readonly dropout: number;
  readonly initializer: (typeof INITIALIZERS)[number];
}

/**
 * The space around the best trials of the first search. What was a list of values becomes a range about those that are left,
 * half a step of the list wider on both sides; dropout, which may be none at all, reaches down to 0 where its lowest value is
 * among the best.
 */
export function fineSpace(study: Study, print: (text: string) => void): FineSpace {
  const left = study.narrow({ space: WIDE, top: 0.2, print });
  const span = ({ choices }: CategoricalDistribution<number>): [number, number] => [
    Math.min(...choices),
    Math.max(...choices),
  ];
  const [slow, fast] = span(left.rate);
  const [few, many] = span(left.units);
  const [least, most] = span(left.dropout);
  const ROOT10 = 3.1622776601683795;
  const ROOT2 = 1.4142135623730951;
  const low = Math.min(...WIDE.dropout.choices);
  return {
    rate: float(slow / ROOT10, fast * ROOT10, { log: true }),
    batch: left.batch,
    layers: left.layers,
    units: int(Math.round(few / ROOT2), Math.round(many * ROOT2), { log: true }),
    dropout: float(least === low ? 0 : least - 0.05, most + 0.05),
    initializer: left.initializer,
  };
}

/** A compiled network for a table's features. */
export function networkOf(
  { rate, layers, units, dropout: left, initializer }: NetworkParams,
  inputShape: readonly number[],
  { task, classNames }: FittedTabular,
): Sequential {
  const hidden = Array.from({ length: layers }, (): Layer[] => [
    dense({ units, activation: "relu", kernelInitializer: initializer }),
    ...(left > 0 ? [dropout({ rate: left })] : []),
  ]).flat();
  const head =
    task === "classification"
      ? dense({ units: classNames!.length, activation: "softmax" })
      : dense({ units: 1 });
  const model = sequential([...hidden, head]);
  model.build([...inputShape]);
  model.compile({
    optimizer: adam({ learningRate: rate }),
    loss: task === "classification" ? "sparseCategoricalCrossentropy" : "meanSquaredError",
    metrics: task === "classification" ? ["accuracy"] : [],
  });
  return model;
}

/** A network that nobody has tuned: what `thalweg train` begins with. */
export const UNTUNED: NetworkParams = {
  rate: 2e-3,
  batch: 128,
  layers: 2,
  units: 64,
  dropout: 0,
  initializer: "glorotUniform",
};
