import { printLine, terminalOutput } from "../../runtime/output.ts";
import type { Callback, Logs, TrainingInfo } from "../callbacks.ts";
import { epochLine } from "../epochLine.ts";

/** Milliseconds between two drawings of a line. */
const FRAME = 100;

/** Characters of a bar. */
const WIDTH = 24;

/** `epoch 3/10  [======..................]  120/480  loss 0.1234`, cut off at the terminal's width. */
export function progressLine(
  { epochs, steps }: Pick<TrainingInfo, "epochs" | "steps">,
  epoch: number,
  batches: number,
  logs: Logs,
  columns: number,
): string {
  const done = steps ? Math.round((WIDTH * batches) / steps) : 0;
  const bar = steps ? `  [${"=".repeat(done)}${".".repeat(WIDTH - done)}]  ` : "  ";
  const values = Object.entries(logs).map(([name, x]) => `  ${name} ${Number(x.toPrecision(4))}`);
  return `epoch ${epoch + 1}/${epochs}${bar}${batches}/${steps ?? "?"}${values.join("")}`.slice(
    0,
    columns - 1,
  );
}

/** Shows training as it runs: in a terminal a bar that moves, elsewhere a line an epoch. */
export function progress(): Callback {
  const terminal = terminalOutput();
  let info: TrainingInfo | null = null;
  let [epoch, started, drawn] = [0, 0, 0];
  return {
    name: "progress",
    onTrainBegin: (training) => {
      info = training;
      started = performance.now();
      drawn = epoch = 0;
    },
    onEpochBegin: (at) => {
      epoch = at;
      started = performance.now();
    },
    ...(terminal && {
      onTurn: (batch: number, logs: Logs) => {
        const now = performance.now();
        if (now - drawn < FRAME || !info!.leads) return;
        drawn = now;
        const line = progressLine(info!, epoch, batch + 1, logs, terminal.columns ?? 80);
        terminal.write(`\r\u001b[K${line}`);
      },
    }),
    onEpochEnd: (at, logs) => {
      if (!info!.leads) return;
      terminal?.write("\r\u001b[K");
      printLine(epochLine(at, info!.epochs, (performance.now() - started) / 1000, logs));
      epoch = at + 1;
    },
  };
}
