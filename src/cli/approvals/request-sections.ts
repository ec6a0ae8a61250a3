import { moneyWords } from "../../core/call-words.ts";
import { isRecord } from "../../core/json.ts";
import { instantText } from "../clients/standing.ts";
import { printable } from "../printable.ts";
import type { DetailDocument, RequestDocument } from "./request-document.ts";

/** A name and what stands beside it, one line or several. Whatever it shows cannot move a cursor. */
export interface RequestRow {
  name: string;
  text: string[];
}

interface ChangedRecord {
  table: string;
  id: string;
  version: number;
  stale?: boolean;
}

export interface RequestSection {
  heading: string;
  rows: RequestRow[];
}

/** Who asks for what since when, which policies ask whom, and what was decided. */
export function standingRows(request: RequestDocument): RequestRow[] {
  const rows: [string, string | undefined][] = [
    ["call", request.tool],
    ["asked by", request.principal],
    ["client", request.client],
    ["run", request.run],
    ["started by", request.started_by],
    ["workflow", request.workflow],
    ["step", request.step],
    ["asked at", instantText(request.created_at)],
    ["expires", instantText(request.expires_at)],
  ];
  const used = request.used_entry === undefined ? [] : [row("used", `entry #${request.used_entry}`)];
  return [
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [row(name, printable(value))])),
    ...request.policies.map(({ id, place, role }) =>
      row("policy", `${printable(id)} (${printable(place)}) asks ${role}`),
    ),
    ...(request.deciders ?? []).map(decidersRow),
    ...request.decisions.map((decision) => row(decision.decision, decisionText(decision))),
    ...used,
  ];
}

/** What a person decides about. Undefined when it was erased. */
export function detailSections(detail: DetailDocument): RequestSection[] | undefined {
  if ("erased" in detail) return undefined;
  const { facts, preview } = detail;
  return [
    { heading: "Facts, before the call", rows: [...valueRows(facts)] },
    { heading: "Arguments", rows: [...valueRows(detail.arguments)] },
    {
      heading: "What would come of it (tried and undone; new ids will differ)",
      rows: [...valueRows(preview.result)],
    },
    { heading: "Records it would change", rows: preview.changed.map(changedRow) },
  ];
}

export const erasedText = "Its arguments, facts and preview were erased.";

function row(name: string, text: string): RequestRow {
  return { name, text: [text] };
}

function decidersRow({ role, people }: NonNullable<RequestDocument["deciders"]>[number]): RequestRow {
  const named = people.map((person) => (person === "*" ? "anybody else here" : printable(person)));
  return row("can decide", `${named.join(", ") || "nobody"} (${role})`);
}

function decisionText({ by, at, reason }: RequestDocument["decisions"][number]): string {
  return `by ${printable(by)}, ${instantText(at)}${reason === undefined ? "" : `: ${printable(reason)}`}`;
}

/** The members of a value by their paths. */
function* valueRows(value: unknown, name = ""): Generator<RequestRow> {
  const money = moneyWords(value);
  if (money !== undefined) yield row(name, money);
  else if (Array.isArray(value)) {
    if (value.length === 0) yield row(name, "none");
    for (const [index, item] of value.entries()) yield* valueRows(item, `${name}[${index + 1}]`);
  } else if (isRecord(value)) {
    for (const [member, inner] of Object.entries(value))
      yield* valueRows(inner, name === "" ? printable(member) : `${name}.${printable(member)}`);
  } else if (typeof value === "string") yield { name, text: value.split(/\r?\n/).map(printable) };
  else yield row(name, JSON.stringify(value));
}

function changedRow({ table, id, version, stale }: ChangedRecord): RequestRow {
  const step = version === 1 ? "new" : `version ${version - 1} → ${version}`;
  const since = stale === true ? ", but changed since this was asked: the call will ask anew" : "";
  return row(table, `${printable(id)}  ${step}${since}`);
}
