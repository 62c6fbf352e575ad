/**
 * The library for Cloudflare Workers, the "workerd" entry of the package: there wasm comes in by static imports only.
 * Such a Worker has one thread, so these are the builds without shared memory. The same names as index.ts.
 */
import relaxed from "./kernels/relaxed.wasm";
import simd from "./kernels/simd.wasm";
import { provideModules } from "./kernels/compiled.ts";

provideModules({ relaxed, simd });

export * from "./index.ts";
