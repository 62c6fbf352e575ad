import type { Plan } from "../plan/plan.ts";

/** What the host writes at every training step. */
const NAMES = ["cursor", "stepLow", "stepHigh", "seedLow", "seedHigh"] as const;

/**
 * The cells of a training plan that change from step to step, looked up once: by name they would cost
 * half a microsecond a step, which a small model notices.
 */
export class StepCells {
  readonly plan: Plan;
  private readonly cells: readonly number[];

  constructor(plan: Plan) {
    this.plan = plan;
    this.cells = NAMES.map((name) => plan.cell(name));
  }

  /** Writes the first row, the step and the seed of a step; what no command reads is left out. */
  write(cursor: number, step: number, seed: number): void {
    const { i32 } = this.plan.engine;
    put(i32, this.cells[0]!, cursor);
    put(i32, this.cells[1]!, step);
    put(i32, this.cells[2]!, step / 2 ** 32);
    put(i32, this.cells[3]!, seed);
    put(i32, this.cells[4]!, seed / 2 ** 32);
  }
}

/** Stores the integer part of `value`, modulo 2^32, where there is a cell. */
function put(i32: Int32Array, cell: number, value: number): void {
  if (cell >= 0) i32[cell] = value;
}
