import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Agent, type PrincipalLimits, parseAgent } from "../core/agent-file.ts";
import type { AmountLimit } from "../core/amount-limit.ts";
import { parseDuration } from "../core/duration.ts";
import { RingmainError } from "../core/errors.ts";
import { compareProblems, type Problem } from "../core/problem.ts";
import { parseWorkspaceFile, type WorkspaceFile } from "../core/workspace-file.ts";
import type { ProblemAt, YamlPath } from "../core/yaml-file.ts";
import { unreadFiles } from "./unread-files.ts";

/** A file of the workspace. `file` is relative to it. */
export interface SourceFile {
  id: string;
  file: string;
  text: string;
}

/** A workspace as its files stand now. Agents with faults are left out, and so have no grants. */
export interface Workspace {
  dir: string;
  stateDir: string;
  databasePath: string;
  config: WorkspaceFile;
  agents: Agent[];
  /** Not parsed here: `check` does. */
  workflows: SourceFile[];
  policies: SourceFile[];
  /** `policies/*.test.yaml`, for `ringmain policy test`. */
  policyTests: SourceFile[];
  /** Faults of the agent files, and files that are not read. */
  problems: Problem[];
  /** For faults that only the tools can tell: every list of amount limits, and where its values stand. */
  amountLimits: PlacedAmountLimits[];
}

/** A list under `amounts_per_day`; paths are within it. */
interface PlacedAmountLimits {
  limits: readonly AmountLimit[];
  problemAt: ProblemAt;
}

/**
 * Reads a workspace. Throws WORKFLOW_INVALID with its problems when ringmain.yaml itself is wrong, and
 * STATE_INVALID when one of its files cannot be read.
 */
export function loadWorkspace(dir: string): Workspace {
  const path = join(dir, "ringmain.yaml");
  const { value: config, problems: faults, problemAt } = parseWorkspaceFile(readText(path));
  if (config === undefined) throw faultyFile(faults);
  const stateDir = resolve(dir, config.state);
  const parsed = sourceFiles(dir, "agents", ".md").map(({ id, file, text }) => parseAgent(id, file, text));
  return {
    dir,
    stateDir,
    databasePath: join(stateDir, "ringmain.db"),
    config,
    agents: parsed.flatMap(({ agent, problems }) =>
      agent === undefined || problems.length > 0 ? [] : [agent],
    ),
    workflows: sourceFiles(dir, "workflows", ".yaml").filter(({ id }) => !id.endsWith(".test")),
    policies: sourceFiles(dir, "policies", ".cedar"),
    policyTests: sourceFiles(dir, "policies", ".test.yaml"),
    problems: [...parsed.flatMap(({ problems }) => problems), ...unreadFiles(dir)].sort(compareProblems),
    amountLimits: [
      ...parsed.flatMap(({ agent, problemAt }) => placed(agent?.limits, [], problemAt)),
      ...(["clients", "roles"] as const).flatMap((kind) =>
        Object.entries(config[kind]).flatMap(([id, { limits }]) => placed(limits, [kind, id], problemAt)),
      ),
    ],
  };
}

function placed(
  limits: PrincipalLimits | undefined,
  owner: YamlPath,
  problemAt: ProblemAt | undefined,
): PlacedAmountLimits[] {
  if (limits?.amounts_per_day === undefined || problemAt === undefined) return [];
  const start = [...owner, "limits", "amounts_per_day"];
  return [
    { limits: limits.amounts_per_day, problemAt: (path, ...told) => problemAt([...start, ...path], ...told) },
  ];
}

function faultyFile(faults: readonly Problem[]): RingmainError {
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const hints = faults.flatMap(({ hint }) => hint ?? []);
  return new RingmainError("WORKFLOW_INVALID", lines.join("\n"), {
    hint: hints.length > 0 ? hints.join("\n") : "Mend the file and try again; nothing was done.",
    details: { problems: faults },
  });
}

function sourceFiles(dir: string, folder: string, ending: string): SourceFile[] {
  const path = join(dir, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .sort()
    .map((name) => ({
      id: name.slice(0, -ending.length),
      file: `${folder}/${name}`,
      text: readText(join(path, name)),
    }));
}

/** `workflows/*.test.yaml`, for `ringmain test`. Nothing else needs them, so that they cost no other command anything. */
export function readWorkflowTests({ dir }: Workspace): SourceFile[] {
  return sourceFiles(dir, "workflows", ".test.yaml");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new RingmainError("STATE_INVALID", `${path} cannot be read.`, {
      hint: "It must be a file that this user may read.",
      cause,
    });
  }
}

/** Who has which grants: `agent:collector`, `client:claude-desktop`, `role:owner` → their `tools:` lists. */
export function grantsOf(workspace: Workspace): Map<string, readonly string[]> {
  return new Map(principals(workspace).map(({ id, tools }) => [id, tools]));
}

/** The limits of each principal, by the same names. */
export function limitsOf(workspace: Workspace): Map<string, Agent["limits"]> {
  return new Map(principals(workspace).map(({ id, limits }) => [id, limits]));
}

function principals({ agents, config }: Workspace) {
  return [
    ...agents.map(({ id, tools, limits }) => ({ id: `agent:${id}`, tools, limits })),
    ...Object.entries(config.clients).map(([id, { tools, limits }]) => ({
      id: `client:${id}`,
      tools,
      limits,
    })),
    ...Object.entries(config.roles).map(([id, { tools, limits }]) => ({ id: `role:${id}`, tools, limits })),
  ];
}

/** The roles of an operating-system user: those that name the user, and those of everyone (`*`). */
export function rolesOf(workspace: Workspace, user: string): string[] {
  return Object.entries(workspace.config.roles)
    .filter(([, { members }]) => members.includes(user) || members.includes("*"))
    .map(([role]) => role);
}

/** What the call pipeline must know of approvals (ApprovalRules). */
export function approvalRulesOf(workspace: Workspace) {
  const { expire_after, most_waiting, notify } = workspace.config.approvals;
  return {
    expireAfterMs: parseDuration(expire_after) ?? 0,
    mostWaiting: most_waiting,
    notify,
    rolesOf: (principal: string) =>
      principal.startsWith("user:") ? rolesOf(workspace, principal.slice("user:".length)) : [],
  };
}
