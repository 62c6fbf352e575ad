/**
 * `x ** y` for x >= 0 from products and square roots alone, so that every engine gives the same bits.
 * Infinite y gives the limit; y < 0 the reciprocal. Within about 1e-14 relative.
 */
export function pow(x: number, y: number): number {
  if (y < 0) return 1 / pow(x, -y);
  if (y === Infinity) return x < 1 ? 0 : x === 1 ? 1 : Infinity;
  let whole = Math.floor(y);
  let fraction = y - whole;
  let result = 1;
  for (let base = x; whole > 0; base *= base) {
    const half = Math.floor(whole / 2);
    if (whole - 2 * half === 1) result *= base;
    whole = half;
  }
  for (let root = Math.sqrt(x); fraction > 0; root = Math.sqrt(root)) {
    fraction *= 2;
    if (fraction >= 1) {
      result *= root;
      fraction -= 1;
    }
  }
  return result;
}
