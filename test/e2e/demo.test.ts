import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type CliResult,
  describeBuilt,
  expectNoProcesses,
  hasEscapeCodes,
  runCli,
} from "../helpers/run-cli.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The sample company's files in a folder of their own: the repository is its workspace. */
function copySample(): string {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-demo-"));
  for (const name of ["ringmain.yaml", "ringmain.lock", "agents", "workflows", "policies"]) {
    cpSync(join(repository, name), join(dir, name), { recursive: true });
  }
  return dir;
}

const demo = (dir: string, ...more: string[]) => runCli(["demo", "--workspace", dir, ...more]);

/** The one number that a query gives, read from the database without the program. */
function numberIn(dir: string, sql: string, ...values: SQLInputValue[]): number {
  const database = new DatabaseSync(join(dir, ".ringmain/demo/ringmain.db"), { readOnly: true });
  try {
    return Number(Object.values(database.prepare(sql).get(...values) ?? {})[0]);
  } finally {
    database.close();
  }
}

/** The numbers that a pattern finds in the output; fails when it finds none. */
function numbersIn(output: string, pattern: RegExp): number[] {
  const found = pattern.exec(output);
  if (found === null) throw new Error(`${pattern} is not in:\n${output}`);
  return found.slice(1).map((text) => Number(text.replaceAll(",", "")));
}

