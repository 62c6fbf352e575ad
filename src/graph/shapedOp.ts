import type { Shape } from "../shape.ts";
import type {
  Apply,
  BroadcastAll,
  ShapeFrom,
  ShapeMismatch,
  ShapeRule,
} from "../tensor/shapeTypes.ts";
import type { Attrs, OpDefinition, Operand } from "./defineOp.ts";
import type { SymbolicTensor } from "./symbolic.ts";

/** What an op takes by position. */
export type OpArgument<A> = Operand | null | undefined | Partial<A>;

declare const RULE: unique symbol;

/**
 * An op whose output's shape follows from those of its inputs by a rule that the compiler knows. It stands
 * wherever an Op may.
 */
export interface ShapedOp<Rule extends ShapeRule, A extends Attrs = Attrs> {
  <const Args extends readonly OpArgument<A>[]>(
    ...args: AcceptedArgs<Rule, A, Args>
  ): SymbolicTensor<ResultShape<Rule, Args>>;
  readonly definition: OpDefinition<A>;
  readonly opName: string;
  /** For the compiler alone: there is nothing at run time. */
  readonly [RULE]?: Rule;
}

/** What has no rule that the compiler knows. */
export interface Unruled {
  readonly [RULE]?: undefined;
}

/** What is given to `defineOp` for the result where the op's declared type has a rule for it. */
export type Shaped = never;

/** Two operands under broadcasting. */
export interface BroadcastRule<Name extends string> extends ShapeRule {
  readonly out: BroadcastAll<Name, this["inputs"]>;
}

/** Whether an argument is attributes. */
type IsAttrs<T> = T extends
  | { readonly shape: Shape; readonly dtype: unknown }
  | number
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | ArrayBufferView
  ? false
  : true;

/** A tensor's shape; a number is a scalar. */
type ArgumentShape<T> = T extends { readonly shape: infer S extends Shape; readonly dtype: unknown }
  ? S
  : T extends number
    ? readonly []
    : Shape;

/** Shapes of the tensors among arguments. */
export type ArgumentShapes<Args extends readonly unknown[]> = number extends Args["length"]
  ? readonly Shape[]
  : Args extends readonly [...infer Tensors, infer Last]
    ? IsAttrs<Last> extends true
      ? { readonly [K in keyof Tensors]: ArgumentShape<Tensors[K]> }
      : { readonly [K in keyof Args]: ArgumentShape<Args[K]> }
    : readonly [];

/** The attributes among arguments. */
export type ArgumentAttrs<Args extends readonly unknown[]> = Args extends readonly [
  ...unknown[],
  infer Last,
]
  ? IsAttrs<Last> extends true
    ? Last
    : unknown
  : unknown;

/** What a rule makes of arguments. */
export type ResultShape<Rule extends ShapeRule, Args extends readonly unknown[]> = ShapeFrom<
  Apply<Rule, ArgumentShapes<Args>, ArgumentAttrs<Args>>
>;

/** Attributes among arguments that A does not have. */
export type UnknownAttrs<A, Args extends readonly unknown[]> = Exclude<
  keyof ArgumentAttrs<Args>,
  keyof A
>;

/** The arguments, or where their shapes do not fit, what no tensor is. */
type AcceptedArgs<Rule extends ShapeRule, A, Args extends readonly OpArgument<A>[]> =
  Apply<Rule, ArgumentShapes<Args>, ArgumentAttrs<Args>> extends ShapeMismatch<infer Message>
    ? readonly [SymbolicTensor & ShapeMismatch<Message>, ...OpArgument<A>[]]
    : [UnknownAttrs<A, Args>] extends [never]
      ? Args
      : readonly (Operand | null | (Partial<A> & { [Name in UnknownAttrs<A, Args>]?: never }))[];
