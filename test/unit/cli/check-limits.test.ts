import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkWorkspace } from "../../../src/cli/check-workspace.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";
import { definition } from "../../fixtures/kit/notes/definition.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const tools = definition.tools.map((tool) => describeTool(definition.name, tool));

it("the amount limits of agents, clients and roles are checked against the tools, each fault at its place", async () => {
  using made = await temporaryWorkspace();
  writeFileSync(
    join(made.dir, "ringmain.yaml"),
    `name: Test
clients:
  desk:
    limits:
      amounts_per_day:
        - { tool: notes.pay_note, sum: price, most: 1.00 EUR }
roles:
  clerk:
    limits:
      amounts_per_day:
        - tool: notes.pay_note
          sum: facts.list.price
          most: 1.00 EUR
        - tools:
            - notes.pay_note
            - notes.pay_nowt
          sum: facts.price
          most: 1.00 EUR
`,
  );
  const agent = (limit: string) => `---
description: Pays.
limits:
  amounts_per_day:
    - ${limit}
---
`;
  const write = (id: string, limit: string) =>
    writeFileSync(join(made.dir, "agents", `${id}.md`), agent(limit));
  write("fine", "{ tool: notes.pay_note, sum: amount, most: 1.00 EUR }");
  write("key", "{ tool: notes.pay_note, summ: amount, most: 1.00 EUR }");
  write("money", "{ tool: notes.pay_note, sum: amount, most: 1.00 EURO }");
  write("plain", "{ tool: notes.pay_note, sum: amount, most: 1 }");
  const { problems } = await checkWorkspace(loadWorkspace(made.dir), tools);
  expect(
    problems.map(({ file, line, column, code, hint }) => [`${file}:${line}:${column}`, code, hint]),
  ).toEqual([
    ["agents/key.md:5:7", "invalid-value", undefined],
    ["agents/key.md:5:31", "unknown-key", 'Did you mean "sum"?'],
    ["agents/money.md:5:50", "invalid-value", undefined],
    ["agents/plain.md:5:50", "limit-without-currency", "For instance 2000.00 EUR."],
    ["ringmain.yaml:6:40", "unknown-amount", 'Did you mean "facts.price"?'],
    ["ringmain.yaml:12:16", "optional-amount", "Always there: amount, facts.price."],
    ["ringmain.yaml:16:15", "unknown-tool", 'Did you mean "notes.pay_note"?'],
  ]);
});
