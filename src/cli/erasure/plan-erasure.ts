import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../../core/errors.ts";
import { copyTables, type FoundCopies, findCopies } from "./copies.ts";
import { findAgedPayloads, findPayloads, type Wanted } from "./find-payloads.ts";
import { mentionsAny, type Term } from "./mentions.ts";
import { findSubject, givenTerms, type Subject } from "./subjects.ts";

/** What is to be erased, as a person asked for it. */
export interface ErasureRequest {
  subject?: string | undefined;
  /** Texts to search for besides. */
  values: readonly string[];
  /** Entries whose payloads are to go, whatever they hold. */
  entries: readonly number[];
  /** Messages that were sent, too. */
  messages: boolean;
  /** Or whatever is from before a time. */
  before?: Date | undefined;
}

/** What an erasure would do, and what it would leave. */
export interface ErasurePlan {
  subject?: Subject;
  terms: Term[];
  before?: Date;
  /** The entries whose payloads go, in order. */
  seqs: number[];
  /** How many of them are of which tool; empty for an erasure by age. */
  tools: Map<string, number>;
  copies: FoundCopies[];
  /** Messages that mention the subject and are kept, since nobody asked for them. */
  messagesKept: FoundCopies[];
  /** Entries whose payloads stay because a run that has not ended needs them, by run. */
  needed: Map<string, number[]>;
  /** Entries that hold something in their own line, where it stays. */
  telling: number[];
  /** Finds what has been recorded since. */
  findMore?: () => { seqs: number[]; needed: Map<string, number[]> };
}

/**
 * Finds everything that an erasure would take. Throws NOT_FOUND for an entry that is not there, and for a subject that has no
 * record and is mentioned nowhere.
 */
export function planErasure(
  database: DatabaseSync,
  request: ErasureRequest,
  progress: (seq: number) => void = () => {},
): ErasurePlan {
  return request.before === undefined
    ? planForSubject(database, request, progress)
    : planByAge(database, request.before);
}

function planByAge(database: DatabaseSync, before: Date): ErasurePlan {
  const { seqs, needed } = findAgedPayloads(database, before, Number.POSITIVE_INFINITY);
  const byRun = new Map<string, number[]>();
  for (const [seq, run] of needed) byRun.set(run, [...(byRun.get(run) ?? []), seq]);
  const copies = findCopies(database, copyTables(database, { messages: false }), { before });
  return { terms: [], before, seqs, tools: new Map(), copies, messagesKept: [], needed: byRun, telling: [] };
}

function planForSubject(
  database: DatabaseSync,
  request: ErasureRequest,
  progress: (seq: number) => void,
): ErasurePlan {
  const subject = request.subject === undefined ? undefined : findSubject(database, request.subject);
  const terms = [...(subject?.terms ?? []), ...givenTerms(request.values)];
  const isId = ({ what }: Term) => what === "id" || what === "reference";
  const wanted: Wanted = {
    mentions: mentionsAny(terms),
    isAbout: mentionsAny(terms.filter(isId)),
    tells: mentionsAny(terms.filter((term) => !isId(term))),
    entries: requireEntries(database, request.entries),
  };
  const found = findPayloads(database, wanted, { progress });
  const all = findCopies(database, copyTables(database, { messages: true }), wanted);
  const erasable = new Set(copyTables(database, { messages: request.messages }).map(({ table }) => table));
  const plan: ErasurePlan = {
    ...(subject && { subject }),
    terms,
    ...found,
    copies: all.filter(({ table }) => erasable.has(table)),
    messagesKept: all.filter(({ table }) => !erasable.has(table)),
    findMore: () => findPayloads(database, wanted, { after: found.searched }),
  };
  const isNowhere = plan.seqs.length + plan.needed.size + found.telling.length === 0 && all.every(isEmpty);
  if (subject !== undefined && subject.record === undefined && isNowhere && !wasErased(database, subject)) {
    throw new RingmainError("NOT_FOUND", `There is no ${subject.name}, and nothing mentions it.`, {
      hint: "Check the id. What somebody without a record is to be found by is given with --value.",
    });
  }
  return plan;
}

/** Whether an erasure for a subject stands in the trail: then the same command says that nothing is left, and finishes. */
function wasErased(database: DatabaseSync, subject: Subject): boolean {
  const find = database.prepare(
    "SELECT 1 FROM audit_entry WHERE tool = 'ringmain.erase_payloads' AND body ->> '$.subject' = ? LIMIT 1",
  );
  return find.get(subject.name) !== undefined;
}

const isEmpty = ({ ids, kept }: FoundCopies) => ids.length + kept.length === 0;

function requireEntries(database: DatabaseSync, entries: readonly number[]): ReadonlySet<number> {
  const exists = database.prepare("SELECT 1 FROM audit_entry WHERE seq = ?");
  const missing = entries.find((seq) => exists.get(seq) === undefined);
  if (missing === undefined) return new Set(entries);
  throw new RingmainError("NOT_FOUND", `There is no entry ${missing}.`, {
    hint: "`ringmain audit tail` shows the numbers of the newest ones. Nothing was changed.",
  });
}

/** Whether something that is to be erased has to wait, for a run or for a person's decision. */
export function leavesSomething({ needed, copies }: Pick<ErasurePlan, "needed" | "copies">): boolean {
  return needed.size > 0 || copies.some(({ kept }) => kept.length > 0);
}
