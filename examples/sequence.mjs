// An LSTM that has to remember: the adding problem of Hochreiter & Schmidhuber (1997).
//
// Every step of a sequence holds a number and a mark. Two steps are marked, anywhere; the target is the sum
// of their two numbers. Who ignores the marks can do no better than to answer 1, the mean.
import { Random, adam, dense, lstm, sequential, tensor } from "thalweg";

const STEPS = 30;

function sequences(count, seed) {
  const random = new Random(seed);
  const x = new Float32Array(count * STEPS * 2);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    // One mark in each half.
    const marked = [0, STEPS / 2].map((from) => from + Math.floor((random.uniform() * STEPS) / 2));
    for (let t = 0; t < STEPS; t++) {
      const at = 2 * (i * STEPS + t);
      x[at] = random.uniform();
      if (!marked.includes(t)) continue;
      x[at + 1] = 1;
      y[i] += x[at];
    }
  }
  return [tensor(x, [count, STEPS, 2]), tensor(y, [count, 1])];
}

const [x, y] = sequences(4000, 1);
const [xTest, yTest] = sequences(1000, 2);
const baseline = yTest.data.reduce((sum, v) => sum + (v - 1) ** 2, 0) / yTest.size;

const model = sequential([lstm({ units: 24 }), dense({ units: 1 })], { seed: 1 });
model.compile({ optimizer: adam({ learningRate: 0.01, clipNorm: 1 }), loss: "meanSquaredError" });
await model.fit(x, y, { epochs: 25, batchSize: 50, seed: 1 });
const { loss } = await model.evaluate(xTest, yTest);

console.log("steps", STEPS);
console.log("mean squared error of always answering 1:", baseline.toFixed(4));
console.log("mean squared error of the LSTM:", loss.toFixed(4));
