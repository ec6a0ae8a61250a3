import { createPrivateKey } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pc from "picocolors";
import { afterAll, beforeAll, expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { sha256Hex } from "../../../../src/audit/commitment.ts";
import { createNotary } from "../../../../src/audit/notary.ts";
import { entriesOfRecord } from "../../../../src/audit/record-entries.ts";
import { checkpointFolder } from "../../../../src/cli/audit/workspace-notary.ts";
import { createTrailJournal } from "../../../../src/cli/trail-journal.ts";
import { type Cause, causeFinder } from "../../../../src/cli/why/cause.ts";
import { causeLines } from "../../../../src/cli/why/cause-text.ts";
import { findRecord, tableNamed, tablesWith } from "../../../../src/cli/why/find-record.ts";
import { recordHistory } from "../../../../src/cli/why/record-history.ts";
import { transact } from "../../../../src/db/transaction.ts";
import { ensureKeys, ensureWriterKey, readPrivateKey } from "../../../../src/identity/keys.ts";
import { type OpenServer, openServer } from "../../../../src/kit/open-server.ts";
import { loadWorkspace } from "../../../../src/workspace/load-workspace.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../../fixtures/kit/temporary-workspace.ts";

const runId = "run_1";
const workflowText = "name: Bill it\n";
const workflowHash = sha256Hex(workflowText);

let files: TemporaryWorkspace;
let server: OpenServer;
let database: DatabaseSync;
let draft: { id: string; number: string };

async function call(tool: string, args: object, token: string, step?: string) {
  const key = step === undefined ? undefined : `${runId}/${step}`;
  const identify = () => server.identify(token);
  const answer = await server.pipeline.call({ tool, arguments: args, step, key, identify });
  if (answer.result === undefined) throw answer.error;
  return JSON.parse(answer.result);
}

const workspace = () => loadWorkspace(files.dir);
const history = (id: string) => recordHistory(database, "accounting_invoice", id);
const causes = (id: string): Cause[] =>
  history(id).versions.map(({ entry }) => causeFinder(workspace(), database)(entry));

// an invoice: drafted by a run of an agent, which a person started, sealed, and then posted by that person
beforeAll(async () => {
  files = await temporaryWorkspace({
    agents: { biller: { tools: ["accounting.*", "accounting.create_invoice_draft"] } },
    roles: {
      books: { tools: ["accounting.post_invoice", "accounting.upsert_customer"], members: ["maria"] },
    },
    policies: {
      limits:
        '@id("no-huge") forbid (principal, action == Action::"accounting.post_invoice", resource) when { context.arguments.invoice_id == "x" };',
    },
  });
  mkdirSync(join(files.dir, "workflows"));
  writeFileSync(join(files.dir, "workflows/bill-it.yaml"), workflowText);
  server = await openServer(definition, { now: () => startOfTests }, { RINGMAIN_WORKSPACE: files.dir });
  database = new DatabaseSync(files.databasePath, { timeout: 10_000 });
  const maria = await files.token("user:maria", { roles: ["books"] });
  const run = { id: runId, workflow: "bill-it", workflowHash };
  const biller = await files.token("agent:biller", { run });

  const { id: customer } = await call(
    "upsert_customer",
    {
      external_id: "N1",
      name: "Nordwind",
      email: "books@nordwind.example",
      currency: "EUR",
      language: "en",
      payment_terms_days: 14,
    },
    maria,
  );
  const writerKey = ensureWriterKey(files.stateDir);
  await transact(database, () =>
    createTrailJournal(database, writerKey).recordStart({
      runId,
      workflow: "bill-it",
      workflowHash,
      agent: "biller",
      startedBy: "user:maria",
      inputs: {},
      createdAt: startOfTests,
    }),
  );
  const lines = [{ description: "Rope", quantity: 2, unit_price: { minor: 1000, currency: "EUR" } }];
  draft = await call(
    "create_invoice_draft",
    { customer_id: customer, reference: "PO 7", lines },
    biller,
    "draft",
  );
  ensureKeys(files.stateDir, "notary");
  const privateKey = createPrivateKey(readPrivateKey(files.stateDir, "notary"));
  await createNotary({ database, privateKey, writerKey, folder: checkpointFolder(workspace()) }).seal();
  await call("post_invoice", { invoice_id: draft.id, expected_version: 1 }, maria);
});
afterAll(() => {
  server.close();
  database.close();
  files[Symbol.dispose]();
});

it("leads from an invoice to the calls behind each version, the run, and who started it", () => {
  const [drafted, posted, ...rest] = causes(draft.id);
  expect(rest).toEqual([]);
  expect(drafted).toMatchObject({
    entry: { tool: "accounting.create_invoice_draft", principal: "agent:biller", key: "run_1/draft" },
    grant: { line: "accounting.create_invoice_draft", places: ["agents/biller.md:5"] },
    run: {
      id: runId,
      step: "draft",
      workflow: "bill-it",
      workflowHash,
      workflowFile: "unchanged",
      startedBy: "user:maria",
      startEntry: 2,
    },
    checkpoint: { file: "000000000003.checkpoint", size: 3 },
  });
  expect(posted).toMatchObject({
    entry: { tool: "accounting.post_invoice", principal: "user:maria" },
    grant: { line: "accounting.post_invoice", places: [expect.stringMatching(/^ringmain\.yaml:\d+$/)] },
    policies: [{ id: "no-huge", place: "policies/limits.cedar:1" }],
  });
  expect(posted?.run).toBeUndefined();
  expect(posted?.checkpoint).toBeUndefined();
});

it("is found by its id, by the number it has now and by the one it had, whatever the case of the letters", () => {
  const { number } = findRecord(database, "accounting_invoice", draft.id)?.row ?? {};
  expect(number).toMatch(/^INV-2026-\d+$/);
  for (const name of [draft.id, String(number), String(number).toLowerCase(), draft.number]) {
    expect(history(name).record.id).toBe(draft.id);
    expect(tablesWith(database, name)).toEqual(["accounting_invoice"]);
  }
  expect(history(draft.id)).toMatchObject({ version: 2, unexplained: false });
});

it("tells what was meant by an unknown record, table or number", () => {
  const told = (hint: string) =>
    expect.objectContaining({ code: "NOT_FOUND", hint: expect.stringContaining(hint) });
  const { number } = findRecord(database, "accounting_invoice", draft.id)?.row ?? {};
  expect(() => history(`${number}9`)).toThrow(told(`Did you mean "${number}"?`));
  expect(() => history("nothing like it at all")).toThrow(told("Name it by its id"));
  expect(() => tableNamed(database, "accounting.invoise")).toThrow(
    told('Did you mean "accounting.invoice"?'),
  );
  expect(() => recordHistory(database, "accounting_customer", String(number))).toThrow(
    told("accounting.invoice"),
  );
});

it("says that a workflow or a policy is no more what it was, and that a checkpoint is forged", () => {
  const file = join(files.dir, "workflows/bill-it.yaml");
  const policy = join(files.dir, "policies/limits.cedar");
  const note = join(checkpointFolder(workspace()), "000000000003.checkpoint");
  writeFileSync(file, "name: Bill it twice\n");
  writeFileSync(policy, "");
  writeFileSync(note, "forged\n");
  const [drafted, posted] = causes(draft.id);
  expect(drafted?.run?.workflowFile).toBe("changed");
  expect(drafted?.checkpoint?.fault).toContain("cannot be trusted");
  expect(posted?.policies).toEqual([{ id: "no-huge" }]);
  const lines = [drafted, posted].flatMap((cause) =>
    cause ? [...causeLines(cause, pc.createColors(false))] : [],
  );
  expect(lines.join("\n")).toContain("(the file was changed since)");
  expect(lines.join("\n")).toContain("no-huge (no such policy today)");
});

it("notices a version that no entry tells of, and a row that is gone", () => {
  const forged = new DatabaseSync(files.databasePath);
  forged.exec("BEGIN; UPDATE accounting_customer SET version = 7");
  const [row] = forged.prepare("SELECT id FROM accounting_customer").all();
  expect(recordHistory(forged, "accounting_customer", String(row?.id))).toMatchObject({
    version: 7,
    unexplained: true,
  });
  forged.exec("PRAGMA defer_foreign_keys = ON; DELETE FROM accounting_customer");
  const gone = recordHistory(forged, "accounting_customer", String(row?.id));
  expect(gone.record.row).toBeUndefined();
  expect(gone.versions.map(({ version }) => version)).toEqual([1]);
  forged.exec("ROLLBACK");
  forged.close();
});

it("finds the entries of one record only, however alike the ids", () => {
  const [entry] = entriesOfRecord(database, { table: "accounting_invoice", id: draft.id });
  expect(entry?.changed.some(([, id]) => id === draft.id)).toBe(true);
  const other = draft.id.replace(/^inv_/, "invX");
  expect(entriesOfRecord(database, { table: "accounting_invoice", id: other })).toEqual([]);
  expect(entriesOfRecord(database, { table: "accounting_invoice", id: "%" })).toEqual([]);
  expect(entriesOfRecord(database, { table: "accounting%", id: draft.id })).toEqual([]);
});
