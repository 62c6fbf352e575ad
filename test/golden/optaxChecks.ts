import { logCoshError } from "../../src/ops/elementLosses.ts";
import { softmax } from "../../src/ops/activations/softmax.ts";
import { add, mul, sub } from "../../src/ops/binary.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { cosine } from "../../src/ops/rowLosses.ts";
import { softmaxCrossentropy } from "../../src/ops/softmaxCrossentropy.ts";
import { sum } from "../../src/ops/sum.ts";
import { trace } from "../../src/plan/trace.ts";
import { type NestedNumbers, tensor } from "../../src/tensor/tensor.ts";
import { closeBound, worstRatio } from "./bounds.ts";
import { type Check, casesOf } from "./check.ts";
import type { GoldenFile } from "./golden.ts";
import type { GoldenOps } from "./ops/goldenOps.ts";
import { lossOps } from "./ops/loss.ts";

const INPUTS: readonly string[] = ["logits", "pred", "target"];

/** Losses of optax by their golden names, made of ours. */
const OPS: GoldenOps = {
  ...lossOps,
  log_cosh: ({ pred, target }) => logCoshError(pred!, target!),
  cosine_distance: ({ pred, target }) => sub(1, cosine(pred!, target!)),
  poly_loss_cross_entropy: ({ logits, target }, { epsilon }) => {
    const rows = { shape: [-1, logits!.shape.at(-1)!] };
    const [z, t] = [reshape(logits, rows), reshape(target, rows)];
    const missed = sum(mul(t, sub(1, softmax(z))), { axis: 1 });
    return add(softmaxCrossentropy(z, t), mul(missed, Number(epsilon)));
  },
};

async function runCase(c: Readonly<Record<string, unknown>>): Promise<number> {
  const op = OPS[String(c["op"])];
  if (!op) throw new TypeError(`op "${String(c["op"])}" is not known here`);
  const names = INPUTS.filter((name) => c[name] !== undefined);
  const run = trace((...leaves) => {
    const made = op(Object.fromEntries(names.map((name, i) => [name, leaves[i]!])), c);
    return Object.values("shape" in made ? { y: made } : made) as (typeof leaves)[number][];
  });
  const [y] = await run(
    ...names.map((name) => tensor(c[name] as NestedNumbers, undefined, "float32")),
  );
  const bound = closeBound(Number(c["atol"] ?? 0), Number(c["rtol"] ?? 0));
  return worstRatio(y!.data, [c["expected"]].flat(9) as number[], bound);
}

/** The checks of a file of format golden-facts/1: numbers of optax's own tests. */
export function optaxChecks({ path, content }: GoldenFile): Check[] {
  return casesOf(content).map(({ id, value }) => {
    const c = value as Readonly<Record<string, unknown>>;
    return { file: path, group: String(c["op"]), id, run: async () => runCase(c) };
  });
}
