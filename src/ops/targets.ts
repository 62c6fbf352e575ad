import { ShapeError } from "../errors.ts";

/** Throws where a gradient by the target of a loss is asked for. @throws ShapeError */
export function noTargetGradient(name: string, needed: boolean): void {
  if (!needed) return;
  throw new ShapeError(
    `gradient: "${name}" has no gradient by its target; name the arguments that are differentiated: valueAndGrad(fn, { by: [0] })`,
  );
}
