import { OptionError, ShapeError, checkName } from "../errors.ts";
import { type Engine, init } from "../kernels/engine.ts";
import type { Layer } from "../layers/defineLayer.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import { type LossName, losses } from "../losses/catalogue.gen.ts";
import type { Loss } from "../losses/defineLoss.ts";
import { Random } from "../math/random.ts";
import { forget, reclaimWith } from "../memory/reclaim.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import { type MetricLike, type NamedMetric, metricsFor } from "../metrics/resolve.ts";
import { byName } from "../names.ts";
import { type OptimizerName, optimizers } from "../optim/catalogue.gen.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import { baseRateOf } from "../optim/rate.ts";
import { type Shape, printShape, sameShape, sizeOf } from "../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import type { History } from "../train/history.ts";
import { type Json, type ModelConfig, toConfig } from "./config.ts";
import { type EvaluateOptions, evaluate } from "./evaluate.ts";
import { type FitOptions, fit } from "./fit.ts";
import type { GraphSource, Objective } from "./graphs.ts";
import { trainOnBatch } from "./onBatch.ts";
import { type PredictOptions, predict, predictSync } from "./predict.ts";
import { type PlanInfo, type PlanInfoOptions, planInfo } from "./planInfo.ts";
import { Runner } from "./runner.ts";
import {
  type ModelSource,
  type SaveOptions,
  encodeModel,
  loadWeights,
  saveModel,
  saveWeights,
} from "./save.ts";
import { summary } from "./summary.ts";
import { type Snapshot, type Variable } from "./variables.ts";

/** What `compile` takes. */
export interface CompileOptions {
  optimizer: OptimizerName | Optimizer;
  loss: LossName | Loss;
  /** Default none. */
  metrics?: readonly MetricLike[];
}

/** What a compiled model trains towards. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly MetricLike[];
}

/** A model: a graph of layers, their variables, and how they are trained. */
export class Model {
  /** Name in messages and files. */
  readonly name: string;
  /** Layers in the order in which they are applied. */
  readonly layers: readonly Layer[];
  /** Decides the first values of the variables. */
  seed: number;
  /** Plain JSON that is kept in the model's file: preprocessing, class names, ... */
  extras: { readonly [key: string]: Json } = {};
  private graph: { inputs: readonly LayerTensor[]; outputs: readonly LayerTensor[] } | null = null;
  private variableList: Variable[] = [];
  private host: Snapshot = { values: new Map(), slots: new Map() };
  private compiledState: Compiled | null = null;
  private runnerState: Runner | null = null;
  private runnerKey = "";
  /** Optimizer steps taken, and what the rule carries, while no runner holds them. */
  private optimizerState: { iterations: number; state: Record<string, number> } = {
    iterations: 0,
    state: {},
  };

  constructor(layers: readonly Layer[], name: string, seed: number) {
    this.layers = layers;
    this.name = name;
    this.seed = seed;
  }

  /** Whether the variables exist. */
  get built(): boolean {
    return this.graph !== null;
  }

  /** The graph of layers. @throws OptionError before the model is built */
  get tensors(): { inputs: readonly LayerTensor[]; outputs: readonly LayerTensor[] } {
    if (!this.graph) {
      throw new OptionError(
        `model "${this.name}": has no shapes yet; give the first layer an inputShape, or call fit first`,
      );
    }
    return this.graph;
  }

  /** Parameters and state in the order of the layers. */
  get variables(): readonly Variable[] {
    return this.variableList;
  }

  /** Whether `compile` was called. */
  get isCompiled(): boolean {
    return this.compiledState !== null;
  }

  /** What `compile` set. @throws OptionError before compile */
  get compiled(): Compiled {
    if (!this.compiledState) {
      throw new OptionError(
        `model "${this.name}": call compile({ optimizer, loss }) before training or evaluation`,
      );
    }
    return this.compiledState;
  }

