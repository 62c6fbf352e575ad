import { OptionError, ShapeError, shown } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import { type Engine, sharedEngine } from "../kernels/engine.ts";
import type { AnyLayer, Layer } from "../layers/defineLayer.ts";
import type { LayerTensor } from "../layers/layerTensor.ts";
import { Random } from "../math/random.ts";
import { forget, reclaimWith } from "../memory/reclaim.ts";
import { padded, regionsOf } from "../memory/regions.ts";
import { byName } from "../names.ts";
import { baseRateOf } from "../optim/rate.ts";
import { type Shape, printShape, sameShape } from "../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor/tensor.ts";
import type { Dataset } from "../train/data/dataset.ts";
import { descriptionOf } from "../train/data/described.ts";
import type { History } from "../train/history.ts";
import type { FitEpoch } from "../train/trainer.ts";
import { type Json, type ModelConfig, toConfig } from "./config.ts";
import type { DataLike } from "./data.ts";
import { type EvaluateOptions, evaluate } from "./evaluate.ts";
import { fit, fitIterator } from "./fit.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { GraphSource } from "./graphs.ts";
import { HeldOptimizer, type OptimizerNumbers } from "./heldOptimizer.ts";
import { keptWorkers } from "./keptWorkers.ts";
import { modelLayer } from "./modelLayer.ts";
import type { FitsInputs, InputTensors, OutputOf } from "./modelShapes.ts";
import {
  type CompileOptions,
  type Compiled,
  type Objective,
  compiledFrom,
  headsOf,
  loaded,
} from "./objective.ts";
import { optionsBeside } from "./optionsBeside.ts";
import { type PredictOptions, type PredictSyncOptions, predict, predictSync } from "./predict.ts";
import type { PlanInfo, PlanInfoOptions } from "./planInfo.ts";
import { Runner } from "./runner.ts";
import type { ModelSource } from "./load/source.ts";
import type { FileFormat } from "./write/fileFormat.ts";
import type { LoadWeightsOptions } from "./loadWeights.ts";
import { type SaveOptions, encodeModel, encodeWeights, saveModel, saveWeights } from "./save.ts";
import { type StatelessCallOptions, statelessCall } from "./statelessCall.ts";
import { summary } from "./summary.ts";
import { type Topology, topologyOf, variablesOf } from "./topology.ts";
import { type Slots, type Variable, setValuesOf, valuesOf } from "./variables.ts";

/** How predictions are handed out: one tensor, a list, or an object by the outputs' names. */
export type OutputForm = "single" | "list" | "record";

/** A model, whatever it predicts. */
export type AnyModel = Model<unknown>;

/** Whether a variable is among some names. A closure in a method would hold the model, and a runner must not. */
function isAmong(names: ReadonlySet<string>): (v: Variable) => boolean {
  return (v) => names.has(v.name);
}

/**
 * A model: a graph of layers, their variables, and how they are trained. `Predicted` is what it predicts,
 * `Inputs` the shapes of its samples, without the batch axis, as far as the compiler knows them.
 */
export class Model<Predicted = Tensor, Inputs extends readonly Shape[] = readonly Shape[]> {
  /** Name in messages and files. */
  readonly name: string;
  /** Decides the first values of the variables. */
  seed: number;
  /** Set to true while it is trained, it ends training after the running batch. */
  stopTraining: boolean = false;
  /** Plain JSON that is kept in the model's file: preprocessing, class names, ... */
  extras: { readonly [key: string]: Json } = {};
  /** How predictions are handed out. */
  readonly form: OutputForm;
  private graph: Topology | null = null;
  private variableList: Variable[] = [];
  private heldOptimizer = new HeldOptimizer();
  private compiledState: Compiled | null = null;
  private runnerState: Runner | null = null;
  private runnerKey = "";
  private ownLayer: AnyLayer | null = null;

  constructor(name: string, seed: number, form: OutputForm) {
    this.name = name;
    this.seed = seed;
    this.form = form;
  }

  /** Layers in the order in which they are applied. */
  get layers(): readonly Layer[] {
    return this.topology.layers as readonly Layer[];
  }

  /** Whether the layers follow one another and the data may decide their shapes. */
  get isSequential(): boolean {
    return false;
  }

