import { join } from "node:path";
import { type Check, failing } from "./check.ts";
import { type GoldenFile, goldenFiles } from "./golden.ts";
import { initializerChecks } from "./initializerChecks.ts";
import { kerasFactChecks, kerasTrajectoryChecks } from "./kerasChecks.ts";
import { metricChecks } from "./metricChecks.ts";
import { opChecks } from "./opChecks.ts";
import { optaxChecks } from "./optaxChecks.ts";
import { kerasScheduleChecks, torchScheduleChecks } from "./scheduleChecks.ts";
import { torchChecks } from "./torchChecks.ts";
import { trainingChecks } from "./trainingChecks.ts";
import { gaussianProcessChecks, tuningFunctionChecks } from "./tuningChecks.ts";

type Reader = (file: GoldenFile, folders: readonly string[]) => Check[];

/** What reads a file, by its `format`. */
const READERS: Readonly<Record<string, Reader>> = {
  "golden-ops/1": opChecks,
  "golden-facts/1": optaxChecks,
  "golden-optim/1": torchChecks,
  "golden-keras-traj/1": kerasTrajectoryChecks,
  "golden-keras-facts/1": kerasFactChecks,
  "golden-sched/1": torchScheduleChecks,
  "golden-keras-sched/1": kerasScheduleChecks,
  "golden-init/1": initializerChecks,
  "golden-metrics/1": metricChecks,
  "golden-train/1": trainingChecks,
  "golden-gp/1": gaussianProcessChecks,
  "golden-hpo-functions/1": tuningFunctionChecks,
};

function checksOf(file: GoldenFile, folders: readonly string[]): Check[] {
  const { path, format, fault } = file;
  if (fault !== undefined) return [failing(path, "file", path, fault)];
  const reader = READERS[format];
  if (!reader)
    return [failing(path, "file", path, `format ${JSON.stringify(format)} is not known here`)];
  try {
    return reader(file, folders);
  } catch (error) {
    return [failing(path, "file", path, (error as Error).message)];
  }
}

/**
 * Every case of a golden folder, ready to run.
 *
 * @param folder  with ops/, optim/, train/, ...
 * @param data    where the data sets of whole trainings are looked for, besides the folder's neighbors
 * @throws Error where the folder holds nothing
 */
export function goldenChecks(folder: string, data: readonly string[]): Check[] {
  const folders = [...data, ...["", "sklearn"].map((name) => join(folder, "..", "data", name))];
  return goldenFiles(folder).flatMap((file) => checksOf(file, folders));
}
