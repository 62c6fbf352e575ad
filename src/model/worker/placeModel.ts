import { OptionError } from "../../errors.ts";
import { compileToConfig, toConfig } from "../config.ts";
import type { AnyModel } from "../model.ts";
import { setValuesOf, valuesOf } from "../variables.ts";
import type { Link } from "./link.ts";
import type { ModelStart } from "./protocol.ts";
import { Sent, isState } from "./sent.ts";

/** The model as the worker needs it. Afterwards the values that count are on the host. */
function modelStart(model: AnyModel, subject: string, withOptimizer: boolean): ModelStart {
  let configs: Pick<ModelStart, "config" | "training">;
  try {
    configs = {
      config: toConfig(model),
      training: model.isCompiled ? compileToConfig(model.compiled) : null,
    };
  } catch (error) {
    throw new OptionError(
      `${subject}: with worker, the model must be one that a file can hold: ${(error as Error).message}, or leave out worker`,
    );
  }
  model.draw(isState);
  const values = model.variables.map((v) => {
    if (v.cell.at) setValuesOf(v, valuesOf(v)!);
    return v.cell.values;
  });
  const optimizer = withOptimizer
    ? model.optimizerSnapshot()
    : { slots: new Map(), iterations: 0, state: {} };
  return { ...configs, values, ...optimizer, subject };
}

/**
 * Makes the worker hold the model.
 *
 * @param withOptimizer  to train it: then it is sent anew, with all that the optimizer keeps
 * @throws OptionError where it has parts that cannot cross to another thread
 */
export async function placeModel(
  link: Link,
  model: AnyModel,
  withOptimizer: boolean,
): Promise<Sent> {
  if (!withOptimizer && link.sent?.isOf(model)) return link.sent;
  link.sent = null;
  const start = modelStart(model, link.use.subject, withOptimizer);
  const sent = new Sent(model);
  await link.peer.call("place", start);
  return (link.sent = sent);
}
