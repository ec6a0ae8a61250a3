import { checkpointPlaces } from "../../audit/checkpoint-places.ts";
import { verifierText } from "../../audit/signed-note.ts";
import { messageOf } from "../../core/errors.ts";
import type { GlobalOptions } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { readTrail } from "../read-trail.ts";
import { sealTrail, workspaceVerifier } from "./workspace-notary.ts";

/** Signs the head of the trail as it is now, and keeps the checkpoint everywhere. */
export async function sealNow({ workspace: named, terminal, json }: GlobalOptions): Promise<void> {
  using trail = readTrail(named);
  const { workspace } = trail;
  const sealed = await sealTrail(workspace);
  const key = verifierText(workspaceVerifier(workspace));
  if (sealed === undefined) return terminal.note("There is no entry yet, so there is nothing to sign.");

  const places = checkpointPlaces(workspace.config.audit.checkpoints, workspace.dir);
  const kept = await Promise.all(
    places.map(async ({ name, put }) => {
      const error = await put(sealed).then(() => undefined, messageOf);
      return { place: name, error };
    }),
  );
  if (kept.some(({ error }) => error !== undefined)) process.exitCode = exitCode.runFailed;
  const { size, root, file, fresh } = sealed;
  if (json) return terminal.json({ entries: size, root: root.toString("hex"), file, fresh, key, kept });

  const { colour } = terminal;
  terminal.print(`${colour.green("✓")} ${size} entries ${fresh ? "signed" : "were signed already"}: ${file}`);
  for (const { place, error } of kept)
    terminal.print(error === undefined ? `  kept in ${place}` : `${colour.red("✗")} ${error}`);
  terminal.print(`  the notary's key, to be kept elsewhere: ${key}`);
}
