import { dispatch } from "./dispatch.gen";
import { GUARD, OPCODE, SPLIT, isStopped, run } from "./plan";

/**
 * The control block, one cache line a word, in memory that the host gives (zeros at first):
 *
 *     | arrived | generation | sleepers | lost | stop | range |
 */
/** Threads that stand at the barrier. */
const ARRIVED: usize = 0;
/** How many times the barrier has opened. */
const GENERATION: usize = 64;
/** Threads that sleep until it opens: where there are none, nobody needs to be woken. */
const SLEEPERS: usize = 128;
/** Not 0: a worker has failed and will not come. Written by the worker's host. */
const LOST: usize = 192;
/** Address of the guard that stopped this run, or 0. */
const STOP: usize = 256;
/** What is to be run: | first | last | scratch | bytes of scratch a thread |; first = 0: end. */
const RANGE: usize = 320;
/** Written once by the host: | threads | whether thread 0 may sleep | rounds that it waits for the others |. */
const TEAM: usize = 384;

/** Looks at the barrier before a thread goes to sleep: 10 to 20 µs. More costs when cores are short. */
const SPINS: i32 = 20000;
const SECOND: i64 = 1000000000;

/** What `walk` may know of the time since the last barrier. */
const NOTHING: i32 = 0;
const ALONE: i32 = 1;
const SHARED: i32 = 2;

/**
 * `run` on all threads of a pool. Thread 0 runs what comes before the first shared command and behind
 * the last one by itself, so that a range without any does not wake the pool.
 *
 * @param control       address of the control block
 * @param first         address of the first command
 * @param last          address behind the last command
 * @param scratch       address of the first thread's scratch area
 * @param scratchBytes  bytes from one thread's area to the next
 * @returns 1; 0 where a guard stopped the run; -1 where a worker is lost, and so is what it had to write
 */
export function runShared(
  control: usize,
  first: usize,
  last: usize,
  scratch: usize,
  scratchBytes: usize,
): i32 {
  let begin = last;
  let end = last;
  for (let pc = first; pc < last;) {
    const head = load<u32>(pc);
    const next = pc + (head >> 16);
    if (head & SPLIT) {
      if (begin == last) begin = pc;
      end = next;
    }
    pc = next;
  }
  if (!run(first, begin, scratch)) return 0;
  if (begin == last) return 1;
  store<usize>(control, 0, STOP);
  store<usize>(control, begin, RANGE);
  store<usize>(control, end, RANGE + 4);
  store<usize>(control, scratch, RANGE + 8);
  store<usize>(control, scratchBytes, RANGE + 12);
  const threads = load<i32>(control, TEAM);
  if (!meet(control, 0, threads)) return -1;
  const result = walk(control, 0, threads);
  if (result < 0 || !meet(control, 0, threads)) return -1;
  return result ? run(end, last, scratch) : 0;
}

/**
 * The life of a worker: waits at the barrier for a range, runs its parts, waits again, until the host
 * calls `dismiss`.
 *
 * @param control  address of the control block
 * @param thread   number of this thread, from 1
 */
export function work(control: usize, thread: i32): void {
  const threads = load<i32>(control, TEAM);
  // Known, not read: `dismiss` may open the barrier before this thread has come to it.
  let generation = 0;
  for (;;) {
    barrier(control, generation, thread, threads);
    if (load<usize>(control, RANGE) == 0) return;
    walk(control, thread, threads);
    generation = atomic.load<i32>(control, GENERATION);
    barrier(control, generation++, thread, threads);
  }
}

/**
 * Lets the workers return. Not during a run.
 *
 * @param control  address of the control block
 */
export function dismiss(control: usize): void {
  store<usize>(control, 0, RANGE);
  atomic.add<i32>(control, 1, GENERATION);
  atomic.notify(control + GENERATION, -1);
}

/**
 * One thread's way through the range: its part of every shared command, and on thread 0 the others.
 * What one thread wrote alone, and what all wrote, is read only behind a barrier; commands that thread
 * 0 runs one after the other need none between them.
 *
 * @returns 1 at the end, 0 at a guard, -1 where a thread is lost
 */
function walk(control: usize, thread: i32, threads: i32): i32 {
  let pc = load<usize>(control, RANGE);
  const last = load<usize>(control, RANGE + 4);
  const scratch =
    load<usize>(control, RANGE + 8) + <usize>thread * load<usize>(control, RANGE + 12);
  let ran = NOTHING;
  while (pc < last) {
    const head = load<u32>(pc);
    const opcode = head & OPCODE;
    if (opcode == GUARD) {
      if (ran == SHARED && !meet(control, thread, threads)) return -1;
      // One decides for all. Its address, not a flag: a slow thread may look when the next has decided.
      if (thread == 0 && isStopped(pc)) atomic.store<usize>(control, pc, STOP);
      if (!meet(control, thread, threads)) return -1;
      if (atomic.load<usize>(control, STOP) == pc) return 0;
      ran = NOTHING;
    } else if (head & SPLIT) {
      if (ran != NOTHING && !meet(control, thread, threads)) return -1;
      dispatch(opcode, pc, scratch, thread, threads);
      ran = SHARED;
    } else {
      if (ran == SHARED && !meet(control, thread, threads)) return -1;
      if (thread == 0) dispatch(opcode, pc, scratch, 0, 1);
      ran = ALONE;
    }
    pc += head >> 16;
  }
  return 1;
}

/** The barrier, for a thread that takes part in a run: it cannot open before this thread has come. */
function meet(control: usize, thread: i32, threads: i32): bool {
  return barrier(control, atomic.load<i32>(control, GENERATION), thread, threads);
}

/**
 * Waits until all threads have come. Everything that any of them wrote before is seen behind it.
 *
 * @returns false, on thread 0 only, where a thread does not come
 */
function barrier(control: usize, generation: i32, thread: i32, threads: i32): bool {
  if (atomic.add<i32>(control, 1, ARRIVED) != threads - 1)
    return opened(control, generation, thread);
  atomic.store<i32>(control, 0, ARRIVED);
  atomic.store<i32>(control, generation + 1, GENERATION);
  // A thread that counts itself later finds the new generation when it goes to sleep.
  if (atomic.load<i32>(control, SLEEPERS) != 0) atomic.notify(control + GENERATION, -1);
  return true;
}

/** Spins for a while, then sleeps, until the barrier has left `generation`; false: see `barrier`. */
function opened(control: usize, generation: i32, thread: i32): bool {
  const sleeps = thread != 0 || load<i32>(control, TEAM + 4) != 0;
  let rounds = load<i32>(control, TEAM + 8);
  do {
    for (let i = 0; i < SPINS; i++) {
      if (atomic.load<i32>(control, GENERATION) != generation) return true;
    }
    if (sleeps) {
      atomic.add<i32>(control, 1, SLEEPERS);
      atomic.wait<i32>(control + GENERATION, generation, thread == 0 ? SECOND : -1);
      atomic.sub<i32>(control, 1, SLEEPERS);
    }
    // A worker waits for as long as it takes: without thread 0 there is nothing to be done.
  } while (thread != 0 || (atomic.load<i32>(control, LOST) == 0 && --rounds > 0));
  return atomic.load<i32>(control, GENERATION) != generation;
}
