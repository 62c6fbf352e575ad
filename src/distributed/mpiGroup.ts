import { DataError, OptionError, withDefaults } from "../errors.ts";
import { openLibrary } from "../runtime/foreignLibrary.ts";
import { atExit, presetEnvironment } from "../runtime/process.ts";
import type { Group } from "../train/group.ts";

/** Options of {@link mpiGroup}. */
export interface MpiGroupOptions {
  /** File of MPICH's library; null looks for it under its usual names. Default null. */
  readonly library: string | null;
}

/** The processes that mpiexec started. */
export interface MpiGroup extends Group {
  /** Waits until all have come here. */
  barrier(): void;
  /**
   * Ends this process's part, and waits until all have come here; nothing may be shared after that. A process that ends
   * without it, by an error, ends the others: they would wait for it.
   */
  close(): void;
}

/** Handles of MPICH's ABI, which are plain numbers. */
const WORLD = 0x4400_0000;
const SUM = 0x5800_0003;
const BYTE = 0x4c00_010d;
const FLOAT = 0x4c00_040a;
const DOUBLE = 0x4c00_080b;
/** MPI_IN_PLACE: the block that comes in is the one that goes out. */
const IN_PLACE = -1n;

const SIGNATURES = {
  MPI_Init: ["word", "word"],
  MPI_Get_library_version: ["memory", "memory"],
  MPI_Comm_rank: ["int", "memory"],
  MPI_Comm_size: ["int", "memory"],
  MPI_Allreduce: ["word", "memory", "int", "int", "int", "int"],
  MPI_Bcast: ["memory", "int", "int", "int", "int"],
  MPI_Barrier: ["int"],
  MPI_Finalize: [],
  MPI_Abort: ["int", "int"],
} as const;

/** Names of the library on Linux, macOS and where neither has them. */
const NAMES = ["libmpich.so.12", "libmpi.so.12", "libmpich.so", "libmpi.12.dylib", "libmpi.dylib"];

const VERSION_BYTES = 8192;

/**
 * UCX, MPICH's transport, rewrites the process's calls for memory while it runs. With that 4 of some 300 processes crashed,
 * in V8's compiler, on heap memory that was gone; without it none of 200. So few do not prove the cause: it is a guess from
 * the backtrace.
 */
const MEMORY_HOOKS = "UCX_MEM_EVENTS";

/**
 * The processes that `mpiexec -n 2 node train.mjs` started, over MPICH's library or another of its ABI (Intel MPI, MVAPICH).
 * A single process that mpiexec has not started is a group of one. Deno needs `--allow-ffi`; Node the package koffi.
 * Node, Deno and Bun may be mixed. Where a process is killed, mpiexec ends the others.
 *
 * @throws DataError where the library is not found, or has another ABI (Open MPI)
 *
 * @example
 *     import { mpiGroup } from "thalweg/distributed";
 *     const group = await mpiGroup();
 *     await model.fit(x, y, { epochs: 10, batchSize: 128, seed: 1, group });
 *     group.close();
 */
export async function mpiGroup(given: Partial<MpiGroupOptions> = {}): Promise<MpiGroup> {
  const { library } = withDefaults<MpiGroupOptions>("mpiGroup", { library: null }, given);
  presetEnvironment(MEMORY_HOOKS, "no");
  const mpi = await openLibrary("mpiGroup", library === null ? NAMES : [library], SIGNATURES);
  const checked = (what: string, code: number): void => {
    if (code !== 0) throw new DataError(`mpiGroup: MPI_${what} failed with code ${code}`);
  };

  const version = new Uint8Array(VERSION_BYTES);
  const length = new Int32Array(1);
  checked("Get_library_version", mpi.MPI_Get_library_version(version, length));
  const name = new TextDecoder().decode(version.subarray(0, length[0]!)).split("\n")[0]!;
  if (!/MPICH|Intel|MVAPICH/.test(name)) {
    throw new DataError(
      `mpiGroup: the library must have MPICH's ABI, got "${name}"; install MPICH`,
    );
  }
  checked("Init", mpi.MPI_Init(0n, 0n));
  const number = (what: "MPI_Comm_rank" | "MPI_Comm_size"): number => {
    const out = new Int32Array(1);
    checked(what, mpi[what](WORLD, out));
    return out[0]!;
  };
  const [rank, size] = [number("MPI_Comm_rank"), number("MPI_Comm_size")];
  let closed = false;
  atExit((error) => {
    if (closed) return;
    // oxlint-disable-next-line no-console -- the process is no more when Node would tell it
    if (error !== null) console.error(error);
    mpi.MPI_Abort(WORLD, 1);
  });
  const open = (): void => {
    if (closed) throw new OptionError("mpiGroup: was closed; make it anew in a new process");
  };
  const close = (): void => {
    if (closed) return;
    closed = true;
    checked("Finalize", mpi.MPI_Finalize());
  };
  return {
    rank,
    size,
    allReduce: (block) => {
      open();
      const type = block instanceof Float32Array ? FLOAT : DOUBLE;
      checked("Allreduce", mpi.MPI_Allreduce(IN_PLACE, block, block.length, type, SUM, WORLD));
    },
    broadcast: (block) => {
      open();
      checked("Bcast", mpi.MPI_Bcast(block, block.length, BYTE, 0, WORLD));
    },
    barrier: () => {
      open();
      checked("Barrier", mpi.MPI_Barrier(WORLD));
    },
    close,
  };
}
