import { RingmainError } from "../../../src/core/errors.ts";

/** Providers whose domains say nothing about a person's firm. */
const freeMailDomains = new Set([
  "aol.com",
  "fastmail.com",
  "free.fr",
  "gmail.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "icloud.com",
  "laposte.net",
  "libero.it",
  "live.com",
  "mail.com",
  "mail.ru",
  "me.com",
  "msn.com",
  "orange.fr",
  "outlook.com",
  "proton.me",
  "protonmail.com",
  "qq.com",
  "t-online.de",
  "wanadoo.fr",
  "web.de",
  "yahoo.com",
  "yahoo.fr",
  "ymail.com",
  "zoho.com",
]);

/**
 * The domain of a company as it is stored: from `https://www.Clyde-Workboats.example/contact` or
 * `clyde-workboats.example`. Throws INPUT_INVALID for what is none and for the domains of free mail providers.
 */
export function normalizeDomain(text: string): string {
  const domain = hostOf(text);
  if (domain === undefined) {
    throw new RingmainError("INPUT_INVALID", `"${text}" is not an internet domain.`, {
      hint: "Write it like clyde-workboats.example, or leave domain out.",
    });
  }
  if (freeMailDomains.has(domain)) {
    throw new RingmainError("INPUT_INVALID", `${domain} is a free mail provider's domain, not a company's.`, {
      hint: "Leave domain out and identify the company by external_id.",
    });
  }
  return domain;
}

/** An email address as it is stored and compared. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The company domain behind an email address; undefined for a free mail address. */
export function domainOfEmail(email: string): string | undefined {
  const domain = hostOf(email.slice(email.lastIndexOf("@") + 1));
  return domain === undefined || freeMailDomains.has(domain) ? undefined : domain;
}

function hostOf(text: string): string | undefined {
  const address = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const host = new URL(address).hostname.replace(/^www\./, "").replace(/\.$/, "");
  return /^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]*$/.test(host) ? host : undefined;
}
