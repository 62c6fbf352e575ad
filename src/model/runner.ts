import { EngineError, MissingKernelError, ThreadLostError } from "../errors.ts";
import type { SymbolicTensor } from "../graph/symbolic.ts";
import type { Address } from "../kernels/command.ts";
import type { Engine } from "../kernels/engine.ts";
import { type Commands, ELEMENT_WORK } from "../kernels/commands.ts";
import { regionsOf } from "../memory/regions.ts";
import type { Missed } from "../optim/groupScalars.ts";
import { OptimizerRun } from "../optim/optimizerRun.ts";
import type { Optimizer } from "../optim/defineOptimizer.ts";
import {
  type CompiledPlan,
  Plan,
  type Places,
  type RangeCommands,
  compile,
  workBytes,
} from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import {
  type BatchLeaves,
  type GraphSource,
  MASK_SHARE,
  NEXT,
  type StepGraph,
  predictGraph,
  stepGraph,
} from "./graphs.ts";
import type { Objective } from "./objective.ts";
import type { ResidentColumn } from "./resident.ts";
import { StepCells } from "./stepCells.ts";
import { VariableMemory } from "./variables.ts";
import { loadCommands } from "./load.ts";

/** Sums the gradients of a plan, and its loss, over all processes that train together. */
export type Reduce = (plan: Plan) => void;

/** What a plan is for. */
export type StepKind = "train" | "evaluate" | "predict";

/** Plans that a model keeps: a training has four at most, of full and smaller last batches. */
const MOST_PLANS = 32;

/** Columns that a step's batches come from. */
export interface BatchSource {
  readonly x: readonly ResidentColumn[];
  readonly y?: readonly ResidentColumn[];
  readonly weight?: ResidentColumn;
}

/**
 * A model in linear memory, ready to run: its variables, one arena that all plans share, and a plan
 * for each kind of step and batch size.
 */
export class Runner {
  readonly engine: Engine;
  readonly memory: VariableMemory;
  readonly optimizer: OptimizerRun | null;
  readonly source: GraphSource;
  readonly objective: Objective | null;
  private readonly graphs = new Map<string, { graph: StepGraph; compiled: CompiledPlan }>();
  private readonly plans = new Map<string, Plan>();
  /** Grows when plans are given up for others: who holds a plan over a wait asks for it anew. */
  generation = 0;
  private arena: Address = 0;
  private arenaBytes = 0;
  /** Whether its values were copied out: those who still read it may go on, whoever trains goes on with another. */
  private retired = false;
  private holders = 0;
  private stepCells: StepCells | null = null;
  /** Whether plans weigh their gradients by this process's share of a batch: see `Share`. */
  shared = false;
  private readonly origins = new WeakMap<Plan, PlanOrigin>();

  /** @param missed  what was missed while a variable was frozen, by its name */
  constructor(
    engine: Engine,
    source: GraphSource,
    objective: Objective | null,
    optimizer: Optimizer | null,
    missed: ReadonlyMap<string, Missed>,
  ) {
    this.engine = engine;
    this.source = source;
    this.objective = objective;
    const slots = optimizer ? optimizer.definition.slots(optimizer.options) : [];
    this.memory = new VariableMemory(engine, source.variables, source.isTrained, slots);
    this.optimizer = optimizer ? new OptimizerRun(optimizer, this.memory, missed) : null;
  }

  /** Whether its plans read a weight of each sample. */
  get weighted(): boolean {
    return this.objective?.weighted ?? false;
  }

  /** The compiled plan of a kind and batch size, for `explain` and for its bytes. */
  compiled(kind: StepKind, batch: number): CompiledPlan {
    return this.graph(kind, batch).compiled;
  }

  private graph(kind: StepKind, batch: number): { graph: StepGraph; compiled: CompiledPlan } {
    const shared = this.shared && kind === "train";
    const key = `${kind} ${batch}${shared ? " shared" : ""}`;
    let entry = this.graphs.get(key);
    if (!entry) {
      const graph =
        kind === "predict"
          ? predictGraph(this.source, batch)
          : stepGraph(this.source, batch, this.objective!, kind === "train", shared);
      const { workspace } = kind === "train" ? this.optimizer! : { workspace: undefined };
      entry = { graph, compiled: compile({ ...graph.request, ...(workspace && { workspace }) }) };
      this.graphs.set(key, entry);
    }
    return entry;
  }

  /** Bytes of the arena that these steps need. */
  workBytes(steps: readonly (readonly [StepKind, number])[]): number {
    return Math.max(
      0,
      ...steps.map(([kind, batch]) => workBytes(this.compiled(kind, batch), this.engine.threads)),
    );
  }

  /** Bytes of the arena now. */
  get arenaSize(): number {
    return this.arenaBytes;
  }

  /** The dtypes that the leaves of a step have by themselves. */
  defaultDtypes(kind: StepKind, batch: number): BatchDtypes {
    const { x, y, weight } = this.graph(kind, batch).graph.leaves;
    return [...x, ...y, ...(weight ? [weight] : [])].map((t) => t.dtype);
  }

