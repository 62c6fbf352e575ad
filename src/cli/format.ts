/** A whole number with its thousands apart: 4,810. */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** A number of things: `1 row`, `2 rows`. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Seconds for people: 45 ms, 1.2 s, 3 min 05 s, 2 h 10 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Bytes for people, in powers of 1024: 18.8 KiB. */
export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let [value, unit] = [bytes / 1024, 0];
  while (value >= 1023.95 && unit < 2) [value, unit] = [value / 1024, unit + 1];
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** A measured number with four digits that count: 0.03214, 12.35, 48,120. */
export function figure(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size >= 1000) return count(x);
  if (size !== 0 && size < 1e-3) return x.toExponential(2);
  return size === 0 ? "0" : x.toPrecision(4);
}

/** A share of 1 with three digits, never rounded up to 1: 0.978. */
export function share(x: number): string {
  return x < 1 && x >= 0.9995 ? "0.999" : x.toFixed(3);
}
