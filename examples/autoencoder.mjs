// An autoencoder: 64 pixels of a handwritten digit are squeezed into 8 numbers and drawn again from them.
// The encoder and the decoder are models of their own inside a third one that trains both.
import { readFile } from "node:fs/promises";
import { adam, dense, gunzip, input, model, sequential } from "thalweg";

const file = new URL("data/digits.csv.gz", import.meta.resolve("thalweg/package.json"));
const text = new TextDecoder().decode(await gunzip(await readFile(file)));
const rows = text
  .trimEnd()
  .split("\n")
  .map((line) => line.split(",").map(Number));
const images = rows.map((row) => row.slice(0, 64).map((ink) => ink / 16));
const [train, test] = [images.slice(0, 1437), images.slice(1437)];

const encoder = sequential(
  [dense({ units: 64, activation: "relu", inputShape: [64] }), dense({ units: 8 })],
  { name: "encoder", seed: 1 },
);
const decoder = sequential(
  [
    dense({ units: 64, activation: "relu", inputShape: [8] }),
    dense({ units: 64, activation: "sigmoid" }),
  ],
  { name: "decoder", seed: 2 },
);
const image = input([64], { name: "image" });
const autoencoder = model({ inputs: image, outputs: decoder.apply(encoder.apply(image)) });

autoencoder.compile({ optimizer: adam({ learningRate: 3e-3 }), loss: "meanSquaredError" });
await autoencoder.fit(train, train, { epochs: 60, batchSize: 64, seed: 1 });

const average = train[0].map((_, i) => train.reduce((sum, v) => sum + v[i], 0) / train.length);
const spread =
  test.reduce((sum, v) => sum + v.reduce((s, ink, i) => s + (ink - average[i]) ** 2, 0), 0) /
  (64 * test.length);
const { loss } = await autoencoder.evaluate(test, test);
console.log("test error", loss.toFixed(4), "always the average digit:", spread.toFixed(4));
console.log("share of the variance kept by 8 numbers", (1 - loss / spread).toFixed(2));

const codes = await encoder.predict(test.slice(0, 1));
const drawn = await decoder.predict(codes);
const shade = (row) => row.map((ink) => " .:oO@"[Math.min(5, Math.floor(ink * 6))]).join("");
console.log(
  "code",
  codes
    .array()[0]
    .map((v) => v.toFixed(1))
    .join(" "),
);
for (let r = 0; r < 8; r++) {
  const at = [8 * r, 8 * r + 8];
  console.log(shade(test[0].slice(...at)), " ", shade([...drawn.data].slice(...at)));
}
