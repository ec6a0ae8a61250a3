import { writeFileSync } from "node:fs";
import { leafHash } from "../../audit/merkle.ts";
import { lastCheckpoint } from "../../audit/notary.ts";
import { inclusionProof, rootOfInclusion } from "../../audit/proof.ts";
import { verifierText } from "../../audit/signed-note.ts";
import { createTreeReader } from "../../audit/tree-reader.ts";
import { RingmainError } from "../../core/errors.ts";
import type { GlobalOptions } from "../command.ts";
import { readTrail } from "../read-trail.ts";
import { checkpointFolder, sealTrail, workspaceVerifier } from "./workspace-notary.ts";

/**
 * Writes a proof (https://c2sp.org/tlog-proof) that an entry stands in the trail; its `extra` is the entry's line.
 * An entry that no checkpoint covers yet is sealed first.
 */
export async function proveEntry(
  entry: string,
  { output }: { output?: string },
  { workspace: named, terminal, json }: GlobalOptions,
): Promise<void> {
  using trail = readTrail(named);
  const { workspace, database } = trail;
  const seq = Number(entry);
  const row = Number.isInteger(seq)
    ? database.prepare("SELECT body FROM audit_entry WHERE seq = ?").get(seq)
    : undefined;
  if (row === undefined) {
    throw new RingmainError("NOT_FOUND", `There is no entry ${entry}.`, {
      hint: "`ringmain audit tail` shows the numbers of the newest ones.",
    });
  }
  const verifier = workspaceVerifier(workspace);
  const last = lastCheckpoint(checkpointFolder(workspace), verifier);
  const sealed = last !== undefined && last.size >= seq ? last : await sealTrail(workspace);
  if (sealed === undefined) throw new Error("a trail with entries was not sealed");

  const hashes = inclusionProof(createTreeReader(database), seq - 1, sealed.size);
  if (
    rootOfInclusion(leafHash(String(row.body)), seq - 1, sealed.size, hashes)?.equals(sealed.root) !== true
  ) {
    throw new RingmainError("AUDIT_BROKEN", `Entry ${seq} is not the one that was signed.`, {
      hint: "`ringmain audit verify` says what was changed.",
    });
  }
  const line = Buffer.from(String(row.body)).toString("base64");
  const lines = ["c2sp.org/tlog-proof@v1", `extra ${line}`, `index ${seq - 1}`];
  const proof = `${[...lines, ...hashes.map((hash) => hash.toString("base64"))].join("\n")}\n\n${sealed.note}`;
  const key = verifierText(verifier);
  if (output === undefined) {
    if (json) return terminal.json({ entry: seq, proof, key });
    process.stdout.write(proof);
    return;
  }
  try {
    writeFileSync(output, proof, { flag: "wx" });
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${output} cannot be written.`, {
      hint: "It must not exist yet, and its folder must.",
      cause,
    });
  }
  if (json) return terminal.json({ entry: seq, file: output, key });
  terminal.print(`Entry ${seq} is in ${output}. Whoever has the notary's key can check it:`);
  terminal.print(`  node docs/verify-audit.mjs proof ${output} --key ${key}`);
}
