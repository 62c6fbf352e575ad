import { expect } from "vitest";
import { loadTensors } from "../../src/index.ts";
import { TestRandom } from "../mutate.ts";
import { testWithPeer } from "./peers.ts";

interface Tf {
  readonly io: {
    decodeWeights(
      bytes: ArrayBuffer,
      specs: readonly object[],
    ): Record<string, { readonly shape: number[]; dataSync(): ArrayLike<number> }>;
  };
}

testWithPeer<Tf>(
  "@tensorflow/tfjs",
  "loadTensors() decodes 8 and 16 bits as TensorFlow.js does, also where files end within a tensor",
  async (tf) => {
    const random = new TestRandom(3);
    const weights = [
      {
        name: "a/kernel",
        shape: [5, 7],
        dtype: "float32",
        quantization: { dtype: "uint8", scale: 0.0123, min: -1.5 },
      },
      {
        name: "a/bias",
        shape: [7],
        dtype: "float32",
        quantization: { dtype: "uint16", scale: 1e-4, min: -3 },
      },
      { name: "b/kernel", shape: [3, 3], dtype: "float32", quantization: { dtype: "float16" } },
      {
        name: "b/count",
        shape: [2],
        dtype: "int32",
        quantization: { dtype: "uint8", scale: 3, min: -7 },
      },
      { name: "b/bias", shape: [3], dtype: "float32" },
    ];
    const bytes = Uint8Array.from({ length: 35 + 14 + 18 + 2 + 12 }, () => random.integer(256));
    // Halves that are finite numbers, and floats.
    for (let i = 35 + 14; i < 35 + 14 + 18; i += 2) bytes[i + 1]! &= 0xbb;
    bytes.set(new Uint8Array(Float32Array.of(1, -2, 0.5).buffer), 69);
    const manifest = [{ paths: ["s1", "s2", "s3"], weights }];
    const got = await loadTensors(new TextEncoder().encode(JSON.stringify(manifest)), {
      files: { s1: bytes.slice(0, 20), s2: bytes.slice(20, 50), s3: bytes.slice(50) },
    });
    const want = tf.io.decodeWeights(bytes.buffer, weights);
    expect([...got.keys()]).toEqual(weights.map(({ name }) => name));
    for (const [name, t] of got) {
      expect(t.shape).toEqual(want[name]!.shape);
      const values = Array.from(want[name]!.dataSync());
      // They multiply in float64 and round once or twice: a unit in the last place.
      [...t.data].forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 6));
    }
  },
);
