/**
 * The state that each step of a recurrence began with: `out[b,t] = y[b,t-1]`, and h0 in the first step.
 *
 * @grain 1
 * @param y        f32[batch,time,units], the states after each step
 * @param h0       f32[batch,units], the states before the first, or 0 for zeros
 * @param out      f32[batch,time,units]
 * @param time     steps
 * @param units    elements of a state
 * @param reverse  1: the last step in time is the first of the recurrence
 */
export function previousStates(
  y: usize,
  h0: usize,
  out: usize,
  time: i32,
  units: i32,
  reverse: i32,
  begin: i32,
  end: i32,
): void {
  if (time == 0) return;
  const row = (<usize>units) << 2;
  const rest = <usize>(time - 1) * row;
  for (let b = begin; b < end; b++) {
    const from = y + <usize>b * (rest + row);
    const to = out + <usize>b * (rest + row);
    const first = reverse ? to + rest : to;
    memory.copy(reverse ? to : to + row, reverse ? from + row : from, rest);
    if (h0) memory.copy(first, h0 + <usize>b * row, row);
    else memory.fill(first, 0, row);
  }
}
