import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { definition as accounting } from "../../servers/accounting/definition.ts";
import { seed as seedAccounting } from "../../servers/accounting/seed.ts";
import { definition as crm } from "../../servers/crm/definition.ts";
import { seed as seedCrm } from "../../servers/crm/seed.ts";
import { definition as inventory } from "../../servers/inventory/definition.ts";
import { seed as seedInventory } from "../../servers/inventory/seed.ts";
import { permissionMatrix } from "../../src/cli/policy/matrix.ts";
import { toolId } from "../../src/core/tool-description.ts";
import { describeTool } from "../../src/kit/describe-tool.ts";
import { loadWorkspace } from "../../src/workspace/load-workspace.ts";
import { openSample, type Sample } from "../fixtures/kit/open-sample.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../fixtures/kit/temporary-workspace.ts";

const sample = loadWorkspace(fileURLToPath(new URL("../..", import.meta.url)));
const tools = [
  ...crm.tools.map((tool) => describeTool("crm", tool)),
  ...accounting.tools.map((tool) => describeTool("accounting", tool)),
  ...inventory.tools.map((tool) => describeTool("inventory", tool)),
];
const matrix = permissionMatrix(sample, tools);
const listOf = new Map(sample.agents.map(({ id, tools }) => [id, [...tools]]));

let workspace: TemporaryWorkspace;
let servers: Map<string, Sample>;
beforeAll(async () => {
  workspace = await temporaryWorkspace({
    agents: Object.fromEntries([...listOf].map(([id, tools]) => [id, { tools }])),
    policies: Object.fromEntries(sample.policies.map(({ id, text }) => [id, text])),
    roles: { finance: { tools: [], members: [] } },
  });
  const opened = [
    await openSample(workspace, crm, seedCrm),
    await openSample(workspace, accounting, seedAccounting),
    await openSample(workspace, inventory, seedInventory),
  ];
  servers = new Map(opened.map((server) => [server.name, server]));
});
afterAll(() => {
  for (const server of servers.values()) server[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

describe.each([...listOf])("agent:%s", (agent, granted) => {
  it.each(["crm", "accounting", "inventory"])(
    "may call on %s what its list and the matrix open, and nothing else",
    async (name) => {
      const token = workspace.token(`agent:${agent}`);
      for (const tool of tools.filter(({ server }) => server === name)) {
        const id = toolId(tool);
        // as a person reads the list: a star opens what reads, and whatever writes is named
        const isOpen = granted.includes(id) || (tool.effect === "read" && granted.includes(`${name}.*`));
        const cell = matrix.cells.find((one) => one.principal === `agent:${agent}` && one.tool === id);
        expect(cell?.access === "deny", id).toBe(!isOpen);
        const { error } = (await servers.get(name)?.ask(tool.name, {}, { token })) ?? {};
        if (isOpen) expect(error?.message ?? "", id).not.toContain("has no grant");
        else if (error?.code === "INPUT_INVALID") expect(tool.inputSchema, id).toHaveProperty("required");
        else
          expect(error, id).toMatchObject({
            code: "POLICY_DENIED",
            message: expect.stringContaining("no grant"),
          });
      }
    },
  );
});
