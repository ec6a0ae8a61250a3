/** One message to one address. */
export interface Mail {
  /** The message's id in the outbox. It makes the Message-ID, the same at every try. */
  id: string;
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
}

/**
 * What became of a try to send. `reason` is in our own words: what a mail server says may be anybody's.
 *
 * - `sent`: the mail server took responsibility for it.
 * - `refused`: it will never be taken; trying again is of no use.
 * - `deferred`: this message was not taken this time.
 * - `unavailable`: the mail server cannot be used at present, whatever the message.
 * - `unknown`: it may have been taken or not: the connection ended between the message and the answer.
 */
export type MailOutcome =
  | { status: "sent" }
  | { status: "refused" | "deferred" | "unavailable" | "unknown"; reason: string };

/** Sends messages. */
export interface Mailer {
  /** Never rejects, and ends within `longestSendMs`. */
  send(mail: Mail): Promise<MailOutcome>;
}

/** No try takes longer. */
export const longestSendMs = 5 * 60_000;