  /** Bytes by which the arena must grow for these steps. */
  missingBytes(steps: readonly (readonly [StepKind, number])[]): number {
    const needed = this.workBytes(steps);
    return needed > this.arenaBytes ? needed : 0;
  }

  /** Bytes of all regions that this runner holds. */
  get bytes(): number {
    let commands = 0;
    for (const plan of this.plans.values()) commands += plan.commandBytes;
    return this.memory.bytes + this.arenaBytes + commands;
  }

  /**
   * Makes plans for these steps; the arena grows once, to the largest.
   *
   * @returns a promise where kernels must be loaded first
   */
  prepare(
    steps: readonly (readonly [StepKind, number])[],
    dtypes: BatchDtypes,
  ): Promise<void> | undefined {
    if (this.retired && this.holders === 0)
      throw new EngineError("model: its place in memory was given back while it was being used");
    const needed = this.workBytes(steps);
    if (needed > this.arenaBytes) {
      this.freePlans();
      this.arena = regionsOf(this.engine).allocate(needed);
      this.arenaBytes = needed;
    }
    // Many batch sizes would otherwise fill the memory with plans that nobody asks for again.
    if (this.plans.size + steps.length > MOST_PLANS) this.forgetPlans();
    let missing: MissingKernelError | null = null;
    for (const [kind, batch] of steps) {
      try {
        this.plan(kind, batch, dtypes);
      } catch (error) {
        if (!(error instanceof MissingKernelError)) throw error;
        if (!missing?.isExtended) missing = error;
      }
    }
    if (!missing) return undefined;
    return this.engine.extend(missing.isExtended).then(() => this.prepare(steps, dtypes));
  }

  /** The plan of a kind and batch size for data of these dtypes. */
  plan(kind: StepKind, batch: number, dtypes: BatchDtypes): Plan {
    const key = `${kind} ${batch} ${dtypes.join()}${this.shared ? " shared" : ""}`;
    let plan = this.plans.get(key);
    if (!plan) {
      const { graph, compiled } = this.graph(kind, batch);
      plan = Plan.place(compiled, this.engine, this.places(), (addressOf) =>
        this.ranges(kind, graph.leaves, dtypes, compiled, addressOf),
      );
      this.plans.set(key, plan);
      this.origins.set(plan, { plan, batch, dtypes });
    }
    return plan;
  }

  private places(): Places {
    return {
      leaf: (t) => {
        const { name } = t.leaf!;
        return name.startsWith(MASK_SHARE)
          ? this.memory.maskShares + 4 * Number(name.slice(MASK_SHARE.length))
          : this.memory.address(name);
      },
      pin: (place) => this.memory.gradient(place.slice(place.indexOf(":") + 1)),
      arena: this.arena,
    };
  }

  private ranges(
    kind: StepKind,
    leaves: BatchLeaves,
    dtypes: BatchDtypes,
    compiled: CompiledPlan,
    addressOf: (t: SymbolicTensor) => Address,
  ): RangeCommands {
    const load = loadCommands(leaves, dtypes, addressOf);
    if (kind !== "train") return { load };
    const { outputs } = compiled;
    const optimizer = this.optimizer!;
    // A step whose loss is not finite leaves everything as it was, running means included.
    const guard = (commands: Commands): void => commands.guard(addressOf(outputs["loss"]!));
    return {
      load,
      before: (k, commands) => optimizer.emitBefore(k, commands),
      reduce: (k, commands) => {
        if (!this.shared) return;
        const { gradients, trainedBytes } = this.memory;
        k.copyBytes(addressOf(outputs["loss"]!), gradients + trainedBytes, 4);
        commands.work = (ELEMENT_WORK * trainedBytes) / 4;
        k.scale(gradients, commands.namedSlot("share"), trainedBytes / 4 + 1);
      },
      perturb: (k, commands) => {
        if (!optimizer.perturbs) return;
        guard(commands);
        optimizer.emitPerturb(k, commands);
      },
      accumulate: (k, commands) => {
        optimizer.emitRestore(k);
        guard(commands);
        optimizer.emitAccumulate(k, commands);
        for (const [name, t] of Object.entries(outputs)) {
          if (!name.startsWith(NEXT)) continue;
          const bytes = 4 * sizeOf(t.shape);
          commands.work = ELEMENT_WORK * bytes;
          k.copyBytes(addressOf(t), this.memory.address(name.slice(NEXT.length)), bytes);
        }
      },
      update: (k, commands) => optimizer.emitUpdate(k, commands, this.arena + compiled.arenaBytes),
    };
  }

