import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { RingmainError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import { checkMap } from "./check-map.ts";
import { type CsvTable, openTable, readRecords, rowOf } from "./csv-table.ts";
import { type JoinedRows, readJoinedRows } from "./joined-rows.ts";
import { type ImportMap, parseMap } from "./map-file.ts";

/** An import whose files are all readable and whose map fits the tool. */
export interface PreparedImport {
  map: ImportMap;
  table: CsvTable;
  joins: ReadonlyMap<string, JoinedRows>;
  /** How many rows the table has, ragged ones included. */
  rows: number;
}

/**
 * Reads the map, checks it, and reads all files once to their end, so that nothing is imported from a file that
 * breaks off in the middle. Returns the faults of the map instead when it has any. Throws NOT_FOUND and
 * INPUT_INVALID for a file that cannot be read.
 */
export async function prepareImport(options: {
  /** Paths as the person wrote them, relative to the working directory. */
  file: string;
  mapFile: string;
  tool: ToolDescription;
}): Promise<{ prepared?: PreparedImport; problems: Problem[] }> {
  const { file, mapFile, tool } = options;
  const { source, map, problems } = parseMap(mapFile, readMap(mapFile));
  if (map === undefined) return { problems };
  const { delimiter } = map;

  const table = await openTable({ path: resolve(file), name: basename(file), delimiter });
  const folder = dirname(resolve(file));
  const joined = new Map<string, CsvTable>();
  for (const [name, join] of Object.entries(map.join)) {
    joined.set(name, await openTable({ path: resolve(folder, join.file), name: join.file, delimiter }));
  }
  const faults = checkMap({ source, map, tool, header: table, joined });
  if (faults.length > 0) return { problems: faults };

  const joins = new Map<string, JoinedRows>();
  for (const [name, other] of joined) {
    joins.set(name, await readJoinedRows(other, map.join[name]?.on ?? {}));
  }
  return { prepared: { map, table, joins, rows: await countRows(table, joins) }, problems: [] };
}

function readMap(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RingmainError("NOT_FOUND", `The map ${file} cannot be read.`, {
      hint: "`ringmain import --help` shows what a map is.",
      cause,
    });
  }
}

/** Counts the rows, and asks for what is joined to each, so that the rest is known to belong to none. */
async function countRows(table: CsvTable, joins: ReadonlyMap<string, JoinedRows>): Promise<number> {
  let rows = 0;
  for await (const record of readRecords(table)) {
    rows += 1;
    if (record.fields.length !== table.columns.length) continue;
    const row = rowOf(table, record);
    for (const joined of joins.values()) joined.of(row);
  }
  return rows;
}
