/**
 * A text of somebody else's on one line of a terminal, whole: what could move the cursor, hide text or turn its direction
 * is written as its code.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
