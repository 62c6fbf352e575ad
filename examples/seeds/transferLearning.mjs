// A pretrained network as a frozen base, a new head, and then the last layers fine-tuned, as in the article.
//
//     base_model = VGG16(weights='imagenet', include_top=False, input_shape=(224, 224, 3))
//     for layer in base_model.layers:
//         layer.trainable = False
//     x = Flatten()(base_model.output)
//     x = Dense(1024, activation='relu')(x)
//     predictions = Dense(10, activation='softmax')(x)
//     model = Model(inputs=base_model.input, outputs=predictions)
//     model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
//
//     for layer in base_model.layers[-4:]:
//         layer.trainable = True
//     model.compile(optimizer=Adam(learning_rate=1e-4), loss='categorical_crossentropy', metrics=['accuracy'])
//
//     node examples/seeds/transferLearning.mjs [--weights imagenet|FILE] [--batch 2]
//
// One step of each on noise, to show what it needs: bytes that `plan()` states before, and that linear memory has
// after. Without --weights the base is drawn at random, and nothing is downloaded (VGG16 without its top is 59 MB).
import { parseArgs } from "node:util";
import { adam, dense, flatten, init, model, preprocessInput, Random, tensor, vgg16 } from "thalweg";

const { values } = parseArgs({
  options: { weights: { type: "string" }, batch: { type: "string", default: "2" } },
});
const batch = Number(values.batch);

const base = await vgg16({
  weights: values.weights ?? null,
  includeTop: false,
  inputShape: [224, 224, 3],
});
for (const layer of base.layers) layer.trainable = false;
let x = flatten()(base.output);
x = dense({ units: 1024, activation: "relu" })(x);
const predictions = dense({ units: 10, activation: "softmax" })(x);
const net = model({ inputs: base.inputs, outputs: predictions });

const random = new Random(1, 0);
const pixels = Uint8Array.from({ length: batch * 224 * 224 * 3 }, () => 256 * random.uniform());
const images = preprocessInput("vgg16", tensor(pixels, [batch, 224, 224, 3]));
const labels = tensor(
  Float32Array.from({ length: batch * 10 }, (_, i) => (i % 11 === 0 ? 1 : 0)),
  [batch, 10],
);
const engine = await init();
/** Bytes of the samples that lie beside the model during a step, and the order in which they are visited. */
const data = 4 * (images.data.length + labels.data.length + batch);

async function step(name, optimizer) {
  net.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  const { memory } = await net.plan({ batchSize: batch });
  const before = net.getWeights();
  const started = performance.now();
  const { loss } = await net.trainOnBatch(images, labels);
  const seconds = (performance.now() - started) / 1000;
  const after = net.getWeights();
  const moved = net.variables.filter((_, i) => after[i].data.some((w, j) => w !== before[i].data[j]));
  const layers = new Set(moved.map((v) => v.name.split("/")[0]));
  console.log(`${name} loss ${loss.toFixed(3)}, seconds ${seconds.toFixed(1)}`);
  console.log(`${name} layers that moved: ${[...layers].join(" ")}`);
  console.log(`${name} gradients and slots, MB: ${((memory.gradients + memory.slots) / 1e6).toFixed(0)}`);
  console.log(`${name} bytes predicted ${memory.total + data}, measured ${engine.info().memory}`);
}

await step("frozen", "adam");
for (const layer of base.layers.slice(-4)) layer.trainable = true;
await step("unfrozen", adam({ learningRate: 1e-4 }));
