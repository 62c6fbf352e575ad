import type { Choice, Space } from "../space/distribution.ts";
import { toInternal } from "../space/internal.ts";
import type { Attribute } from "../trialRecord.ts";
import { distributionJson } from "./distributionJson.ts";
import { type NewOperation, OP, STATES } from "./operation.ts";

/** Now, as the journal writes it. */
export function timeText(): string {
  return new Date().toISOString().replace("Z", "000+00:00");
}

/** A trial that is created with its content, as Optuna writes it. */
function created(
  study: number,
  state: (typeof STATES)[number],
  content: Partial<NewOperation>,
): NewOperation {
  return {
    op_code: OP.createTrial,
    study_id: study,
    state: STATES.indexOf(state),
    datetime_start: null,
    value: null,
    values: null,
    params: {},
    distributions: {},
    user_attrs: {},
    system_attrs: {},
    intermediate_values: {},
    ...content,
  };
}

/** A trial that waits to be run with these parameters. */
export function waitingTrial(
  study: number,
  params: Readonly<Record<string, Choice>>,
  system: Readonly<Record<string, Attribute>>,
): NewOperation {
  return created(study, "waiting", { system_attrs: { fixed_params: params, ...system } });
}

/** A trial that was run elsewhere. @throws OptionError if a value is not of its parameter's distribution */
export function completeTrial(
  study: number,
  params: Readonly<Record<string, Choice>>,
  space: Space,
  values: readonly number[],
): NewOperation {
  const at = timeText();
  const entries = Object.entries(space);
  return created(study, "complete", {
    datetime_start: at,
    datetime_complete: at,
    ...(values.length === 1 ? { value: values[0]! } : { values }),
    params: Object.fromEntries(
      entries.map(([name, d]) => [name, toInternal(`add: "${name}"`, d, params[name])]),
    ),
    distributions: Object.fromEntries(entries.map(([name, d]) => [name, distributionJson(d)])),
  });
}
