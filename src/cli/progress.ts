import type { SingleBar } from "cli-progress";
import type { Callback, Logs, TrainingInfo } from "../train/callbacks.ts";
import { History } from "../train/history.ts";
import { count, duration, figure, share } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** Where a training stands. */
export interface Standing {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly logs: Logs;
  readonly samplesPerSecond: number;
  readonly secondsLeft: number;
}

const value = (name: string, x: number): string =>
  /accuracy|r2/.test(name) ? share(x) : figure(x);

/** Narrower terminals than this have no room for the speed. */
const NARROW = 104;

/** `epoch  3/40   loss 0.1234   accuracy 0.971   ...`: columns keep their places from line to line. */
export function standingText({
  epoch,
  epochs,
  logs,
  samplesPerSecond,
  secondsLeft,
}: Standing): string {
  const wide = String(epochs).length;
  const parts = [`epoch ${String(epoch).padStart(wide)}/${epochs}`];
  for (const [name, x] of Object.entries(logs)) {
    if (name !== "learning_rate")
      parts.push(`${name.replace("val_", "validation ")} ${value(name, x)}`);
  }
  if (samplesPerSecond > 0)
    parts.push(`${count(Number(samplesPerSecond.toPrecision(2)))} samples/s`);
  if (secondsLeft > 0) parts.push(`${duration(secondsLeft)} left`);
  return parts.join("   ");
}

/** Epochs that get a line of their own where no bar can move: the first, the last, about ten in between. */
export function printedEpochs(epochs: number): Set<number> {
  const chosen = new Set<number>([1, epochs]);
  const step = Math.max(1, Math.ceil(epochs / 10));
  for (let epoch = step; epoch <= epochs; epoch += step) chosen.add(epoch);
  return chosen;
}

/** Milliseconds between two drawings of the bar. */
const FRAME = 60;

/** Shows a training as it runs: a bar in a terminal, lines elsewhere. Keeps the history. */
export class Progress implements Callback {
  readonly history: History = new History();
  private readonly terminal: Terminal;
  private bar: SingleBar | null = null;
  /** Samples of an epoch: the program trains on arrays, whose number is known. */
  private samples = 0;
  private info: Pick<TrainingInfo, "epochs" | "steps" | "batchSize" | "samples"> = {
    epochs: 0,
    steps: 0,
    batchSize: 0,
    samples: 0,
  };
  private printed = new Set<number>();
  private epoch = 0;
  private started = 0;
  private epochStarted = 0;
  private drawn = 0;
  /** Only a bar moves during an epoch. */
  onTurn?: (batch: number, logs: Logs) => void;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    if (terminal.interactive) this.onTurn = (batch, logs) => this.draw(batch, logs);
  }

  async onTrainBegin(info: TrainingInfo): Promise<void> {
    this.info = info;
    this.samples = info.samples ?? 0;
    this.printed = printedEpochs(info.epochs);
    if (this.terminal.interactive && info.epochs > 0) {
      const { default: cliProgress } = await import("cli-progress");
      const { style, columns } = this.terminal;
      this.bar = new cliProgress.SingleBar({
        format: `  ${style("accent", "{bar}")} {percentage} %  {text}`,
        barCompleteChar: "━",
        barIncompleteChar: "╌",
        barsize: Math.max(8, Math.min(28, columns - 96)),
        hideCursor: true,
        clearOnComplete: false,
        stopOnComplete: false,
        gracefulExit: true,
        stream: process.stdout,
      });
      this.bar.start(info.epochs * this.samples, 0, { text: "" });
    }
    this.started = performance.now();
  }

  onEpochBegin(epoch: number): void {
    this.epoch = epoch;
    this.epochStarted = performance.now();
  }

  private standing(logs: Logs, samples: number): Standing {
    const seconds = (performance.now() - this.started) / 1000;
    const total = this.info.epochs * this.samples;
    return {
      epoch: this.epoch + 1,
      epochs: this.info.epochs,
      logs,
      samplesPerSecond: samples / seconds,
      secondsLeft: samples < total ? (seconds * (total - samples)) / samples : 0,
    };
  }

  /** A bar shares its line: the figures of the training rows, and the speed where there is room. */
  private move(done: number, logs: Logs): void {
    const own = Object.fromEntries(
      Object.entries(logs).filter(([name]) => !name.startsWith("val_")),
    );
    const standing = this.standing(own, done);
    const narrow = this.terminal.columns < NARROW;
    this.bar?.update(done, {
      text: standingText(narrow ? { ...standing, samplesPerSecond: 0 } : standing),
    });
  }

  private draw(batch: number, logs: Logs): void {
    const now = performance.now();
    if (now - this.drawn < FRAME) return;
    this.drawn = now;
    const { samples } = this;
    const done = this.epoch * samples + Math.min(samples, (batch + 1) * this.info.batchSize);
    this.move(done, logs);
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const now = performance.now();
    this.history.push(epoch, logs, (now - this.epochStarted) / 1000);
    const done = (epoch + 1) * this.samples;
    if (this.bar) {
      if (now - this.drawn < FRAME && epoch + 1 < this.info.epochs) return;
      this.drawn = now;
      this.move(done, logs);
    } else if (this.printed.has(epoch + 1)) {
      this.terminal.say(`  ${standingText(this.standing(logs, done))}`);
    }
  }

  /** Leaves the bar as it stands; also after an error or an interrupt. */
  close(): void {
    this.bar?.stop();
    this.bar = null;
  }

  /** Samples that were trained on in a second, over all epochs. */
  get samplesPerSecond(): number {
    const seconds = this.history.seconds.reduce((sum, s) => sum + s, 0);
    return seconds > 0 ? (this.history.epoch.length * this.samples) / seconds : 0;
  }
}
