import { adam, dense, sequential, type Tensor } from "thalweg";
const model = sequential([dense({ units: 3, activation: "relu" })]);
model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy" });
const p: Promise<Tensor> = model.predict([[1]]);
void p;
// @ts-expect-error: an unknown name
dense({ units: 3, activation: "reluu" });
// @ts-expect-error: units is missing
dense({});
