import { RingmainError } from "../../../src/core/errors.ts";
import { isFreeMail } from "./free-mail.ts";
import { registrableDomain } from "./registrable-domain.ts";

/**
 * The domain of a company as it is stored and compared, which is the registrable one: `clyde-workboats.example`
 * from `https://www.Clyde-Workboats.example/contact` or `shop.clyde-workboats.example`. Throws INPUT_INVALID for
 * what is none, for a public suffix such as co.uk, and for the domains of free mail providers.
 */
export function normalizeDomain(text: string): string {
  const host = hostOf(text);
  const domain = host === undefined ? undefined : registrableDomain(host);
  if (domain === undefined) {
    const what =
      host === undefined ? "not an internet domain" : "a suffix under which others register domains";
    throw new RingmainError("INPUT_INVALID", `"${text}" is ${what}.`, {
      hint: "Write it like clyde-workboats.example, or leave domain out.",
    });
  }
  if (isFreeMail(domain)) {
    throw new RingmainError("INPUT_INVALID", `${domain} is a free mail provider's domain, not a company's.`, {
      hint: "Leave domain out and identify the company by external_id.",
    });
  }
  return domain;
}

/** An email address as it is stored: its domain in lower case, what stands before the @ as it was written. */
export function normalizeEmail(email: string): string {
  const trimmed = email.trim();
  const at = trimmed.lastIndexOf("@") + 1;
  return trimmed.slice(0, at) + trimmed.slice(at).toLowerCase();
}

/**
 * An email address as it is compared: all in lower case, since no provider in use tells letter case apart (RFC
 * 5321 §2.4 lets one). Dots and `+tags` stay: whether they matter is up to each provider.
 */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

/** The company domain behind an email address; undefined for a free mail address. */
export function domainOfEmail(email: string): string | undefined {
  const host = hostOf(email.slice(email.lastIndexOf("@") + 1));
  const domain = host === undefined ? undefined : registrableDomain(host);
  return domain === undefined || isFreeMail(domain) ? undefined : domain;
}

function hostOf(text: string): string | undefined {
  const address = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const host = new URL(address).hostname.replace(/\.$/, "");
  return /^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]*$/.test(host) ? host : undefined;
}
