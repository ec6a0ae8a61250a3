import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { startReceiver } from "../fixtures/smtp/receiver.ts";
import { describeBuilt, expectNoProcesses, startCli } from "../helpers/run-cli.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

const answer = z.object({ result: z.looseObject({ id: z.string().optional() }) });

describeBuilt("ringmain serve, with an outbox", () => {
  it("mails a reminder once, though two serve, and says so", async () => {
    await using receiver = await startReceiver();
    using workspace = await makeWorkspace({
      servers: { accounting: { builtin: "accounting" } },
      roles: {
        owner: {
          tools: [
            "accounting.*",
            "accounting.upsert_customer",
            "accounting.import_invoice",
            "accounting.send_reminder",
          ],
        },
      },
    });
    appendFileSync(
      join(workspace.dir, "ringmain.yaml"),
      `outbox: { host: 127.0.0.1, port: ${receiver.port}, from: Harbour Trading <books@harbour.example> }\n`,
    );
    const call = async (tool: string, args: object) => {
      const { stdout } = await workspace.ringmain(
        "call",
        `accounting.${tool}`,
        "--args",
        JSON.stringify(args),
        "--json",
      );
      return answer.parse(JSON.parse(stdout)).result;
    };
    const customer = await call("upsert_customer", {
      name: "Smith",
      external_id: "S",
      email: "smith@example.com",
    });
    const invoice = await call("import_invoice", {
      external_id: "1",
      customer_id: customer.id,
      issued_on: "2025-01-02",
      currency: "EUR",
      lines: [{ description: "Rope", quantity: 1, unit_price: { minor: 1_000, currency: "EUR" } }],
    });
    await call("send_reminder", {
      invoice_id: invoice.id,
      level: 1,
      subject: "Invoice 1",
      body: "Perhaps it slipped your mind.",
    });

    const both = [1, 2].map(() => startCli(["serve", "--json", "--workspace", workspace.dir]));
    try {
      // one may still be starting when the other has sent: a signal would end it before it can end in order
      await Promise.all(both.map((served) => served.until('"event":"serving"')));
      await Promise.race(both.map((served) => served.until('"status":"sent"')));
    } finally {
      for (const { child } of both) child.kill("SIGTERM");
    }
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({ from: "books@harbour.example", to: ["smith@example.com"] });
    expect(receiver.received[0]?.text).toContain("Perhaps it slipped your mind.");
    expect(await call("list_outbox", {})).toMatchObject({ items: [{ outbox_status: "sent" }] });
    expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
    await expectNoProcesses(workspace.dir);
  });
});
