/**
 * Whether a text is one line that a store, a mail header and a terminal give back as it came: no control character, no
 * half of a surrogate pair.
 */
export function isOneLine(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** The same for a text that may have several lines, and tabs. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/[^\P{Cc}\n\r\t]/u.test(text);
}