  /** How many sums each term of each metric is. */
  get metricTerms(): readonly (readonly number[])[] {
    const [entry] = [...this.graphs.values()].filter((g) => "data" in g.compiled.outputs);
    const outputs = Object.entries(entry?.compiled.outputs ?? {});
    return this.objective!.heads.flatMap((head) => head.metrics).map((_, i) =>
      outputs.filter(([name]) => name.startsWith(`metric${i}.`)).map(([, t]) => sizeOf(t.shape)),
    );
  }

  /**
   * One training step on the rows from `cursor` on.
   *
   * @param reduce  makes gradients and loss those of all processes that train together
   * @returns false where the loss was not finite; then nothing was updated
   * @throws ThreadLostError, and from then on the weights are refused until they are set anew
   */
  trainStep(plan: Plan, cursor: number, seed: number, reduce: Reduce | null = null): boolean {
    const optimizer = this.optimizer!;
    if (this.stepCells?.plan !== plan) this.stepCells = new StepCells(plan);
    const last = optimizer.beginStep(plan);
    this.stepCells.write(cursor, optimizer.batches, seed);
    const to = last ? "update" : "accumulate";
    let finite: boolean;
    try {
      if (reduce) finite = this.sharedStep(plan, to, reduce);
      else if (optimizer.perturbs) {
        finite =
          plan.run("load", "perturb") &&
          plan.run("gradient", "gradient") &&
          plan.run("accumulate", to);
      } else finite = plan.run("load", to);
    } catch (error) {
      if (error instanceof ThreadLostError) this.memory.doubt();
      throw error;
    }
    if (finite) optimizer.endStep(last);
    return finite;
  }

  /** The same with a pause for the others wherever there are gradients. The guard sees the loss of all. */
  private sharedStep(plan: Plan, to: "accumulate" | "update", reduce: Reduce): boolean {
    plan.run("load", "reduce");
    reduce(plan);
    if (this.optimizer!.perturbs) {
      if (!plan.run("perturb", "perturb")) return false;
      plan.run("gradient", "reduce");
      reduce(plan);
    }
    return plan.run("accumulate", to);
  }

  /** Points a plan at its data. */
  bind(plan: Plan, source: BatchSource, order: Address): void {
    source.x.forEach((column, i) => plan.setUint(`source x${i}`, column.address));
    source.y?.forEach((column, i) => plan.setUint(`source y${i}`, column.address));
    if (source.weight) plan.setUint("source weight", source.weight.address);
    plan.setUint("order", order);
  }

  /** The first column's value of an output that has one element. */
  scalar(plan: Plan, name: string): number {
    return this.engine.f32[plan.output(name) >>> 2]!;
  }

  /** The plan that trained last, still bound to its batch; null before the first step. */
  get lastTrained(): PlanOrigin | null {
    return (this.stepCells && this.origins.get(this.stepCells.plan)) ?? null;
  }

  /** A plan of another graph over the model's variables, with an arena of its own, until it is freed. */
  aside({ request, leaves }: StepGraph, dtypes: BatchDtypes): AsidePlan {
    const compiled = compile(request);
    const arena = regionsOf(this.engine).allocate(workBytes(compiled, this.engine.threads));
    const plan = Plan.place(compiled, this.engine, { ...this.places(), arena }, (addressOf) => ({
      load: loadCommands(leaves, dtypes, addressOf),
    }));
    const free = (): void => {
      plan.free();
      regionsOf(this.engine).free(arena);
    };
    return { plan, free };
  }

  /** Whether its values were copied out: training goes on with another runner of the model. */
  get isFree(): boolean {
    return this.retired;
  }

  /** Keeps its memory while something reads it over a wait; call what it gives when that is done. */
  hold(): () => void {
    this.holders++;
    return () => {
      if (--this.holders === 0 && this.retired) this.freeRegions();
    };
  }

  /** Copies the values that count out, and gives the memory back as soon as nobody holds it. */
  free(): void {
    if (this.retired) return;
    this.retired = true;
    this.memory.giveUp();
    if (this.holders === 0) this.freeRegions();
  }

  private freeRegions(): void {
    this.freePlans();
    this.memory.free();
  }

  /** Frees the plans and their arena. */
  private freePlans(): void {
    this.forgetPlans();
    if (this.arenaBytes > 0) regionsOf(this.engine).free(this.arena);
    this.arenaBytes = 0;
  }

  private forgetPlans(): void {
    for (const plan of this.plans.values()) plan.free();
    this.plans.clear();
    this.stepCells = null;
    this.generation++;
    while (this.graphs.size > MOST_PLANS) this.graphs.delete(this.graphs.keys().next().value!);
  }
}

/** A plan, and what it was made for. */
export interface PlanOrigin {
  readonly plan: Plan;
  readonly batch: number;
  readonly dtypes: BatchDtypes;
}

/** A plan beside those that the runner keeps. */
export interface AsidePlan {
  readonly plan: Plan;
  free(): void;
}

/** dtypes of the columns that are loaded: x0, x1, ..., then y0, ... and weight where there are any. */
export type BatchDtypes = readonly ("float32" | "int32" | "uint8" | "bool")[];
