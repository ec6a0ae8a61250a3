// Posts one invoice after another into the books of a database until it is killed, which it may do by itself in the
// middle of a transaction. Says that it is ready, begins when it is told anything, and prints each number once its
// transaction is committed.
import { once } from "node:events";
import { definition } from "../../../../../servers/accounting/definition.ts";
import type { AccountingTables } from "../../../../../servers/accounting/store/tables.ts";
import { newId } from "../../../../../src/core/ids.ts";
import { kyselyOver } from "../../../../../src/db/kysely.ts";
import { openSqlite } from "../../../../../src/db/sqlite.ts";
import { transact } from "../../../../../src/db/transaction.ts";
import { linksOver } from "../../../../../src/kit/links.ts";

const [, , path = "", customer = "", crashAfter = "0"] = process.argv;
const now = new Date("2026-11-02T08:00:00Z");
const database = openSqlite({ path, synchronous: "normal" });
const db = kyselyOver<AccountingTables>(database);
const linksOf = linksOver(database, definition.name);
const changed = () => {};
const links = linksOf({ now, changed });
const context = definition.context({
  db,
  now,
  principal: "user:test",
  newId,
  hides: () => false,
  changed,
  ...links,
});

async function call(name: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const tool = definition.tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`there is no ${name}`);
  return await tool.handler(tool.input.parse(input), context);
}

process.stdout.write("ready\n");
await once(process.stdin, "data");
process.stdin.destroy();
for (let count = 1; ; count += 1) {
  const number = await transact(database, async () => {
    const price = { minor: count, currency: "EUR" };
    const lines = [{ description: "Rope", quantity: 1, unit_price: price }];
    const draft = await call("create_invoice_draft", {
      customer_id: customer,
      reference: `${process.pid} ${count}`,
      lines,
    });
    const posted = await call("post_invoice", { invoice_id: draft.id });
    if (count % 3 === 0) await call("create_credit_note", { invoice_id: draft.id, reason: "Crash test" });
    // after all the writing, before the commit: the worst moment
    if (count === Number(crashAfter)) process.kill(process.pid, "SIGKILL");
    return posted.number;
  });
  process.stdout.write(`${number}\n`);
}
