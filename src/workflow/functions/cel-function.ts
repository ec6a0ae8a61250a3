import type { Fault, ValueType } from "../types.ts";

/**
 * A function of the expression language: what the checker knows of it, and what it does. Functions are pure;
 * the one instant they may know is `now`, the run's recorded start, as an argument.
 */
export interface CelFunction {
  name: string;
  /** For people and models, one sentence. */
  summary: string;
  /** A method's first parameter is what stands before the dot. */
  method?: true;
  parameters: readonly ValueType[];
  /** The result's type, or how it follows from the arguments. */
  result: ValueType | ((call: FunctionCall) => ValueType);
  /**
   * How cel-js registers it, for instance `days(int): Days`. Left out for functions that cel-js brings.
   * Handlers take CEL values: integers are BigInt.
   */
  implementation?: { signature: string; run: (...args: never[]) => unknown };
}

/** One use of a function, as the checker sees it. */
export interface FunctionCall {
  types: readonly ValueType[];
  /** Reports a fault of the argument at an index, and goes on with `any`. */
  fault(index: number, fault: Fault): ValueType;
}

/** The text of an argument that is written out, if it is. */
export function literalText(call: FunctionCall, index: number): string | undefined {
  const type = call.types[index];
  return type?.kind === "string" && type.values?.length === 1 ? type.values[0] : undefined;
}
