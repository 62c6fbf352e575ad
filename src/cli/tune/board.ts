import type { Study } from "../../tune/study.ts";
import { lastStep } from "../../tune/trialRecord.ts";
import type { TrialRecord } from "../../tune/trialRecord.ts";
import { duration, figure } from "../format.ts";
import { type Terminal, columnsOf, visibleLength } from "../terminal.ts";

/** Milliseconds between two drawings. */
const FRAME = 250;
/** Trials that are listed as the best. */
const BEST = 5;

const short = (v: unknown): string =>
  typeof v === "number" ? String(Number(v.toPrecision(3))) : String(v);

/** Where the work on a study's trials stands. */
export interface BoardPlan {
  /** Trials of all studies together. */
  readonly total: number;
  readonly folds: number;
  readonly epochs: number;
  /** What a value is: "RMSE". */
  readonly measure: string;
}

/**
 * Shows trials while they run: in a terminal a table of the best and of those that run, drawn over and over in its place; elsewhere
 * a line for each trial that has ended.
 */
export class Board {
  private readonly terminal: Terminal;
  private readonly plan: BoardPlan;
  private readonly started = performance.now();
  private study: Study | null = null;
  /** Trials that have ended here. */
  private done = 0;
  /** Lines that stand in the terminal and are drawn over. */
  private drawn = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(terminal: Terminal, plan: BoardPlan) {
    this.terminal = terminal;
    this.plan = plan;
  }

  /** Follows a study from now on. */
  watch(study: Study): void {
    this.study = study;
    if (this.terminal.interactive && !this.timer) {
      this.timer = setInterval(() => this.draw(), FRAME);
    }
    this.draw();
  }

  /** A trial has ended. */
  readonly ended = (trial: TrialRecord): void => {
    this.done++;
    if (!this.terminal.interactive) this.printLine(trial);
  };

  /** Leaves the table as it stands: what is said next comes below it. */
  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.draw();
    this.drawn = 0;
  }

  private get left(): string {
    const { done, plan } = this;
    if (done === 0) return "";
    const seconds = (performance.now() - this.started) / 1000;
    return `${duration((seconds / done) * Math.max(0, plan.total - done))} left`;
  }

  private printLine(trial: TrialRecord): void {
    const { style, say } = this.terminal;
    const { total } = this.plan;
    const params = Object.entries(trial.params).map(([name, v]) => `${name} ${short(v)}`);
    const complete = trial.state === "complete";
    const value = complete ? figure(trial.value!) : style("faint", stateText(trial));
    const best = this.study!.ranking[0];
    const mark =
      best === trial
        ? style("good", "best")
        : style("faint", `best ${best ? figure(best.value!) : "-"}`);
    const place = `${String(this.done).padStart(String(total).length)}/${total}`;
    say(`  ${place}  ${value}  ${mark}  ${style("faint", params.join(", "))}  ${this.left}`);
  }

  /** How far a running trial has come. */
  private progress(trial: TrialRecord): string {
    const { folds, epochs } = this.plan;
    const step = (lastStep(trial) ?? -1) + 1;
    const fold = Math.min(folds, Math.floor(step / epochs) + 1);
    return fold === 1 ? `fold 1, epoch ${step}/${epochs}` : `fold ${fold}/${folds}`;
  }

  private lines(study: Study): string[] {
    const { style } = this.terminal;
    const { measure, total } = this.plan;
    const running = study.trials.filter((t) => t.state === "running");
    const best = study.ranking.slice(0, BEST);
    const names = Object.keys(best[0]?.params ?? running[0]?.params ?? {});
    const cells = (t: TrialRecord): string[] => names.map((name) => short(t.params[name] ?? "-"));
    const head = ["", "trial", measure, ...names, ""].map((cell) => style("faint", cell));
    const rows = [
      ...best.map((t, i) => [
        i === 0 ? style("good", "best") : "",
        String(t.number),
        i === 0 ? style("good", figure(t.value!)) : figure(t.value!),
        ...cells(t),
        "",
      ]),
      ...running.map((t) => {
        const last = lastStep(t);
        const value = last === null ? "" : figure(t.intermediate.get(last)!);
        return [
          style("accent", "runs"),
          String(t.number),
          style("faint", value),
          ...cells(t),
          style("faint", this.progress(t)),
        ];
      }),
    ];
    const count = (state: string): number => study.trials.filter((t) => t.state === state).length;
    const failed = count("fail") > 0 ? `, ${count("fail")} failed` : "";
    const summary = `${this.done} of ${total} trials  ${style("faint", `${study.name} search: ${count("complete")} complete, ${count("pruned")} stopped early${failed}`)}  ${this.left}`;
    return [...columnsOf([head, ...rows], [1, 2]), "", summary].map((line) => `  ${line}`);
  }

  private draw(): void {
    const { study, terminal } = this;
    if (!study || !terminal.interactive) return;
    const lines = this.lines(study).map((line) => cut(line, terminal.columns - 1));
    const up = this.drawn > 0 ? `\u001b[${this.drawn}A` : "";
    // Each line is cleared before it is written, and what a longer table left below.
    process.stdout.write(`${up}\u001b[J${lines.join("\n")}\n`);
    this.drawn = lines.length;
  }
}

function stateText({ state }: TrialRecord): string {
  return (state === "pruned" ? "stopped" : state).padEnd(7);
}

/** A line that does not wrap: what was drawn must have the height that it is thought to have. */
function cut(line: string, width: number): string {
  if (visibleLength(line) <= width) return line;
  let seen = 0;
  let at = 0;
  while (at < line.length && seen < width - 1) {
    // oxlint-disable-next-line no-control-regex -- escape sequences have no width
    const escape = /^\u001b\[[0-9;]*m/.exec(line.slice(at))?.[0];
    if (!escape) seen++;
    at += escape?.length ?? 1;
  }
  return `${line.slice(0, at)}…\u001b[0m`;
}
