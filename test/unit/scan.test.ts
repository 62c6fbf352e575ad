import { expect, test } from "vitest";
import { type SymbolicTensor, leaf } from "../../src/graph/symbolic.ts";
import { lstm } from "../../src/ops/lstm.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { gru } from "../../src/ops/gru.ts";
import { scan } from "../../src/ops/scan.ts";
import { simpleRnn } from "../../src/ops/simpleRnn.ts";
import { sum } from "../../src/ops/sum.ts";
import { trace } from "../../src/plan/trace.ts";

test("scan() gives the last state and the outputs of all steps", async () => {
  const f = trace((x, h) => {
    const { state, ys } = scan((s: typeof h, v: typeof x) => [add(s, v), mul(s, v)], {
      init: h!,
      xs: x!,
    });
    return [state, ys];
  });
  const [state, ys] = await f([[1, 2, 3]], [10]);
  expect(state!.array()).toEqual([16]);
  expect(ys!.array()).toEqual([[10, 22, 39]]);
});

test("scan() names lengths that differ, none, too many, and a state that changes", () => {
  type Cell = (s: SymbolicTensor, x: readonly SymbolicTensor[]) => [SymbolicTensor, SymbolicTensor];
  const run = (shapes: number[][], cell: Cell = (s, [x]) => [add(s, x!), x!]): unknown =>
    scan(cell, {
      init: leaf("input", "h", [2]),
      xs: shapes.map((s) => leaf("input", "x", s)) as readonly SymbolicTensor[],
    });
  expect(() =>
    run([
      [2, 3],
      [2, 4],
    ]),
  ).toThrow("scan: xs must have one length from 1 to 2048 along axis 1, got 3, 4");
  expect(() => run([[2, 0]])).toThrow("got 0");
  expect(() => run([[2, 4000]])).toThrow("got 4000; cut a longer sequence into parts");
  expect(() => run([[2, 3]], (s) => [sum(s), s])).toThrow(
    "scan: the cell must return a state like the one it was given, float32[2], got float32[]",
  );
});

test("recurrent ops name shapes that do not fit", () => {
  const f = (...shape: number[]) => leaf("input", "x", shape);
  expect(() => lstm(f(2, 3), f(3, 4), f(1, 4))).toThrow(
    "lstm: x must have 3 axes [batch, time, features], got [2, 3]",
  );
  expect(() => lstm(f(2, 3, 1), f(1, 8), f(2, 4))).toThrow(
    "lstm: with a kernel of 8 columns the recurrent kernel must have shape [2, 8], got [2, 4]",
  );
  expect(() => simpleRnn(f(2, 3, 1), f(1, 2), f(2, 2), null, { initialState: f(1, 2) })).toThrow(
    "simpleRnn: initialState must have shape [2, 2], got [1, 2]",
  );
  expect(() =>
    gru(f(2, 3, 1), f(1, 6), f(2, 6), null, { resetAfter: false, recurrentBias: f(6) }),
  ).toThrow("gru: with resetAfter: false there is no recurrentBias; add it to the bias");
});
