import type { Fault } from "./fault.ts";

const gate = "src/approval/gate.ts";
const decide = "src/approval/decide.ts";
const decisions = "src/approval/decisions.ts";
const factsVersion = "src/approval/facts-version.ts";
const unlockKey = "src/cli/approvals/unlock-key.ts";
const approvals = "test/unit/kit/approvals.test.ts";
const anyOrder = { file: "test/unit/kit/approvals-properties.test.ts" };
const passphrases = "test/unit/cli/approvals/unlock-key.test.ts";

/** Whom the gate asks about is the call that was approved, not the one that is made: signatures say nothing then. */
const signedForRequest = {
  file: gate,
  find: "findApprovers()(request, exactCall(call))",
  put: "findApprovers()(request, exactCall(request))",
};
const fits = "request.argumentsHash === call.argumentsHash && request.factsHash === call.factsHash;";

export const approvalFaults: readonly Fault[] = [
  {
    invariant: 17,
    broken: "an approval that was used stays",
    edits: [
      {
        file: gate,
        find: 'changed: [["approval_request", request.id, request.version + 1]],\n      record: (entry) => store().settle(request, "used", entry),',
        put: "changed: [],\n      record: () => {},",
      },
    ],
    foundBy: anyOrder,
  },
  {
    invariant: 17,
    broken: "an approval is used up by a call that shares the commit, and another one still uses it",
    edits: [
      {
        file: gate,
        find: 'record: (entry) => store().settle(request, "used", entry),',
        put: 'record: (entry) => setImmediate(() => store().settle(request, "used", entry)),',
      },
    ],
    foundBy: { file: approvals, name: "lets one of two calls through that are made at the same time" },
  },
  {
    invariant: 17,
    broken: "changed arguments are let through",
    edits: [{ file: gate, find: fits, put: "request.factsHash === call.factsHash;" }, signedForRequest],
    foundBy: { file: approvals, name: "fits no other arguments under the same key" },
  },
  {
    invariant: 17,
    broken: "changed facts are let through",
    edits: [
      { file: gate, find: fits, put: "request.argumentsHash === call.argumentsHash;" },
      signedForRequest,
    ],
    foundBy: anyOrder,
  },
  {
    invariant: 17,
    broken: "an approval is not bound to the versions of the records",
    edits: [
      { file: factsVersion, find: "canonicalJson({ facts, records })", put: "canonicalJson({ facts })" },
    ],
    foundBy: { file: approvals, name: "is void once the record changed" },
  },
  {
    invariant: 17,
    broken: "an approval is not bound to the facts",
    edits: [
      { file: factsVersion, find: "canonicalJson({ facts, records })", put: "canonicalJson({ records })" },
    ],
    foundBy: { file: approvals, name: "is void once a fact changed" },
  },
  {
    invariant: 17,
    broken: "an approval that has expired is used",
    edits: [
      {
        file: "src/approval/request.ts",
        find: 'open && expiresAt <= now.toISOString() ? "expired" : status',
        put: 'status === "pending" && expiresAt <= now.toISOString() ? "expired" : status',
      },
    ],
    foundBy: anyOrder,
  },
  {
    invariant: 17,
    broken: "an approval holds at the very instant of its end: `<` for `<=`",
    edits: [
      {
        file: "src/approval/request.ts",
        find: "expiresAt <= now.toISOString()",
        put: "expiresAt < now.toISOString()",
      },
    ],
    foundBy: { file: approvals, name: "holds until it expires and no longer" },
  },
  {
    invariant: 17,
    broken: "until when an approval holds is not signed",
    edits: [
      {
        file: "src/approval/statement.ts",
        find: "request, call: exact, ...decision })",
        put: 'request, call: exact, ...decision, expiresAt: "" })',
      },
    ],
    foundBy: { file: approvals, name: "an approval whose expiry was put off" },
  },
  {
    invariant: 17,
    broken: "a rejected call with a key asks anew",
    edits: [
      {
        file: gate,
        find: '(standing !== "rejected" && standing !== "expired")) return undefined;',
        put: 'standing !== "expired") return undefined;',
      },
    ],
    foundBy: { file: approvals, name: "fails a call with a key for good" },
  },
  {
    invariant: 17,
    broken: "the trial of a call that waits is kept",
    edits: [
      {
        file: "src/kit/pipeline.ts",
        find: "if (attempt.savepoint) control.rollbackToSavepoint();",
        put: "if (attempt.savepoint) control[attempt.verdict ? 'release' : 'rollbackToSavepoint']();",
      },
    ],
    foundBy: { file: approvals, name: "leaves nothing of its trial" },
  },
  {
    invariant: 18,
    broken: "who asks may decide",
    edits: [{ file: decide, find: "if (me === principal) return", put: "if (false) return" }],
    foundBy: { file: approvals, name: "is not the requester" },
  },
  {
    invariant: 18,
    broken: "who started the run that asks may decide",
    edits: [{ file: decide, find: "if (me === startedBy)\n", put: "if (false)\n" }],
    foundBy: { file: approvals, name: "is not who started the run that asks" },
  },
  {
    invariant: 18,
    broken: "anybody enrolled may decide, without the role",
    edits: [
      {
        file: decide,
        find: "if (roles.some((role) => person.roles.includes(role))) return undefined;",
        put: "if (roles.length > 0) return undefined;",
      },
    ],
    foundBy: { file: approvals, name: "is a member of the role that is asked" },
  },
  {
    invariant: 18,
    broken: "the gate takes the requester's own approval",
    edits: [
      { file: gate, find: "person !== call.principal && person !== starter", put: "person !== starter" },
    ],
    foundBy: { file: approvals, name: "an approval by the requester" },
  },
  {
    invariant: 18,
    broken: "the gate takes the approval of who started the run",
    edits: [
      {
        file: gate,
        find: "person !== call.principal && person !== starter",
        put: "person !== call.principal",
      },
    ],
    foundBy: { file: approvals, name: "or by the starter of the run" },
  },
  {
    invariant: 18,
    broken: "one of several roles is enough",
    edits: [
      {
        file: gate,
        find: "return rolesAsked(call.asks).every(isMember) ?",
        put: "return rolesAsked(call.asks).some(isMember) ?",
      },
      {
        file: decide,
        find: "const complete = missing.length === 0 ?",
        put: "const complete = people.length > 0 ?",
      },
    ],
    foundBy: { file: approvals, name: "of several roles takes a member of each" },
  },
  {
    invariant: 18,
    broken: "the signature of a decision is not checked",
    edits: [
      {
        file: decisions,
        find: "return isSigned(statement, row.signature, public_key) ? [approver] : [];",
        put: "return [approver];",
      },
    ],
    foundBy: { file: approvals, name: "a decision with" },
  },
  {
    invariant: 18,
    broken: "a key counts that nobody enrolled",
    edits: [{ file: decisions, find: "if (!isEnrolled(approver, key_id, row.entry)) return [];\n", put: "" }],
    foundBy: { file: approvals, name: "a key that nobody enrolled" },
  },
  {
    invariant: 18,
    broken: "a key counts that was revoked",
    edits: [{ file: decisions, find: "if (row.revoked_at !== null || ", put: "if (" }],
    foundBy: { file: approvals, name: "by a key that was revoked since" },
  },
  {
    invariant: 18,
    broken: "one person's key counts for another",
    edits: [
      { file: decisions, find: "row.principal !== approver || ", put: "" },
      { file: decisions, find: "entry.principal === principal && ", put: "" },
    ],
    foundBy: { file: approvals, name: "a key lent to another name" },
  },
  {
    invariant: 18,
    broken: "wrong passphrases are not counted",
    edits: [
      {
        file: unlockKey,
        find: "  await transact(database, () => noteFailure(database, approver, systemClock.now()));\n",
        put: "",
      },
    ],
    foundBy: { file: passphrases },
  },
  {
    invariant: 18,
    broken: "wrong passphrases are counted, and keep nobody from trying on",
    edits: [
      { file: unlockKey, find: "if (until !== undefined) return", put: "if (false) return" },
      { file: unlockKey, find: "if (rests !== undefined) return", put: "if (false) return" },
    ],
    foundBy: { file: passphrases },
  },
  {
    invariant: 18,
    broken: "a passphrase that was asked for before somebody else's fifth wrong one still opens the key",
    edits: [{ file: unlockKey, find: "if (rests !== undefined) return", put: "if (false) return" }],
    foundBy: { file: passphrases },
  },
];
