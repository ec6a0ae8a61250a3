import { Scalar } from "yaml";

/**
 * Where a character of a scalar's value stands in the source: past quotes, escapes, folded lines and the
 * indentation of block scalars.
 */
export function offsetInSource(text: string, node: Scalar, offset: number): number {
  const value = String(node.value);
  const end = node.range?.[1] ?? text.length;
  let at = contentStart(text, node);
  let index = 0;
  while (index < offset && at < end) {
    const wanted = value[index] ?? "";
    const found = text[at] ?? "";
    const escaped = escapeLength(text, at, node.type);
    if (escaped > 0) {
      at += escaped;
      index += text[at - escaped + 1] === "\n" ? 0 : 1;
    } else if (isSpace(wanted) && isSpace(found)) {
      const spaces = spaceLength(value, index);
      // A fold turns a line break and its indentation into one space, so runs correspond, not characters.
      if (index + spaces > offset) return at + (offset - index);
      index += spaces;
      at += spaceLength(text, at);
    } else if (isSpace(found)) {
      at += 1;
    } else {
      at += 1;
      index += 1;
    }
  }
  if (!isSpace(value[offset] ?? " ")) at += spaceLength(text, at);
  return Math.min(at, end);
}

function contentStart(text: string, node: Scalar): number {
  const start = node.range?.[0] ?? 0;
  switch (node.type) {
    case Scalar.QUOTE_DOUBLE:
    case Scalar.QUOTE_SINGLE:
      return start + 1;
    case Scalar.BLOCK_FOLDED:
    case Scalar.BLOCK_LITERAL: {
      const line = text.indexOf("\n", start) + 1;
      // A value that starts with white space owns the first of it; otherwise it is all indentation.
      return isSpace(String(node.value)[0] ?? "") ? line : line + spaceLength(text, line);
    }
    default:
      return start;
  }
}

/** How many characters an escape takes that stands for one: `''`, `\n`, `\u00e9`; 0 for an ordinary character. */
function escapeLength(text: string, at: number, type: Scalar["type"]): number {
  if (type === Scalar.QUOTE_SINGLE) return text.startsWith("''", at) ? 2 : 0;
  if (type !== Scalar.QUOTE_DOUBLE || text[at] !== "\\") return 0;
  const lengths: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };
  return lengths[text[at + 1] ?? ""] ?? 2;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

function spaceLength(text: string, from: number): number {
  let length = 0;
  while (from + length < text.length && isSpace(text[from + length] ?? "")) length += 1;
  return length;
}
