import { z } from "zod";
import { principalLimits, toolPattern } from "./agent-file.ts";
import { parseDuration } from "./duration.ts";
import { readYaml, type YamlFile } from "./yaml-file.ts";

const identifier = z.string().regex(/^[a-z][a-z0-9_-]*$/, "must be lower case letters, digits, - and _");

const server = z.strictObject({
  /** One of Ringmain's own servers. */
  builtin: z.enum(["crm", "accounting", "inventory"]).optional(),
  /** Or the program of another server built on the kit. */
  command: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** For instance 30s; a call that takes longer fails with TIMEOUT. */
  timeout: z.string().optional(),
});

const grants = z.strictObject({
  tools: z.array(toolPattern).default([]),
  limits: principalLimits.default({}),
});

const mailbox = z
  .string()
  .max(320)
  .regex(
    /^(?:[^<>"@\p{Cc}]+ <[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/u,
    "must be an address such as books@harbour.example or Harbour Trading <books@harbour.example>",
  );

/** Where the messages of the servers' outboxes are sent. */
const outbox = z
  .strictObject({
    /** The SMTP server. */
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(587),
    /** TLS from the first byte; by default on port 465 only. Elsewhere STARTTLS is used where the server offers it. */
    secure: z.boolean().optional(),
    /** The sender of every message. */
    from: mailbox,
    /** Signs in. The connection must then be encrypted. */
    user: z.string().min(1).optional(),
    /** The environment variable that holds the password: a secret never stands in a file. */
    password_env: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/, "must name an environment variable, for instance MAIL_PASSWORD")
      .optional(),
  })
  .refine(({ user, password_env }) => (user === undefined) === (password_env === undefined), {
    message: "user and password_env belong together",
  });

/** Where else a checkpoint of the audit trail is kept, so that nobody who can write the database can change it. */
const checkpointPlace = z.union([
  /** A folder, relative to the workspace: another disk, a share, a backup. */
  z.strictObject({ path: z.string().min(1) }),
  /** A git working tree, relative to the workspace: each checkpoint is committed there. */
  z.strictObject({ git: z.string().min(1) }),
  /** A program and its arguments, which gets the checkpoint on standard input: to mail it, for instance. */
  z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
]);

export type CheckpointPlaceConfig = z.infer<typeof checkpointPlace>;

const audit = z.strictObject({
  /** How often the notary signs the head of the trail while `ringmain serve` or the terminal screen runs. */
  checkpoint_every: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, "must be a duration such as 60s")
    .default("60s"),
  checkpoints: z.array(checkpointPlace).default([]),
});

export type OutboxConfig = z.infer<typeof outbox>;

/** `ringmain.yaml`. */
const workspaceSchema = z.strictObject({
  name: z.string(),
  /** Marks the sample company that `ringmain demo` may seed and reset. A real workspace never has it. */
  sample: z.boolean().default(false),
  /** The folder of the state, relative to the workspace. */
  state: z.string().default(".ringmain"),
  servers: z.record(identifier, server).default({}),
  /** People. `members` are operating-system user names; `*` is whoever can read the workspace's private key. */
  roles: z.record(identifier, grants.extend({ members: z.array(z.string()).default([]) })).default({}),
  /** Programs such as Claude Desktop, each with a credential of its own (`ringmain connect`). */
  clients: z.record(identifier, grants).default({}),
  /** Without it, messages stay in the outbox. */
  outbox: outbox.optional(),
  audit: audit.prefault({}),
});

export type WorkspaceFile = z.infer<typeof workspaceSchema>;

/** Reads the text of `ringmain.yaml`. */
export function parseWorkspaceFile(text: string): YamlFile<WorkspaceFile> {
  return readYaml({ file: "ringmain.yaml", text, schema: workspaceSchema });
}