  /** Sets the graph of layers and lists its variables. */
  setGraph(inputs: readonly LayerTensor[], outputs: readonly LayerTensor[]): void {
    this.graph = { inputs, outputs };
    const seen = new Set<string>();
    const visit = (t: LayerTensor): void => {
      t.inputs.forEach(visit);
      if (!t.layer || seen.has(t.layer.layerName!)) return;
      seen.add(t.layer.layerName!);
      const specs = t.layer.params(t.inputs.map((x) => x.shape));
      for (const [key, spec] of Object.entries(specs)) {
        const size = sizeOf(spec.shape);
        this.variableList.push({ name: `${t.layer.layerName}/${key}`, spec, size });
      }
    };
    outputs.forEach(visit);
  }

  /** Draws the first values, once: at the first use, so that a model too large for memory is refused before. */
  private draw(): void {
    this.variableList.forEach((v, i) => {
      if (this.host.values.has(v.name)) return;
      const { initializer, shape } = v.spec;
      this.host.values.set(
        v.name,
        initializer.sample(shape, new Random(initializer.seed ?? this.seed, i)),
      );
    });
  }

  /** Makes the graph for samples of this shape; overridden by models that learn it from data. */
  build(_inputShape: Shape): void {}

  /**
   * Says how the model is trained. A new optimizer starts with new slots.
   *
   * @throws OptionError on unknown names and options
   */
  compile(options: CompileOptions): void {
    for (const name of Object.keys(options))
      checkName("compile", "option", name, ["optimizer", "loss", "metrics"]);
    const { optimizer, loss, metrics = [] } = options;
    for (const [kind, value] of Object.entries({ optimizer, loss })) {
      if (typeof value !== "function") continue;
      const call = kind === "loss" ? "huber()" : "adam()";
      throw new OptionError(
        `compile: ${kind} must be a name or a definition, got a function; call it if it makes one: ${call}`,
      );
    }
    this.release();
    this.host.slots.clear();
    this.optimizerState = { iterations: 0, state: {} };
    this.compiledState = {
      optimizer:
        typeof optimizer === "string"
          ? byName("compile", "optimizer", optimizers, optimizer)()
          : optimizer,
      loss: typeof loss === "string" ? byName("compile", "loss", losses, loss)() : loss,
      metrics: [...metrics],
    };
  }

  /** Whether the optimizer may change a variable. */
  isTrained(v: Variable): boolean {
    const layer = this.layers.find(
      (one) => one.layerName === v.name.slice(0, v.name.lastIndexOf("/")),
    );
    return v.spec.trainable !== false && layer!.trainable;
  }

  /** Metrics under their names, and the objective that graphs are made from. */
  objective(weighted: boolean): { objective: Objective; metrics: readonly NamedMetric[] } {
    const { loss, metrics } = this.compiled;
    const output = this.tensors.outputs[0]!.shape;
    const named = metricsFor(metrics, loss.labels, output);
    const labels =
      loss.labels === "indices"
        ? { dtype: "int32" as const, shape: output.slice(0, -1) }
        : { dtype: "float32" as const, shape: output };
    return {
      objective: { loss, metrics: named.map((m) => m.metric), labels, weighted },
      metrics: named,
    };
  }

  /**
   * The model in linear memory. It is made anew, with all values carried over by name, when what is
   * trained or whether samples are weighted has changed since the last call.
   */
  async runner(weighted = false): Promise<Runner> {
    const engine = await init();
    return this.runnerOn(engine, weighted);
  }

