/** What must hold at any time, in the books and the stock (1 to 15) and of calls and their trail (docs/invariants.md). */
export const invariants = {
  1: "per entry and currency debits equal credits",
  2: "the control account is the open invoices",
  3: "numbers are gapless though posts run in parallel and processes die",
  4: "allocations ≤ payment and ≤ balance",
  5: "credit notes ≤ invoice",
  6: "a reversal nets to zero",
  7: "a closed period refuses",
  8: "on hand = Σ movements",
  9: "Σ reservations ≤ on hand",
  10: "N parallel reservations never exceed the stock",
  11: "Σ FIFO layers = valuation",
  12: "COGS + closing = opening + receipts",
  13: "a transfer is value-neutral",
  14: "a repeated low-stock run makes no second order",
  15: "a repeated won deal makes one invoice and one reservation",
  16: "no more is called or spent than a limit says",
  17: "an approval lets one exact call through, once and in time",
  18: "nobody approves but an enrolled person of the role that is asked, and never their own call",
  19: "what policies withhold is shown by no way",
  20: "a token is good for its run, while that lasts",
  21: "who is revoked or paused is refused from the next call on",
  22: "no effect and no answer without its entry",
  23: "every change of the trail is found",
  24: "every record has the version that its last entry gave it",
  25: "what is erased is gone, and nothing else",
  26: "a sink has every entry once and in order",
} as const;

export type Invariant = keyof typeof invariants;

/** One place of a file. `find` stands there exactly once; a fault that no longer applies is an error. */
export interface Edit {
  file: string;
  find: string;
  put: string;
}

/** A test that must find a fault: a file and, when it is one of several, a part of its name. */
export interface Finder {
  file: string;
  name?: string;
}

/**
 * A mistake that a programmer could make, and the test that must fail by it. Where the database would refuse what
 * the mistake leads to, its constraint or trigger is left out as well: what is tried is the test, not the trigger.
 */
export interface Fault {
  invariant: Invariant;
  /** What is broken, in words. */
  broken: string;
  edits: readonly Edit[];
  foundBy: Finder;
}
