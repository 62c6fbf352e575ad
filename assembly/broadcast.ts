import { at } from "./lanes";

/**
 * Walks up to three operands under broadcasting, row by row: two of 32-bit words and one of bytes.
 *
 * The host collapses the axes: neighbours along which all operands advance alike become one. What is
 * left is a table of u32:
 *
 *     table: | rank | length, strideA, strideB, strideC | ... outermost axis first
 *
 * Strides are in elements, 0 along an axis that is broadcast; those of the last axis are 0 or 1.
 *
 * `R` is a class without fields whose method `row` computes n neighbours: a class, because a function
 * pointer would be called once a row, and the walk would have to be copied for each family.
 *
 * @param outBits  2 where the result is 32-bit words, 0 where it is bytes
 */
export function walkRows<R>(
  kind: i32,
  a: usize,
  b: usize,
  c: usize,
  out: usize,
  outBits: usize,
  table: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  const rows = changetype<R>(0);
  const rank = word(table);
  const last = table + 4 + 16 * (rank - 1);
  const inner = word(last);
  const stepA = word(last + 4);
  const stepB = word(last + 8);
  const stepC = word(last + 12);
  let i = begin;
  let row = begin / inner;
  let column = begin - row * inner;
  while (i < end) {
    let offsetA = column * stepA;
    let offsetB = column * stepB;
    let offsetC = column * stepC;
    // The axis before the last is walked step by step; the place on all is looked up at its ends.
    let rest = row;
    let left: i32 = 1;
    for (let axis = last - 16; axis > table; axis -= 16) {
      const length = word(axis);
      const index = rest % length;
      rest /= length;
      if (axis == last - 16) left = length - index;
      offsetA += index * word(axis + 4);
      offsetB += index * word(axis + 8);
      offsetC += index * word(axis + 12);
    }
    for (; left > 0 && i < end; left--) {
      const n = min(inner - column, end - i);
      rows.row(
        kind,
        at(a, offsetA),
        stepA,
        at(b, offsetB),
        stepB,
        c + <usize>offsetC,
        stepC,
        out + ((<usize>i) << outBits),
        n,
        scratch,
      );
      if (rank > 1) {
        offsetA += word(last - 12) - column * stepA;
        offsetB += word(last - 8) - column * stepB;
        offsetC += word(last - 4) - column * stepC;
      }
      column = 0;
      row++;
      i += n;
    }
  }
}

function word(p: usize): i32 {
  return i32.load(p);
}
