import type { OutboxConfig } from "../core/workspace-file.ts";
import { type Outbox, type OutboxOptions, openOutbox } from "./outbox.ts";
import { readOutboxSettings } from "./settings.ts";

/**
 * Opens the outbox as `outbox:` of ringmain.yaml describes it. Undefined when there is none: then messages stay where
 * they are. Throws STATE_INVALID when the password is missing from the environment.
 */
export async function openConfiguredOutbox(
  options: Omit<OutboxOptions, "mailer"> & {
    config: OutboxConfig | undefined;
    environment: NodeJS.ProcessEnv;
  },
): Promise<Outbox | undefined> {
  const { config, environment, ...rest } = options;
  if (config === undefined) return undefined;
  const settings = readOutboxSettings(config, environment);
  // loaded where mail is sent and nowhere else
  const { createSmtpMailer } = await import("./smtp-mailer.ts");
  return openOutbox({ ...rest, mailer: createSmtpMailer(settings) });
}
