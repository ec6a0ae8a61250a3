import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { keys, startInPty } from "../helpers/pty.ts";
import { describeBuilt, expectNoProcesses, hasEscapeCodes, runCli } from "../helpers/run-cli.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const owners = `name: Owners
agent: reader
inputs:
  greeting: { type: string, default: hello }
steps:
  - id: owners
    call: crm.list_owners
outputs:
  greeting: \${{ inputs.greeting }}
`;

/** The JSON documents of an output that streams them, one a line. */
function lines(output: string): Record<string, unknown>[] {
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describeBuilt("the command line", () => {
  let workspace: TestWorkspace;
  const ringmain = (...args: string[]) =>
    runCli([...args, "--workspace", workspace.dir], { cwd: workspace.dir });

  beforeAll(async () => {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.create_lead"] } },
      clients: { "claude-desktop": { tools: ["crm.*"] } },
      agents: { reader: { tools: ["crm.*"] } },
      workflows: { owners },
    });
    expect(await ringmain("run", "owners")).toMatchObject({ code: 0 });
  });
  afterAll(() => workspace.remove());

  describe("help", () => {
    // the help of each command by itself: test/unit/cli/help.test.ts
    it.each([["audit tail"], ["run"]])("%s --help shows examples", async (words) => {
      const { code, stdout, stderr } = await runCli([...words.split(" "), "--help"], { cwd: "/" });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: ringmain ${words}`);
      expect(stdout).toMatch(/\nExamples:\n {2}ringmain /);
    });

    it("names every command", async () => {
      const { stdout } = await runCli(["--help"], { cwd: "/" });
      for (const { name, summary } of commands) {
        expect(stdout.replaceAll(/\s+/g, " ")).toContain(`${name} ${summary}`);
      }
    });

    it("is shown by `help`, and where there is no terminal for the screen", async () => {
      const whole = await runCli(["--help"], { cwd: "/" });
      expect(await runCli(["help"], { cwd: "/" })).toEqual(whole);
      expect(await runCli([], { cwd: "/" })).toEqual(whole);
      const ofRun = await runCli(["run", "--help"], { cwd: "/" });
      expect(await runCli(["help", "run"], { cwd: "/" })).toEqual(ofRun);
    });

    it("tells the version of the package", async () => {
      const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
      expect(await runCli(["--version"], { cwd: "/" })).toMatchObject({
        code: 0,
        stdout: `${manifest.version}\n`,
      });
    });
  });

  describe("a command line that is wrong", () => {
    const wrong: [string, string[], string[]][] = [
      ["an unknown command", ["ruh"], ['There is no command "ruh".', 'Did you mean "run"?']],
      ["a command like none", ["frobnicate"], ['There is no command "frobnicate".', "ringmain --help"]],
      ["an unknown subcommand", ["audit", "tali"], ["'tali'", "Did you mean tail?", "ringmain audit --help"]],
      [
        "an unknown option",
        ["check", "--jsno"],
        ["'--jsno'", "Did you mean --json?", "ringmain check --help"],
      ],
      ["a missing argument", ["run"], ["'workflow'", "ringmain run --help"]],
      ["one argument too many", ["agents", "x"], ["Too many arguments", "ringmain agents --help"]],
      ["a choice that is none", ["audit", "tail", "--outcome", "x"], ["'x' is invalid", "denied"]],
      ["an unknown workflow", ["run", "owner"], ['There is no workflow "owner".', 'Did you mean "owners"?']],
      [
        "an unknown tool",
        ["call", "crm.list_owner"],
        ['"crm.list_owner"', 'Did you mean "crm.list_owners"?'],
      ],
      ["a server for a tool", ["call", "crm"], ['There is no tool "crm".', "ringmain servers"]],
      ["an unknown server", ["mcp", "cmr"], ['There is no server "cmr"', 'Did you mean "crm"?']],
      ["an unknown principal", ["pause", "agent:redaer"], ['"agent:redaer"', 'Did you mean "agent:reader"?']],
      ["nobody to resume", ["resume"], ["Name one principal", "ringmain pause --list"]],
      ["an unknown client", ["clients", "add", "claud-desktop"], ['Did you mean "claude-desktop"?']],
      ["an unknown run", ["runs", "show", "run_1"], ['There is no run "run_1".', "ringmain runs ls"]],
      ["an unknown input", ["run", "owners", "-i", "greting=x"], ['"greting"', "greeting"]],
      [
        "an argument that is missing",
        ["call", "crm.create_lead"],
        ["company_name", "`ringmain call crm.create_lead --describe`"],
      ],
      [
        "an argument that is unknown",
        ["call", "crm.list_owners", "-a", "bogus=1"],
        ["bogus", "`ringmain call crm.list_owners --describe`"],
      ],
      [
        "a time that is none",
        ["audit", "tail", "--since", "yesterday"],
        ['"yesterday" is no time', "30m, 2h, 7d"],
      ],
      ["a number that is none", ["audit", "tail", "-n", "many"], ['"many"']],
      ["no concurrency", ["serve", "--concurrency", "0"], ['whole number from 1, not "0"']],
      [
        "a file that exists",
        ["audit", "export", "-o", "ringmain.yaml"],
        ["cannot be written", "must not exist"],
      ],
      [
        "a folder that is missing",
        ["audit", "export", "-o", "no/x"],
        ["cannot be written", "its folder must"],
      ],
      ["a workspace made twice", ["init", "."], ["is a workspace already", "Nothing was changed"]],
    ];

    it.each(wrong)("%s: says so with a remedy, and exits with 2", async (_what, args, told) => {
      const { code, stdout, stderr } = await ringmain(...args);
      for (const text of told) expect(stderr).toContain(text);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^[A-Z_]+ {2}\S/);
    });

    it.each(wrong.slice(0, 3))("%s: as JSON with --json", async (_what, args, [first = ""]) => {
      const { code, stdout, stderr } = await ringmain(...args, "--json");
      expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
      const { error } = JSON.parse(stdout);
      expect(error).toMatchObject({ code: "INPUT_INVALID", hint: expect.any(String) });
      expect(error.message).toContain(first);
    });

    it("takes the value of an option for no command", async () => {
      const named = await makeWorkspace();
      const { code, stdout } = await runCli(["--workspace", "demo", "check"], { cwd: join(named.dir, "..") });
      expect(code).toBe(2);
      expect(stdout).toBe("");
      const found = await runCli(["--workspace", named.dir, "agents", "--json"]);
      expect(JSON.parse(found.stdout)).toMatchObject({ agents: [] });
      named.remove();
    });
  });

  describe("permission", () => {
    it("refuses a person what no role of theirs grants, with exit code 3, and records it", async () => {
      const { code, stderr } = await ringmain(
        "call",
        "crm.create_task",
        "--args",
        JSON.stringify({ about: "COM-1", title: "x", assignee_id: "usr_x" }),
      );
      expect(code).toBe(3);
      expect(stderr).toContain("POLICY_DENIED");
      expect(stderr).toContain("has no grant for crm.create_task");
      const [entry] = workspace.query("SELECT tool, outcome FROM audit_entry ORDER BY seq DESC LIMIT 1");
      expect(entry).toMatchObject({ tool: "crm.create_task", outcome: "denied" });
    });
  });

  describe("--json", () => {
    const documents: [string[], object][] = [
      [["doctor"], { ok: true, findings: expect.any(Array) }],
      [["check"], { ok: true, workflows: ["owners"], problems: [] }],
      [["workflows"], { workflows: [{ workflow: "owners" }], problems: [] }],
      [["agents"], { agents: [{ id: "reader" }] }],
      [["servers"], { servers: [{ server: "crm", state: "ready" }], tools: expect.any(Array) }],
      [["call", "crm.list_owners"], { entry: expect.any(Number), result: expect.any(Object) }],
      [["call", "crm.create_lead", "--describe"], { server: "crm", name: "create_lead", effect: "create" }],
      [["pause"], { paused: [] }],
      [["pause", "agent:reader"], { principal: "agent:reader", changed: true }],
      [["resume", "agent:reader"], { principal: "agent:reader", changed: true, paused: [] }],
      [["clients"], { clients: [{ client: "claude-desktop", configured: true, credentials: [] }] }],
      [["runs"], { runs: [{ workflow: "owners", status: "done" }] }],
      [["audit", "verify"], { ok: true, faults: [] }],
      [["connect", "claude-desktop", "--config", "claude.json", "--yes"], { client: "claude-desktop" }],
      [["lock"], { tools: expect.any(Number), added: expect.any(Array), removed: [], changed: [] }],
    ];

    it.each(documents.map(([args, shape]) => [args.join(" "), args, shape] as const))(
      "%s gives one document, and no messages",
      async (_name, args, shape) => {
        const { code, stdout, stderr } = await ringmain(...args, "--json");
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(JSON.parse(stdout)).toMatchObject(shape);
      },
    );

    it("run, audit tail and audit export give one document a line", async () => {
      const ran = await ringmain("run", "owners", "--json", "-i", "greeting=guten Tag");
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      const events = lines(ran.stdout);
      expect(events.at(-1)).toMatchObject({
        event: "run",
        status: "done",
        outputs: { greeting: "guten Tag" },
      });
      expect(events.slice(0, -1).every(({ event }) => event === "step")).toBe(true);

      const id = String(events.at(-1)?.id);
      expect(JSON.parse((await ringmain("runs", "show", id, "--json")).stdout)).toMatchObject({
        id,
        status: "done",
      });
      const tail = await ringmain("audit", "tail", "--run", id, "--json");
      expect(lines(tail.stdout).map(({ tool }) => tool)).toEqual([
        "ringmain.start_run",
        "crm.list_owners",
        "ringmain.finish_run",
      ]);
      const exported = await ringmain("audit", "export", "--run", id);
      expect(lines(exported.stdout)).toEqual(lines(tail.stdout));
      const file = join(workspace.dir, "trail.jsonl");
      expect(await ringmain("audit", "export", "--run", id, "-o", file)).toMatchObject({
        code: 0,
        stdout: "",
      });
      expect(readFileSync(file, "utf8")).toBe(exported.stdout);
    });

    it("a failure is a document too", async () => {
      const { code, stdout, stderr } = await ringmain("run", "nothing", "--json");
      expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: "NOT_FOUND", retryable: false } });
    });
  });

  describe("output", () => {
    const shown = [["servers"], ["agents"], ["runs"], ["audit", "tail"], ["doctor"]];

    it.each(shown.map((args) => [args.join(" "), args]))(
      "%s has no colours where there is no terminal",
      async (_name, args) => {
        const { stdout, stderr, code } = await runCli([...args, "-w", workspace.dir], {
          env: { NO_COLOR: "" },
        });
        expect(code).toBe(0);
        expect(hasEscapeCodes(stdout + stderr)).toBe(false);
        expect(stdout).not.toBe("");
        // nothing trails behind a column
        expect(stdout).not.toMatch(/[ \t]$/m);
      },
    );

    it("has colours on a terminal, and none with NO_COLOR", async () => {
      const inTerminal = async (environment: Record<string, string>) => {
        const args = [builtCli, "audit", "verify", "-w", workspace.dir];
        const screen = startInPty({ file: process.execPath, args, environment });
        expect(await screen.exit()).toEqual({ exitCode: 0 });
        expect(screen.text()).toContain("entries verified");
        return screen.coloured();
      };
      expect(await inTerminal({})).toBe(true);
      expect(await inTerminal({ NO_COLOR: "1" })).toBe(false);
    });

    it("is quiet with -q: data only", async () => {
      const { code, stdout, stderr } = await ringmain("call", "crm.list_owners", "-q");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ items: [] });
    });

    it("ends silently when its reader has seen enough", async () => {
      // the list of the tools is longer than any pipe holds
      const script = `{ "$0" "$@"; echo "code $?" >&2; } | head -n 1`;
      const command = ["sh", "-c", script, process.execPath, builtCli];
      const { stdout, stderr } = await runCli(["servers", "--json", "-w", workspace.dir], { command });
      expect(stdout).toBe("{\n");
      expect(stderr).toBe("code 0\n");
      await expectNoProcesses(workspace.dir);
    });

    it("works on when nobody reads its messages", async () => {
      const script = `"$0" "$@" 2>&- ; echo "code $?"`;
      const command = ["sh", "-c", script, process.execPath, builtCli];
      const { stdout } = await runCli(["call", "crm.list_owners", "-w", workspace.dir], { command });
      expect(stdout).toContain("code 0");
    });
  });

  describe("init", () => {
    it("makes a workspace in which what it says to try next works", async () => {
      const dir = join(workspace.dir, "harbour");
      const made = await runCli(["init", "harbour", "--name", 'Harbour: "Trading"'], { cwd: workspace.dir });
      expect(made).toMatchObject({ code: 0, stderr: "" });
      expect(made.stdout).toContain("cd harbour");
      expect(existsSync(join(dir, "ringmain.lock"))).toBe(true);
      expect(await runCli(["check"], { cwd: dir })).toMatchObject({ code: 0, stderr: "" });
      const ran = await runCli(["run", "overdue-report"], { cwd: dir });
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      expect(ran.stdout).toContain("invoices: 0");
      const call = (tool: string, ...given: string[]) => runCli(["call", tool, "-a", ...given], { cwd: dir });
      expect(await call("crm.upsert_owner", "name=Nina", "email=nina@example.com")).toMatchObject({
        code: 0,
      });
      const written = await call("crm.create_lead", "company_name=Nord", "contact_name=Ada");
      expect(written).toMatchObject({ code: 0 });
      rmSync(dir, { recursive: true });
    });
  });

  describe("confirm", () => {
    it("asks on a terminal, and changes nothing when the answer is no", async () => {
      const config = join(workspace.dir, "asked.json");
      const ask = (answer: string) => {
        const args = [builtCli, "connect", "claude-desktop", "--config", config, "-w", workspace.dir];
        const screen = startInPty({ file: process.execPath, args, columns: 200, rows: 60 });
        return screen
          .until("[y/N]")
          .then(() => screen.press(answer, keys.enter))
          .then(() => screen.exit());
      };
      expect(await ask("n")).toEqual({ exitCode: 2 });
      expect(existsSync(config)).toBe(false);
      expect(await ask("y")).toEqual({ exitCode: 0 });
      expect(existsSync(config)).toBe(true);
    });
  });
});
