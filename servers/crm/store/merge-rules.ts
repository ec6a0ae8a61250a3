import { RingmainError } from "../../../src/core/errors.ts";
import type { RecordRow } from "./tables.ts";

/** Throws INPUT_INVALID or STATE_INVALID when two records of one type may not become one. */
export function checkMerge(survivor: RecordRow, duplicate: RecordRow): void {
  const { type } = survivor;
  if (survivor.id === duplicate.id) {
    throw new RingmainError("INPUT_INVALID", `${survivor.ref} cannot be merged into itself.`, {
      hint: `Name two different records of type ${type}; search_records finds them.`,
    });
  }
  if (survivor.status === "archived" && duplicate.status === "active") {
    throw new RingmainError("STATE_INVALID", `${survivor.ref} is archived, ${duplicate.ref} is active.`, {
      hint: `Make ${duplicate.ref} the survivor, or set ${survivor.ref} to active with upsert_${type} first.`,
    });
  }
  if ((type === "lead" || type === "deal") && survivor.company_id !== duplicate.company_id) {
    throw new RingmainError(
      "STATE_INVALID",
      `${survivor.ref} and ${duplicate.ref} are of different companies.`,
      {
        hint: "If both companies are one, merge those first.",
      },
    );
  }
  if (type === "deal" && duplicate.status === "won") {
    throw new RingmainError(
      "STATE_INVALID",
      `${duplicate.ref} is won: invoices and reservations may name it.`,
      {
        hint: survivor.status === "won" ? "Keep both." : `Make ${duplicate.ref} the survivor.`,
      },
    );
  }
  if (type === "lead" && duplicate.status === "qualified" && survivor.status !== "qualified") {
    throw new RingmainError(
      "STATE_INVALID",
      `${duplicate.ref} is qualified, ${survivor.ref} is ${survivor.status}.`,
      {
        hint: `Make ${duplicate.ref} the survivor.`,
      },
    );
  }
}
