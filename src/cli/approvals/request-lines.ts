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
  yield* section("Facts, before the call", valueRows(detail.facts), colour);
  yield* section("Arguments", valueRows(detail.arguments), colour);
  yield* section(
    "What would come of it (tried and undone; new ids will differ)",
    valueRows(detail.preview.result),
    colour,
  );
  yield* section("Records it would change", changedRows(detail.preview.changed), colour);
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

function decisionText({ by, at, reason }: RequestDocument["decisions"][number]): string {
  return `by ${printable(by)}, ${instantText(at)}${reason === undefined ? "" : `: ${printable(reason)}`}`;
}

function row(name: string, text: string, colour: Colour): string {
  return `  ${colour.dim(name.padEnd(10))}  ${text}`;
}

function* section(heading: string, rows: Iterable<Row>, colour: Colour): Generator<string> {
  yield colour.bold(heading);
  const all = [...rows];
  const width = Math.min(32, Math.max(0, ...all.map(({ name }) => name.length)));
  for (const { name, text } of all) {
    // a text of several lines keeps to a margin, so that it cannot pose as ours
    const [first = "", ...more] = text;
    yield more.length === 0 ? `  ${colour.dim(name.padEnd(width))}  ${first}` : `  ${colour.dim(name)}`;
    if (more.length > 0) for (const line of text) yield `    │ ${line}`;
  }
  if (all.length === 0) yield colour.dim("  nothing");
  yield "";
}

/** A name and what stands beside it, one line or several. */
interface Row {
  name: string;
  text: string[];
}

/** The members of a value by their paths. */
function* valueRows(value: unknown, name = ""): Generator<Row> {
  const money = moneyWords(value);
  if (money !== undefined) yield { name, text: [money] };
  else if (Array.isArray(value)) {
    if (value.length === 0) yield { name, text: ["none"] };
    for (const [index, item] of value.entries()) yield* valueRows(item, `${name}[${index + 1}]`);
  } else if (isRecord(value)) {
    for (const [member, inner] of Object.entries(value))
      yield* valueRows(inner, name === "" ? printable(member) : `${name}.${printable(member)}`);
  } else if (typeof value === "string") yield { name, text: value.split(/\r?\n/).map(printable) };
  else yield { name, text: [JSON.stringify(value)] };
}

function* changedRows(changed: readonly { table: string; id: string; version: number }[]): Generator<Row> {
  for (const { table, id, version } of changed) {
    const step = version === 1 ? "new" : `version ${version - 1} → ${version}`;
    yield { name: table, text: [`${printable(id)}  ${step}`] };
  }
}
