// Policy gradient (REINFORCE, Williams 1992) on a cart that balances a pole, simulated below: 1 point for
// every step that the pole stays up, at most 200. The network gives the chance of pushing right; after
// each batch of episodes every action becomes more likely by how much better it went than usual:
//
//     loss = -mean(advantage log p(action))
import { Random, adam, dense, sequential, tensor } from "thalweg";

const random = new Random(5);

/** One step of the cart (Barto, Sutton & Anderson 1983), 20 ms. State: position, speed, angle, angular speed. */
function push([x, v, angle, spin], right) {
  const force = right ? 10 : -10;
  const [cart, pole, half] = [1, 0.1, 0.5];
  const temporary = (force + pole * half * spin ** 2 * Math.sin(angle)) / (cart + pole);
  const angular =
    (9.8 * Math.sin(angle) - Math.cos(angle) * temporary) /
    (half * (4 / 3 - (pole * Math.cos(angle) ** 2) / (cart + pole)));
  const acceleration = temporary - (pole * half * angular * Math.cos(angle)) / (cart + pole);
  return [x + 0.02 * v, v + 0.02 * acceleration, angle + 0.02 * spin, spin + 0.02 * angular];
}
const fallen = ([x, , angle]) => Math.abs(x) > 2.4 || Math.abs(angle) > (12 * Math.PI) / 180;

const policy = sequential(
  [
    dense({ units: 32, activation: "tanh", inputShape: [4] }),
    dense({ units: 2, activation: "softmax" }),
  ],
  { seed: 1 },
);
// A crossentropy with the advantage as the sample's weight is the loss above.
policy.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy" });
await policy.predict([[0, 0, 0, 0]]); // starts the engine: predictSync has no promise to wait for

/** Episodes side by side, so that one prediction serves all of them. */
function play(count) {
  const episodes = Array.from({ length: count }, () => ({
    state: Array.from({ length: 4 }, () => 0.1 * random.uniform() - 0.05),
    states: [],
    actions: [],
  }));
  let running = episodes;
  for (let step = 0; step < 200 && running.length > 0; step++) {
    const chances = policy.predictSync(
      running.map((e) => e.state),
      { batchSize: "all" },
    );
    running.forEach((e, i) => {
      const right = random.uniform() < chances.data[2 * i + 1];
      e.states.push(e.state);
      e.actions.push(Number(right));
      e.state = push(e.state, right);
    });
    running = running.filter((e) => !fallen(e.state));
  }
  return episodes;
}

/** Points that follow each step, discounted. */
function returns(length) {
  const out = new Array(length);
  for (let i = length - 1, sum = 0; i >= 0; i--) out[i] = sum = 1 + 0.99 * sum;
  return out;
}

const average = (list) => list.reduce((a, b) => a + b, 0) / list.length;
for (let round = 1; round <= 60; round++) {
  const episodes = play(16);
  const rewards = episodes.flatMap((e) => returns(e.actions.length));
  const mean = average(rewards);
  const deviation = Math.sqrt(average(rewards.map((r) => (r - mean) ** 2))) + 1e-6;
  await policy.trainOnBatch(
    episodes.flatMap((e) => e.states),
    tensor(Int32Array.from(episodes.flatMap((e) => e.actions))),
    { sampleWeight: rewards.map((r) => (r - mean) / deviation) },
  );
  if (round % 20 === 0)
    console.log("round", round, "steps", average(episodes.map((e) => e.actions.length)).toFixed(0));
}
console.log("mean steps of 50 episodes", average(play(50).map((e) => e.actions.length)).toFixed(0));
