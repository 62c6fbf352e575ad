import { expect, test } from "vitest";
import { tensor } from "../../src/tensor/tensor.ts";

test("tensor() takes nested arrays, typed arrays with a shape, and tensors", () => {
  expect(
    tensor([
      [1, 2],
      [3, 4],
    ]).shape,
  ).toEqual([2, 2]);
  const bytes = new Uint8Array(6);
  expect(tensor(bytes, [2, 3]).data).toBe(bytes);
  expect(tensor(tensor([1, 2]), [2, 1]).array()).toEqual([[1], [2]]);
  expect(tensor(5).shape).toEqual([]);
  expect(tensor(5).array()).toBe(5);
  expect(tensor([]).shape).toEqual([0]);
});

test("tensor() names what is wrong", () => {
  expect(() => tensor([[1, 2], [3]])).toThrow("nested arrays must be rectangular [2, 2]");
  expect(() => tensor([1, 2, 3], [2, 2])).toThrow(
    "shape [2, 2] holds 4 elements, but the data has 3",
  );
  // @ts-expect-error: text
  expect(() => tensor(["a"])).toThrow('elements must be numbers, got "a"');
  expect(() => tensor(Float64Array.of(1.5), undefined, "int32")).toThrow(
    "element 0 is 1.5, which int32 cannot hold",
  );
});

test("a tensor prints its dtype, shape and elements, of a long axis the ends", () => {
  expect(
    String(
      tensor([
        [1, 2.5],
        [1 / 3, Number.NaN],
      ]),
    ),
  ).toBe("float32[2, 2]\n[[1, 2.5],\n [0.33333, NaN]]");
  expect(String(tensor(new Int32Array(9), [9], "int32"))).toBe("int32[9]\n[0, 0, 0, ..., 0, 0, 0]");
  expect(String(tensor(7))).toBe("float32[]\n7");
  expect(String(tensor([]))).toBe("float32[0]\n[]");
});