  /** `runner` on an engine that has started. */
  runnerOn(engine: Engine, weighted = false): Runner {
    const { inputs, outputs } = this.tensors;
    const trained = new Set(this.variableList.filter((v) => this.isTrained(v)).map((v) => v.name));
    const key = `${weighted} ${[...trained].join()}`;
    if (this.runnerState && this.runnerKey === key && this.runnerState.engine === engine)
      return this.runnerState;
    this.release();
    const source: GraphSource = {
      inputs,
      outputs,
      variables: this.variableList,
      isTrained: (v) => trained.has(v.name),
    };
    const objective = this.compiledState ? this.objective(weighted).objective : null;
    const optimizer = this.compiledState?.optimizer ?? null;
    const slots = optimizer ? optimizer.definition.slots(optimizer.options).length : 0;
    const bytes = this.variableList.reduce((sum, v) => sum + padded(4 * v.size), 0);
    regionsOf(engine).require(`model "${this.name}"`, {
      parameters: bytes,
      gradients: bytes,
      "optimizer slots": bytes * slots,
    });
    this.draw();
    const runner = new Runner(engine, source, objective, optimizer);
    runner.memory.restore(
      this.host,
      (slot) => optimizer?.definition.slotInit?.(slot, optimizer.options) ?? 0,
    );
    if (runner.optimizer) {
      runner.optimizer.iterations = this.optimizerState.iterations;
      Object.assign(runner.optimizer.state, this.optimizerState.state);
    }
    reclaimWith(this, runner);
    this.runnerState = runner;
    this.runnerKey = key;
    return runner;
  }

  private get optimizerNumbers(): { iterations: number; state: Record<string, number> } {
    return this.runnerState?.optimizer ?? this.optimizerState;
  }

  /** The rate of the next step, without the factor; one that is set stands in place of a schedule. */
  get learningRate(): number {
    const { optimizer } = this.compiled;
    const { iterations, state } = this.optimizerNumbers;
    return baseRateOf(optimizer.schedule, optimizer.options, iterations, state);
  }

  set learningRate(rate: number) {
    if (!(rate >= 0 && rate < Infinity))
      throw new RangeError(`model "${this.name}": learningRate must be >= 0, got ${rate}`);
    this.optimizerNumbers.state["learningRate"] = rate;
  }

  /** What the rate is multiplied by besides, 1 until a callback lowers it. */
  get learningRateFactor(): number {
    return this.optimizerNumbers.state["rateFactor"] ?? 1;
  }

  set learningRateFactor(factor: number) {
    if (!(factor >= 0 && factor < Infinity))
      throw new RangeError(`model "${this.name}": learningRateFactor must be >= 0, got ${factor}`);
    this.optimizerNumbers.state["rateFactor"] = factor;
  }

  /** Bytes of everything that the model holds in linear memory now. */
  get residentBytes(): number {
    return this.runnerState?.bytes ?? 0;
  }

  /** Copies everything out of linear memory and gives it back. The model stays as it is. */
  release(): void {
    if (!this.runnerState) return;
    const { values, slots, iterations, state } = this.snapshot();
    this.host = { values, slots };
    this.optimizerState = { iterations, state };
    forget(this.runnerState);
    this.runnerState.free();
    this.runnerState = null;
  }

  /** `using model = sequential(...)`: gives linear memory back at the end of the block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Values and slots by name, copied out of linear memory, with the optimizer's step count. */
  snapshot(): Snapshot & { iterations: number; state: Record<string, number> } {
    const runner = this.runnerState;
    if (!runner) {
      this.draw();
      return { ...this.host, ...this.optimizerState };
    }
    const { iterations, state } = runner.optimizer ?? this.optimizerState;
    return { ...runner.memory.snapshot(this.host), iterations, state: { ...state } };
  }

  /** Puts slots and step count back, as a file holds them. */
  restoreOptimizer(
    slots: Snapshot["slots"],
    iterations: number,
    state: Record<string, number>,
  ): void {
    this.release();
    this.host.slots = slots;
    this.optimizerState = { iterations, state };
  }

  /** The layer of this name. @throws OptionError naming the nearest */
  getLayer(name: string): Layer {
    const byLayerName = Object.fromEntries(this.layers.map((layer) => [layer.layerName!, layer]));
    return byName(`model "${this.name}"`, "layer", byLayerName, name);
  }

  /** A table of the layers, their shapes and parameters, as text. */
  summary(): string {
    return summary(this);
  }