  /** Whether the variables exist. */
  get built(): boolean {
    return this.graph !== null;
  }

  /** The graph of layers. @throws OptionError before the model is built */
  get topology(): Topology {
    if (!this.graph) {
      throw new OptionError(
        `model "${this.name}": has no shapes yet; give the first layer an inputShape, or call fit first`,
      );
    }
    return this.graph;
  }

  /** The model's inputs, for models that begin with this one. */
  get inputs(): InputTensors<Inputs> {
    return this.topology.inputs as InputTensors<Inputs>;
  }

  /** The model's outputs, for models that go on from here. */
  get outputs(): readonly LayerTensor[] {
    return this.topology.outputs;
  }

  /** The only output. @throws OptionError where there are several */
  get output(): OutputOf<Predicted> {
    const { outputs } = this.topology;
    if (outputs.length > 1)
      throw new OptionError(`model "${this.name}": has ${outputs.length} outputs; use outputs`);
    return outputs[0]! as OutputOf<Predicted>;
  }

  /** Whether any of the layers may be trained; setting it sets all of them. Takes effect at the next epoch. */
  get trainable(): boolean {
    return this.layers.some((layer) => layer.trainable);
  }

  set trainable(value: boolean) {
    for (const layer of this.layers) layer.trainable = value;
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
  protected setGraph(
    inputs: readonly LayerTensor[],
    outputs: readonly LayerTensor[],
    outputNames: readonly string[] | null,
  ): void {
    const topology = topologyOf(`model "${this.name}"`, inputs, outputs, outputNames);
    this.variableList = variablesOf(topology);
    this.graph = topology;
  }

  /**
   * Draws first values that are not there: at the first use, so that a model too large for memory is refused before.
   *
   * @param wanted  of which variables; left out: of all
   * @internal
   */
  draw(wanted: (v: Variable) => boolean = () => true): void {
    this.variableList.forEach((v, i) => {
      if (v.cell.values || v.cell.at || !wanted(v)) return;
      const { initializer, shape } = v.spec;
      setValuesOf(v, initializer.sample(shape, new Random(initializer.seed ?? this.seed, i)));
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
    const compiled = compiledFrom(options);
    if (this.graph) headsOf(compiled, this.graph);
    this.giveUpRunner();
    this.heldOptimizer = new HeldOptimizer();
    this.compiledState = compiled;
  }

  /** Whether the optimizer may change a variable. */
  isTrained(v: Variable): boolean {
    return v.spec.trainable !== false && v.layers.every((layer) => layer.trainable);
  }

  /** Losses and metrics of a step, that graphs are made from. */
  objective(weighted: boolean): Objective {
    return { heads: headsOf(this.compiled, this.topology), weighted };
  }

  /** The engine, and what `compile` was told by name: before `runnerOn`. @internal */
  async start(): Promise<Engine> {
    const { compiledState: compiled } = this;
    if (compiled) {
      const whole = await loaded(compiled);
      if (this.compiledState === compiled) this.compiledState = whole;
    }
    return sharedEngine();
  }

  /**
   * The model in linear memory. It is made anew, with all values carried over by name, when what is
   * trained or whether samples are weighted has changed since the last call. Where others may have their turn between
   * this call and the use, `runnerOn` is what to call.
   *
   * @param weighted  whether samples have weights; null: as it is
   */
  async runner(weighted: boolean | null = null): Promise<Runner> {
    return this.runnerOn(await this.start(), weighted);
  }

  /** `runner` on the engine of `start`. */
  runnerOn(engine: Engine, weighted: boolean | null = null): Runner {
    const { topology } = this;
    const trained = new Set(this.variableList.filter((v) => this.isTrained(v)).map((v) => v.name));
    // A layer without parameters that are trained may still behave otherwise when it is frozen.
    const frozen = topology.layers.map((layer) => Number(!layer.trainable)).join("");
    const keyNow = (): string =>
      `${frozen} ${[...trained].join()} ${[...this.heldOptimizer.missed(trained, this.carried)].map(([name, { steps }]) => name + steps).join()}`;
    const { runnerState: current } = this;
    const fits = current && (weighted === null || weighted === current.weighted);
    if (fits && this.runnerKey === keyNow() && current.engine === engine) return current;
    this.giveUpRunner();
    const source: GraphSource = {
      topology,
      variables: this.variableList,
      isTrained: isAmong(trained),
    };
    const objective = this.compiledState ? this.objective(weighted ?? false) : null;
    const optimizer = this.compiledState?.optimizer ?? null;
    const slots = optimizer ? optimizer.definition.slots(optimizer.options).length : 0;
    const bytes = this.variableList.reduce((sum, v) => sum + padded(4 * v.size), 0);
    regionsOf(engine).require(`model "${this.name}"`, {
      parameters: bytes,
      gradients: bytes,
      "optimizer slots": bytes * slots,
    });
    this.draw();
    const runner = new Runner(
      engine,
      source,
      objective,
      optimizer,
      this.heldOptimizer.missed(trained, this.carried),
    );
    this.heldOptimizer.place(runner);
    reclaimWith(this, runner);
    this.runnerState = runner;
    this.runnerKey = keyNow();
    return runner;
  }

  /** What runs the model, while it is in linear memory; for tools that look into a training. @internal */
  get activeRunner(): Runner | null {
    return this.runnerState;
  }

  /** What the optimizer's rule carries from step to step, and what it begins with. */
  private get carried(): Readonly<Record<string, number>> | undefined {
    return this.compiledState?.optimizer.definition.state;
  }

  /** Steps taken and numbers that are kept, as they are now; and what those that are frozen missed. */
  optimizerProgress(): OptimizerNumbers {
    return this.heldOptimizer.progress(this.runnerState, this.carried);
  }

  /** Steps taken, and what the rule carries; a rate is set by writing to it. @internal */
  get optimizerNumbers(): OptimizerNumbers {
    return this.runnerState?.optimizer ?? this.heldOptimizer.numbers;
  }

  /** The rate of the next step, without the factor; one that is set stands in place of a schedule. */
  get learningRate(): number {
    const { optimizer } = this.compiled;
    const { iterations, state } = this.optimizerNumbers;
    return baseRateOf(optimizer.schedule, optimizer.options, iterations, state);
  }

  set learningRate(rate: number) {
    if (!(typeof rate === "number" && rate >= 0 && rate < Infinity))
      throw new RangeError(`model "${this.name}": learningRate must be >= 0, got ${shown(rate)}`);
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

  /** Copies everything out of linear memory and gives it back, and ends its worker. The model stays as it is. */
  release(): void {
    keptWorkers.get(this)?.close();
    this.giveUpRunner();
  }

  private giveUpRunner(): void {
    const runner = this.runnerState;
    if (!runner) return;
    this.heldOptimizer.restore(this.optimizerSnapshot());
    forget(runner);
    runner.free();
    this.runnerState = null;
  }

  /** `using model = sequential(...)`: gives linear memory back at the end of the block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Copies of the variables' values, in order. */
  values(): Float32Array<ArrayBuffer>[] {
    this.draw();
    return this.variableList.map((v) => valuesOf(v)!);
  }

  /** A copy of what the optimizer keeps: slots by name, steps taken, and what the rule carries. */
  optimizerSnapshot(): OptimizerNumbers & { slots: Slots } {
    return this.heldOptimizer.snapshot(this.runnerState, this.carried);
  }

  /** Puts slots and step count back, as a file holds them. */
  restoreOptimizer(slots: Slots, iterations: number, state: Record<string, number>): void {
    this.heldOptimizer.restore({ slots, iterations, state });
    if (this.runnerState) this.heldOptimizer.place(this.runnerState);
  }

  /**
   * The model as a layer of another one: `base.apply(input([32, 32, 3]))`. Both share their variables.
   *
   * @returns the output, or a list where there are several
   */
  apply(...inputs: (LayerTensor | readonly LayerTensor[])[]): OutputOf<Predicted> {
    return (this.asLayer() as Layer)(...inputs) as OutputOf<Predicted>;
  }

  /**
   * The model as a function of its weights, for `trace`, `valueAndGrad` and losses that no `fit` has.
   * Nothing in the model changes: weights go in, and an optimizer over plain arrays may move them.
   *
   * @param weights  in the order of getWeights()
   * @param inputs   one, or a list; with their batch axis
   * @returns the output, or a list where there are several
   * @throws ShapeError where number or shapes differ
   *
   * @example
   *     const loss = valueAndGrad((x, y, ...w) => ops.mean(ops.square(ops.sub(net.statelessCall(w, x), y))));
   */
  statelessCall(
    weights: readonly SymbolicTensor[],
    inputs: SymbolicTensor | readonly SymbolicTensor[],
    options: StatelessCallOptions = {},
  ): SymbolicTensor {
    const list = Array.isArray(inputs) ? (inputs as SymbolicTensor[]) : [inputs as SymbolicTensor];
    const outputs = statelessCall(this, weights, list, options);
    return (outputs.length === 1 ? outputs[0] : outputs) as SymbolicTensor;
  }

  /** The layer that stands for this model in another one. */
  asLayer(): AnyLayer {
    return (this.ownLayer ??= modelLayer(this));
  }

  /** The layer of this name; its `output` is a list where it has several. @throws OptionError naming the nearest */
  getLayer(name: string): Layer {
    const { nameOf } = this.topology;
    const byLayerName = Object.fromEntries(this.layers.map((layer) => [nameOf(layer), layer]));
    return byName(`model "${this.name}"`, "layer", byLayerName, name);
  }

  /** A table of the layers, their shapes and parameters, as text. */
  summary(): string {
    return summary(this);
  }

  /** What a step computes and how many bytes it needs, before it runs. */
  async plan(options: PlanInfoOptions = {}): Promise<PlanInfo> {
    const { planInfo } = await import("./planInfo.ts"); // few pages ask: they alone download it
    return planInfo(this, options);
  }

  /** The topology as plain JSON. */
  toConfig(): ModelConfig {
    return toConfig(this);
  }

  /**
   * Writes the whole model to a file: layers, values, optimizer state, extras. The path's ending may ask for the format
   * of another library, without optimizer and extras: `.onnx`, `.keras`, `.h5`, `model.json` (TensorFlow.js, with its
   * weights beside it), `.npz` (the values alone).
   *
   * @throws DataError naming a layer that the format cannot hold
   */
  save(path: string | URL, options?: SaveOptions): Promise<void> {
    return saveModel(this, path, options);
  }

  /** The bytes that `save` would write. */
  toBytes(options?: SaveOptions): Uint8Array {
    return encodeModel(this, options);
  }

  /**
   * The files that `save` would write in a format, by their names.
   *
   * @throws DataError naming a layer that the format cannot hold
   *
   * @example
   *     const { "model.onnx": bytes } = await model.toFiles("onnx");
   */
  async toFiles(format: FileFormat): Promise<Record<string, Uint8Array>> {
    const { filesOf } = await import("./write/formats.ts"); // few programs ask: they alone load it
    const name = format === "tfjs" ? "model.json" : `model.${format}`;
    return Object.fromEntries(await filesOf(this, format, name));
  }

  /** The bytes that `saveWeights` would write. */
  weightsToBytes(): Uint8Array {
    return encodeWeights(this);
  }

  /** Writes the variables' values to a safetensors file, or to an .npz file. */
  saveWeights(path: string | URL): Promise<void> {
    return saveWeights(this, path);
  }

  /**
   * Reads the variables' values from a file: our own safetensors, by name, or one of Keras (.h5), PyTorch (.pt, or
   * its names in safetensors or .npz), or TF.js.
   */
  async loadWeights(source: ModelSource, options?: LoadWeightsOptions): Promise<void> {
    const { loadWeights } = await import("./loadWeights.ts");
    return loadWeights(this, source, options);
  }

  /** The variables' values, in order. */
  getWeights(): Tensor[] {
    const values = this.values();
    return this.variableList.map((v, i) => tensor(values[i]!, v.spec.shape));
  }

  /** Replaces the variables' values, in order. @throws ShapeError where number or shape differ */
  setWeights(weights: readonly TensorLike[]): void {
    if (weights?.length !== this.variableList.length) {
      throw new ShapeError(
        `model "${this.name}": setWeights needs ${this.variableList.length} tensors (${this.variableList.map((v) => v.name).join(", ")}), got ${weights?.length ?? shown(weights)}`,
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
    this.variableList.forEach((v, i) => setValuesOf(v, values[i]!));
  }

  /**
   * Trains for a number of epochs.
   *
   * @param x  samples, [rows, ...]; of several inputs a list, or an object by the inputs' names
   * @param y  labels: integers or values, as the loss takes them; of several outputs a list or an object
   * @throws ShapeError, DataError, OptionError, MemoryError, NonFiniteError
   */
  fit<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    y: DataLike,
    options?: FitOptions,
  ): Promise<History>;
  /** Trains on a dataset, which holds the labels; without batches of its own, on batches of `batchSize`. */
  fit(data: Dataset, options?: FitOptions): Promise<History>;
  async fit(
    x: DataLike | Dataset,
    y?: DataLike | FitOptions,
    options?: FitOptions,
  ): Promise<History> {
    const dataset = descriptionOf(x);
    if (dataset) return fit(this, dataset, null, optionsBeside("fit", y, options));
    // Null stands for a dataset's labels further on.
    return fit(this, x as DataLike, (y ?? undefined) as DataLike, options ?? {});
  }

  /**
   * `fit` an epoch at a time: it pauses between epochs, for as long as the loop's body takes. Leaving the loop ends
   * training where it stands, as an aborted signal does: `onTrainEnd` is not called.
   *
   * @example
   *     for await (const { epoch, logs } of model.fitIterator(x, y, { epochs: 10 })) console.log(epoch, logs.loss);
   */
  fitIterator(
    x: DataLike,
    y: DataLike,
    options?: FitOptions,
  ): AsyncGenerator<FitEpoch, History, void>;
  /** The same on a dataset. */
  fitIterator(data: Dataset, options?: FitOptions): AsyncGenerator<FitEpoch, History, void>;
  fitIterator(
    x: DataLike | Dataset,
    y?: DataLike | FitOptions,
    options?: FitOptions,
  ): AsyncGenerator<FitEpoch, History, void> {
    const dataset = descriptionOf(x);
    if (dataset) return fitIterator(this, dataset, null, optionsBeside("fitIterator", y, options));
    return fitIterator(this, x as DataLike, (y ?? undefined) as DataLike, options ?? {});
  }

  /** Loss and metrics over some samples, in inference mode. */
  evaluate<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    y: DataLike,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>>;
  /** Loss and metrics over one pass of a dataset. */
  evaluate(data: Dataset, options?: EvaluateOptions): Promise<Record<string, number>>;
  async evaluate(
    x: DataLike | Dataset,
    y?: DataLike | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>> {
    const dataset = descriptionOf(x);
    if (dataset) return evaluate(this, dataset, null, optionsBeside("evaluate", y, options));
    return evaluate(this, x as DataLike, (y ?? undefined) as DataLike, options ?? {});
  }

  /** Outputs for some samples, in inference mode: a tensor, or as the model's outputs were given. */
  predict<const X extends DataLike | Dataset>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    options: PredictOptions = {},
  ): Promise<Predicted> {
    return predict(this, x, options);
  }

  /** `predict` without a promise. @throws OptionError before the engine has started: await init() first */
  predictSync<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    options: PredictSyncOptions = {},
  ): Predicted {
    return predictSync(this, x, options);
  }

  /** One training step on one batch; loss and metrics before the update. @throws NonFiniteError */
  async trainOnBatch<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    y: DataLike,
    options: { sampleWeight?: TensorLike; seed?: number } = {},
  ): Promise<Record<string, number>> {
    const { trainOnBatch } = await import("./onBatch.ts"); // fit does not need it
    return trainOnBatch(this, x, y, options);
  }

  /** Loss and metrics of one batch, in inference mode. */
  testOnBatch<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
    y: DataLike,
    options: { sampleWeight?: TensorLike } = {},
  ): Promise<Record<string, number>> {
    return evaluate(this, x, y, { ...options, batchSize: "all" });
  }

  /** Outputs of one batch, in inference mode. */
  predictOnBatch<const X extends DataLike>(
    x: X & NoInfer<FitsInputs<X, Inputs>>,
  ): Promise<Predicted> {
    return predict(this, x, { batchSize: "all" });
  }
}
