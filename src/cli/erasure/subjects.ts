import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { RingmainError } from "../../core/errors.ts";
import { isRecord } from "../../core/json.ts";
import { erasedText } from "./copies.ts";
import type { Term } from "./mentions.ts";

/** Where the servers keep a kind of person or company, and which of its columns identify it. */
interface SubjectKind {
  table: string;
  prefix: string;
  columns: Readonly<Record<string, Term["what"]>>;
  /** What crm_merge calls it, when records of it can be merged. */
  merged?: "company" | "contact";
}

const kinds: Readonly<Record<string, SubjectKind>> = {
  contact: {
    table: "crm_contact",
    prefix: "con_",
    columns: { ref: "reference", email: "email", phone: "phone", name: "name" },
    merged: "contact",
  },
  company: {
    table: "crm_company",
    prefix: "com_",
    columns: { ref: "reference", phone: "phone", name: "name" },
    merged: "company",
  },
  owner: { table: "crm_owner", prefix: "usr_", columns: { email: "email", name: "name" } },
  customer: {
    table: "accounting_customer",
    prefix: "cus_",
    columns: { email: "email", phone: "phone", name: "name", contact_name: "name" },
  },
  supplier: {
    table: "inventory_supplier",
    prefix: "sup_",
    columns: { email: "email", phone: "phone", name: "name" },
  },
};

/** Whose data is erased, and what it is found by. */
export interface Subject {
  /** `contact:con_…`: what the trail will say. */
  name: string;
  terms: Term[];
  /** The table that has its record now. */
  record?: { table: string; id: string };
}

const hint =
  "Write contact:con_… or contact:CONT-0012, company:com_…, customer:cus_…, supplier:sup_…, owner:usr_…; or person:LABEL, with --value, for somebody who has no record.";

/**
 * Finds a subject as the servers' tables have it now, with the records that were merged into it. One that has no record is
 * known by its id alone. Throws INPUT_INVALID for what names none, NOT_FOUND for a reference that nothing has.
 */
export function findSubject(database: DatabaseSync, named: string): Subject {
  const [, kindName = "", key = ""] = /^([a-z]+):([A-Za-z0-9._-]{1,100})$/.exec(named) ?? [];
  if (kindName === "person" && key !== "") return { name: named, terms: [] };
  const kind = Object.hasOwn(kinds, kindName) ? kinds[kindName] : undefined;
  if (kind === undefined) throw new RingmainError("INPUT_INVALID", `"${named}" names no subject.`, { hint });

  const id = followMerges(database, kind, key);
  const row = rowOf(database, kind, id);
  if (row === undefined) {
    if (id.startsWith(kind.prefix)) return { name: `${kindName}:${id}`, terms: [{ what: "id", text: id }] };
    throw new RingmainError("NOT_FOUND", `There is no ${kindName} ${key}.`, {
      hint: `If its record is gone, name it by its id (${kind.prefix}…) and what it is to be found by with --value.`,
    });
  }
  const found = String(row.id);
  const terms = [termOf("id", found), ...termsOf(kind, row), ...formerTerms(database, kind, found)];
  return {
    name: `${kindName}:${found}`,
    terms: distinct(terms.flat()),
    record: { table: kind.table, id: found },
  };
}

/** What a person gave to search for. Throws INPUT_INVALID for a text so short that it would stand everywhere. */
export function givenTerms(values: readonly string[]): Term[] {
  return values.map((value) => {
    const text = value.trim();
    if (text.length >= 3 && text.isWellFormed()) return { what: "value", text };
    throw new RingmainError(
      "INPUT_INVALID",
      `--value "${value}" is too short: it would match what is not meant.`,
      {
        hint: "Give at least three characters. Nothing was changed.",
      },
    );
  });
}

function rowOf(
  database: DatabaseSync,
  { table, columns }: SubjectKind,
  key: string,
): Record<string, SQLOutputValue> | undefined {
  if (!hasTable(database, table)) return undefined;
  const byRef = "ref" in columns ? " OR ref = upper(?1)" : "";
  return database.prepare(`SELECT * FROM ${table} WHERE id = ?1${byRef}`).get(key);
}

/** The record that a record which was merged away became part of. */
function followMerges(database: DatabaseSync, { merged }: SubjectKind, key: string): string {
  if (merged === undefined || !hasTable(database, "crm_merge")) return key;
  const find = database.prepare(
    "SELECT into_id FROM crm_merge WHERE type = ? AND (from_id = ?2 OR from_ref = upper(?2))",
  );
  let at = key;
  for (let row = find.get(merged, at); row !== undefined; row = find.get(merged, at))
    at = String(row.into_id);
  return at;
}

/** What the records that were merged into one identified it by, and its further addresses. */
function formerTerms(database: DatabaseSync, kind: SubjectKind, id: string): Term[][] {
  if (kind.merged === undefined || !hasTable(database, "crm_merge")) return [];
  const merges = database
    .prepare(
      `WITH RECURSIVE former (id, snapshot) AS (
         SELECT from_id, snapshot FROM crm_merge WHERE into_id = ?
         UNION SELECT m.from_id, m.snapshot FROM crm_merge m JOIN former f ON m.into_id = f.id)
       SELECT id, snapshot FROM former`,
    )
    .all(id);
  const aliases = database
    .prepare("SELECT value FROM crm_alias WHERE record_id = ? AND kind = 'email'")
    .all(id);
  return [
    ...merges.flatMap((row) => {
      const snapshot: unknown = JSON.parse(String(row.snapshot));
      return [termOf("id", row.id), isRecord(snapshot) ? termsOf(kind, snapshot) : []];
    }),
    ...aliases.map(({ value }) => termOf("email", value)),
  ];
}

function termsOf({ columns }: SubjectKind, row: Readonly<Record<string, unknown>>): Term[] {
  return Object.entries(columns).flatMap(([column, what]) => termOf(what, row[column]));
}

/** A value as a term, unless it is so short that it identifies nobody. */
function termOf(what: Term["what"], value: unknown): Term[] {
  if (typeof value !== "string") return [];
  const text = value.trim();
  if (text === erasedText) return []; // whoever was erased before is not meant
  const fits = what === "phone" ? text.replace(/\D/g, "").length >= 6 : text.length >= 3;
  return fits ? [{ what, text }] : [];
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [`${term.what} ${term.text}`, term])).values()];
}

function hasTable(database: DatabaseSync, table: string): boolean {
  return (
    database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
  );
}