describeBuilt("ringmain demo", () => {
  let dir: string;
  let startedAt: string;
  let first: CliResult;

  beforeAll(async () => {
    dir = copySample();
    startedAt = new Date().toISOString();
    first = await demo(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("ends well, says nothing on stderr and leaves no process behind", async () => {
    expect(first).toMatchObject({ code: 0, stderr: `(in ${dir}, the sample workspace)\n` });
    expect(hasEscapeCodes(first.stdout)).toBe(false);
    await expectNoProcesses(dir);
  });

  it("shows what the company is", () => {
    const count = (table: string) => numberIn(dir, `SELECT count(*) FROM ${table}`);
    const drafted = numberIn(dir, "SELECT count(*) FROM accounting_invoice WHERE created_at >= ?", startedAt);
    expect(
      numbersIn(first.stdout, /^Ringmain demo · .* · (\d+) companies, (\d+) invoices, (\d+) items$/m),
    ).toEqual([count("crm_company"), count("accounting_invoice") - drafted, count("inventory_item")]);
    expect(first.stdout).toContain("crm ✓  accounting ✓  inventory ✓   3 servers, shared by everyone below");
  });

  it("tells of the reminders what the outbox and the invoices say", () => {
    const lines =
      /overdue +accounting\.list_invoices +(\d+) found\n.*remind +accounting\.send_reminder +(\d+) to outbox, nothing mailed\n {2}■ (\d+) wait for approval by policy large-reminder/;
    const overdue = numberIn(
      dir,
      "SELECT count(*) FROM accounting_invoice WHERE state = 'open' AND julianday(date(?)) - julianday(due_on) >= 7",
      startedAt,
    );
    const queued = numberIn(
      dir,
      "SELECT count(*) FROM accounting_outbox WHERE created_at >= ? AND status = 'queued' AND kind = 'reminder'",
      startedAt,
    );
    expect(numbersIn(first.stdout, lines)).toEqual([overdue, queued, overdue - queued]);
    const mailed = "SELECT count(*) FROM accounting_outbox WHERE created_at >= ? AND status <> 'queued'";
    expect(numberIn(dir, mailed, startedAt)).toBe(0);
    expect(queued).toBeGreaterThan(0);
  });

  it("tells of the orders what the order lines say", () => {
    const lines =
      /low +inventory\.low_stock +(\d+) items, (\d+) suppliers\n.*order +(\d+) purchase orders +EUR ([\d,.]+)\n/;
    const ordered = (what: string) =>
      numberIn(
        dir,
        `SELECT ${what} FROM inventory_purchase_order o JOIN inventory_purchase_order_line l ON l.purchase_order_id = o.id
         WHERE o.created_at >= ? AND o.status = 'sent' AND o.currency = 'EUR'`,
        startedAt,
      );
    expect(numbersIn(first.stdout, lines)).toEqual([
      ordered("count(DISTINCT l.item_id)"),
      ordered("count(DISTINCT o.supplier_id)"),
      ordered("count(DISTINCT o.id)"),
      ordered("sum(l.ordered * l.unit_cost_minor)") / 100,
    ]);
  });

  it("tells of the won deal what the reservation and the draft say", () => {
    const deal = /Won deal to cash +(DEAL-\d+) +as agent order-desk/.exec(first.stdout)?.[1] ?? "";
    const lines = /stock +(\d+) of (\d+) reserved\n.*invoice +draft, EUR ([\d,.]+)\n/;
    const reserved = (what: string) =>
      numberIn(
        dir,
        `SELECT ${what} FROM inventory_reservation_line l JOIN inventory_reservation r ON r.id = l.reservation_id
         WHERE r.reference = ?`,
        deal,
      );
    const drafted = numberIn(
      dir,
      "SELECT total_minor FROM accounting_invoice WHERE reference = ? AND state = 'draft' AND created_at >= ?",
      deal,
      startedAt,
    );
    expect(numbersIn(first.stdout, lines)).toEqual([
      reserved("sum(l.reserved)"),
      reserved("sum(l.requested)"),
      drafted / 100,
    ]);
  });

  it("tells of the tasks what stands in the CRM, with those of the killed run made once", () => {
    const nudged = numbersIn(first.stdout, /nudge +(\d+) tasks for \d+ people/)[0] ?? 0;
    const [more = 0, not] = numbersIn(first.stdout, /resumed in .*; (\d+) more tasks, not (\d+)/);
    const made = (what: string) =>
      numberIn(
        dir,
        `SELECT ${what} FROM crm_task WHERE created_by = 'agent:sales-assistant' AND created_at >= ?`,
        startedAt,
      );
    expect(made("count(*)")).toBe(nudged + more);
    expect(made("count(DISTINCT about_id)")).toBe(nudged + more);
    expect(not).toBe(more + 1);
    expect(more).toBeGreaterThan(0);
    const people = numberIn(
      dir,
      `SELECT count(DISTINCT assignee_id) FROM (SELECT assignee_id FROM crm_task
       WHERE created_by = 'agent:sales-assistant' AND created_at >= ? ORDER BY created_at, ref LIMIT ?)`,
      startedAt,
      nudged,
    );
    expect(numbersIn(first.stdout, /nudge +\d+ tasks for (\d+) people/)).toEqual([people]);
  });

  it("shows the refusal as it stands in the trail, with nothing changed", () => {
    const [entry = 0] = numbersIn(
      first.stdout,
      /✗ agent:collector → accounting\.refund_payment +POLICY_DENIED: no grant .*Nothing changed; entry #(\d+)\./,
    );
    const recorded =
      "SELECT count(*) FROM audit_entry WHERE seq = ? AND tool = ? AND principal = ? AND outcome = ?";
    expect(numberIn(dir, recorded, entry, "accounting.refund_payment", "agent:collector", "denied")).toBe(1);
    expect(numberIn(dir, "SELECT count(*) FROM accounting_refund WHERE created_at >= ?", startedAt)).toBe(0);
  });

  it("sums up the trail, which verifies", async () => {
    const of = (outcome: string) =>
      numberIn(dir, "SELECT count(*) FROM audit_entry WHERE outcome = ?", outcome);
    expect(
      numbersIn(
        first.stdout,
        /One trail: (\d+) entries · (\d+) done, (\d+) refused, (\d+) answered again · verified ✓/,
      ),
    ).toEqual([numberIn(dir, "SELECT count(*) FROM audit_entry"), of("done"), of("denied"), of("replayed")]);
    expect(numberIn(dir, "SELECT count(*) FROM audit_entry WHERE outcome IN ('failed', 'unknown')")).toBe(0);
    const verified = await runCli(["audit", "verify", "--workspace", dir, "--json"]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, faults: [] });
  });

  it("says what to try next", () => {
    expect(first.stdout).toMatch(/Try next\n.*npx ringmain .*\n.*audit tail.*\n.*connect claude-desktop/);
    expect(first.stdout).toMatch(
      /Nobody can approve these 2 requests: finance has no members\.\n.*second person[\s\S]*members: \[NAME\]/,
    );
  });

  it("starts from the same data again, and keeps a client's credential and pause", async () => {
    const config = join(dir, "claude.json");
    const connected = await runCli([
      "connect",
      "claude-desktop",
      "--config",
      config,
      "--yes",
      "--workspace",
      dir,
    ]);
    expect(connected).toMatchObject({ code: 0 });
    const credential = "SELECT count(*) FROM identity_credential WHERE principal = ? AND revoked_at IS NULL";
    expect(numberIn(dir, credential, "client:claude-desktop")).toBe(1);

    const workspace = ["--workspace", dir];
    await runCli(["pause", "--all", ...workspace]);
    expect(await demo(dir)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("ringmain resume --all"),
    });
    await runCli(["resume", "--all", ...workspace]);
    await runCli(["pause", "client:claude-desktop", ...workspace]);

    const second = await demo(dir, "--json");
    expect(second.code).toBe(0);
    expect(
      numberIn(dir, "SELECT count(*) FROM identity_pause WHERE principal = 'client:claude-desktop'"),
    ).toBe(1);
    const told = JSON.parse(second.stdout);
    const sums = (pattern: RegExp) => numbersIn(first.stdout, pattern)[0];
    expect(told).toMatchObject({
      reminders: { queued: sums(/(\d+) to outbox/), mailed: 0 },
      orders: { count: sums(/(\d+) purchase orders/) },
      tasks: { count: sums(/nudge +(\d+) tasks/) },
      denied: sums(/done, (\d+) refused/),
    });
    expect(told.runs.map(({ status }: { status: string }) => status)).toEqual([
      "waiting",
      "done",
      "done",
      "done",
    ]);
    expect(numberIn(dir, "SELECT count(*) FROM audit_entry")).toBe(told.entries);
    expect(numberIn(dir, credential, "client:claude-desktop")).toBe(1);
    await expectNoProcesses(dir);
  });

  it("ends with 1 and names the step when its agent has lost a grant", async () => {
    const file = join(dir, "agents/collector.md");
    const whole = readFileSync(file, "utf8");
    const without = whole.replace(/^.*accounting\.send_reminder.*\n/m, "");
    expect(without).not.toBe(whole);
    writeFileSync(file, without);
    const failed = await demo(dir);
    writeFileSync(file, whole);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("workflows/chase-overdue-invoices.yaml");
    expect(failed.stderr).toContain("- id: send");
    expect(failed.stderr).toContain('Agent "collector" has no grant for accounting.send_reminder.');
    expect(failed.stderr).toContain("agents/collector.md");
    await expectNoProcesses(dir);
  });
});

describeBuilt("ringmain demo in a workspace that it did not make", () => {
  let dir: string;
  const stateOf = () => readFileSync(join(dir, ".ringmain/demo/ringmain.db"));

  beforeAll(async () => {
    dir = copySample();
    expect(await runCli(["call", "crm.list_owners", "--workspace", dir])).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("refuses a workspace that does not say sample: true", async () => {
    const file = join(dir, "ringmain.yaml");
    const sample = readFileSync(file, "utf8");
    writeFileSync(file, sample.replace("sample: true\n", ""));
    const before = stateOf();
    for (const refused of [await demo(dir), await runCli(["demo"], { env: { RINGMAIN_WORKSPACE: dir } })]) {
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain("is not the sample workspace, so it is not reset");
      expect(refused.stderr).toContain("sample: true");
    }
    expect(stateOf()).toEqual(before);
    writeFileSync(file, sample);
  });

  it("refuses a state that did not begin as sample data", async () => {
    const before = stateOf();
    const refused = await demo(dir);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("was not made by the demo");
    expect(stateOf()).toEqual(before);
  });

  it("refuses a state elsewhere", async () => {
    const file = join(dir, "ringmain.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("state: .ringmain/demo", "state: .ringmain"));
    const refused = await demo(dir, "--json");
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "STATE_INVALID" } });
    expect(existsSync(join(dir, ".ringmain/ringmain.db"))).toBe(false);
  });
});
