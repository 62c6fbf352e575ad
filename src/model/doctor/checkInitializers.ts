import { fans } from "../../initializers/defineInitializer.ts";
import { activationText } from "../config.ts";
import type { AnyModel } from "../model.ts";
import { type Finding, short } from "./finding.ts";

/** Gain that keeps the size of signals, `std sqrt(fanIn)`: relu halves them. */
const GAIN: Readonly<Record<string, number>> = {
  relu: Math.SQRT2,
  leakyRelu: Math.SQRT2,
  elu: 1.2,
};

/** A kernel whose gain is this many times too large or small blows signals up, or loses them, within few layers. */
const FACTOR = 4;

/** Kernels of dense and convolutional layers whose first values do not suit the layer's activation. */
export function checkInitializers(model: AnyModel): Finding[] {
  const found: Finding[] = [];
  const weights = model.getWeights();
  model.variables.forEach((v, i) => {
    const [name, layer] = [v.name.slice(0, v.name.lastIndexOf("/")), v.layers[0]!];
    if (!/^(dense|conv[123]d)$/.test(layer.kind) || !v.name.endsWith("/kernel")) return;
    const { data } = weights[i]!;
    const activation = activationText(layer.options["activation" as never] ?? "linear");
    let [sum, squares, same] = [0, 0, true];
    for (let k = 0; k < v.size; k++) {
      sum += data[k]!;
      squares += data[k]! * data[k]!;
      same &&= data[k] === data[0];
    }
    const isLast = model.topology.outputs.some((t) => t.call!.layer === layer);
    const units = v.spec.shape.at(-1)!;
    if (same && v.size > 1) {
      // All units of a layer stay equal for ever; of a single last unit or a last layer at 0 they need not.
      if (isLast) return;
      found.push({
        code: "symmetricInitializer",
        severity: "error",
        layer: name,
        message: `all ${units} units begin with the same weights (${v.spec.initializer.kind}) and stay equal`,
        value: data[0]!,
        cure: 'leave kernelInitializer out, or use "heNormal" for relu, "glorotUniform" for others',
      });
      return;
    }
    if (isLast || v.size < 64) return;
    const { kind } = v.spec.initializer;
    const std = Math.sqrt(squares / v.size);
    const gain = std * Math.sqrt(fans(v.spec.shape).fanIn);
    const ratio = gain / (GAIN[activation] ?? 1);
    if (activation === "selu" && !kind.startsWith("lecun")) {
      found.push({
        code: "initializer",
        severity: "warning",
        layer: name,
        message: `selu keeps its promise with lecunNormal only, not with ${kind}`,
        value: ratio,
        cure: 'set kernelInitializer: "lecunNormal"',
      });
    } else if (ratio > FACTOR || ratio < 1 / FACTOR) {
      found.push({
        code: "initializer",
        severity: "warning",
        layer: name,
        message: `${kind} begins with weights ${short(ratio)} times as large as ${activation} needs (deviation ${short(std)})`,
        value: ratio,
        cure: `set kernelInitializer: "${activation in GAIN ? "heNormal" : "glorotUniform"}"`,
      });
    }
  });
  return found;
}
