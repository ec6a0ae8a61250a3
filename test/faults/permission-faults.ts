import type { Fault } from "./fault.ts";

const pipeline = "src/kit/pipeline.ts";
const standing = "src/kit/standing.ts";
const tokens = "src/identity/tokens.ts";
const credentials = "src/identity/credentials.ts";
const runToken = "test/unit/kit/run-token.test.ts";
const refused = "test/unit/kit/pipeline.test.ts";

export const permissionFaults: readonly Fault[] = [
  {
    invariant: 20,
    broken: "a token does not end with its run",
    edits: [
      {
        file: standing,
        find: "      if (run !== undefined && hasEnded(run.id, committed)) throw endedRun(run.id);\n",
        put: "",
      },
    ],
    foundBy: { file: runToken, name: "is refused once the run has ended" },
  },
  {
    invariant: 20,
    broken: "a run that was seen running runs for ever",
    edits: [
      {
        file: "src/audit/run-endings.ts",
        find: "if (before?.seq === committed) return before.ended;",
        put: "if (before !== undefined) return before.ended;",
      },
    ],
    foundBy: { file: runToken },
  },
  {
    invariant: 20,
    broken: "a run's token is good for the keys of another run",
    edits: [
      { file: pipeline, find: "      requireOwnKey(call.identity.run, call.incoming.key);\n", put: "" },
    ],
    foundBy: { file: runToken, name: "is of no use for the key" },
  },
  {
    invariant: 20,
    broken: "a run whose id another's begins with is taken for it",
    edits: [
      { file: "src/kit/refusals.ts", find: "key.startsWith(`${run.id}/`)", put: "key.startsWith(run.id)" },
    ],
    foundBy: { file: runToken, name: "is of no use for the key" },
  },
  {
    invariant: 20,
    broken: "a token that was seen once does not expire",
    edits: [
      {
        file: tokens,
        find: "if (now.getTime() / 1000 >= verified.expires) {",
        put: "if (known === undefined && now.getTime() / 1000 >= verified.expires) {",
      },
    ],
    foundBy: {
      file: "test/unit/identity/tokens.test.ts",
      name: "expires, whether it was seen before or not",
    },
  },
  {
    invariant: 20,
    broken: "the signature of a token is not checked",
    edits: [
      {
        file: tokens,
        find: 'rest.length === 0 && verify(null, signed, key, Buffer.from(signature, "base64url"));',
        put: 'rest.length === 0 && signature !== "" && key && signed;',
      },
    ],
    foundBy: { file: refused, name: "with a forged" },
  },
  {
    invariant: 21,
    broken: "a credential is not looked at again in the transaction",
    edits: [
      {
        file: standing,
        find: "      if (credential !== undefined) recheckCredential(credential, now);\n",
        put: "",
      },
    ],
    foundBy: { file: refused, name: "by the revocation of its credential while it waited" },
  },
  {
    invariant: 21,
    broken: "a connection remembers the credentials that were good once",
    edits: [
      {
        file: credentials,
        find: "  return (credential, now) => {\n    const [, id, secret]",
        put: "  const good = new Map();\n  return (credential, now) => {\n    const [, id, secret]",
      },
      {
        file: credentials,
        find: "const row = id === undefined ? undefined : find.get(id);",
        put: "const row = id === undefined ? undefined : (good.get(id) ?? find.get(id));\n    good.set(id, row);",
      },
    ],
    foundBy: {
      file: "test/unit/identity/credentials.test.ts",
      name: "revoked is refused at once on every connection",
    },
  },
  {
    invariant: 21,
    broken: "a credential is good at the very instant of its end: `<` for `<=`",
    edits: [
      {
        file: credentials,
        find: "String(row.expires_at) <= now.toISOString()",
        put: "String(row.expires_at) < now.toISOString()",
      },
    ],
    foundBy: { file: "test/unit/identity/credentials.test.ts", name: "expires when it has an end" },
  },
  {
    invariant: 21,
    broken: "the secret of a credential is not compared",
    edits: [
      {
        file: credentials,
        find: "secret === undefined || !sameText(String(row.secret_hash), hashSecret(secret))",
        put: 'secret === undefined || sameText(String(row.secret_hash), "")',
      },
    ],
    foundBy: { file: "test/unit/identity/credentials.test.ts", name: "with a wrong secret" },
  },
  {
    invariant: 21,
    broken: "a process reads who is paused when it starts",
    edits: [
      {
        file: standing,
        find: "let paused: ReadonlySet<unknown> = new Set();",
        put: "let paused: ReadonlySet<unknown>;",
      },
      { file: standing, find: "paused = new Set(readPauses", put: "paused ??= new Set(readPauses" },
    ],
    foundBy: { file: refused, name: "by the pause of its principal" },
  },
  {
    invariant: 21,
    broken: "a pause of everyone pauses nobody",
    edits: [
      {
        file: standing,
        find: "if (paused.has(everyone) || paused.has(principal)) throw",
        put: "if (paused.has(principal)) throw",
      },
    ],
    foundBy: { file: refused, name: "by the pause of its principal" },
  },
];
