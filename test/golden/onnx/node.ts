import type { SymbolicTensor } from "../../../src/graph/symbolic.ts";

/** What this library has nothing for; the message says what. */
export class Unsupported extends Error {
  override name = "Unsupported";
}

/** One node of an ONNX graph as its operator sees it. */
export interface NodeCall {
  readonly op: string;
  /** Inputs in order; null for one left out. */
  readonly x: readonly (SymbolicTensor | null)[];
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Names of the outputs that are wanted; "" for one that is not. */
  readonly outputs: readonly string[];
  /** Version of the operator set. */
  readonly opset: number;
  /**
   * Elements of an input that decides about shapes, on the host; null where it is left out.
   * @throws Unsupported where another node computes it
   */
  values(index: number): number[] | null;
}

/** An operator: its output, or its outputs in order. */
export type Operator = (node: NodeCall) => SymbolicTensor | readonly (SymbolicTensor | null)[];

/** Operators by ONNX name. */
export type Operators = Readonly<Record<string, Operator>>;

/** A number among the attributes. */
export function numberOf({ attrs }: NodeCall, name: string, otherwise: number): number {
  return (attrs[name] ?? otherwise) as number;
}

/** A list of numbers among the attributes. */
export function listOf({ attrs }: NodeCall, name: string): number[] | null {
  return (attrs[name] ?? null) as number[] | null;
}

/** A list that is an attribute in old operator sets and an input in new ones. */
export function listAt(node: NodeCall, name: string, index: number): number[] | null {
  return listOf(node, name) ?? (index < node.x.length ? node.values(index) : null);
}
