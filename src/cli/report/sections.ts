import { runtimeName } from "../../runtime/platform.ts";
import { layerRows } from "../../model/summary.ts";
import { byteSize, count, counted, duration, figure, share } from "../format.ts";
import { packageVersion } from "../program.ts";
import type { ReportData } from "./data.ts";
import { type Html, html } from "./html.ts";

/** Head line, the figure, and what it stands against. */
export function headSection({
  problem,
  outcome,
  seed,
  note,
  trainingSeconds,
  history,
}: ReportData): Html {
  const { r2, score, measure, contenders } = outcome;
  const text = (x: number): string => (r2 === null ? share(x) : figure(x));
  const largest = Math.max(...contenders.map((c) => c.score));
  const rows = counted(problem.parts.test.y.size, "row");
  return html`<header>
      <div>
        <h1>${problem.title}</h1>
        <p class="soft">
          ${problem.contents}${problem.source === "" ? "" : html`<br /><span class="small">${problem.source}</span>`}
        </p>
      </div>
      <div class="score">
        <b>${text(score)}</b
        ><span class="soft">${measure}${r2 === null ? "" : `, R² ${r2.toFixed(3)}`}</span>
      </div>
    </header>
    <div class="contenders" role="table" aria-label="comparison">
      ${contenders.map(({ name, score: s }, i) => {
        const own = i === 0 ? "own" : "";
        return html`<span class="${own}">${name}</span
          ><span><i class="${own}" style="width:${((100 * s) / largest).toFixed(1)}%"></i></span
          ><span class="${own}">${text(s)}</span> `;
      })}
    </div>
    <p class="soft small">
      ${rows} that no training step saw${r2 === null ? "" : "; shorter is better"}. Training seed
      ${seed}, ${counted(history.epoch.length, "epoch")} in
      ${duration(trainingSeconds)}.${note === "" ? "" : ` Note: ${note}.`}
    </p>`;
}

/** Layers with shapes and parameters, and where the bytes go. */
export function networkSection({ model, memory, settings }: ReportData): Html {
  const rows = layerRows(model);
  const inputs = model.inputs[0]!.shape.join(" × ");
  const total = rows.reduce((sum, row) => sum + row.parameters, 0);
  const kinds = [
    ["parameters", memory.parameters, "var(--train)"],
    ["gradients", memory.gradients, "var(--right)"],
    ["optimizer", memory.slots, "var(--validate)"],
    ["state", memory.state, "var(--soft)"],
    ["work space", memory.arena, "var(--bar)"],
  ] as const;
  const held = kinds.filter(([, bytes]) => bytes > 0);
  return html`<h2>Network</h2>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th>layer</th>
            <th>kind</th>
            <th class="n">output</th>
            <th class="n">parameters</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>input</td>
            <td></td>
            <td class="n">${inputs}</td>
            <td class="n">-</td>
          </tr>
          ${rows.map(
            (row) =>
              html`<tr>
                <td>${row.name}</td>
                <td>
                  ${row.kind}${row.activation === "" || row.activation === "linear" ? "" : `, ${row.activation}`}${row.kind === "dropout" ? ` ${settings.dropout}` : ""}
                </td>
                <td class="n">${row.outputShape.join(" × ")}</td>
                <td class="n">${row.parameters === 0 ? "-" : count(row.parameters)}</td>
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            <td colspan="3">together</td>
            <td class="n">${count(total)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p style="margin-top:1.25rem">
      Training needs ${byteSize(memory.total)} of memory besides the rows, for batches of
      ${settings.batchSize}; it is laid out before the first step.
    </p>
    <div class="memory">
      ${held.map(([name, bytes, color]) => html`<i title="${name}" style="flex:${bytes} 1 0;background:${color}"></i>`)}
    </div>
    <div class="legend">
      ${held.map(([name, bytes, color]) => html`<span class="key" style="--key:${color}">${name} ${byteSize(bytes)}</span>`)}
    </div>`;
}

/** The split, and what was done with each column. */
export function dataSection({ problem }: ReportData): Html {
  const { columns, split, notes } = problem;
  const table =
    columns === null
      ? html``
      : html`<div class="scroll">
          <table class="list">
            <thead>
              <tr>
                <th>column</th>
                <th>role</th>
                <th class="n">missing</th>
                <th>what is done</th>
              </tr>
            </thead>
            <tbody>
              ${columns.map(
                (c) =>
                  html`<tr>
                    <td>${c.column}</td>
                    <td>${c.role}</td>
                    <td class="n">${c.missing === 0 ? "-" : count(c.missing)}</td>
                    <td>${c.action}</td>
                  </tr> `,
              )}
            </tbody>
          </table>
        </div>`;
  return html`<h2>Data</h2>
    <p>${split}.</p>
    ${notes.map((note) => html`<p class="soft small">${note}</p>`)}${table}`;
}

/** How to get the same figures again. */
export function reproduceSection({
  command,
  settings,
  engine,
  seed,
  samplesPerSecond,
  trainingSeconds,
  model,
}: ReportData): Html {
  const { options } = model.compiled.optimizer;
  const facts: [string, string][] = [
    [
      "Optimizer",
      `${settings.optimizer}, learning rate ${Number(figure(Number(options.learningRate)))}`,
    ],
    ["Batches", `${settings.batchSize} rows, at most ${counted(settings.epochs, "epoch")}`],
    ["Seed", String(seed)],
    [
      "Speed",
      `${count(Number(samplesPerSecond.toPrecision(2)))} samples a second, ${duration(trainingSeconds)} in all`,
    ],
    [
      "Engine",
      `thalweg ${packageVersion()}, ${runtimeName()}, variant ${engine.variant}, ${counted(engine.threads, "thread")}`,
    ],
    ["Model", "model.safetensors, beside this page; it holds its preprocessing"],
  ];
  // Lines break between words, not at the dashes of an option.
  const words = command
    .split(" ")
    .map(
      (word, i) =>
        html`${i === 0 ? "" : " "}${word.startsWith("--") ? html`<span>${word}</span>` : word}`,
    );
  return html`<h2>To repeat it</h2>
    <pre>${words}</pre>
    <dl>
      ${facts.map(
        ([k, v]) =>
          html`<dt>${k}</dt>
            <dd>${v}</dd> `,
      )}
    </dl>`;
}
