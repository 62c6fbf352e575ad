import { EngineError, checkName } from "../errors.ts";
import { type Optimizer, defineOptimizer } from "./defineOptimizer.ts";
import { first, later } from "./first.gen.ts";

/** Definitions whose rules are not there: `withRule` gives them. */
const STAND_INS: WeakSet<Optimizer["definition"]> = /* @__PURE__ */ new WeakSet();

/** An optimizer of which the options are there. */
function standIn(name: keyof typeof later): Optimizer {
  const missing = (): never => {
    throw new EngineError(
      `optimizer "${name}": its rule is not loaded yet; await model.predict(x) once before, or give ${name}()`,
    );
  };
  const optimizer = defineOptimizer<object, string, string>({
    name,
    defaults: later[name],
    dialects: { torch: {}, keras: {}, optax: {}, seed: {} },
    slots: missing,
    looksAhead: missing,
    scalarNames: [],
    scalars: missing,
    emit: missing,
  })();
  STAND_INS.add(optimizer.definition);
  return optimizer;
}

/** An optimizer with its defaults. @throws OptionError for an unknown name */
export function optimizerNamed(name: string): Optimizer {
  checkName("compile", "optimizer", name, [...Object.keys(first), ...Object.keys(later)].sort());
  return name in first ? first[name as keyof typeof first]() : standIn(name as keyof typeof later);
}

/** The optimizer with its rule: of those that few train by, a page downloads it at the first use. */
export async function withRule(optimizer: Optimizer): Promise<Optimizer> {
  if (!STAND_INS.has(optimizer.definition)) return optimizer;
  const { optimizers } = await import("./catalogue.gen.ts");
  return { ...optimizers[optimizer.name as keyof typeof later](), options: optimizer.options };
}
