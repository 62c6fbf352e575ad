import type { Choice, Distribution } from "../space/distribution.ts";
import { toValue } from "../space/internal.ts";
import type { Attribute, Direction, TrialRecord, TrialState } from "../trialRecord.ts";
import { distributionFromJson } from "./distributionJson.ts";
import { OP, type Operation, STATES } from "./operation.ts";

/** A trial's record while it is written. */
interface Writable {
  number: number;
  state: TrialState;
  value: number | null;
  values: readonly number[] | null;
  params: Record<string, Choice>;
  internal: Record<string, number>;
  distributions: Record<string, Distribution>;
  intermediate: Map<number, number>;
  notes: Record<string, Attribute>;
  system: Record<string, Attribute>;
  started: Date | null;
  ended: Date | null;
}

/** A study as its operations have made it. */
export interface StudyRecord {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly trials: readonly TrialRecord[];
  /** The number that the storage has for each of them. */
  readonly trialIds: readonly number[];
}

function dateOf(text: string | null | undefined): Date | null {
  if (text === null || text === undefined) return null;
  // Without a zone it is local time, with digits that Date does not read.
  return new Date(text.replace(/(\.\d{3})\d+/, "$1"));
}

/** Values as a record has them. */
function valuesOf(values: readonly number[] | null): Pick<Writable, "value" | "values"> {
  return { value: values?.length === 1 ? values[0]! : null, values };
}

/**
 * What a sequence of operations amounts to. Studies and trials are numbered in the order in which they were created;
 * what comes for a trial that has ended, or is not there, changes nothing, as in Optuna.
 */
export class Replay {
  private readonly studies: (
    | { name: string; directions: Direction[]; trials: Writable[]; ids: number[] }
    | undefined
  )[] = [];
  private readonly trials: { trial: Writable; study: number }[] = [];
  /** The last trial that each worker created, and the one that it runs. */
  private readonly created = new Map<string, number>();
  private readonly claimed = new Map<number, string>();

  /** The study of a name. */
  study(name: string): StudyRecord | undefined {
    const id = this.studies.findIndex((s) => s?.name === name);
    const study = this.studies[id];
    if (!study) return undefined;
    const { directions, trials, ids } = study;
    return { id, name, directions, trials, trialIds: ids };
  }

  /** The names of the studies, in the order in which they were created. */
  get names(): string[] {
    return this.studies.flatMap((s) => (s ? [s.name] : []));
  }

  /** The last trial that a worker created, by the storage's number. */
  lastCreated(worker: string): number {
    return this.created.get(worker) ?? -1;
  }

  /** Who runs a trial that was waiting. */
  ownerOf(trialId: number): string | undefined {
    return this.claimed.get(trialId);
  }

  apply(op: Operation): void {
    switch (op.op_code) {
      case OP.createStudy:
        return this.createStudy(op);
      case OP.deleteStudy:
        this.studies[op.study_id!] = undefined;
        return;
      case OP.createTrial:
        return this.createTrial(op);
      default:
        if (op.trial_id !== undefined) this.changeTrial(op);
    }
  }

  private createStudy({ study_name: name, directions }: Operation): void {
    if (this.studies.some((s) => s?.name === name)) return;
    this.studies.push({
      name: name!,
      directions: directions!.map((d) => (d === 2 ? "maximize" : "minimize")),
      trials: [],
      ids: [],
    });
  }

  private createTrial(op: Operation): void {
    const study = this.studies[op.study_id!];
    if (!study) return;
    const id = this.trials.length;
    const distributions = Object.fromEntries(
      Object.entries(op.distributions ?? {}).map(([n, text]) => [n, distributionFromJson(text)]),
    );
    const internal = { ...op.params };
    const trial: Writable = {
      number: study.trials.length,
      state: STATES[op.state ?? 0]!,
      ...valuesOf(op.values ?? (typeof op.value === "number" ? [op.value] : null)),
      params: Object.fromEntries(
        Object.entries(internal).map(([name, x]) => [name, toValue(distributions[name]!, x)]),
      ),
      internal,
      distributions,
      intermediate: new Map(
        Object.entries(op.intermediate_values ?? {}).map(([step, v]) => [Number(step), v]),
      ),
      notes: { ...op.user_attrs },
      system: { ...op.system_attrs },
      started: dateOf(op.datetime_start),
      ended: dateOf(op.datetime_complete),
    };
    this.trials.push({ trial, study: op.study_id! });
    study.trials.push(trial);
    study.ids.push(id);
    this.created.set(op.worker_id, id);
    if (trial.state === "running") this.claimed.set(id, op.worker_id);
  }

  private changeTrial(op: Operation): void {
    const held = this.trials[op.trial_id!];
    if (!held || !this.studies[held.study]) return;
    const { trial } = held;
    if (trial.state !== "running" && trial.state !== "waiting") return;
    switch (op.op_code) {
      case OP.setParameter: {
        const d = distributionFromJson(op.distribution!);
        trial.distributions[op.param_name!] = d;
        trial.internal[op.param_name!] = op.param_value_internal!;
        trial.params[op.param_name!] = toValue(d, op.param_value_internal!);
        return;
      }
      case OP.setState: {
        const state = STATES[op.state!]!;
        if (state === "running") {
          if (trial.state === "running") return; // another worker was first
          trial.started = dateOf(op.datetime_start);
          this.claimed.set(op.trial_id!, op.worker_id);
          Object.assign(trial.system, op.system_attr);
        } else trial.ended = dateOf(op.datetime_complete);
        trial.state = state;
        if (op.values) Object.assign(trial, valuesOf(op.values));
        return;
      }
      case OP.setIntermediate:
        trial.intermediate.set(op.step!, op.intermediate_value!);
        return;
      case OP.trialUserAttribute:
        Object.assign(trial.notes, op.user_attr);
        return;
      case OP.trialSystemAttribute:
        Object.assign(trial.system, op.system_attr);
    }
  }
}
