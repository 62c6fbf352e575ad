/**
 * Two-sided p of Wilcoxon's signed-rank test of paired samples, by the normal approximation with ties, for 10 pairs or more;
 * and whether `a` is the larger one. Source: Wilcoxon 1945.
 */
export function wilcoxon(a, b) {
  const differences = a.map((x, i) => x - b[i]).filter((d) => d !== 0);
  const n = differences.length;
  if (n === 0) return { p: 1, larger: false };
  const order = differences.map((d) => Math.abs(d)).sort((x, y) => x - y);
  const rankOf = (d) => (order.indexOf(Math.abs(d)) + 1 + order.lastIndexOf(Math.abs(d)) + 1) / 2;
  let [positive, squares] = [0, 0];
  for (const d of differences) {
    const rank = rankOf(d);
    squares += rank * rank;
    if (d > 0) positive += rank;
  }
  const mean = (n * (n + 1)) / 4;
  const z = (positive - mean) / Math.sqrt(squares / 4);
  return { p: Math.min(1, 2 * upperTail(Math.abs(z))), larger: z > 0 };
}

/** P(Z > z) for z >= 0. Source: Abramowitz & Stegun 26.2.17, to 7.5e-8. */
function upperTail(z) {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
