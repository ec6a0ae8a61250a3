import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { keys, type PtyScreen, startInPty } from "../helpers/pty.ts";

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
