/** A worker that waits for a model's next call. */
export interface KeptWorker<Link = unknown> {
  /** Hands it out: to be used, or to be closed. */
  take(): Link;
  close(): void;
}

/** By model; model/worker/borrow.ts fills it. Here, as the model ends its worker without downloading what starts one. */
export const keptWorkers: WeakMap<object, KeptWorker> = /* @__PURE__ */ new WeakMap();
