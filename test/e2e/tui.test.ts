import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeApproverKey, writeKeyFile } from "../../src/approval/approver-key.ts";
import { recordEnrolment } from "../../src/cli/approvals/record-enrolment.ts";
import { checkWorkspace } from "../../src/cli/check-workspace.ts";
import { openRing, openWorkspace } from "../../src/cli/wire.ts";
import { ensureWriterKey } from "../../src/identity/keys.ts";
import { keys, type PtyScreen, startInPty } from "../helpers/pty.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = ["src/cli/main.js", "src/tui/run-tui.js", "servers/accounting/seed.js"].every((file) =>
  existsSync(join(root, "dist", file)),
);
const why = built ? "" : " (skipped: dist/ is missing; npm run build makes it)";

let screen: PtyScreen | undefined;
afterEach(() => {
  screen?.kill("SIGKILL");
  screen = undefined;
});

function open(args: string[], options: Partial<Parameters<typeof startInPty>[0]> = {}): PtyScreen {
  screen = startInPty({ file: process.execPath, args, ...options });
  return screen;
}

describe.skipIf(!built)(`the screen over the sample workspace${why}`, () => {
  let dir = "";
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "ringmain-tui-"));
    for (const name of ["agents", "workflows", "policies", "ringmain.yaml", "ringmain.lock"]) {
      if (existsSync(join(root, name))) cpSync(join(root, name), join(dir, name), { recursive: true });
    }
    const environment = { ...process.env, RINGMAIN_WORKSPACE: dir };
    execFileSync(process.execPath, [join(root, "dist/servers/accounting/seed.js")], { env: environment });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const ringmain = (options: Partial<Parameters<typeof startInPty>[0]> = {}) =>
    open([join(root, "bin/ringmain.mjs"), "--workspace", dir], options);

  it("starts a workflow, follows it to its end and tails the trail", async () => {
    const { until, press, exit, restored } = ringmain();
    await until("accounting.list_invoices", 30_000);
    press(keys.enter);
    await until("❯ min_days");
    press(keys.enter);
    const question = await until("Esc back");
    expect(question).toContain("agent:collector");
    expect(question).toContain("min_days = 7");
    expect(question).toMatch(/send +accounting\.send_reminder/);
    press(keys.enter);
    const shown = await until(/\? waiting after[\s\S]*waits for apr_/, 30_000);
    const found = Number(/✓ overdue +(\d+) found/.exec(shown)?.[1]);
    const [, done, waiting] = /send +(\d+) done, (\d+) waiting/.exec(shown) ?? [];
    expect(found).toBeGreaterThan(2);
    expect(Number(done) + Number(waiting)).toBe(found);
    press("3");
    await until(/\? \d\d:\d\d Chase overdue/);
    press("q");
    expect(await exit()).toEqual({ exitCode: 0 });
    expect(restored()).toBe(true);

    const database = new DatabaseSync(join(dir, ".ringmain/demo/ringmain.db"), { readOnly: true });
    const sent = "SELECT count(*) AS n FROM audit_entry WHERE body ->> '$.tool' = 'accounting.send_reminder'";
    const count = (outcome: string) => database.prepare(`${sent} AND outcome = ?`).get(outcome)?.n;
    expect([count("done"), count("denied")]).toEqual([Number(done), Number(waiting)]);
    database.close();
  });

  it("writes no colour where NO_COLOR is set, and still shows what is chosen", async () => {
    const { until, press, exit, coloured } = ringmain({ environment: { NO_COLOR: "1" } });
    expect(await until("accounting.list_invoices", 30_000)).toMatch(/❯ .*Chase overdue invoices/);
    press("2");
    await until("[2 Agents");
    press(keys.ctrlC);
    expect(await exit()).toEqual({ exitCode: 0 });
    expect(coloured()).toBe(false);
  });
});

describe.skipIf(!built)(`the approvals tab${why}`, () => {
  const passphrase = "correct horse battery";
  let workspace: TestWorkspace;
  beforeAll(async () => {
    workspace = await makeWorkspace({
      roles: { finance: { tools: ["crm.*"] } },
      agents: { clerk: { tools: ["crm.upsert_owner"] } },
      policies: { ask: askAboutOwners },
      workflows: { hire: hire },
    });
    await runOfSomebodyElse(workspace.dir, passphrase);
  });
  afterAll(() => workspace.remove());

  it("shows what waits, and takes a yes by the typed passphrase alone, after which the run goes on", async () => {
    const { until, press, exit, text } = open([builtCli, "--workspace", workspace.dir]);
    await until("4 Approvals 1", 30_000);
    press("4");
    const shown = await until(/\[4 Approvals 1\][\s\S]*ask-about-owners/);
    expect(shown).toContain("agent:clerk");
    expect(shown).toContain("started by  user:joe");
    for (const part of ["(policies/ask.cedar:1)", "asks finance"]) expect(shown).toContain(part);
    press(keys.pageDown, keys.pageDown);
    await until(/ada@nordwind\.example[\s\S]*crm_owner/);

    press("a");
    await until("❯ reason");
    // as a paste would bring it: what follows Enter is never in the open
    press("as agreed\rswordfish\r");
    const refused = await until("The passphrase is not the right one.");
    expect(refused).toContain("as agreed");
    expect(refused).not.toContain("swordfish");
    expect(workspace.query("SELECT status FROM approval_request")).toEqual([{ status: "pending" }]);

    press(`${passphrase}x`);
    await until("•".repeat(passphrase.length + 1));
    press("\x7f", keys.enter);
    await until(/is approved[\s\S]*once/);
    await until("Nothing waits for approval.");
    press("1");
    await until(/✓ done in[\s\S]*ringmain\.finish_run/);
    expect(text()).not.toContain(passphrase);
    press("q");
    expect(await exit()).toEqual({ exitCode: 0 });
    expect(workspace.query("SELECT status FROM approval_request")).toEqual([{ status: "used" }]);
    expect(workspace.query("SELECT name FROM crm_owner")).toEqual([{ name: "Ada Nord" }]);
    const decided =
      "SELECT body FROM audit_entry WHERE body ->> '$.tool' = 'ringmain.approve_call' ORDER BY seq";
    const bodies = workspace.query(decided).map(({ body }) => JSON.parse(String(body)));
    expect(bodies).toMatchObject([{ outcome: "denied" }, { outcome: "done", reason: "as agreed" }]);
  });
});

