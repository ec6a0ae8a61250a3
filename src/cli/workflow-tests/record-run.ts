import type { DatabaseSync } from "node:sqlite";
import { onceFinder } from "../../audit/completed-calls.ts";
import { recordedCalls } from "../../audit/recorded-calls.ts";
import { runnerTool } from "../../audit/run-endings.ts";
import { RingmainError } from "../../core/errors.ts";
import type { RunDetails } from "../../engine/engine.ts";
import type { GlobalOptions } from "../command.ts";
import { confirm } from "../confirm.ts";
import { outputFile } from "../export/output-file.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";
import { recordCase } from "./record-case.ts";

/** Writes a run as a test file, to a file or to stdout. */
export async function recordRun(
  id: string,
  options: { output?: string },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const { output } = options;
  const file = output === undefined ? undefined : outputFile(output);
  await withRing({ workspace: openWorkspace(global.workspace), terminal }, async ({ engine, database }) => {
    const run = await engine.get(id);
    if (run === undefined) {
      const hint = "`ringmain runs ls` lists them.";
      throw new RingmainError("NOT_FOUND", `There is no run "${id}".`, { hint });
    }
    const text = await recordCase(run, recordedCalls(database, id), onceBefore(database, run));
    if (file?.exists) await confirm(`${output} exists. Replace it?`, global);
    await file?.write(chunk(text));
    if (json)
      terminal.json({
        run: id,
        workflow: run.workflow,
        ...(output === undefined ? { text } : { file: output }),
      });
    else if (output === undefined) process.stdout.write(text);
    terminal.note(
      "It holds the answers as they were, people's data included: look at it before you share it.",
    );
  });
}

/** Whether another run had done the work of a business key when this one came to it. */
function onceBefore(database: DatabaseSync, { id, finishedAt }: RunDetails): (key: string) => boolean {
  const findOnce = onceFinder(database, runnerTool.once);
  const timeOf = database.prepare("SELECT body ->> '$.time' AS time FROM audit_entry WHERE seq = ?");
  return (key) => {
    const hit = findOnce(key);
    if (hit === undefined || hit.run === id) return false;
    return finishedAt === undefined || String(timeOf.get(hit.entry)?.time) < finishedAt.toISOString();
  };
}

async function* chunk(text: string): AsyncGenerator<string> {
  yield text;
}
