import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { openApproverKey, readKeyFile } from "../../approval/approver-key.ts";
import { type Approver, currentApprover, noteFailure, restsUntil } from "../../approval/approvers.ts";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { transact } from "../../db/transaction.ts";
import { type Act, actAsPerson } from "../act-as-person.ts";
import type { Person } from "../person.ts";

/** Throws STATE_INVALID when a person has no key to decide with. */
export function requireApprover(database: DatabaseSync, { principal }: Person): Approver {
  const approver = currentApprover(database, principal);
  if (approver !== undefined) return approver;
  throw new RingmainError("STATE_INVALID", `${principal} has no key to decide with.`, {
    hint: "`ringmain approvals enroll` makes one, under a passphrase of your own.",
  });
}

/**
 * Has a person type their passphrase and opens their private key with it. A wrong passphrase is recorded as a refusal of
 * `act` and throws POLICY_DENIED; after five in a row it throws LIMIT_EXCEEDED for ten minutes.
 */
export async function unlockKey(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  stateDir: string;
  person: Person;
  approver: Approver;
  act: Act;
  /** Waits for the person at the terminal; nothing else may answer. */
  askPassphrase: () => Promise<string>;
}): Promise<string> {
  const { database, writerKey, stateDir, person, approver, act, askPassphrase } = options;
  const refuse = async (mayNot: () => RingmainError): Promise<never> =>
    actAsPerson<never>({ database, writerKey, person, act, now: systemClock.now(), mayNot }, () => {
      throw new Error("a refusal went on");
    });
  const sealed = readKeyFile(stateDir, person.principal);
  const until = restsUntil(approver, systemClock.now());
  if (until !== undefined) return refuse(() => tooManyWrong(until));
  const passphrase = await askPassphrase();
  // what others typed meanwhile counts too
  const rests = restsUntil(currentApprover(database, person.principal) ?? approver, systemClock.now());
  if (rests !== undefined) return refuse(() => tooManyWrong(rests));
  const privateKey = openApproverKey(sealed, passphrase);
  if (privateKey !== undefined) return privateKey;
  // before it is refused: it counts whatever else the person is refused for, such as a pause
  await transact(database, () => noteFailure(database, approver, systemClock.now()));
  return refuse(
    () =>
      new RingmainError("POLICY_DENIED", "The passphrase is not the right one.", {
        hint: "Nothing was decided. After five wrong ones in a row nobody can try for ten minutes.",
      }),
  );
}

function tooManyWrong(until: Date): RingmainError {
  const time = until.toISOString().slice(11, 16);
  return new RingmainError("LIMIT_EXCEEDED", "Too many wrong passphrases in a row.", {
    hint: `Nothing was decided. Try again after ${time} UTC.`,
  });
}
