import { checkChoice, checkNumber } from "./commonOptions.ts";
import { type OptimizerFactory, defineOptimizer } from "./defineOptimizer.ts";

/** Options of {@link sgd} besides the common ones. */
export interface SgdOptions {
  /** Decay rate of the velocity, in [0, 1). Default 0: no velocity is kept. */
  momentum: number;
  /** Step from where the momentum is going. Default false. */
  nesterov: boolean;
  /** Part of the gradient that does not enter the velocity, in [0, 1), but at the first step. Default 0. */
  dampening: number;
  /** What the velocity holds: see the table of {@link sgd}. Default `velocity`. */
  momentumForm: "velocity" | "lr-in-velocity" | "ema";
}

type SgdScalar = "momentum" | "oneMinusMomentum" | "gradIn" | "vOut" | "gradOut";

/**
 * Gradient descent, `w = w - eta g`, with momentum and Nesterov's momentum. eta: `learningRate`, mu:
 * `momentum`, tau: `dampening` (0 at the first step, as in PyTorch).
 *
 * | momentumForm | velocity | step | nesterov |
 * |---|---|---|---|
 * | `velocity` (PyTorch, optax) | v = mu v + (1 - tau) g | w - eta v | w - eta (g + mu v) |
 * | `lr-in-velocity` (Keras) | v = mu v + eta g | w - v | w - (eta g + mu v) |
 * | `ema` (seed) | v = mu v + (1 - mu) g | w - eta v | the same step, with g taken at w - mu v |
 *
 * The first two walk the same path while eta is constant; after a change of eta, `lr-in-velocity` still
 * moves at the old pace. `ema` with `nesterov` evaluates the gradient at the look-ahead point: the
 * weights are moved there before the forward pass, kept exactly in a slot of their own, and true again
 * after each step. Weight decay pulls on the true weights.
 *
 * Defaults: learningRate .01; dialect torch .001, l2 decay.
 *
 * Source: Polyak 1964; Nesterov 1983; Sutskever et al. 2013, equations 1 to 4; torch.optim.SGD,
 * keras.optimizers.SGD, optax.sgd.
 *
 * @example
 *     sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })
 *
 * @throws OptionError on an unknown option, dialect or momentumForm
 * @throws RangeError on a number out of its range, and on dampening with nesterov or another form
 */
export const sgd: OptimizerFactory<SgdOptions> = /* @__PURE__ */ defineOptimizer<
  SgdOptions,
  "v" | "w",
  SgdScalar
>({
  name: "sgd",
  defaults: {
    learningRate: 0.01,
    momentum: 0,
    nesterov: false,
    dampening: 0,
    momentumForm: "velocity",
  },
  dialects: {
    torch: { learningRate: 1e-3, weightDecayMode: "l2" },
    keras: { momentumForm: "lr-in-velocity" },
    optax: {},
    seed: { momentumForm: "ema" },
  },
  check: (options) => {
    checkNumber("sgd", options, "momentum", "[0, 1)");
    checkNumber("sgd", options, "dampening", "[0, 1)");
    checkChoice("sgd", options, "momentumForm", ["velocity", "lr-in-velocity", "ema"]);
    const { dampening, nesterov, momentumForm } = options;
    if (dampening !== 0 && (nesterov || momentumForm !== "velocity")) {
      throw new RangeError(
        `sgd: dampening must be 0 with nesterov and with momentumForm "${momentumForm}", got ${dampening}`,
      );
    }
  },
  slots: (o) => (o.momentum === 0 ? [] : looksAhead(o) ? ["v", "w"] : ["v"]),
  scalarNames: ["momentum", "oneMinusMomentum", "gradIn", "vOut", "gradOut"],
  scalars: ({ learningRate, momentum, nesterov, dampening, momentumForm }, t, out) => {
    out.momentum = momentum;
    out.oneMinusMomentum = 1 - momentum;
    if (momentum === 0) {
      out.gradIn = 0;
      out.vOut = 0;
      out.gradOut = learningRate;
      return;
    }
    const ahead = nesterov && momentumForm !== "ema";
    const rate = momentumForm === "lr-in-velocity" ? 1 : learningRate;
    if (momentumForm === "velocity") out.gradIn = t === 1 ? 1 : 1 - dampening;
    else out.gradIn = momentumForm === "ema" ? 1 - momentum : learningRate;
    out.vOut = ahead ? rate * momentum : rate;
    out.gradOut = ahead ? learningRate : 0;
  },
  emit: (k, { param, grad, v, w }, s, size, o) => {
    const from = looksAhead(o) ? w : param;
    const velocity = o.momentum === 0 ? 0 : v;
    k.sgd(
      param,
      from,
      grad,
      velocity,
      s.gradScale,
      s.gradSign,
      s.l2,
      s.oneMinusMomentum,
      s.gradIn,
      s.vOut,
      s.gradOut,
      s.decay,
      size,
    );
  },
  looksAhead,
  before: (k, { param, v, w }, s, size) => k.lookAhead(param, w, v, s.momentum, size),
});

function looksAhead(o: SgdOptions): boolean {
  return o.nesterov && o.momentumForm === "ema" && o.momentum !== 0;
}
