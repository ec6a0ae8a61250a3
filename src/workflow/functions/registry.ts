import type { CelFunction } from "./cel-function.ts";
import { dateFunctions } from "./dates.ts";
import { decimalFunctions } from "./decimals.ts";
import { listFunctions } from "./lists.ts";
import { moneyFunctions } from "./money.ts";
import { textFunctions } from "./text.ts";

/** Every function that an expression may use, beside the macros of CEL (has, map, filter, all, exists, exists_one). */
export const celFunctions: readonly CelFunction[] = [
  ...textFunctions,
  ...listFunctions,
  ...dateFunctions,
  ...moneyFunctions,
  ...decimalFunctions,
];
