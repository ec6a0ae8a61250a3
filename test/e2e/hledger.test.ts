import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { checkJournal, expectHledgerAgrees, hasHledger, ownBalances } from "../helpers/hledger.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const missing = [...(hasHledger ? [] : ["hledger"]), ...(existsSync(builtCli) ? [] : ["the built program"])];
const why = (reasons: readonly string[]) =>
  reasons.length > 0 && process.env.CI !== "true" ? ` (skipped: there is no ${reasons.join(", no ")})` : "";
const reads = ["accounting.*"];
const clients = { auditor: { tools: reads } };

describe.skipIf(why(missing) !== "")(`hledger agrees with the ledger${why(missing)}`, () => {
  // in CI nothing is skipped: whatever is missing fails here
  beforeAll(() => expect(missing).toEqual([]));

  describe("of the sample company", () => {
    let workspace: TestWorkspace;
    const write = async (tool: string, input: Record<string, unknown>) => {
      const { code, stdout, stderr } = await workspace.ringmain(
        "call",
        `accounting.${tool}`,
        "--args",
        JSON.stringify(input),
        "--json",
      );
      expect({ tool, code, stderr }).toEqual({ tool, code: 0, stderr: "" });
      return z.object({ result: z.looseObject({}) }).parse(JSON.parse(stdout)).result;
    };

    beforeAll(async () => {
      const writes = ["create_credit_note", "write_off", "reverse_entry", "post_journal", "refund_payment"];
      workspace = await makeWorkspace({
        sample: true,
        clients,
        roles: { owner: { tools: [...reads, ...writes.map((name) => `accounting.${name}`)] } },
      });
    });
    afterAll(() => workspace?.remove());

    it("as it is seeded", async () => {
      await expectHledgerAgrees(workspace);
      expect(ownBalances(workspace, false)).toHaveProperty(["1100 GBP"]);
      expect(ownBalances(workspace, true)).toHaveProperty(["4900 EUR"]);
    });

    it("after corrections, in a third currency too, and with hostile texts", async () => {
      const [paid] = workspace.query(
        "SELECT id FROM accounting_invoice WHERE state = 'paid' AND currency = 'GBP' LIMIT 1",
      );
      await write("create_credit_note", { invoice_id: paid?.id, reason: "Damaged" });
      const [open] = workspace.query(
        "SELECT id FROM accounting_invoice WHERE state = 'open' AND currency = 'GBP' LIMIT 1",
      );
      const off = await write("write_off", { invoice_id: open?.id, reason: "Insolvent" });
      await write("reverse_entry", { entry_id: off.entry_id, reason: "; pays | after:  all" });
      const [payment] = workspace.query(
        "SELECT id, amount_minor - refunded_minor AS minor FROM accounting_payment WHERE currency = 'GBP' LIMIT 1",
      );
      const half = { minor: Math.ceil(Number(payment?.minor) / 2), currency: "GBP" };
      await write("refund_payment", {
        payment_id: payment?.id,
        amount: half,
        reason: "x",
        exchange_rate: "1.2",
      });
      await write("post_journal", {
        entry_on: "2026-01-05",
        memo: "(*) ; a comment? | a note: no @@ EUR 5",
        lines: [
          { account_id: "5000", debit: { minor: 1, currency: "JPY" } },
          { account_id: "5000", debit: { minor: 10_000, currency: "JPY" } },
          { account_id: "1000", credit: { minor: 10_001, currency: "JPY" } },
        ],
        exchange_rates: [{ currency: "JPY", rate: "0.0001" }],
      });
      await expectHledgerAgrees(workspace);
    });
  });

  it("and would tell a ledger that is a cent off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ringmain-hledger-"));
    const file = join(folder, "wrong.journal");
    const wrong = "commodity EUR 1000.00\naccount a\n\n2026-01-01 x\n    a  EUR 1.00\n    a  EUR -0.99\n";
    writeFileSync(file, wrong);
    await expect(checkJournal(file)).rejects.toThrow("could not balance");
    rmSync(folder, { recursive: true });
  });
});
