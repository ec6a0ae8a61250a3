import type { Fault } from "./fault.ts";

const tally = "src/kit/tally.ts";
const limits = "src/kit/limits.ts";
const amountLimits = "src/kit/amount-limits.ts";
const pipeline = "src/kit/pipeline.ts";
const execute = "src/kit/execute.ts";
const amounts = "test/unit/kit/amount-limits.test.ts";
const ledger = { file: "test/unit/kit/amount-properties.test.ts" };
const counts = "test/unit/kit/limits.test.ts";
const tallied = { file: "test/unit/kit/tally.test.ts" };

export const limitFaults: readonly Fault[] = [
  {
    invariant: 16,
    broken: "a budget is looked at before the call has its transaction",
    edits: [
      {
        file: pipeline,
        find: "      call.argumentsText = canonicalJson(parsed.data);\n",
        put: "      call.argumentsText = canonicalJson(parsed.data);\n      if (tool) call.spent = checkLimits(limits.of(call.identity, tool), { now: clock.now(), arguments: parsed.data, facts: {} });\n",
      },
      {
        file: pipeline,
        find: 'import { createLimits } from "./limits.ts";',
        put: 'import { checkLimits, createLimits } from "./limits.ts";',
      },
      {
        file: execute,
        find: "attempt.spent = checkLimits(bounds, { now, arguments: input, facts: known });",
        put: "attempt.spent = call.spent;",
      },
    ],
    foundBy: { file: amounts, name: "lets the last of the budget pass once" },
  },
  {
    invariant: 16,
    broken: "calls that share a commit are not counted for each other",
    edits: [
      {
        file: execute,
        find: "if (bounds.length > 0 || recentKeys.has(key)",
        put: "if (recentKeys.has(key)",
      },
    ],
    foundBy: { file: counts, name: "bind calls made in parallel" },
  },
  {
    invariant: 16,
    broken: "what is spent by a budget's last cent is refused: `>=` for `>`",
    edits: [
      {
        file: amountLimits,
        find: "used + amount.minor > most.minor",
        put: "used + amount.minor >= most.minor",
      },
    ],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "a budget is asked whether it is spent, not whether the call fits into it",
    edits: [{ file: amountLimits, find: "used + amount.minor > most.minor", put: "used >= most.minor" }],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "one call more than the limit: `<=` for `<`",
    edits: [
      { file: "src/kit/count-limits.ts", find: "if (made < most) return;", put: "if (made <= most) return;" },
    ],
    foundBy: { file: counts },
  },
  {
    invariant: 16,
    broken: "an amount below zero gives back what was spent",
    edits: [{ file: amountLimits, find: "minor: Math.abs(found.minor)", put: "minor: found.minor" }],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "a currency without a limit is not limited",
    edits: [
      {
        file: amountLimits,
        find: "if (binding.length === 0) throw otherCurrency(sum, amount, bound);",
        put: "",
      },
    ],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "the calls of a transaction that was rolled back stay counted",
    edits: [{ file: limits, find: "rolledBack: () => tally.forget(),", put: "rolledBack: () => {}," }],
    foundBy: { file: counts, name: "do not count what was undone" },
  },
  {
    invariant: 16,
    broken: "what was spent on another day counts today",
    edits: [{ file: tally, find: "if (today !== day) {", put: 'if (day === "") {' }],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "what another principal spent counts for this one",
    edits: [{ file: tally, find: "const name = String(row.principal);", put: "const name = principal;" }],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "what another run spent counts for this one",
    edits: [{ file: tally, find: "runs.get(String(row.run))", put: "runs.get(run)" }],
    foundBy: tallied,
  },
  {
    invariant: 16,
    broken: "what other processes spent since the day was read is not counted",
    edits: [
      {
        file: tally,
        find: "for (const row of entriesAfter.iterate(readForDay)) {",
        put: "const own = Number(lastEntry.get()?.seq ?? 0);\n      for (const row of principals.size > 0 ? [] : entriesAfter.iterate(Math.min(own, readForDay))) {",
      },
    ],
    foundBy: ledger,
  },
  {
    invariant: 16,
    broken: "refused calls count",
    edits: [{ file: tally, find: "outcome = 'done' AND body ->> '$.kind'", put: "body ->> '$.kind'" }],
    foundBy: { file: counts, name: "bind calls made in parallel" },
  },
  {
    invariant: 16,
    broken: "a rate counts the calls of exactly a minute ago",
    edits: [{ file: tally, find: "(time) => time > start", put: "(time) => time >= start" }],
    foundBy: { file: counts, name: "of a minute" },
  },
];
