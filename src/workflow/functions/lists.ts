import { accessField } from "../field-access.ts";
import {
  anyType,
  integerType,
  isNumeric,
  joinTypes,
  listOf,
  recordOf,
  stringType,
  type ValueType,
  variantsOf,
} from "../types.ts";
import { type CelFunction, type FunctionCall, literalText } from "./cel-function.ts";

const anyList = listOf(anyType);
const scalarKinds = ["string", "integer", "boolean", "number", "double", "any"];

/** The item type of a list argument. */
function itemsOf(call: FunctionCall, index: number): ValueType {
  const type = call.types[index];
  return type?.kind === "list" ? type.items : anyType;
}

/** The type of the field that the second argument names, which every item must have. */
function namedField(call: FunctionCall): ValueType {
  const field = literalText(call, 1);
  if (field === undefined) return anyType;
  const access = accessField(itemsOf(call, 0), field);
  if (access.fault) return call.fault(1, access.fault);
  if (!access.required) {
    const hint = "Filter them out first: items.filter(i, has(i.field)).";
    return call.fault(1, {
      code: "may-be-missing",
      message: `"${field}" may be missing in some items.`,
      hint,
    });
  }
  if (variantsOf(access.type).some(({ kind }) => !scalarKinds.includes(kind))) {
    return call.fault(1, { code: "wrong-type", message: `"${field}" is not a text, number or boolean.` });
  }
  return access.type;
}

type Scalar = string | bigint | number | boolean;

function fieldOf(item: unknown, field: string): Scalar {
  const value: unknown =
    item instanceof Map
      ? item.get(field)
      : typeof item === "object" && item !== null && Object.hasOwn(item, field)
        ? Reflect.get(item, field)
        : undefined;
  if (
    typeof value === "string" ||
    typeof value === "bigint" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return value;
  }
  throw new RangeError(`an item has no text, number or boolean "${field}"`);
}

/** Groups in the order in which their keys first appear, items in theirs. */
function groupBy(items: readonly unknown[], field: string) {
  const groups = new Map<Scalar, unknown[]>();
  for (const item of items) {
    const key = fieldOf(item, field);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].map(([key, members]) => ({ key, items: members }));
}

/** Sorts by code units, not by a locale: the same on every machine. Equal items keep their order. */
function sortBy(items: readonly unknown[], field: string): unknown[] {
  const keyed = items.map((item) => ({ item, key: fieldOf(item, field) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ item }) => item);
}

function sum(items: readonly unknown[]): bigint | number {
  let integers = 0n;
  let fractions = 0;
  let exact = true;
  for (const item of items) {
    if (typeof item === "bigint") integers += item;
    else if (typeof item === "number") {
      fractions += item;
      exact = false;
    } else throw new RangeError("sum adds numbers only");
  }
  return exact ? integers : Number(integers) + fractions;
}

export const listFunctions: readonly CelFunction[] = [
  {
    name: "group_by",
    summary: 'One { key, items } for each value of a field: group_by(items, "supplier_id").',
    parameters: [anyList, stringType],
    result: (call) => listOf(recordOf({ key: namedField(call), items: listOf(itemsOf(call, 0)) })),
    implementation: { signature: "group_by(list, string): list", run: groupBy },
  },
  {
    name: "sort_by",
    summary: 'The items in ascending order of a field: sort_by(items, "due_on").',
    parameters: [anyList, stringType],
    result(call) {
      namedField(call);
      return listOf(itemsOf(call, 0));
    },
    implementation: { signature: "sort_by(list, string): list", run: sortBy },
  },
  {
    name: "sum",
    summary: "The sum of a list of numbers: sum(lines.map(l, l.quantity)).",
    parameters: [anyList],
    result(call) {
      const items = itemsOf(call, 0);
      const numbers = variantsOf(items).every((type) => isNumeric(type) || type.kind === "any");
      if (numbers) return items.kind === "union" ? items : joinTypes(items, items);
      const hint = 'Pick the number first: sum(lines.map(l, l.quantity)). Money: sum_money(amounts, "EUR").';
      return call.fault(0, { code: "wrong-type", message: "sum adds numbers only.", hint });
    },
    implementation: { signature: "sum(list): dyn", run: sum },
  },
  {
    name: "distinct",
    summary: "The different values of a list of texts, numbers or booleans, in order of appearance.",
    parameters: [anyList],
    result(call) {
      const items = itemsOf(call, 0);
      if (variantsOf(items).every(({ kind }) => scalarKinds.includes(kind))) return listOf(items);
      const message = "distinct compares texts, numbers and booleans only.";
      return call.fault(0, { code: "wrong-type", message });
    },
    implementation: {
      signature: "distinct(list): list",
      run: (items: readonly unknown[]) => [...new Set(items)],
    },
  },
  {
    name: "range",
    summary: "The integers from 0 up to, but without, a number of at most 10,000.",
    parameters: [integerType],
    result: listOf(integerType),
    implementation: {
      signature: "range(int): list",
      run(count: bigint) {
        if (count > 10_000n) throw new RangeError("range makes at most 10,000 numbers");
        return Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index));
      },
    },
  },
];
