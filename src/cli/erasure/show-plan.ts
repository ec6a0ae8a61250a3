import { rangeName, toRanges } from "../../audit/entry-ranges.ts";
import { counted } from "../counted.ts";
import type { Terminal } from "../terminal.ts";
import { approvalCopies, type FoundCopies } from "./copies.ts";
import type { Erased } from "./erase-batches.ts";
import type { ErasurePlan } from "./plan-erasure.ts";

/** How many numbers of entries a line names. */
const mostNamed = 10;

/** A plan, and what became of it, for programs. */
export function planDocument(plan: ErasurePlan, done?: { erased: Erased; finished: boolean }) {
  const { subject, terms, before, seqs, tools, copies, messagesKept, needed, telling } = plan;
  return {
    subject: subject?.name ?? null,
    matched_by: terms.map(({ what, text }) => ({ what, text })),
    before: before?.toISOString() ?? null,
    found: {
      payloads: seqs.length,
      entries: toRanges(seqs),
      tools: Object.fromEntries(tools),
      copies: Object.fromEntries(copies.map(({ table, ids }) => [table, ids.length])),
    },
    kept: {
      runs: [...needed].map(([run, entries]) => ({ run, payloads: entries.length })),
      copies: Object.fromEntries(copies.map(({ table, kept }) => [table, kept])),
      messages: Object.fromEntries(messagesKept.map((found) => [found.table, idsOf(found).length])),
      entries: telling,
      record: subject?.record ?? null,
    },
    erased:
      done === undefined
        ? null
        : { payloads: done.erased.payloads, copies: Object.fromEntries(done.erased.copies) },
    finished: done?.finished ?? false,
  };
}

/** Tells what would be erased. */
export function printPlan(plan: ErasurePlan, { print, colour }: Terminal): void {
  const { subject, terms, before, seqs, tools, copies } = plan;
  const what =
    subject?.name ??
    (before === undefined ? "the named entries" : `what is from before ${before.toISOString()}`);
  print(`To be erased of ${what}: ${sumOf(plan)}`);
  for (const { what: kind, text } of terms) print(colour.dim(`  found by ${kind} ${text}`));
  const byTool = [...tools].sort((a, b) => b[1] - a[1]);
  for (const [tool, count] of byTool.slice(0, mostNamed))
    print(`  ${tool.padEnd(33)} ${counted(count, "payload")}`);
  if (byTool.length > mostNamed) print(`  and of ${counted(byTool.length - mostNamed, "other tool")}`);
  const [first, last] = [seqs[0], seqs.at(-1)];
  if (first !== undefined && last !== undefined)
    print(`  in ${rangeName([first, last])}; the entries themselves stay`);
  for (const { table, ids } of copies)
    if (ids.length > 0) print(`  ${table.padEnd(33)} ${counted(ids.length, "row")}`);
}

/** Tells what an erasure leaves, and what to do about it. */
export function printKept(
  { needed, copies, messagesKept, telling, subject }: ErasurePlan,
  { print, colour }: Terminal,
): void {
  const left = (text: string) => print(`${colour.yellow("•")} left: ${text}`);
  for (const [run, entries] of needed)
    left(
      `${counted(entries.length, "payload")} of ${run}, which has not ended. When it has, or after \`ringmain runs cancel ${run}\`, erase again.`,
    );
  for (const { table, kept } of copies)
    for (const id of kept)
      if (!needed.has(id)) left(`${id} in ${table}, which is still needed. ${wayOut(table, id)}`);
  for (const found of messagesKept)
    if (idsOf(found).length > 0)
      left(
        `${counted(idsOf(found).length, "message")} in ${found.table}. --messages erases those that are not to be sent any more.`,
      );
  if (telling.length > 0)
    left(
      `${counted(telling.length, "line")} of the trail that say it themselves, in a key or a reason (${named(telling)}): they are hashed, and stay.`,
    );
  if (subject?.record !== undefined)
    left(
      `the record ${subject.record.id} in ${subject.record.table}: it is the server's, and changed by its tools.`,
    );
}

/** How a row comes to be needed no more. */
function wayOut(table: string, id: string): string {
  if (table !== approvalCopies) return "When it has ended, erase again.";
  return `When it is decided and used, has expired, or after \`ringmain approvals reject ${id}\`, erase again.`;
}

/** `214 payloads, 3 rows of copies`. */
export function sumOf({ seqs, copies }: Pick<ErasurePlan, "seqs" | "copies">): string {
  const rows = copies.reduce((sum, { ids }) => sum + ids.length, 0);
  return `${counted(seqs.length, "payload")}${rows > 0 ? ` and ${counted(rows, "copied row")}` : ""}`;
}

const idsOf = ({ ids, kept }: FoundCopies) => [...ids, ...kept];

function named(entries: readonly number[]): string {
  const first = entries
    .slice(0, mostNamed)
    .map((seq) => `#${seq}`)
    .join(" ");
  return entries.length > mostNamed ? `${first} …` : first;
}
