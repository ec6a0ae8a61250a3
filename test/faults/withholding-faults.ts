import type { Fault } from "./fault.ts";

const pipeline = "src/kit/pipeline.ts";
const execute = "src/kit/execute.ts";
const runView = "src/kit/run-view.ts";
const access = "src/policy/access.ts";
const answerLimits = "src/policy/answer-limits.ts";
const masks = "test/unit/kit/masks.test.ts";
const withheld = "test/unit/kit/withheld.test.ts";

export const withholdingFaults: readonly Fault[] = [
  {
    invariant: 19,
    broken: "a call answers what is masked",
    edits: [
      {
        file: pipeline,
        find: "const result = attempt.shown ?? attempt.result;",
        put: "const result = attempt.result;",
      },
    ],
    foundBy: { file: masks, name: "shows no personal value" },
  },
  {
    invariant: 19,
    broken: "a list shows what is masked in a record",
    edits: [
      {
        file: "src/policy/compile-mask.ts",
        find: "const rest = readChange(schema.items, reader, at);",
        put: "const rest = undefined;",
      },
    ],
    foundBy: { file: masks, name: "crm.list_owners" },
  },
  {
    invariant: 19,
    broken: "a search finds by what is masked",
    edits: [{ file: execute, find: "      scope.hide(cuts?.marks);\n", put: "" }],
    foundBy: { file: withheld, name: "does not tell by what it finds" },
  },
  {
    invariant: 19,
    broken: "resources and prompts show what is masked",
    edits: [
      {
        file: runView,
        find: "const shown = limits.show(result);",
        put: "const shown = { result, withheld: [] };",
      },
    ],
    foundBy: { file: masks, name: "the views of crm" },
  },
  {
    invariant: 19,
    broken: "completions find by what is masked",
    edits: [{ file: runView, find: "    hide?.(limits?.marks);\n", put: "" }],
    foundBy: { file: withheld, name: "of a completion tells no more" },
  },
  {
    invariant: 19,
    broken: "an error shows the record that is masked",
    edits: [
      {
        file: "src/kit/show-answer.ts",
        find: "if (hint === undefined || !tools.some((tool) => access.withholds(identity, tool))) return error;",
        put: "if (hint === undefined || tools.length > 0) return error;",
      },
    ],
    foundBy: { file: withheld, name: "keeps records out of errors" },
  },
  {
    invariant: 19,
    broken: "a replay shows what is masked",
    edits: [
      {
        file: execute,
        find: "      if (access.withholds(identity, id)) await showReplay(tool, call, attempt, now);\n",
        put: "",
      },
    ],
    foundBy: { file: withheld, name: "masks a replay for each caller" },
  },
  {
    invariant: 19,
    broken: "a replay whose record is gone shows what is masked",
    edits: [
      {
        file: access,
        find: 'verdict === undefined || verdict.kind === "failed" ? all : rulesOf(verdict);',
        put: "verdict === undefined ? [] : rulesOf(verdict);",
      },
    ],
    foundBy: { file: withheld, name: "withholds all that it could from a replay" },
  },
  {
    invariant: 19,
    broken: "an answer that an approval lets out is shown whole",
    edits: [{ file: access, find: "    asks,\n    ...(limits && { limits }),\n", put: "    asks,\n" }],
    foundBy: { file: withheld, name: "that a person's approval lets out" },
  },
  {
    invariant: 19,
    broken: "the filter of @records is dropped",
    edits: [
      {
        file: answerLimits,
        find: 'return verdict.kind === "passed";',
        put: 'return verdict.kind === "passed" || items.length > 0;',
      },
    ],
    foundBy: { file: withheld, name: "leaves out exactly the forbidden" },
  },
  {
    invariant: 19,
    broken: "totals are counted over the items that are left out",
    edits: [
      {
        file: answerLimits,
        find: "withoutSums(keptItems(result, judgeItem), tool);",
        put: "keptItems(result, judgeItem);",
      },
    ],
    foundBy: { file: withheld, name: "withholds totals" },
  },
  {
    invariant: 19,
    broken: "a completion reads past the filter of @records",
    edits: [
      { file: runView, find: "      if (limits?.records === true) throw withheldPart(id);\n", put: "" },
    ],
    foundBy: { file: withheld, name: "lets nothing be read past it" },
  },
  {
    invariant: 19,
    broken: "an item that a rule cannot judge is shown",
    edits: [
      {
        file: answerLimits,
        find: 'if (verdict.kind === "failed") throw unjudged(verdict.reason, verdict.rules);',
        put: 'if (verdict.kind === "failed") return true;',
      },
    ],
    foundBy: { file: withheld, name: "whose conditions err for an item" },
  },
  {
    invariant: 19,
    broken: "a rule with a mark that there is not withholds nothing",
    edits: [
      {
        file: "src/policy/withholding.ts",
        find: 'return named.length > 0 && named.every(isMark) ? { kind: "mask", marks: named.filter(isMark) } : refusal;',
        put: 'return { kind: "mask", marks: named.filter(isMark) };',
      },
    ],
    foundBy: { file: withheld, name: "with a mark that there is not" },
  },
];
