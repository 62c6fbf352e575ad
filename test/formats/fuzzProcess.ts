// One format in a process of its own, which scripts/fuzz.mjs watches: FORMAT COUNT SEED FIRST.
import { FORMATS, fuzz } from "./fuzz.ts";

const [name, count, seed, first] = process.argv.slice(2);
const format = FORMATS.find((one) => one.name === name)!;
const send = (message: object): void => void process.send?.(message);
const result = await fuzz(format, {
  count: Number(count),
  seed: Number(seed),
  first: Number(first),
  onCase: (index) => index % 20 === 0 && send({ index }),
}).catch((error: unknown) => ({
  error:
    error instanceof Error
      ? `${error.message}\n${String((error.cause as Error)?.stack)}`
      : String(error),
}));
// Kilobytes of the whole process, at their most.
send({ result: { ...result, peakMB: process.resourceUsage().maxRSS / 1000 } });
