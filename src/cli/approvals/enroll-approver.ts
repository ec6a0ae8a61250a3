import { makeApproverKey, writeKeyFile } from "../../approval/approver-key.ts";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt, refusalOf } from "../person.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { readSecrets, requireTerminal } from "./read-passphrase.ts";
import { recordEnrolment, requireNoKey } from "./record-enrolment.ts";

const shortest = 10;

/** Makes the key by which the person at the keyboard will prove that they decide. */
export async function enrollApprover(global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  requireTerminal(global);
  const workspace = openWorkspace(global.workspace);
  const person = personAt(workspace);
  const { principal } = person;
  const id = await withDatabase(workspace, systemClock.now(), async (database) => {
    if (refusalOf(person, database) === undefined) requireNoKey(database, principal);
    const passphrase = await newPassphrase(principal);
    const key = makeApproverKey({ principal, passphrase });
    const writeFile = () => writeKeyFile(workspace.stateDir, principal, key.sealed);
    const writerKey = ensureWriterKey(workspace.stateDir);
    await recordEnrolment({ database, writerKey, person, key, writeFile, now: systemClock.now() });
    return key.id;
  });
  if (json) return terminal.json({ principal, key: id });
  const { colour } = terminal;
  terminal.print(`${colour.green("✓")} ${principal} can decide about requests now (${id}).`);
  terminal.note(
    "  Keep the passphrase where no program of yours can read it: whoever has it decides in your name.",
  );
}

async function newPassphrase(principal: string): Promise<string> {
  const [passphrase = "", again] = await readSecrets([
    `New passphrase of ${principal}, at least ${shortest} characters: `,
    "Once more: ",
  ]);
  if ([...passphrase].length < shortest) {
    throw new RingmainError("INPUT_INVALID", `A passphrase has at least ${shortest} characters.`, {
      hint: "Nothing was changed. Four or five words that belong to no sentence are good.",
    });
  }
  if (passphrase === again) return passphrase;
  throw new RingmainError("INPUT_INVALID", "The two passphrases differ.", { hint: "Nothing was changed." });
}
