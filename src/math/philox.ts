export class Random {
  private s: number;
  constructor(seed: number, stream: number = 0) { this.s = (seed * 2654435761 + stream * 40503 + 12345) >>> 0; }
  uniform(): number { this.s = (Math.imul(this.s, 1664525) + 1013904223) >>> 0; return this.s / 2 ** 32; }
  integer(n: number): number { return Math.floor(this.uniform() * n); }
  shuffle(a: Int32Array): void { for (let i = a.length - 1; i > 0; i--) { const j = this.integer(i + 1); const t = a[i]!; a[i] = a[j]!; a[j] = t; } }
}
