import { RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";

/** A refusal is read by models: of a large record it shows this much. */
const most = { entries: 3, characters: 200, record: 2_000 } as const;

/**
 * Optimistic locking: throws CONFLICT, with the record as it is now in the hint, when the caller read another version
 * than the stored one; NOT_FOUND when there is no such record to change. Without an expected version everything passes.
 */
export function expectVersion(options: {
  /** What the record is called, e.g. `Item ROPE-12`. */
  name: string;
  /** As tools return it; long lists and texts of it are told by their size only. */
  record: { readonly version: number } | undefined;
  expected: number | undefined;
  /** The tool that reads it whole, e.g. `get_stock`. */
  readBy: string;
}): void {
  const { name, record, expected, readBy } = options;
  if (expected === undefined || expected === record?.version) return;
  if (record === undefined) {
    throw new RingmainError("NOT_FOUND", `${name} is not there to be changed.`, {
      hint: `Leave expected_version out to add it; ${readBy} finds what there is.`,
    });
  }
  const { text, isWhole } = recordText(record);
  const repeat = `If the change still makes sense, repeat it with expected_version ${record.version}.`;
  throw new RingmainError("CONFLICT", `${name} is at version ${record.version}, not ${expected}.`, {
    hint:
      `Somebody changed it. It is now ${text}${isWhole ? "" : ` (shortened: ${readBy} shows it whole)`}. ` +
      repeat,
    hintWithoutRecord: `Somebody changed it; ${readBy} shows it as it is now. ${repeat}`,
  });
}

/** A record as JSON of bounded length, and whether that is all of it. */
function recordText(record: object): { text: string; isWhole: boolean } {
  const text = JSON.stringify(inShort(record));
  const shown = text.length > most.record ? cut(text, most.record) : text;
  return { text: shown, isWhole: shown === JSON.stringify(record) };
}

function inShort(value: unknown): unknown {
  if (typeof value === "string") return value.length > most.characters ? cut(value, most.characters) : value;
  if (Array.isArray(value)) {
    return value.length > most.entries ? `${value.length} entries` : value.map(inShort);
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inShort(member)]));
}

function cut(text: string, characters: number): string {
  return `${text.slice(0, characters).toWellFormed()}…`;
}
