import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkWorkspace } from "../../../../src/cli/check-workspace.ts";
import { differenceText } from "../../../../src/cli/workflow-tests/difference-text.ts";
import { junitReport } from "../../../../src/cli/workflow-tests/junit.ts";
import { runWorkflowTests } from "../../../../src/cli/workflow-tests/run-tests.ts";
import { readLock } from "../../../../src/cli/workspace-tools.ts";
import { loadWorkspace, readWorkflowTests } from "../../../../src/workspace/load-workspace.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const workspace = loadWorkspace(root);
const tools = readLock(workspace)?.tools ?? [];
const { plans } = await checkWorkspace(workspace, tools);
const workflows = workspace.workflows.map(({ id }) => id);
const shipped = readWorkflowTests(workspace);

const run = (text: string, file = "workflows/reorder-low-stock.test.yaml") =>
  runWorkflowTests({ plans, workflows, tools, files: [{ file, text }] });

/** The faults of a file, as `line:column message (hint)`. */
async function faults(text: string, file?: string): Promise<string[]> {
  const { problems, results } = await run(text, file);
  expect(results).toEqual([]);
  return problems.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint})`);
}

/** The first lines of what a run of one case does differently. */
async function differences(text: string): Promise<string[]> {
  const { problems, results } = await run(text);
  expect(problems).toEqual([]);
  return results.flatMap((result) => result.differences.map((one) => differenceText(one).join("\n")));
}

const item = `{ id: i, sku: ROPE, name: Rope, unit: m, supplier_id: sup_1, supplier: { id: sup_1, name: S },
      available: 1, on_order: 0, reorder_point: 5, suggested_quantity: 9, unit_cost: { minor: 1, currency: EUR } }`;
const order = `{ id: po_1, ref: r, status: sent, supplier_id: sup_1, supplier: { id: sup_1, name: S },
      total: { minor: 9, currency: EUR }, lines: [], version: 1, created_at: 2026-11-02T06:30:00Z,
      updated_at: 2026-11-02T06:30:00Z, sent_at: 2026-11-02T06:30:00Z, message_id: m, outbox_status: queued }`;
const reorder = `records: { item: ${item}, order: ${order} }
defaults:
  tools:
    inventory.low_stock: { result: { items: [{ $like: item }] } }
    inventory.create_purchase_order: { result: { $like: order } }
    inventory.send_purchase_order: { result: { $like: order } }
cases:
`;

describe("tests of workflows", () => {
  it("hold for the shipped workflows, each of which has some", async () => {
    const { results, problems } = await runWorkflowTests({ plans, workflows, tools, files: shipped });
    expect(problems).toEqual([]);
    expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect([...new Set(results.map((result) => result.case.workflow))]).toEqual(workflows);
    expect(results.length).toBeGreaterThan(15);
  });

  it.each([
    ["once: reminder/${{ invoice.id }}/level", "once: reminder/${{ invoice.id }}/step"],
    ["level: ${{ invoice.next_reminder_level }}\n          subject", "level: 1\n          subject"],
    ["min_days_overdue: ${{ inputs.min_days }}", "min_days_overdue: 7"],
    ["continue_on_error: true\n    once", "once"],
    ['"sku": i.sku', '"sku": i.name'],
    ['"quantity": i.suggested_quantity', '"quantity": 1'],
    ["allow_partial: true", "allow_partial: false"],
    ["once: invoice/", "once: invoices/"],
    ["if: size(steps.stock.shortages) > 0", "if: size(steps.stock.shortages) > 1"],
    ["days(inputs.stale_days)", "days(14)"],
    ['date(now, "Europe/Paris") + days(1)', 'date(now, "UTC") + days(1)'],
    ["reservation_id: ${{ steps.stock.reservation_id }}", "reservation_id: ${{ steps.stock.reference }}"],
  ])("of the shipped ones fail when %s is edited", async (before, after) => {
    const edited = workspace.workflows.map((file) => ({ ...file, text: file.text.replace(before, after) }));
    const changed = await checkWorkspace({ ...workspace, workflows: edited }, tools);
    expect(changed.plans.map(({ fileHash }) => fileHash)).not.toEqual(plans.map(({ fileHash }) => fileHash));
    expect(changed.problems).toEqual([]);
    const { results } = await runWorkflowTests({ plans: changed.plans, workflows, tools, files: shipped });
    expect(results.filter((result) => result.differences.length > 0)).not.toEqual([]);
  });

  it("run hundreds of cases in seconds", async () => {
    const many = Array.from(
      { length: 300 },
      () =>
        "  - { expect: { calls: [inventory.low_stock, inventory.create_purchase_order, inventory.send_purchase_order] } }",
    );
    const start = performance.now();
    const { results } = await run(`${reorder}${many.join("\n")}\n`);
    expect(results.filter((result) => result.differences.length > 0)).toEqual([]);
    expect(results).toHaveLength(300);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("a difference", () => {
  it("names the argument, the step and the line, with both values", async () => {
    expect(
      await differences(`${reorder}  - expect:
      writes:
        - call: inventory.create_purchase_order
          with: { lines: [{ quantity: 8 }] }
        - inventory.send_purchase_order
