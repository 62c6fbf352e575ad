import { describe, expect, test } from "vitest";
import { type Model, Tensor, loadModel } from "../../src/index.ts";
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
