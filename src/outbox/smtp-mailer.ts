import { createTransport } from "nodemailer";
import { isRecord } from "../core/json.ts";
import { longestSendMs, type Mailer, type MailOutcome } from "./mailer.ts";
import type { OutboxSettings } from "./settings.ts";

/** Sends by SMTP (RFC 5321), with a connection for each message. With a user, the connection must be encrypted. */
export function createSmtpMailer(
  settings: OutboxSettings,
  { sendMs = longestSendMs - 30_000, silenceMs = 60_000 } = {},
): Mailer {
  const { host, port, secure, from, auth } = settings;
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? "localhost";
  return {
    async send({ id, to, subject, text }) {
      // Between DATA and its answer nobody knows whether the server took the message.
      let dataBegun = false;
      const transport = createTransport({
        host,
        port,
        secure,
        requireTLS: auth !== undefined && !secure,
        ...(auth && { auth }),
        connectionTimeout: silenceMs,
        greetingTimeout: silenceMs,
        socketTimeout: silenceMs,
        disableFileAccess: true,
        disableUrlAccess: true,
        transactionLog: true,
        logger: watchCommands((command) => {
          dataBegun ||= command === "DATA";
        }),
      });
      try {
        await transport.sendMail({
          from,
          // an object, since a text may be read as several addresses
          to: { name: "", address: to },
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated" },
          signal: AbortSignal.timeout(sendMs),
        });
        return { status: "sent" };
      } catch (error) {
        return outcomeOf(error, dataBegun, `${host}:${port}`);
      } finally {
        transport.close();
      }
    },
  };
}

/** A logger that hears which commands are sent. What else is logged, it drops: there may be a password in it. */
function watchCommands(onCommand: (command: string) => void) {
  const drop = () => {};
  const debug = (data: unknown, message?: unknown) => {
    if (isRecord(data) && data.tnx === "client" && typeof message === "string") onCommand(message);
  };
  return { level: drop, trace: drop, debug, info: drop, warn: drop, error: drop, fatal: drop };
}

/** What an error of nodemailer means for the message. The server's own text is not passed on. */
function outcomeOf(error: unknown, dataBegun: boolean, server: string): MailOutcome {
  const { code, responseCode, command } = isError(error) ? error : {};
  if (typeof responseCode === "number") {
    const reason = `The mail server answered ${responseCode} to ${String(command)}.`;
    // what is said to the recipient or to the message itself is about this message; all else is about us
    const aboutMessage = command === "RCPT TO" || command === "DATA";
    if (!aboutMessage) return { status: "unavailable", reason };
    return { status: responseCode >= 500 ? "refused" : "deferred", reason };
  }
  if (dataBegun) {
    return {
      status: "unknown",
      reason: "The connection ended after the message was sent, before the answer.",
    };
  }
  if (code === "EENVELOPE" || code === "EMESSAGE") {
    return { status: "refused", reason: "The address or the message is not one that can be sent." };
  }
  if (code === "EAUTH") return { status: "unavailable", reason: `Signing in to ${server} failed.` };
  if (code === "ETLS")
    return { status: "unavailable", reason: `There is no encrypted connection to ${server}.` };
  return { status: "unavailable", reason: `The mail server ${server} cannot be reached.` };
}

function isError(
  error: unknown,
): error is Error & { code?: unknown; responseCode?: unknown; command?: unknown } {
  return error instanceof Error;
}
