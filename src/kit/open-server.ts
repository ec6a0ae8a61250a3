import type { Clock } from "../core/clock.ts";
import { messageOf, RingmainError } from "../core/errors.ts";
import { lazily } from "../core/lazily.ts";
import { followSharing } from "../core/shared-folder.ts";
import { credentialChecker } from "../identity/credentials.ts";
import { ensureKeys, ensureWriterKey, readPublicKey } from "../identity/keys.ts";
import { anonymous, type Identity } from "../identity/principal.ts";
import { createVerifier } from "../identity/tokens.ts";
import { type Access, createAccess } from "../policy/access.ts";
import type { PolicyTool } from "../policy/cedar-schema.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import {
  approvalRulesOf,
  grantsOf,
  limitsOf,
  loadWorkspace,
  type Workspace,
} from "../workspace/load-workspace.ts";
import type { AnyTool, ServerDefinition } from "./define-tool.ts";
import { describeTool } from "./describe-tool.ts";
import { migrateServer, openWorkspaceDatabase, restrictToServer } from "./open-store.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";

/** A server with its store open, ready to be called. */
export interface OpenServer {
  pipeline: Pipeline;
  access: Access;
  /** Who a caller is: by the token of the call, else by the process's own credential, else nobody. */
  identify(token: string | undefined): Promise<Identity>;
  close(): void;
}

/**
 * Opens a server in the workspace that the environment names (RINGMAIN_WORKSPACE, else the nearest one).
 * RINGMAIN_TOKEN is the credential of the client that started the process.
 */
export async function openServer<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  clock: Clock,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OpenServer> {
  const workspace = loadWorkspace(findWorkspace({ environment }));
  requirePolicies(workspace);
  followSharing(workspace.stateDir);
  ensureKeys(workspace.stateDir);
  const database = await openWorkspaceDatabase({ path: workspace.databasePath, now: clock.now() });
  const writerKey = ensureWriterKey(workspace.stateDir);
  await migrateServer(database, definition, clock.now(), writerKey);

  const verifyToken = createVerifier(readPublicKey(workspace.stateDir));
  const checkCredential = credentialChecker(database);
  const credential = environment.RINGMAIN_TOKEN;
  const access = createAccess({
    grants: grantsOf(workspace),
    policies: workspace.policies,
    tools: definition.tools.map((tool) => policyTool(definition.name, tool)),
  });
  const restriction = restrictToServer(database, definition.name);
  const pipeline = createPipeline({
    definition,
    database,
    writerKey,
    restriction,
    access,
    limits: limitsOf(workspace),
    approvals: approvalRulesOf(workspace),
    clock,
    logFailure: (id, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
      process.stderr.write(`${JSON.stringify({ log: id, server: definition.name, error: text })}\n`);
    },
  });

  return {
    pipeline,
    access,
    async identify(token) {
      if (token !== undefined) return verifyToken(token, clock.now());
      return credential === undefined ? anonymous : checkCredential(credential, clock.now());
    },
    close: () => database.close(),
  };
}

/** Throws WORKFLOW_INVALID where a policy is not read: what it was to forbid would be open. */
function requirePolicies({ problems }: Workspace): void {
  const unread = problems.find(({ file }) => file.startsWith("policies/"));
  if (unread === undefined) return;
  throw new RingmainError("WORKFLOW_INVALID", `${unread.file}: ${unread.message}`, { hint: unread.hint });
}

/** A tool as permission decisions know it. Its schemas are made when a policy first concerns it: most never are. */
function policyTool<Context>(server: string, tool: AnyTool<Context>): PolicyTool {
  const described = lazily(() => describeTool(server, tool));
  return {
    server,
    name: tool.name,
    effect: tool.effect,
    get inputSchema() {
      return described().inputSchema;
    },
    get factsSchema() {
      return described().factsSchema;
    },
    get outputSchema() {
      return described().outputSchema;
    },
  };
}
