import { didYouMean } from "../../core/closest.ts";
import type { Json } from "../../core/json.ts";
import { compareProblems, type Problem } from "../../core/problem.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import type { YamlPath } from "../../core/yaml-file.ts";
import { checkTemplate } from "../../workflow/check-template.ts";
import { noFacts } from "../../workflow/narrowing.ts";
import { typeOfSchema } from "../../workflow/schema-type.ts";
import { splitTemplate } from "../../workflow/template.ts";
import {
  type Fault,
  listOf,
  type RecordType,
  recordOf,
  stringType,
  type ValueType,
} from "../../workflow/types.ts";
import type { YamlSource } from "../../workflow/yaml-source.ts";
import type { ImportMap } from "./map-file.ts";

/** A CSV file as the check knows it: by its header. */
interface Header {
  /** As people know the file, for messages. */
  name: string;
  columns: readonly string[];
}

/**
 * Checks a map against the columns of its files and the input schema of its tool, so that a misspelt column or a
 * wrong type is found before the first row. Pure.
 */
export function checkMap(options: {
  source: YamlSource;
  map: ImportMap;
  tool: ToolDescription;
  header: Header;
  /** The headers of the joined files, by the names of their variables. */
  joined: ReadonlyMap<string, Header>;
}): Problem[] {
  const { source, map, tool, header, joined } = options;
  const problems: Problem[] = [];
  const lists = [...joined].map(([name, file]): [string, ValueType] => [name, listOf(rowType(file))]);
  const scope = { variables: { row: rowType(header), ...Object.fromEntries(lists) }, facts: noFacts };

  const check = (template: Json, at: YamlPath, expected: ValueType): void => {
    for (const { code, message, hint, path, ...place } of checkTemplate(template, scope, expected).faults) {
      problems.push(source.problemAt([...at, ...path], { code, message, hint }, place));
    }
  };
  check(map.key, ["key"], stringType);
  if (!splitTemplate(map.key).some(({ kind }) => kind !== "text")) {
    const message = "This key is the same for every row.";
    const hint = `Make it from the column that identifies a row: …/\${{ row.${header.columns[0]} }}.`;
    problems.push(source.problemAt(["key"], { code: "constant-key", message, hint }));
  }
  check(map.with, ["with"], typeOfSchema(tool.inputSchema));
  for (const [name, { on }] of Object.entries(map.join)) {
    const file = joined.get(name);
    for (const [left, right] of Object.entries(on)) {
      const path = ["join", name, "on", left];
      const unknown = unknownColumn(left, header);
      if (unknown) problems.push(source.problemAt(path, unknown, { atKey: true }));
      const other = file && unknownColumn(right, file);
      if (other) problems.push(source.problemAt(path, other));
    }
  }
  return problems.sort(compareProblems);
}

/** A row of a file: a text for each of its columns. */
function rowType(file: Header): RecordType {
  const fields = Object.fromEntries(file.columns.map((column) => [column, stringType]));
  return { ...recordOf(fields), explain: (column) => unknownColumn(column, file) };
}

function unknownColumn(column: string, { name, columns }: Header): Fault | undefined {
  if (columns.includes(column)) return undefined;
  const hint = didYouMean(column, columns) ?? `Columns: ${columns.join(", ")}.`;
  return { code: "unknown-column", message: `${name} has no column "${column}".`, hint };
}
