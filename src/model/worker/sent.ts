import type { Shape } from "../../shape.ts";
import type { AnyModel } from "../model.ts";
import type { Compiled } from "../objective.ts";
import type { Topology } from "../topology.ts";
import { type Variable, setValuesOf, valuesOf } from "../variables.ts";
import { flagsOf } from "./layerFlags.ts";
import type { Changes } from "./protocol.ts";

/** Whether a layer may know first values that no config has, from data: normalization().adapt(x). */
export function isState({ spec }: Variable): boolean {
  return spec.trainable === false;
}

/** What a worker knows of the model that was sent to it: to see what is changed here. */
export class Sent {
  /** What the optimizer carries. */
  state: Readonly<Record<string, number>>;
  private readonly compiled: Compiled | null;
  private topology: Topology | null;
  private readonly seed: number;
  /** Whether each layer may be trained; null before the model is built. */
  private trainable: readonly boolean[] | null;
  /** Versions of the values. */
  private readonly versions: Map<Variable, number>;

  constructor(model: AnyModel) {
    this.compiled = model.isCompiled ? model.compiled : null;
    this.topology = model.built ? model.topology : null;
    this.seed = model.seed;
    this.state = { ...model.optimizerNumbers.state };
    this.trainable = model.built ? flagsOf(model) : null;
    this.versions = new Map(model.variables.map((v) => [v, v.cell.version]));
  }

  /** Whether it is this model, compiled and built as it is now: only values and flags may have changed. */
  isOf(model: AnyModel): boolean {
    return (
      this.topology !== null &&
      model.built &&
      this.topology === model.topology &&
      this.compiled === (model.isCompiled ? model.compiled : null) &&
      this.seed === model.seed
    );
  }

  /** The model has learned the shape of a sample from data, there; here it is built as well. */
  built(model: AnyModel, inputShape: Shape): void {
    if (!model.built) model.build(inputShape);
    this.topology = model.topology;
    model.draw(isState);
  }

  /** Whether the model is built there. */
  get isBuilt(): boolean {
    return this.topology !== null;
  }

  /** Whether a variable's values were set here, or another model has trained them. */
  private isStale(v: Variable): boolean {
    return v.cell.at !== null || v.cell.version !== (this.versions.get(v) ?? 0);
  }

  /** Numbers that the optimizer was given here. */
  given(state: Readonly<Record<string, number>>): Record<string, number> {
    const changed = Object.entries(state).filter(([key, value]) => this.state[key] !== value);
    return Object.fromEntries(changed);
  }

  /** Takes over values of the worker. */
  adopt(v: Variable, values: Float32Array<ArrayBuffer>): void {
    setValuesOf(v, values);
    this.versions.set(v, v.cell.version);
  }

  /** What was changed here since the last time. */
  changes(model: AnyModel): Changes {
    const { state } = model.optimizerNumbers;
    const given = this.given(state);
    this.state = { ...state };
    const flags = flagsOf(model);
    const trainable = flags.join() === this.trainable?.join() ? null : flags;
    this.trainable = flags;
    const values: [number, Float32Array<ArrayBuffer>][] = [];
    model.variables.forEach((v, i) => {
      if (!this.isStale(v)) return;
      const own = valuesOf(v)!;
      // Only then: a version that grows here would make them new to another worker, which trains the model now.
      if (v.cell.at) setValuesOf(v, own);
      this.versions.set(v, v.cell.version);
      values.push([i, own]);
    });
    return { state: given, trainable, values };
  }
}
