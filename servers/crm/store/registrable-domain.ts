import { getDomain } from "tldts";

/**
 * The part of a host name that somebody registered, by the Public Suffix List (https://publicsuffix.org): `clyde.co.uk`
 * of `shop.clyde.co.uk`. Suffixes under which a provider gives each customer a name of its own count too. Undefined for
 * a suffix alone, such as `co.uk`. The host is in lower case, in its ASCII form (RFC 5890), without a dot at its end.
 */
export function registrableDomain(host: string): string | undefined {
  return getDomain(host, { allowPrivateDomains: true }) ?? undefined;
}