`),
    ).toEqual([
      `inventory.create_purchase_order at order[sup_1]/draft: lines[0].quantity differs.  workflows/reorder-low-stock.test.yaml:14
  expected  8
  actual    9`,
    ]);
  });

  it("is one call too many or too few, and not every call behind it", async () => {
    const [missing, ...more] = await differences(`${reorder}  - expect:
      calls: [inventory.low_stock, inventory.adjust_stock, inventory.create_purchase_order, inventory.send_purchase_order]
`);
    expect(missing).toContain("inventory.adjust_stock was not called.");
    expect(more).toEqual([]);
    const extra = await differences(`${reorder}  - expect:
      calls: [inventory.low_stock, inventory.send_purchase_order]
`);
    expect(extra).toEqual([
      expect.stringContaining(
        "inventory.create_purchase_order was called at order[sup_1]/draft, which is not expected.",
      ),
    ]);
  });

  it("is the order of calls, unless any will do", async () => {
    const calls = "writes: [inventory.send_purchase_order, inventory.create_purchase_order]";
    expect(await differences(`${reorder}  - expect: { ${calls} }\n`)).not.toEqual([]);
    expect(await differences(`${reorder}  - expect: { ${calls}, any_order: true }\n`)).toEqual([]);
  });

  it("is a further argument where they are exact, a business key, a step and a call that must not be", async () => {
    const told = await differences(`${reorder}  - expect:
      writes:
        - { call: inventory.create_purchase_order, with: { supplier_id: sup_1 }, exact: true, step: 'order[x]/draft', once: k }
        - inventory.send_purchase_order
      never: [{ call: inventory.send_purchase_order, with: { purchase_order_id: po_1 } }]
`);
    expect(told.map((text) => text.split("  workflows")[0])).toEqual([
      "inventory.create_purchase_order at order[sup_1]/draft: its step differs.",
      "inventory.create_purchase_order at order[sup_1]/draft: its once differs.",
      "inventory.create_purchase_order at order[sup_1]/draft: lines differs.",
      "inventory.send_purchase_order was called at order[sup_1]/send, which must never be.",
    ]);
  });

  it("is how the run ended, and why", async () => {
    const failing = `${reorder}  - tools: { inventory.send_purchase_order: { error: STATE_INVALID, message: Sent. } }\n`;
    expect(await differences(`${failing}    expect: {}\n`)).toEqual([
      expect.stringContaining("The run is failed, not done. STATE_INVALID at order[sup_1]/send: Sent."),
    ]);
    expect(
      await differences(`${failing}    expect: { error: STATE_INVALID, step: "order[sup_1]/send" }\n`),
    ).toEqual([]);
    expect(await differences(`${failing}    expect: { error: CONFLICT }\n`)).toEqual([
      expect.stringContaining("STATE_INVALID at order[sup_1]/send"),
    ]);
    expect(await differences(`${reorder}  - expect: { status: waiting }\n`)).toEqual([
      expect.stringContaining("The run is done, not waiting."),
    ]);
  });

  it("is a call without an answer, which continue_on_error does not hide", async () => {
    const [text = ""] = await differences(`${reorder}  - tools:
      inventory.send_purchase_order: { when: { purchase_order_id: po_9 }, error: CONFLICT }
    expect: {}
`);
    expect(text).toContain(
      "The call at order[sup_1]/send has no answer: no answer of inventory.send_purchase_order fits",
    );
    expect(text).toContain('{"purchase_order_id":"po_1"}');
    const twice = await differences(`${reorder}  - tools:
      inventory.low_stock: [{ error: STORE_BUSY }]
    expect: {}
