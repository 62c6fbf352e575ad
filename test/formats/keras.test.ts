import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Model, loadModel, tensor } from "../../src/index.ts";
import { expectClose, expectTrains } from "./shared.ts";

// Written by keras.py, which computes the outputs in float64.
const file = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url));
const x = tensor(
  Float32Array.from({ length: 100 }, (_, i) => (i % 11) / 11),
  [2, 5, 5, 2],
);
const want = Float64Array.of(
  0.355227304,
  0.22775838,
  0.417014315,
  0.375922055,
  0.22535102,
  0.398726925,
);

test("loadModel() of a whole model of Keras 2 (.h5) and Keras 3 (.keras) gives its outputs, and trains", async () => {
  for (const name of ["keras2.h5", "keras3.keras"]) {
    const net = await loadModel(file(name));
    expect(net.layers.map((layer) => layer.layerName)).toEqual([
      "block_conv",
      "norm",
      "leaky",
      "pool",
      "drop",
      "head",
    ]);
    expectClose(await net.predict(x), want);
    await expectTrains(net, x, 3);
    // What was read can be saved, and read again.
    const again = await loadModel(net.toBytes());
    expectClose(await again.predict(x), Float64Array.from((await net.predict(x)).data));
  }
});

test("loadWeights() of .h5 weights finds layers by name", async () => {
  const net = await loadModel(file("keras3.keras"));
  net.setWeights(net.getWeights().map((t) => tensor(new Float32Array(t.size), t.shape)));
  await net.loadWeights(file("keras2Weights.h5"));
  expectClose(await net.predict(x), want);
});

function config(change: (layers: Record<string, never>[]) => void): Promise<Model> {
  const dense = (name: string, from: string) => ({
    class_name: "Dense",
    name,
    config: { name, units: 2, activation: "relu" },
    inbound_nodes: [[[from, 0, 0, {}]]],
  });
  const layers: object[] = [
    {
      class_name: "InputLayer",
      name: "x",
      config: { name: "x", batch_input_shape: [null, 3] },
      inbound_nodes: [],
    },
    dense("a", "x"),
    dense("b", "a"),
  ];
  change(layers as never);
  const model = {
    class_name: "Functional",
    config: { name: "m", layers, input_layers: [["x", 0, 0]], output_layers: [["b", 0, 0]] },
  };
  const json = {
    format: "layers-model",
    modelTopology: { model_config: model },
    weightsManifest: [{ paths: ["../w.bin"], weights: [] }],
  };
  return loadModel(new TextEncoder().encode(JSON.stringify(json)));
}

test("loadModel() names the layer, the option or the path that it cannot read", async () => {
  await expect(config((l) => (l[1]!["class_name"] = "Lambda" as never))).rejects.toThrow(
    'Lambda "a": layers of this class are not there',
  );
  await expect(config((l) => Object.assign(l[1]!["config"], { wings: 2 }))).rejects.toThrow(
    'Dense "a": dense: unknown option "wings"',
  );
  await expect(config((l) => Object.assign(l[1]!["config"], { units: -2 }))).rejects.toThrow(
    "units must be a whole number >= 1, got -2",
  );
  await expect(
    config((l) => Object.assign(l[1]!["config"], { activation: "wing" })),
  ).rejects.toThrow('activation "wing" is not there');
  await expect(
    config((l) => Object.assign(l[1]!, { inbound_nodes: [[["b", 0, 0, {}]]] })),
  ).rejects.toThrow('layer "a" needs what no layer gives; the graph has a cycle');
  await expect(
    config((l) => Object.assign(l[0]!["config"], { batch_input_shape: [null, null] })),
  ).rejects.toThrow("leaves axes of its input open, [null,null]; give inputShape");
  await expect(config(() => {})).rejects.toThrow(
    'paths must name files beside model.json, got "../w.bin"',
  );
});
