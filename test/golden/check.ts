/** One case of a golden folder, ready to run. */
export interface Check {
  /** Path of its file inside the folder. */
  readonly file: string;
  /** What it is about: an op's, optimizer's or data set's name. Counted together. */
  readonly group: string;
  readonly id: string;
  /** The area that will bring it, where it is not supported yet: then it is not run. */
  readonly later?: string;
  /** The largest error over its bound. Throws where the case is malformed or cannot run. */
  run(): Promise<number>;
}

/** What became of one. */
export interface Outcome {
  readonly check: Check;
  readonly state: "passed" | "failed" | "unsupported";
  /** Largest error over its bound; NaN where nothing was compared. */
  readonly ratio: number;
  /** Why it failed. */
  readonly message: string;
}

/** Runs a check. Never throws. */
export async function outcomeOf(check: Check): Promise<Outcome> {
  if (check.later !== undefined) return { check, state: "unsupported", ratio: NaN, message: "" };
  try {
    const ratio = await check.run();
    if (ratio <= 1) return { check, state: "passed", ratio, message: "" };
    return {
      check,
      state: "failed",
      ratio,
      message: `error/bound is ${ratio.toPrecision(4)}, must be at most 1`,
    };
  } catch (error) {
    return {
      check,
      state: "failed",
      ratio: NaN,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** A check that fails: for what cannot even be made into one. */
export function failing(file: string, group: string, id: string, message: string): Check {
  return { file, group, id, run: () => Promise.reject(new Error(message)) };
}

/** The cases of a file's content (a training's "runs"), each with its `id`, or its place in the list. */
export function casesOf(
  content: Readonly<Record<string, unknown>>,
): { id: string; value: unknown }[] {
  const cases = content["cases"] ?? content["runs"];
  if (!Array.isArray(cases)) throw new TypeError(`"cases" must be a list, got ${typeof cases}`);
  return cases.map((value: unknown, i) => {
    const own = (typeof value === "object" && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    return { id: typeof own["id"] === "string" ? own["id"] : `case ${i}`, value: own };
  });
}
