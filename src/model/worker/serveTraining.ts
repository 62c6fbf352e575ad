import { withDefaults } from "../../errors.ts";
import type { CustomObjects } from "../fromConfig.ts";
import { serve } from "./serve.ts";

/** Options of `serveTraining`. */
export interface ServeTrainingOptions {
  /** Factories of layers, losses, metrics and optimizers that are not the library's own, by kind. */
  customObjects: CustomObjects;
}

/**
 * Makes a worker of your own one that `fit` can train in. Call it in the worker's module, at once: what is sent to a
 * worker before it listens is lost.
 *
 * @throws OptionError on unknown options
 *
 * @example
 *     // training.js
 *     serveTraining({ customObjects: { myLayer } });
 *     // elsewhere
 *     await model.fit(x, y, { worker: () => new Worker(new URL("./training.js", import.meta.url), { type: "module" }) });
 */
export function serveTraining(options: Partial<ServeTrainingOptions> = {}): void {
  const { customObjects } = withDefaults<ServeTrainingOptions>(
    "serveTraining",
    { customObjects: {} },
    options,
  );
  serve(customObjects);
}
