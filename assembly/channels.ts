// Rows over the columns of a sample, in which few channels stand several times side by side: see ./moments.
import { at } from "./lanes";

/** Bytes from one row to the next. */
export function pitchOf(width: i32): usize {
  return at(0, (width + 15) & ~15);
}

/** Spreads a factor of each group (or 1), times one of each channel (or 1), over the columns. */
export function coefficients(
  group: usize,
  channel: usize,
  otherwise: f32,
  out: usize,
  width: i32,
  channels: i32,
  perGroup: i32,
): void {
  for (let i: i32 = 0; i < width;) {
    // channels channels, then their copies.
    for (let k: i32 = 0; k < channels; k++) {
      let v = otherwise;
      if (group) v = f32.load(at(group, k / perGroup));
      if (channel) v *= f32.load(at(channel, k));
      f32.store(at(out, i), v);
      i++;
    }
  }
}
