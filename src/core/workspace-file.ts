import { posix } from "node:path";
import { z } from "zod";
import { principalLimits, toolPattern } from "./agent-file.ts";
import { parseByteSize } from "./byte-size.ts";
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

function environmentVariable(example: string) {
  return z.string().regex(/^[A-Z_][A-Z0-9_]*$/, `must name an environment variable, for instance ${example}`);
}

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
    password_env: environmentVariable("MAIL_PASSWORD").optional(),
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

/** A file that gets every entry, as the line that is hashed. */
const fileSink = z.strictObject({
  /** Relative to the workspace. */
  file: z.string().min(1),
  /** A new file is begun before this one would grow larger. */
  rotate: z
    .string()
    .refine((text) => parseByteSize(text) !== undefined, "must be a size such as 50MB")
    .default("50MB"),
  /** How many of the files that are full are kept; all of them when left out. */
  keep: z.int().min(1).optional(),
});

/** A collector that speaks OTLP over HTTP. Arguments and results of calls are never sent there. */
const otlpSink = z
  .strictObject({
    /** Without the paths `/v1/traces` and `/v1/logs`, which are added. */
    otlp: z.string().refine(isCollectorUrl, "must be a URL such as http://localhost:4318, without a query"),
    /** The environment variable that holds headers, `name=value,name=value`: a secret never stands in a file. */
    headers_env: environmentVariable("OTLP_HEADERS").optional(),
    traces: z.boolean().default(true),
    logs: z.boolean().default(true),
  })
  .refine(({ traces, logs }) => traces || logs, { message: "traces or logs must be true" });

function isCollectorUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

export type FileSinkConfig = z.infer<typeof fileSink>;
export type OtlpSinkConfig = z.infer<typeof otlpSink>;
export type SinkConfig = FileSinkConfig | OtlpSinkConfig;

const audit = z.strictObject({
  /** How often the notary signs the head of the trail while `ringmain serve` or the terminal screen runs. */
  checkpoint_every: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, "must be a duration such as 60s")
    .default("60s"),
  checkpoints: z.array(checkpointPlace).default([]),
  /** Who else gets the entries, while `ringmain serve` or the terminal screen runs. */
  sinks: z
    .array(z.union([fileSink, otlpSink]))
    .refine(
      (sinks) => new Set(sinks.map(targetOf)).size === sinks.length,
      "must not name the same target twice",
    )
    .default([]),
  /** For how long arguments and results are kept, for instance 730d. Without it, until somebody erases them. */
  keep_payloads: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, "must be a duration such as 730d")
    .optional(),
});

function targetOf(sink: SinkConfig): string {
  return "file" in sink ? posix.normalize(sink.file) : sink.otlp;
}

/** How people are asked for their yes to a call. */
const approvals = z.strictObject({
  /** How long a request can be answered, and an approval used. */
  expire_after: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, "must be a duration such as 3d or 12h")
    .default("72h"),
  /** How many requests of one principal may wait at a time. */
  most_waiting: z.int().min(1).max(100_000).default(200),
  /** Where a role is told of a request, through the outbox: an address by role. */
  notify: z.record(identifier, mailbox).default({}),
});

export type OutboxConfig = z.infer<typeof outbox>;

/** `ringmain.yaml`. */
const workspaceSchema = z
  .strictObject({
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
    approvals: approvals.prefault({}),
  })
  .superRefine(({ roles, approvals: { notify } }, context) => {
    for (const role of Object.keys(notify).filter((name) => !Object.hasOwn(roles, name)))
      context.addIssue({
        code: "custom",
        path: ["approvals", "notify", role],
        message: `There is no role "${role}"`,
      });
  });

export type WorkspaceFile = z.infer<typeof workspaceSchema>;

/** Reads the text of `ringmain.yaml`. */
export function parseWorkspaceFile(text: string): YamlFile<WorkspaceFile> {
  return readYaml({ file: "ringmain.yaml", text, schema: workspaceSchema });
}
