import { moneyWords } from "../../core/call-words.ts";
import { isRecord } from "../../core/json.ts";
import { instantText } from "../clients/standing.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";
import type { DetailDocument, RequestDocument } from "./request-document.ts";

type Colour = Terminal["colour"];

/** A request with all that a person needs to decide about it, for a terminal. */
export function* requestLines(
  request: RequestDocument,
  detail: DetailDocument,
  colour: Colour,
): Generator<string> {
  yield `${colour.bold(request.id)}  ${statusText(request.status, colour)}`;
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
  for (const [name, value] of rows) if (value !== undefined) yield row(name, printable(value), colour);
  for (const { id, place, role } of request.policies)
    yield row("policy", `${printable(id)} (${printable(place)}) asks ${role}`, colour);
  for (const decision of request.decisions) yield row(decision.decision, decisionText(decision), colour);
  if (request.used_entry !== undefined) yield row("used", `entry #${request.used_entry}`, colour);

  yield "";
  if ("erased" in detail) {
    yield "Its arguments, facts and preview were erased.";
    return;
  }
  yield* section("Facts, before the call", valueLines(detail.facts), colour);
  yield* section("Arguments", valueLines(detail.arguments), colour);
  yield* section("What would come of it (tried and undone)", valueLines(detail.preview.result), colour);
  yield* section("Records it would change", changedLines(detail.preview.changed), colour);
}

export function statusText(status: RequestDocument["status"], colour: Colour): string {
  const paint = {
    pending: colour.yellow,
    approved: colour.green,
    rejected: colour.red,
    used: colour.dim,
    expired: colour.dim,
    superseded: colour.dim,
  }[status];
  return paint(status);
}

export function decisionText({ by, at, reason }: RequestDocument["decisions"][number]): string {
  return `by ${printable(by)}, ${instantText(at)}${reason === undefined ? "" : `: ${printable(reason)}`}`;
}

function row(name: string, text: string, colour: Colour): string {
  return `  ${colour.dim(name.padEnd(10))}  ${text}`;
}

function* section(heading: string, lines: Iterable<string>, colour: Colour): Generator<string> {
  yield colour.bold(heading);
  let any = false;
  for (const line of lines) {
    any = true;
    yield `  ${line}`;
  }
  if (!any) yield colour.dim("  nothing");
  yield "";
}

/** The members of a value by their paths. A text of several lines keeps to a margin, so that it cannot pose as ours. */
function* valueLines(value: unknown, path = ""): Generator<string> {
  const money = moneyWords(value);
  if (money !== undefined) yield `${path}  ${money}`;
  else if (Array.isArray(value)) {
    if (value.length === 0) yield `${path}  none`;
    for (const [index, item] of value.entries()) yield* valueLines(item, `${path}[${index + 1}]`);
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value))
      yield* valueLines(member, path === "" ? printable(name) : `${path}.${printable(name)}`);
  } else if (typeof value === "string" && value.includes("\n")) {
    yield path;
    for (const line of value.split(/\r?\n/)) yield `  │ ${printable(line)}`;
  } else yield `${path}  ${typeof value === "string" ? printable(value) : JSON.stringify(value)}`;
}

function* changedLines(
  changed: readonly { table: string; id: string; version: number }[],
): Generator<string> {
  for (const { table, id, version } of changed) {
    const step = version === 1 ? "new" : `version ${version - 1} → ${version}`;
    yield `${table}  ${printable(id)}  ${step}`;
  }
}
