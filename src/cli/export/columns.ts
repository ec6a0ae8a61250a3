import { decimalAmount } from "../../core/decimal-amount.ts";
import { isRecord } from "../../core/json.ts";
import { spreadsheetText } from "./spreadsheet-text.ts";

/** A column of an export: its name in the header, and what stands in it for an item. */
export interface Column {
  name: string;
  cell(item: unknown): string;
}

/**
 * The columns for items of a JSON Schema, in the order of its fields. A nested object becomes a column for each of its
 * fields, `customer.name`; money becomes `total` in decimals and `total.currency`; a list is one column of JSON.
 * Of items that may have several shapes, the columns are those of all. Items without known fields are one column.
 */
export function columnsOf(itemSchema: unknown): Column[] {
  return columnsAt([], [itemSchema]);
}

type Schema = Readonly<Record<string, unknown>>;

/** The columns of the value at a path, which has one of some schemas. */
function columnsAt(path: readonly string[], schemas: readonly unknown[]): Column[] {
  const shapes = schemas.flatMap(alternativesOf);
  if (shapes.length > 0 && shapes.every(isMoney)) return moneyColumns(path);
  const fields = new Map<string, unknown[]>();
  for (const shape of shapes) {
    for (const [field, schema] of Object.entries(propertiesOf(shape))) {
      fields.set(field, [...(fields.get(field) ?? []), schema]);
    }
  }
  if (shapes.some((shape) => Object.keys(propertiesOf(shape)).length === 0)) fields.clear();
  if (fields.size === 0) return [{ name: nameOf(path), cell: (item) => textOf(valueAt(item, path)) }];
  return [...fields].flatMap(([field, found]) => columnsAt([...path, field], found));
}

/** What a value may be, one schema each; that it may be null makes no column. */
function alternativesOf(schema: unknown): Schema[] {
  if (!isRecord(schema)) return [{}];
  const { oneOf, anyOf, type } = schema;
  const alternatives = Array.isArray(oneOf) ? oneOf : anyOf;
  if (Array.isArray(alternatives)) return alternatives.flatMap(alternativesOf);
  return type === "null" ? [] : [schema];
}

function propertiesOf({ properties }: Schema): Schema {
  return isRecord(properties) ? properties : {};
}

function isMoney(schema: Schema): boolean {
  const { minor, currency, ...others } = propertiesOf(schema);
  return (
    isRecord(minor) && isRecord(currency) && minor.type === "integer" && Object.keys(others).length === 0
  );
}

function moneyColumns(path: readonly string[]): Column[] {
  const amount = (value: unknown) => {
    if (!isRecord(value)) return textOf(value);
    const { minor, currency } = value;
    return typeof minor === "number" && typeof currency === "string" ? decimalAmount(minor, currency) : "";
  };
  return [
    { name: nameOf(path.length === 0 ? ["amount"] : path), cell: (item) => amount(valueAt(item, path)) },
    { name: nameOf([...path, "currency"]), cell: (item) => textOf(valueAt(item, [...path, "currency"])) },
  ];
}

function nameOf(path: readonly string[]): string {
  return spreadsheetText(path.length === 0 ? "item" : path.join("."));
}

function valueAt(item: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, field) => (isRecord(value) ? value[field] : undefined), item);
}

/** A value as a cell; what is absent is empty. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return spreadsheetText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
