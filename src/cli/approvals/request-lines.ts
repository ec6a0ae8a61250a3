import type { Terminal } from "../terminal.ts";
import type { DetailDocument, RequestDocument } from "./request-document.ts";
import { detailSections, erasedText, type RequestSection, standingRows } from "./request-sections.ts";

type Colour = Terminal["colour"];

/** A request with all that a person needs to decide about it, for a terminal. */
export function* requestLines(
  request: RequestDocument,
  detail: DetailDocument,
  colour: Colour,
): Generator<string> {
  yield `${colour.bold(request.id)}  ${statusText(request.status, colour)}`;
  for (const { name, text } of standingRows(request))
    yield `  ${colour.dim(name.padEnd(10))}  ${text.join(" ")}`;
  yield "";
  const sections = detailSections(detail);
  if (sections === undefined) yield erasedText;
  for (const section of sections ?? []) yield* sectionLines(section, colour);
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

function* sectionLines({ heading, rows }: RequestSection, colour: Colour): Generator<string> {
  yield colour.bold(heading);
  const width = Math.min(32, Math.max(0, ...rows.map(({ name }) => name.length)));
  for (const { name, text } of rows) {
    // a text of several lines keeps to a margin, so that it cannot pose as ours
    const [first = "", ...more] = text;
    yield more.length === 0 ? `  ${colour.dim(name.padEnd(width))}  ${first}` : `  ${colour.dim(name)}`;
    if (more.length > 0) for (const line of text) yield `    │ ${line}`;
  }
  if (rows.length === 0) yield colour.dim("  nothing");
  yield "";
}
