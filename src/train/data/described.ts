import type { Stage } from "./stage.ts";

/** What training needs to know of a dataset. */
export interface Description {
  readonly stage: Stage;
  /** Most bytes of linear memory that its samples may take. */
  readonly memoryBudget: number;
  /** What integer labels stand for, or null. */
  readonly classNames: readonly string[] | null;
}

const descriptions = /* @__PURE__ */ new WeakMap<object, Description>();

/** Remembers what an object describes. */
export function describe(dataset: object, description: Description): void {
  descriptions.set(dataset, description);
}

/**
 * The description of a dataset; null for all else. (An `instanceof` would bring every stage into
 * programs that use no dataset.)
 */
export function descriptionOf(value: unknown): Description | null {
  return (typeof value === "object" && value !== null && descriptions.get(value)) || null;
}
