import { Tensor } from "../tensor/tensor.ts";

/** For each place of a new axis, the two old ones around it, and the share of the second in 1/2048. */
function taps(from: number, to: number): { low: Int32Array; high: Int32Array; share: Int32Array } {
  const [low, high, share] = [new Int32Array(to), new Int32Array(to), new Int32Array(to)];
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    low[i] = Math.floor(at);
    high[i] = Math.min(low[i]! + 1, from - 1);
    share[i] = Math.round((at - low[i]!) * 2048);
  }
  return { low, high, share };
}

/**
 * An image in another size, uint8[height, width, channels], bilinear with pixel centres at halves: what
 * `tf.image.resize` gives, rounded to bytes. Shrinking does not average: details between the samples are lost.
 * In integers, so the same in every engine.
 */
export function resizeImage(image: Tensor, height: number, width: number): Tensor {
  const [rows, columns, channels] = image.shape as [number, number, number];
  if (rows === height && columns === width) return image;
  const { data } = image;
  const [v, h] = [taps(rows, height), taps(columns, width)];
  const out = new Uint8Array(height * width * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [v.low[y]! * columns, v.high[y]! * columns];
    const down = v.share[y]!;
    for (let x = 0; x < width; x++) {
      const [left, right] = [h.low[x]!, h.high[x]!];
      const across = h.share[x]!;
      for (let c = 0; c < channels; c++) {
        const pixel = (row: number, column: number): number => data[(row + column) * channels + c]!;
        const above = pixel(top, left) * (2048 - across) + pixel(top, right) * across;
        const below = pixel(bottom, left) * (2048 - across) + pixel(bottom, right) * across;
        out[to++] = Math.floor((above * (2048 - down) + below * down + 2 ** 21) / 2 ** 22);
      }
    }
  }
  return new Tensor(out, [height, width, channels], "uint8");
}