`);
    expect(twice).toEqual([expect.stringContaining("every answer of inventory.low_stock was given already")]);
  });
});

describe("a faulty test file", () => {
  it.each([
    ["  - { expect: {}, exepct: {} }", "exepct", 'There is no key "exepct" here. (Did you mean "expect"?)'],
    [
      "  - { expect: { calls: [inventory.low_stok] } }",
      "inventory.low_stok",
      'There is no tool "inventory.low_stok". (Did you mean "inventory.low_stock"?)',
    ],
    [
      "  - { tools: { inventory.lowstock: { error: CONFLICT } }, expect: {} }",
      "inventory.lowstock",
      'There is no tool "inventory.lowstock". (Did you mean "inventory.low_stock"?)',
    ],
    [
      "  - { expect: { never: [{ call: inventory.low_stock, with: { suplier_id: x } }] } }",
      "suplier_id",
      'There is no argument "suplier_id" here. (Did you mean "supplier_id"?)',
    ],
    [
      "  - { tools: { inventory.low_stock: { when: { cursor: 7 }, error: CONFLICT } }, expect: {} }",
      "7 }",
      "Expected string, but this is 7. (string(…) makes a text of it.)",
    ],
    [
      "  - { tools: { inventory.low_stock: { result: { items: [{ $like: item, on_order: none }] } } }, expect: {} }",
      "none",
      'Expected integer, but this is "none". (The output schema of inventory.low_stock says what it answers (docs/tools.md, ringmain.lock).)',
    ],
    [
      "  - { tools: { inventory.low_stock: { result: { items: [{ $like: itm }] } } }, expect: {} }",
      "itm",
      'There is no record "itm". (Did you mean "item"?)',
    ],
    [
      "  - { tools: { inventory.low_stock: { repeat: true } }, expect: {} }",
      "{ repeat",
      "An answer is either a result or an error. (Write result: or error:.)",
    ],
    [
      "  - { expect: { status: done, error: CONFLICT } }",
      "error",
      "A run that is done has no error. (Write status: failed, or leave it out.)",
    ],
    [
      "  - { expect: { writes: [inventory.low_stock] } }",
      "inventory.low_stock",
      "inventory.low_stock only reads. (Name it under calls.)",
    ],
    [
      "  - { expect: { outputs: { total: 1 } } }",
      "total",
      'reorder-low-stock has no output "total". (Its outputs: none.)',
    ],
    [
      "  - { inputs: { days: 1 }, expect: {} }",
      "days",
      'reorder-low-stock has no input "days". (Its inputs: none.)',
    ],
  ])("%s", async (line, token, fault) => {
    const [told = "", ...more] = await faults(`${reorder.replace(/\n {6}/g, " ")}${line}\n`);
    expect(more).toEqual([]);
    expect(told).toBe(`8:${line.indexOf(token) + 1} ${fault}`);
  });

  it("names its workflow, by its own name or by workflow:", async () => {
    expect(await faults("cases: [{ expect: {} }]", "workflows/reorder-low-stok.test.yaml")).toEqual([
      '1:1 There is no workflow "reorder-low-stok". (Did you mean "reorder-low-stock"?)',
    ]);
    const text = `workflow: reorder-low-stock\n${reorder}  - { expect: {} }\n`;
    expect((await run(text, "workflows/other.test.yaml")).results).toHaveLength(1);
  });

  it("is pointed at in the record or the defaults that hold the fault, once", async () => {
    const text = reorder.replace("outbox_status: queued", "outbox_status: lost");
    expect(await faults(`${text}  - { expect: {} }\n  - { expect: {} }\n`)).toEqual([
      expect.stringMatching(/^4:\d+ "lost" is not valid here/),
    ]);
  });
});

it("the JUnit report counts cases, failures and faults, and is well-formed whatever a text holds", async () => {
  const { results, problems } = await run(`${reorder}  - { name: "a <b> & \\"c\\"\\u0007", expect: {} }
  - { name: two, expect: { status: failed } }
`);
  const fault = { code: "x", message: "]]> <", file: "workflows/z.test.yaml", line: 1, column: 1 };
  const report = junitReport(results, [...problems, fault]);
  expect(report).toContain('<testsuites name="ringmain test" tests="3" failures="1" errors="1">');
  expect(report).toContain('name="a &lt;b&gt; &amp; &quot;c&quot;\ufffd"');
  expect(report).toContain('<failure message="The run is done, not failed.">');
  expect(report).toContain('<error message="]]&gt; &lt;">');
});
