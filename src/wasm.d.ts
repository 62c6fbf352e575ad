/** What bundlers for Cloudflare Workers make of a static import of wasm. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
