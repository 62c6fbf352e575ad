// Trains in a worker and draws its progress. Serve the checkout and open the page:
//
//     node examples/browser/serve.mjs
import { conv2d, dense, flatten, gunzip, maxPooling2d, sequential, tensor } from "thalweg";

const EPOCHS = 40;
const at = (id) => document.getElementById(id);
const say = (id, text) => (at(id).textContent = text);

/** 1797 handwritten digits of 8 x 8 pixels with values 0 to 16, from scikit-learn. */
async function digits() {
  const bytes = new Uint8Array(await (await fetch("../../data/digits.csv.gz")).arrayBuffer());
  const text = new TextDecoder().decode(await gunzip(bytes));
  const rows = text.trim().split("\n").map((line) => line.split(",").map(Number));
  const pixels = Float32Array.from(rows.flatMap((row) => row.slice(0, 64)), (value) => value / 16);
  return {
    x: tensor(pixels, [rows.length, 8, 8, 1]),
    y: Int32Array.from(rows, (row) => row[64]),
  };
}

function network() {
  const model = sequential([
    conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu", inputShape: [8, 8, 1] }),
    conv2d({ filters: 64, kernelSize: 3, padding: "same", activation: "relu" }),
    maxPooling2d({}),
    conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    flatten(),
    dense({ units: 128, activation: "relu" }),
    dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** The losses of all epochs, each line from the left edge to the right. */
function draw(curves) {
  const canvas = at("curve");
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const highest = Math.max(...Object.values(curves).flat(), 0.1);
  context.lineWidth = 4;
  context.font = "24px system-ui";
  context.fillStyle = "#666";
  context.textAlign = "right";
  context.fillText(highest.toFixed(2), width - 8, 28);
  context.fillText("0", width - 8, height - 12);
  for (const [color, values] of Object.entries(curves)) {
    context.strokeStyle = color;
    context.beginPath();
    values.forEach((value, i) => {
      const x = (width * (i + 0.5)) / EPOCHS;
      context.lineTo(x, height - 8 - ((height - 16) * value) / highest);
    });
    context.stroke();
  }
}

/** Moves the ball, and keeps the longest time for which the page could do nothing else. */
function watch() {
  let longest = 0;
  const note = (milliseconds) => {
    longest = Math.max(longest, milliseconds);
    say("longest", longest < 50 ? "under 50 ms" : `${longest.toFixed(0)} ms`);
  };
  new PerformanceObserver((list) => list.getEntries().forEach((e) => note(e.duration))).observe({
    type: "longtask",
  });
  const move = (now) => {
    at("ball").style.left = `${50 - 50 * Math.cos(now / 700)}%`;
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
  return () => (longest = 0);
}

const { x, y } = await digits();
const forget = watch();
let stop = null; // aborts the training
let go = null; // ends the pause

async function train() {
  forget();
  say("longest", "under 50 ms");
  say("state", "starting the worker");
  const control = new AbortController();
  stop = () => {
    control.abort("stopped");
    go?.();
  };
  let paused = null;
  at("pause").onclick = () => {
    if (paused) go();
    else paused = new Promise((resolve) => (go = resolve)).then(() => (paused = null));
    say("state", paused ? "pausing after this epoch" : "training");
  };
  const curves = { "#1667b7": [], "#c60": [] };
  const options = { epochs: EPOCHS, validationSplit: 0.2, worker: true, signal: control.signal };
  try {
    for await (const { epoch, logs } of network().fitIterator(x, y, options)) {
      if (!paused) say("state", "training");
      say("epoch", `${epoch + 1} of ${EPOCHS}`);
      say("accuracy", `${(100 * logs.val_accuracy).toFixed(1)} %`);
      curves["#1667b7"].push(logs.loss);
      curves["#c60"].push(logs.val_loss);
      draw(curves);
      if (paused) {
        say("state", "paused");
        at("pause").textContent = "Go on";
        await paused;
        at("pause").textContent = "Pause";
      }
    }
    say("state", "done");
  } catch (error) {
    say("state", String(error));
  }
}

function buttons(training) {
  at("start").disabled = training;
  at("pause").disabled = at("stop").disabled = !training;
}
at("start").onclick = async () => {
  buttons(true);
  await train();
  at("pause").textContent = "Pause";
  buttons(false);
};
at("stop").onclick = () => stop();
say("state", "ready");
buttons(false);
