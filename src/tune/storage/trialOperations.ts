import type { Choice, Space } from "../space/distribution.ts";
import { toInternal } from "../space/internal.ts";
import type { Attribute } from "../trialRecord.ts";
import { distributionJson } from "./distributionJson.ts";
import { type NewOperation, OP, STATES } from "./operation.ts";

/** Now, as the journal writes it. */
export function timeText(): string {
  return new Date().toISOString().replace("Z", "000+00:00");
}

/** Creates a trial that a coming one takes its parameters from. */
export function waitingTrial(
  study: number,
  params: Readonly<Record<string, Choice>>,
  system: Readonly<Record<string, Attribute>>,
): NewOperation {
  return {
    op_code: OP.createTrial,
    study_id: study,
    state: STATES.indexOf("waiting"),
    datetime_start: null,
    value: null,
    values: null,
    params: {},
    distributions: {},
    user_attrs: {},
    system_attrs: { fixed_params: params, ...system },
    intermediate_values: {},
  };
}

/** Creates a trial that was run elsewhere. @throws OptionError if a value is not of its parameter's distribution */
export function completeTrial(
  study: number,
  params: Readonly<Record<string, Choice>>,
  space: Space,
  values: readonly number[],
): NewOperation {
  const at = timeText();
  const of = <T>(value: (name: string, d: Space[string]) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(space).map(([name, d]) => [name, value(name, d)]));
  return {
    op_code: OP.createTrial,
    study_id: study,
    state: STATES.indexOf("complete"),
    datetime_start: at,
    datetime_complete: at,
    // As Optuna writes it.
    value: values.length === 1 ? values[0]! : null,
    values: values.length === 1 ? null : values,
    params: of((name, d) => toInternal(`add: "${name}"`, d, params[name])),
    distributions: of((_, d) => distributionJson(d)),
    user_attrs: {},
    system_attrs: {},
    intermediate_values: {},
  };
}

/** Ends a trial. */
export function endOfTrial(
  trial: number,
  state: "complete" | "pruned" | "fail",
  values: readonly number[] | null,
): NewOperation {
  return {
    op_code: OP.setState,
    trial_id: trial,
    state: STATES.indexOf(state),
    values,
    datetime_complete: timeText(),
  };
}
