import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../audit/entry.ts";
import { checkpointFiles, readCheckpoint } from "../../audit/notary.ts";
import { lastEntries } from "../../audit/read.ts";
import { messageOf } from "../../core/errors.ts";
import { readForbids } from "../../policy/forbid-rules.ts";
import { grantPlaces } from "../../workspace/grant-place.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { checkpointFolder, workspaceVerifier } from "../audit/workspace-notary.ts";

/** What led to one entry, as far as the trail and the workspace's files tell. */
export interface Cause {
  entry: Entry;
  /** The line that opened the tool, and where it stands today. */
  grant?: {
    line: string;
    places: string[];
    /** Set when the entry does not name it, and today's files do. */
    byToday?: true;
  };
  /** The policies that looked at the call, and where each stands today; without a place it is gone. */
  policies: { id: string; place?: string }[];
  run?: RunCause;
  /** The request for approval that the call made, waited for or used, and who said yes to it. */
  approval?: { id: string; approver?: string };
  /** The first checkpoint that covers the entry, or why it cannot be trusted. */
  checkpoint?: { file: string; size: number; fault?: string };
}

interface RunCause {
  id: string;
  step?: string;
  workflow?: string;
  /** SHA-256 of the workflow's file when the run started. */
  workflowHash?: string;
  /** What became of that file: as it was, another text, or no file. */
  workflowFile?: "unchanged" | "changed" | "gone" | undefined;
  startedBy?: string;
  startedAt?: string;
  startEntry?: number;
}

/** Prepares the search for what led to an entry. */
export function causeFinder(workspace: Workspace, database: DatabaseSync): (entry: Entry) => Cause {
  const places = new Map(readForbids(workspace.policies).map(({ id, place }) => [id, place]));
  const folder = checkpointFolder(workspace);
  const checkpoints = checkpointFiles(folder);
  const verifier = checkpoints.length > 0 ? workspaceVerifier(workspace) : undefined;
  const starts = new Map<string, Entry | undefined>();

  const startOf = (run: string): Entry | undefined => {
    if (!starts.has(run)) starts.set(run, lastEntries(database, { run, tool: "ringmain.start_run" }, 1)[0]);
    return starts.get(run);
  };

  const checkpointOver = (seq: number): Cause["checkpoint"] => {
    const file = checkpoints.find((name) => Number.parseInt(name, 10) >= seq);
    if (file === undefined || verifier === undefined) return undefined;
    try {
      return { file, size: readCheckpoint(join(folder, file), verifier).size };
    } catch (error) {
      return { file, size: Number.parseInt(file, 10), fault: messageOf(error) };
    }
  };

  const runOf = ({ run, step, workflow, workflow_hash: hash }: Entry): RunCause | undefined => {
    if (run === undefined) return undefined;
    const start = startOf(run);
    return {
      id: run,
      ...(step !== undefined && { step }),
      ...(workflow !== undefined && { workflow }),
      ...(hash !== undefined && { workflowHash: hash }),
      ...(workflow !== undefined &&
        hash !== undefined && { workflowFile: fateOf(workspace, workflow, hash) }),
      ...(start !== undefined && {
        startedBy: start.principal,
        startedAt: start.time,
        startEntry: start.seq,
      }),
    };
  };

  // members that an older version of the trail's schema does not know
  const readApproval = database.prepare(
    "SELECT body ->> '$.approval' AS id, body ->> '$.approver' AS approver FROM audit_entry WHERE seq = ?",
  );
  const approvalOf = (seq: number): Cause["approval"] => {
    const { id, approver } = readApproval.get(seq) ?? {};
    if (typeof id !== "string") return undefined;
    return { id, ...(typeof approver === "string" && { approver }) };
  };

  return (entry) => {
    const approval = approvalOf(entry.seq);
    const { grant, policies } = decidersOf(entry);
    const run = runOf(entry);
    const checkpoint = checkpointOver(entry.seq);
    return {
      entry,
      ...(grant !== undefined && {
        grant: { line: grant, places: grantPlaces(workspace, entry.principal, grant) },
      }),
      policies: policies.map((id) => ({ id, ...(places.has(id) && { place: places.get(id) ?? "" }) })),
      ...(run !== undefined && { run }),
      ...(approval !== undefined && { approval }),
      ...(checkpoint !== undefined && { checkpoint }),
    };
  };
}

/** The grant and the policies of an entry: where a grant opened the tool and the call was let pass, it stands first. */
function decidersOf({ kind, tool, policies }: Entry): { grant?: string; policies: string[] } {
  const [first, ...rest] = policies;
  const star = `${tool.split(".")[0]}.*`;
  if (kind !== "call" || (first !== tool && first !== star)) return { policies };
  return { grant: first, policies: rest };
}

function fateOf({ dir }: Workspace, workflow: string, hash: string): RunCause["workflowFile"] {
  const path = join(dir, "workflows", `${workflow}.yaml`);
  if (!existsSync(path)) return "gone";
  const now = createHash("sha256").update(readFileSync(path, "utf8")).digest("hex");
  return now === hash ? "unchanged" : "changed";
}
