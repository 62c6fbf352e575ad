import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import type { Layer } from "../layers/defineLayer.ts";
import { type Sequential, sequential } from "../model/sequential.ts";
import { byName } from "../names.ts";
import { optimizers } from "../optim/catalogue.gen.ts";
import type { Given } from "./options.ts";
import type { Problem, Settings } from "./problems/problem.ts";
import { countOption, layersOption, numberOption } from "./values.ts";

/** A problem's settings with the options laid over them. @throws OptionError */
export function settingsFor(defaults: Settings, given: Given, rows: number): Settings {
  const positive = (x: number): boolean => x > 0 && Number.isFinite(x);
  const rate = given["learning-rate"];
  const batch = given["batch-size"];
  const left = given.dropout;
  const ownRate = given.optimizer === undefined ? defaults.learningRate : null;
  return {
    keepBest: defaults.keepBest,
    layers: given.layers === undefined ? defaults.layers : layersOption(given.layers),
    dropout:
      left === undefined
        ? defaults.dropout
        : numberOption("dropout", left, "lie in [0, 1)", (x) => x >= 0 && x < 1),
    optimizer: given.optimizer ?? defaults.optimizer,
    learningRate:
      rate === undefined
        ? ownRate
        : numberOption("learning-rate", rate, "be a number > 0", positive),
    epochs: given.epochs === undefined ? defaults.epochs : countOption("epochs", given.epochs, 1),
    batchSize:
      batch === "all"
        ? rows
        : Math.min(
            rows,
            batch === undefined ? defaults.batchSize : countOption("batch-size", batch, 1),
          ),
  };
}

/** The network of some settings, compiled. @throws OptionError for an unknown optimizer */
export function networkFor(
  problem: Pick<Problem, "name" | "task" | "classNames"> & {
    readonly parts: Pick<Problem["parts"], "train">;
  },
  settings: Settings,
  seed: number,
): Sequential {
  const { task, classNames, parts } = problem;
  const hidden = settings.layers.flatMap((units): Layer[] => [
    dense({ units, activation: "relu" }),
    ...(settings.dropout > 0 ? [dropout({ rate: settings.dropout })] : []),
  ]);
  const classes = classNames?.length ?? 0;
  const head =
    task === "classification"
      ? dense({ units: classes, activation: "softmax" })
      : dense({ units: 1 });
  const model = sequential([...hidden, head], { name: problem.name, seed });
  model.build(parts.train.x.shape.slice(1));
  const rate = settings.learningRate;
  const optimizer = byName("--optimizer", "name", optimizers, settings.optimizer);
  model.compile({
    optimizer: optimizer(rate === null ? {} : { learningRate: rate }),
    loss: task === "classification" ? "sparseCategoricalCrossentropy" : "meanSquaredError",
    metrics: task === "classification" ? ["accuracy"] : [],
  });
  return model;
}
