interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): void;
}

/** Where programs print: a terminal that can be drawn on, or null where lines are all there is. */
export function terminalOutput(): Stream | null {
  const { process } = globalThis as { process?: { stdout?: Stream } };
  return process?.stdout?.isTTY ? process.stdout : null;
}
