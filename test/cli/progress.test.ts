import { describe, expect, it } from "vitest";
import { byteSize, duration, figure, share } from "../../src/cli/format.ts";
import { printedEpochs, standingText } from "../../src/cli/progress.ts";
import { commandText, quoted } from "../../src/cli/program.ts";
import { columnsOf, pad, visibleLength } from "../../src/cli/terminal.ts";

describe("standingText()", () => {
  it("prints epoch, figures, speed and the time that is left", () => {
    const logs = { loss: 0.032144, accuracy: 0.97124, val_accuracy: 0.96, learning_rate: 0.01 };
    expect(
      standingText({ epoch: 3, epochs: 40, logs, samplesPerSecond: 123_456, secondsLeft: 1.24 }),
    ).toBe(
      "epoch  3/40   loss 0.03214   accuracy 0.971   validation accuracy 0.960   120,000 samples/s   1.2 s left",
    );
  });

  it("leaves out the time at the end", () => {
    expect(
      standingText({ epoch: 4, epochs: 4, logs: {}, samplesPerSecond: 0, secondsLeft: 0 }),
    ).toBe("epoch 4/4");
  });
});

describe("printedEpochs()", () => {
  it("has the first, the last and about ten in between", () => {
    expect([...printedEpochs(3)].sort()).toEqual([1, 2, 3]);
    const many = printedEpochs(1000);
    expect(many.has(1) && many.has(1000)).toBe(true);
    expect(many.size).toBe(11);
  });
});

describe("format", () => {
  it("prints durations in the unit that suits them", () => {
    expect([0.0456, 1.26, 12.3, 59.6, 185, 7800, Infinity].map(duration)).toEqual([
      "46 ms",
      "1.3 s",
      "12 s",
      "1 min 00 s",
      "3 min 05 s",
      "2 h 10 min",
      "-",
    ]);
  });

  it("prints bytes in powers of 1024", () => {
    expect([100, 1536, 3 * 2 ** 20, 2 ** 40].map(byteSize)).toEqual([
      "100 B",
      "1.5 KiB",
      "3.0 MiB",
      "1024.0 GiB",
    ]);
  });

  it("prints four digits that count", () => {
    expect([0.0321449, 12.3456, 48_120.4, 0.00001234, 0, NaN].map(figure)).toEqual([
      "0.03214",
      "12.35",
      "48,120",
      "1.23e-5",
      "0",
      "NaN",
    ]);
  });

  it("does not round a share up to 1", () => {
    expect([0.9999, 1, 0.9786].map(share)).toEqual(["0.999", "1.000", "0.979"]);
  });
});

describe("terminal", () => {
  it("aligns columns by what is seen", () => {
    expect(visibleLength("\u001b[1mab\u001b[22m")).toBe(2);
    expect(pad("\u001b[1mab\u001b[22m", 4, true)).toBe("  \u001b[1mab\u001b[22m");
    expect(
      columnsOf(
        [
          ["a", "1"],
          ["bcd", "22"],
        ],
        [1],
      ),
    ).toEqual(["a     1", "bcd  22"]);
  });
});

describe("commandText()", () => {
  it("quotes what a shell would split", () => {
    expect(quoted("it's here")).toBe("'it'\\''s here'");
    expect(commandText(["--data", "my file.csv"])).toMatch(/--data 'my file\.csv'$/);
  });
});
