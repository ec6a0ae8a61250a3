import { Optional } from "@marcbachmann/cel-js";
import {
  anyType,
  booleanType,
  doubleType,
  integerType,
  listOf,
  numberType,
  recordOf,
  stringType,
  unionOf,
  type ValueType,
} from "../types.ts";
import type { CelFunction } from "./cel-function.ts";

const scalar = unionOf([stringType, integerType, numberType, doubleType, booleanType]);
const numeric = unionOf([stringType, integerType, numberType, doubleType]);
const sized = unionOf([stringType, listOf(anyType), { ...recordOf({}), closed: false, rest: anyType }]);

/** Functions that cel-js brings. What is not in this table cannot be used: `matches`, for one, can hang a run. */
function native(
  name: string,
  summary: string,
  parameters: readonly ValueType[],
  result: ValueType,
): CelFunction {
  return { name, summary, parameters, result };
}

function method(
  name: string,
  summary: string,
  parameters: readonly ValueType[],
  result: ValueType,
): CelFunction {
  return { ...native(name, summary, parameters, result), method: true };
}

const text = stringType;

export const textFunctions: readonly CelFunction[] = [
  native(
    "size",
    "How many items of a list, fields of an object or characters of a text.",
    [sized],
    integerType,
  ),
  method("size", "The same as size(x).", [sized], integerType),
  native("string", "A number or boolean as text.", [scalar], text),
  native("int", "A text as an integer, or a number without its fraction.", [numeric], integerType),
  native("double", "A text or an integer as a floating-point number.", [numeric], doubleType),
  method("contains", "Whether a text contains another.", [text, text], booleanType),
  method("startsWith", "Whether a text starts with another.", [text, text], booleanType),
  method("endsWith", "Whether a text ends with another.", [text, text], booleanType),
  method("trim", "Without white space at both ends.", [text], text),
  method("split", "The parts between separators.", [text, text], listOf(text)),
  method("join", "One text of several.", [listOf(text)], text),
  method("join", "One text of several, with a separator.", [listOf(text), text], text),
  method("indexOf", "Where another text starts, or -1.", [text, text], integerType),
  method("substring", "The text from a position on.", [text, integerType], text),
  method("substring", "The text between two positions.", [text, integerType, integerType], text),
  {
    ...method("lower", "In lower case.", [text], text),
    implementation: { signature: "string.lower(): string", run: (value: string) => value.toLowerCase() },
  },
  {
    ...method("upper", "In upper case.", [text], text),
    implementation: { signature: "string.upper(): string", run: (value: string) => value.toUpperCase() },
  },
  {
    ...method("replace", "With every occurrence of a text replaced by another.", [text, text, text], text),
    implementation: {
      signature: "string.replace(string, string): string",
      run: (value: string, from: string, to: string) => value.replaceAll(from, () => to),
    },
  },
  {
    name: "non_empty",
    summary:
      "The text without white space at its ends, or none when nothing is left: leaves an argument out.",
    parameters: [text],
    result: { kind: "optional", value: text },
    implementation: {
      signature: "non_empty(string): optional<string>",
      run: (value: string) => (value.trim() === "" ? Optional.none() : Optional.of(value.trim())),
    },
  },
];
