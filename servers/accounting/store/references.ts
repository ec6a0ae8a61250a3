/**
 * Whether a caller's own reference may name a record of another server, such as DEAL-0031, so that the invoice is
 * linked to it; anything else is just text on the invoice.
 */
export function isReference(text: string): boolean {
  return /^[A-Z][A-Za-z]*-[\w.-]{1,60}$/.test(text);
}
