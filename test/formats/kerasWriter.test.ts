import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Model, Tensor, loadModel, squeezeNet } from "../../src/index.ts";
import { sharedPath, testWithShared } from "../shared.ts";
import { h5OfModel, kerasZipOfModel } from "../../src/model/write/kerasFile.ts";
import { MODELS, inputsOf, withValues } from "./writtenModels.ts";

async function outputs(net: Model, x: readonly Tensor[]): Promise<number[][]> {
  const y = await net.predict(x.length === 1 ? x[0]! : (x as never));
  const list = y instanceof Tensor ? [y] : (Object.values(y) as Tensor[]);
  return list.map((t) => [...t.data]);
}

const DATE = new Date("2026-01-02T03:04:05Z");

/** What Keras itself does not have. */
const REFUSED: Readonly<Record<string, string>> = {
  scaled: 'normalization "normalization": layers of this kind are not in keras',
  gpt: 'tokenAndPositionEmbedding "tokenAndPositionEmbedding": layers of this kind are not in keras',
  positions: 'positionEmbedding "positionEmbedding": layers of this kind are not in keras',
};

const FORMS = {
  ".keras": (net: Model) => kerasZipOfModel("test", net, DATE),
  ".h5": (net: Model) => h5OfModel("test", net),
};

for (const [form, write] of Object.entries(FORMS)) {
  describe(form, () => {
    for (const [name, make] of Object.entries(MODELS)) {
      test(`${name} comes back from ${form} with the same bits, or its layer is named`, async () => {
        const net = withValues(make());
        const refused =
          form === ".h5" && name === "cell"
            ? 'activation "hardSigmoid" is not in keras2'
            : REFUSED[name];
        if (refused) return expect(() => write(net)).toThrow(refused);
        const back = await loadModel(write(net));
        const x = inputsOf(net, 3);
        expect(await outputs(back, x)).toEqual(await outputs(net, x));
      });
    }
  });
}

const PYTHON = "/usr/bin/python3";
const hasH5py = spawnSync(PYTHON, ["-c", "import h5py, numpy"]).status === 0;
if (!hasH5py) console.warn("SKIPPED: python3 has no h5py; files are not compared with Keras's");

/** What a Python program of h5py finds different in two files. */
function differences(ours: Uint8Array, theirs: string, ending: string): string {
  const folder = mkdtempSync(join(tmpdir(), "thalweg-keras-"));
  try {
    const path = join(folder, `ours${ending}`);
    writeFileSync(path, ours);
    const program = fileURLToPath(new URL("compareKeras.py", import.meta.url));
    const { stdout, stderr } = spawnSync(PYTHON, [program, path, theirs], { encoding: "utf8" });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fixture = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe.skipIf(!hasH5py)("h5py finds no difference", () => {
  test("between a .keras file of Keras's layout and what we write of it: names, shapes, types, bytes, config", async () => {
    const net = await loadModel(fixture("keras3.keras"));
    expect(differences(kerasZipOfModel("test", net, DATE), fixture("keras3.keras"), ".keras")).toBe(
      "",
    );
    // The comparison does find something where there is something.
    const weights = net.getWeights();
    weights[0]!.data[0]! += 1;
    net.setWeights(weights);
    expect(differences(kerasZipOfModel("test", net, DATE), fixture("keras3.keras"), ".keras")).toBe(
      "bytes layers/conv2d/vars/0\n",
    );
  });
  test("between the values of an .h5 model of Keras 2 and what we write of it", async () => {
    const net = await loadModel(fixture("keras2.h5"));
    expect(differences(h5OfModel("test", net), fixture("keras2.h5"), ".h5")).toBe("");
  });
  testWithShared(
    "between SqueezeNet's published .h5 weights and what we write of them",
    ["models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5"],
    async () => {
      const path = sharedPath("models/squeezenet_v1_1_keras_h5/squeezenet_tf_notop.h5");
      const net = await squeezeNet({ includeTop: false, weights: path });
      expect(differences(h5OfModel("test", net as Model), path, ".h5")).toBe("");
    },
  );
});
