export { fitInWorker } from "./fitInWorker.ts";
export { evaluateInWorker, outputsInWorker } from "./passInWorker.ts";
