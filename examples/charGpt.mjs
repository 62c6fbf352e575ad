// A character GPT: a transformer of two layers learns Shakespeare's plays letter by letter, and writes.
//
//     node examples/charGpt.mjs [file.txt] [steps]
//
// The text (1.1 MB) is https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt,
// saved as examples/data/tinyshakespeare.txt; any other text will do.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Random,
  adamW,
  add,
  cosineDecay,
  dense,
  init,
  input,
  layerNormalization,
  model,
  multiHeadAttention,
  tensor,
  tokenAndPositionEmbedding,
  warmup,
} from "thalweg";

const file = process.argv[2] ?? fileURLToPath(new URL("data/tinyshakespeare.txt", import.meta.url));
const STEPS = Number(process.argv[3] ?? 1500);
if (!existsSync(file)) {
  console.error(
    `charGpt: there is no ${file}; the first lines of this program say where it comes from`,
  );
  process.exit(1);
}
const [CONTEXT, FEATURES, HEADS, LAYERS, BATCH] = [64, 128, 4, 2, 16];

// Characters to numbers; the last tenth is for validation.
const text = readFileSync(file, "utf8");
const letters = [...new Set(text)].sort();
const codes = new Map(letters.map((letter, i) => [letter, i]));
const tokens = Int32Array.from(text, (letter) => codes.get(letter));
const split = Math.floor(0.9 * tokens.length);
const random = new Random(1);

/** Windows of CONTEXT letters, and the same moved on by one: what comes next at each place. */
function windows(starts) {
  const rows = (shift) => {
    const data = new Int32Array(starts.length * CONTEXT);
    starts.forEach((at, i) =>
      data.set(tokens.subarray(at + shift, at + shift + CONTEXT), i * CONTEXT),
    );
    return tensor(data, [starts.length, CONTEXT]);
  };
  return [rows(0), rows(1)];
}
const anywhere = () => Math.floor(random.uniform() * (split - CONTEXT - 1));
const [x, y] = windows(Array.from({ length: STEPS * BATCH }, anywhere));
const rest = Math.floor((tokens.length - split - 1) / CONTEXT);
const [xTest, yTest] = windows(Array.from({ length: rest }, (_, i) => split + i * CONTEXT));

const letter = input([CONTEXT], { dtype: "int32" });
let h = tokenAndPositionEmbedding({
  vocabularySize: letters.length,
  sequenceLength: CONTEXT,
  embeddingDim: FEATURES,
})(letter);
for (let i = 0; i < LAYERS; i++) {
  const attention = multiHeadAttention({
    numHeads: HEADS,
    keyDim: FEATURES / HEADS,
    useCausalMask: true,
  });
  h = add()(h, attention(layerNormalization()(h)));
  const wide = dense({ units: 4 * FEATURES, activation: "gelu" })(layerNormalization()(h));
  h = add()(h, dense({ units: FEATURES })(wide));
}
const next = dense({ units: letters.length, activation: "softmax" })(layerNormalization()(h));
const gpt = model({ inputs: letter, outputs: next, seed: 1 });
const steps = Math.ceil(STEPS / 20);
const after = cosineDecay({ initialLearningRate: 4e-3, decaySteps: STEPS - steps, alpha: 0.02 });
gpt.compile({
  optimizer: adamW({ learningRate: warmup({ after, steps }), beta2: 0.99, weightDecay: 0.1 }),
  loss: "sparseCategoricalCrossentropy",
});

const started = performance.now();
await gpt.fit(x, y, {
  epochs: 1,
  batchSize: BATCH,
  seed: 1,
  callbacks: [
    {
      onBatchEnd: (step, { loss }) => {
        if ((step + 1) % 200 === 0) console.log("step", step + 1, "mean loss", loss.toFixed(3));
      },
    },
  ],
});
const seconds = (performance.now() - started) / 1000;
const { loss } = await gpt.evaluate(xTest, yTest, { batchSize: BATCH });
console.log("seconds", seconds.toFixed(0), "with", (await init()).info().variant);
console.log("validation loss", loss.toFixed(3));

/** Letters one after the other, each drawn from what the model expects. It never looks ahead. */
async function write(prompt, count) {
  const written = Array.from(prompt, (letter) => codes.get(letter) ?? 0);
  for (let i = 0; i < count; i++) {
    const seen = written.slice(-CONTEXT);
    const window = new Int32Array(CONTEXT);
    window.set(seen);
    const { data } = await gpt.predict(tensor(window, [1, CONTEXT]));
    const from = (seen.length - 1) * letters.length;
    let u = random.uniform();
    let code = 0;
    while (code < letters.length - 1 && (u -= data[from + code]) > 0) code++;
    written.push(code);
  }
  return written.map((code) => letters[code]).join("");
}
console.log(await write("ROMEO:", 400));
