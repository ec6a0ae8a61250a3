import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { isBusy, runWarm } from "./run-warm.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The built program of the command line. */
export const builtCli = join(root, "dist/src/cli/main.js");

/** The built program of one of Ringmain's own servers, or of its sample data. */
export function builtServer(name: string, program: "main" | "seed" = "main"): string {
  return join(root, `dist/servers/${name}/${program}.js`);
}

interface Grants {
  tools: readonly string[];
  limits?: Readonly<Record<string, number>>;
}

/** What stands in the files of a workspace. */
export interface WorkspaceFiles {
  /** Fills the three servers with the sample company; the state is then `.ringmain/demo`. */
  sample?: boolean;
  /** As in ringmain.yaml. The three built-in servers when left out. */
  servers?: Readonly<Record<string, object>>;
  /** A role without `members` is everyone's. By default everyone has a role that grants nothing. */
  roles?: Readonly<Record<string, Grants & { members?: readonly string[] }>>;
  clients?: Readonly<Record<string, Grants>>;
  /** As in ringmain.yaml. */
  audit?: object;
  agents?: Readonly<Record<string, Grants>>;
  /** YAML texts by id. */
  workflows?: Readonly<Record<string, string>>;
  /** Cedar texts by file name without `.cedar`. */
  policies?: Readonly<Record<string, string>>;
}

/** How a command ended, and what it wrote. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A workspace in a temporary folder, used by the built program as a person's would be. */
export interface TestWorkspace {
  dir: string;
  stateDir: string;
  databasePath: string;
  /** Runs `ringmain ARGS --workspace DIR` of the built program to its end, in this process. Never rejects for an exit code. */
  ringmain(...args: string[]): Promise<Ended>;
  /** Starts the same; stdin is closed, stdout and stderr are pipes. */
  start(...args: string[]): ChildProcess;
  /** The rows of a query over the database as it stands now. */
  query(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[];
  /** The same files and the same state in another folder. Nobody may have the database open. */
  copy(): TestWorkspace;
  remove(): void;
  [Symbol.dispose](): void;
}

/** Writes a workspace into a new folder, and fills it when it is the sample. It vanishes with `using`. */
export async function makeWorkspace(files: WorkspaceFiles = {}): Promise<TestWorkspace> {
  const {
    sample = false,
    roles = { operator: {} },
    clients = {},
    agents = {},
    workflows = {},
    policies = {},
  } = files;
  const builtin = ["crm", "accounting", "inventory"];
  const servers = files.servers ?? Object.fromEntries(builtin.map((name) => [name, { builtin: name }]));
  const state = sample ? ".ringmain/demo" : ".ringmain";
  const dir = mkdtempSync(join(tmpdir(), "ringmain-"));
  const everyone = ([name, role]: [string, object]) => [name, { members: ["*"], ...role }];
  const config = {
    name: "Test company",
    ...(sample && { sample, state }),
    servers,
    roles: Object.fromEntries(Object.entries(roles).map(everyone)),
    clients,
    audit: files.audit,
  };
  write(dir, "ringmain.yaml", stringify(config));
  for (const [id, grants] of Object.entries(agents))
    write(dir, `agents/${id}.md`, `---\n${stringify({ description: `Agent ${id}.`, ...grants })}---\n`);
  for (const [id, text] of Object.entries(workflows)) write(dir, `workflows/${id}.yaml`, text);
  for (const [id, text] of Object.entries(policies)) write(dir, `policies/${id}.cedar`, text);
  const workspace = openTestWorkspace(dir, state);
  if (sample) await Promise.all(builtin.map((name) => seed(name, dir)));
  return workspace;
}

function openTestWorkspace(dir: string, state: string): TestWorkspace {
  const stateDir = join(dir, state);
  const databasePath = join(stateDir, "ringmain.db");
  const start = (...args: string[]) =>
    spawn(process.execPath, [builtCli, ...args, "--workspace", dir], {
      cwd: dir,
      env: plainEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  return {
    dir,
    stateDir,
    databasePath,
    start,
    ringmain: (...args) =>
      isBusy()
        ? untilEnd(start(...args))
        : runWarm([...args, "--workspace", dir], { cwd: dir, env: plainEnvironment() }),
    query(sql, ...values) {
      const database = new DatabaseSync(databasePath, { readOnly: true, timeout: 5_000 });
      try {
        return database.prepare(sql).all(...values);
      } finally {
        database.close();
      }
    },
    copy() {
      const copied = mkdtempSync(join(tmpdir(), "ringmain-"));
      cpSync(dir, copied, { recursive: true });
      return openTestWorkspace(copied, state);
    },
    remove,
    [Symbol.dispose]: remove,
  };
}

/** Collects what a process writes until it ends. */
export function untilEnd(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The environment of a person without settings: nothing of the test runner's own reaches the program. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), LANG: "C.UTF-8", NO_COLOR: "1", ...more };
}

async function seed(name: string, dir: string): Promise<void> {
  const env = plainEnvironment({ RINGMAIN_WORKSPACE: dir });
  await run(process.execPath, [builtServer(name, "seed")], { env });
}

function write(dir: string, file: string, text: string): void {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