  /** What a step computes and how many bytes it needs, before it runs. */
  plan(options: PlanInfoOptions = {}): Promise<PlanInfo> {
    return planInfo(this, options);
  }

  /** The topology as plain JSON. */
  toConfig(): ModelConfig {
    return toConfig(this);
  }

  /** Writes the whole model to one file: layers, values, optimizer state, extras. */
  save(path: string | URL, options?: SaveOptions): Promise<void> {
    return saveModel(this, path, options);
  }

  /** The bytes that `save` would write. */
  toBytes(options?: SaveOptions): Uint8Array {
    return encodeModel(this, options);
  }

  /** Writes the variables' values to a safetensors file. */
  saveWeights(path: string | URL): Promise<void> {
    return saveWeights(this, path);
  }

  /** Reads the variables' values, by name, from a safetensors file or its bytes. */
  loadWeights(source: ModelSource): Promise<void> {
    return loadWeights(this, source);
  }

  /** The variables' values, in order. */
  getWeights(): Tensor[] {
    const { values } = this.snapshot();
    return this.variableList.map((v) =>
      tensor(Float32Array.from(values.get(v.name)!), v.spec.shape),
    );
  }

  /** Replaces the variables' values, in order. @throws ShapeError where number or shape differ */
  setWeights(weights: readonly TensorLike[]): void {
    if (weights.length !== this.variableList.length) {
      throw new ShapeError(
        `model "${this.name}": setWeights needs ${this.variableList.length} tensors (${this.variableList.map((v) => v.name).join(", ")}), got ${weights.length}`,
      );
    }
    // All are checked before the first is written.
    const values = this.variableList.map((v, i) => {
      const t = tensor(weights[i]!, undefined, "float32");
      if (!sameShape(t.shape, v.spec.shape)) {
        throw new ShapeError(
          `"${v.name}": must have shape ${printShape(v.spec.shape)}, got ${printShape(t.shape)}`,
        );
      }
      return Float32Array.from(t.data);
    });
    this.variableList.forEach((v, i) => {
      if (this.runnerState) this.runnerState.memory.view(v).set(values[i]!);
      else this.host.values.set(v.name, values[i]!);
    });
  }

  /**
   * Trains for a number of epochs.
   *
   * @param x  samples, [rows, ...]
   * @param y  labels: integers or values, as the loss takes them
   * @throws ShapeError, DataError, OptionError, MemoryError, NonFiniteError
   */
  fit(x: TensorLike, y: TensorLike, options: FitOptions = {}): Promise<History> {
    return fit(this, x, y, options);
  }

  /** Loss and metrics over some samples, in inference mode. */
  evaluate(
    x: TensorLike,
    y: TensorLike,
    options: EvaluateOptions = {},
  ): Promise<Record<string, number>> {
    return evaluate(this, x, y, options);
  }

  /** Outputs for some samples, in inference mode. */
  predict(x: TensorLike, options: PredictOptions = {}): Promise<Tensor> {
    return predict(this, x, options);
  }

  /** `predict` without a promise. @throws OptionError before the engine has started: await init() first */
  predictSync(x: TensorLike, options: PredictOptions = {}): Tensor {
    return predictSync(this, x, options);
  }

  /** One training step on one batch; loss and metrics before the update. @throws NonFiniteError */
  trainOnBatch(
    x: TensorLike,
    y: TensorLike,
    options: { sampleWeight?: TensorLike; seed?: number } = {},
  ): Promise<Record<string, number>> {
    return trainOnBatch(this, x, y, options);
  }

  /** Loss and metrics of one batch, in inference mode. */
  testOnBatch(
    x: TensorLike,
    y: TensorLike,
    options: { sampleWeight?: TensorLike } = {},
  ): Promise<Record<string, number>> {
    return evaluate(this, x, y, { ...options, batchSize: "all" });
  }

  /** Outputs of one batch, in inference mode. */
  predictOnBatch(x: TensorLike): Promise<Tensor> {
    return predict(this, x, { batchSize: "all" });
  }
}