const askAboutOwners = `@id("ask-about-owners") @approval("finance")
forbid (principal, action == Action::"crm.upsert_owner", resource);`;
const hire = `name: Hire somebody
agent: clerk
steps:
  - id: owner
    call: crm.upsert_owner
    with: { name: Ada Nord, email: ada@nordwind.example }
`;

/** Enrolls the person at the keyboard, and leaves a run waiting that another person has started. */
async function runOfSomebodyElse(dir: string, passphrase: string): Promise<void> {
  const workspace = openWorkspace(dir);
  const ring = await openRing({ workspace, unpinned: true });
  try {
    const { database, person, engine } = ring;
    const key = makeApproverKey({ principal: person.principal, passphrase });
    const writeFile = () => writeKeyFile(workspace.stateDir, person.principal, key.sealed);
    const writerKey = ensureWriterKey(workspace.stateDir);
    await recordEnrolment({ database, writerKey, person, key, writeFile, now: new Date() });
    const { plans } = await checkWorkspace(workspace, await ring.tools());
    const [plan] = plans;
    if (plan === undefined) throw new Error("the workflow has faults");
    const run = await engine.run({ runId: "run_of_joe", plan, inputs: {}, startedBy: "user:joe" });
    expect(run.status).toBe("waiting");
  } finally {
    await ring.close();
  }
}

describe.skipIf(!built)(`the screen over a played program${why}`, () => {
  const played = (mode = "", options: Partial<Parameters<typeof startInPty>[0]> = {}) =>
    open([join(root, "test/fixtures/tui/screen.mjs"), mode], options);

  it("refuses a wrong input with its reason, and takes the next", async () => {
    const { until, press } = played();
    await until("Chase overdue");
    press(keys.enter);
    await until("❯ min_days");
    press("x");
    await until("7x");
    press(keys.enter);
    await until('cannot be "7x"');
    press("\x7f");
    await until((text) => !text.includes("7x"));
    press(keys.enter);
    await until("min_days = 7");
  });

  it("follows 400 items and shows the one that was refused", async () => {
    const { until, press } = played();
    await until("Chase overdue");
    press(keys.enter);
    await until("❯ min_days");
    press(keys.enter);
    await until("Esc back");
    press(keys.enter);
    const shown = await until(/✓ done in[\s\S]*finish_run/);
    expect(shown).toContain("400 found");
    expect(shown).toMatch(/! send +399 done, 1 refused/);
    expect(shown).toMatch(/✗ inv_7 {2}POLICY_DENIED/);
    expect(shown).toContain("Trail · 403 entries");
  });

  it("draws a long list around its chosen row, and the faults of a broken workflow", async () => {
    const { until, press } = played();
    await until("Chase overdue");
    press("j", "j");
    expect(await until("crm.serch")).toContain("workflows/broken.yaml:3:9");
    press(keys.end);
    expect(await until(/❯ +Workflow number 59/)).not.toContain("Chase overdue");
  });

  it("interrupts what runs only when it was asked to, and says so", async () => {
    const { until, press, exit, restored } = played();
    await until("Chase overdue");
    press("j", keys.enter);
    await until("Start A slow one?");
    press(keys.enter);
    await until("▸ wait");
    press("q");
    await until("1 run under way");
    press(keys.escape);
    await until((text) => !text.includes("Quit?"));
    press(keys.ctrlC);
    await until("1 run under way");
    press(keys.ctrlC);
    expect(await exit()).toEqual({ exitCode: 0 });
    expect(restored()).toBe(true);
    expect(screen?.text()).toContain("left, 1 interrupted");
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("gives the terminal back on %s", async (signal) => {
    const { until, press, kill, exit, restored } = played();
    await until("Chase overdue");
    press("j", keys.enter);
    await until("Start A slow one?");
    press(keys.enter);
    await until("▸ wait");
    kill(signal);
    await exit();
    expect(restored()).toBe(true);
    expect(screen?.text()).toContain("left, 1 interrupted");
  });

  it("gives the terminal back when something breaks, and shows what", async () => {
    const { until, press, exit, restored } = played("throws");
    await until("Chase overdue");
    press("j", keys.enter);
    await until("Start A slow one?");
    press(keys.enter);
    expect((await exit()).exitCode).not.toBe(0);
    expect(restored()).toBe(true);
    expect(screen?.text()).toContain("thrown out of nowhere");
  });

  it("tells why the workflows cannot be read", async () => {
    const { until } = played("fails");
    await until("the servers do not start");
  });

  it("follows the window's size, and says when it is too small", async () => {
    const { until, resize } = played();
    await until("Chase overdue");
    resize(40, 10);
    await until("The window is 40×10; it needs 60×16.");
    resize(120, 40);
    const shown = await until("Workflow number 20");
    expect(shown.split("\n").at(-1)).toContain("q quit");
    expect(shown.split("\n")[0]).toMatch(/Ringmain.*crm ○$/);
  });
});
