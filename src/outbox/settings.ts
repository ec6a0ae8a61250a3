import { RingmainError } from "../core/errors.ts";
import type { OutboxConfig } from "../core/workspace-file.ts";

/** How to reach the mail server, with the secret. */
export interface OutboxSettings {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** An address, or `Name <address>`. */
  from: string;
  auth?: { user: string; pass: string };
}

/** `outbox:` of ringmain.yaml, with the password from the environment. Throws STATE_INVALID when it is not there. */
export function readOutboxSettings(config: OutboxConfig, environment: NodeJS.ProcessEnv): OutboxSettings {
  const { host, port, secure = port === 465, from, user, password_env } = config;
  if (user === undefined || password_env === undefined) return { host, port, secure, from };
  const pass = environment[password_env];
  if (pass === undefined || pass === "") {
    throw new RingmainError(
      "STATE_INVALID",
      `The password of the outbox is not set: ${password_env} is empty.`,
      {
        hint: `Set the environment variable ${password_env}, which password_env of outbox: in ringmain.yaml names.`,
      },
    );
  }
  return { host, port, secure, from, auth: { user, pass } };
}
