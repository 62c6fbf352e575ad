import { expect, test } from "vitest";
import { dense, sequential } from "../../src/index.ts";
import type { Group } from "../../src/train/group.ts";

/** The second of two processes, whose first one goes on from a checkpoint that this one has not found. */
function behind(): Group {
  return {
    rank: 1,
    size: 2,
    allReduce: () => {},
    broadcast: (block) => {
      if (block.length !== 16) return; // weights, or what is agreed on before
      new Float64Array(block.buffer, block.byteOffset, 2).set([5, 0]);
    },
  };
}

test("a process of a group that begins at another epoch than the first one throws", async () => {
  const model = sequential([dense({ units: 3, inputShape: [7] })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const rows = (n: number): number[][] => Array.from({ length: 4 }, () => Array(n).fill(1));
  await expect(model.fit(rows(7), rows(3), { epochs: 9, group: behind() })).rejects.toThrow(
    "fit: the epoch must be the same in all 2 processes; here it is 0, in the first one 5",
  );
});
