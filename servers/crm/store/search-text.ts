import { type RawBuilder, type SqlBool, sql } from "kysely";

/** A text without case, accents and repeated spaces, so that "pecheurs sete" finds "Pêcheurs de Sète". */
export function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ø", "o")
    .replaceAll("æ", "ae")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** The columns `name_key` and `search_text` of a record with a name and other texts to find it by. */
export function searchColumns(name: string, ...others: (string | null | undefined)[]) {
  const texts = [name, ...others.filter((text) => text !== null && text !== undefined)];
  return { name_key: foldText(name), search_text: texts.map(foldText).join(" ") };
}

/** True for rows in which each word of the query stands in at least one of the columns. */
export function containsWords(query: string, columns: readonly string[]): RawBuilder<SqlBool> {
  const searched = sql.join(
    columns.map((column) => sql`coalesce(${sql.ref(column)}, '')`),
    sql` || ' ' || `,
  );
  const words = foldText(query).split(" ");
  return sql<SqlBool>`(${sql.join(
    words.map((word) => sql`instr(${searched}, ${word}) > 0`),
    sql` and `,
  )})`;
}
