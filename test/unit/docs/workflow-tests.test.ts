import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkWorkspace } from "../../../src/cli/check-workspace.ts";
import { runWorkflowTests } from "../../../src/cli/workflow-tests/run-tests.ts";
import { readLock } from "../../../src/cli/workspace-tools.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("the example of docs/workflow-tests.md passes as it stands", async () => {
  const [, text = ""] =
    /```yaml\n(.*?)```/s.exec(readFileSync(`${root}/docs/workflow-tests.md`, "utf8")) ?? [];
  const workspace = loadWorkspace(root);
  const tools = readLock(workspace)?.tools ?? [];
  const { plans } = await checkWorkspace(workspace, tools);
  const files = [{ file: "workflows/example.test.yaml", text }];
  const { results, problems } = await runWorkflowTests({ plans, workflows: [], tools, files });
  expect(problems).toEqual([]);
  expect(results.map(({ differences }) => differences)).toEqual([[]]);
});
