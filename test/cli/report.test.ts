import { describe, expect, it } from "vitest";
import { curveChart, logarithmicTicks, scatterChart } from "../../src/cli/report/charts.ts";
import { confusionCounts, confusionTable } from "../../src/cli/report/confusion.ts";
import { html } from "../../src/cli/report/html.ts";
import { pixelImage } from "../../src/cli/report/images.ts";
import { encodeCsv } from "../../src/cli/encodeCsv.ts";
import { History } from "../../src/train/history.ts";
import { tagFault } from "./wellFormed.ts";

function historyOf(losses: readonly number[]): History {
  const history = new History();
  losses.forEach((loss, i) => history.push(i, { loss, val_loss: loss * 2 }, 0.1));
  return history;
}

describe("html", () => {
  it("escapes what is put in, and not what is markup", () => {
    expect(html`<p title="${'"'}">${"<script>&"}${[html`<b>x</b>`, 1]}</p>`.text).toBe(
      '<p title="&quot;">&lt;script&gt;&amp;<b>x</b>1</p>',
    );
  });
});

describe("curveChart()", () => {
  it("is well formed SVG with a line each for training and validation", () => {
    const { text } = curveChart(historyOf([3, 2, 1, 0.5]), "loss", "Loss");
    expect(tagFault(text)).toBe("");
    expect(text).toMatch(/^<svg[^>]* aria-label="Loss"/);
    expect(text).toContain('stroke="var(--train)"');
    expect(text).toContain('stroke="var(--validate)"');
  });

  it("draws a single epoch, and equal values", () => {
    expect(curveChart(historyOf([1]), "loss", "Loss").text).not.toContain("NaN");
    expect(curveChart(historyOf([0, 0, 0]), "loss", "Loss").text).not.toContain("NaN");
  });
});

describe("logarithmicTicks()", () => {
  it("takes 1, 2 and 5 over a short range, powers of ten over a long one", () => {
    expect(logarithmicTicks(0.04, 1.2)).toEqual([0.05, 0.1, 0.2, 0.5, 1]);
    expect(logarithmicTicks(0.0002, 3)).toEqual([0.001, 0.01, 0.1, 1]);
  });
});

describe("scatterChart()", () => {
  it("draws at most some thousand points", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => i);
    expect(
      scatterChart(values, values, "price").text.match(/<circle/g)!.length,
    ).toBeLessThanOrEqual(1500);
  });
});

describe("confusionTable()", () => {
  it("counts truth by row and prediction by column", () => {
    expect(confusionCounts([0, 0, 1], [0, 1, 1], 2)).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it("lists the most frequent confusions where classes are many", () => {
    const names = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    const { text } = confusionTable([3, 3, 5], [4, 4, 5], names);
    expect(tagFault(text)).toBe("");
    expect(text).toMatch(/<td>class 3<\/td>\s*<td>class 4<\/td>/);
  });
});

describe("pixelImage()", () => {
  it("joins pixels of a level to runs of one path", () => {
    expect(pixelImage([1, 1, 0, 0.5], { width: 2, height: 2 }).text).toContain(
      '<path fill-opacity="1" d="M0 0h2v1H0z"/><path fill-opacity="0.5" d="M1 1h1v1H1z"/>',
    );
  });
});

describe("encodeCsv()", () => {
  it("quotes separators, quotes and line ends", () => {
    const text = new TextDecoder().decode(
      encodeCsv(
        ["a", "b;c"],
        [
          ["1", 'say "x"'],
          ["two\nlines", ""],
        ],
        ";",
      ),
    );
    expect(text).toBe('a;"b;c"\n1;"two\nlines"\n"say ""x""";\n');
  });
});
