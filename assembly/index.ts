export { dispatch } from "./dispatch.gen";
export { run } from "./plan";

/** First address that holds no static data: the host's memory begins here. */
export function heapBase(): usize {
  return __heap_base;
}
