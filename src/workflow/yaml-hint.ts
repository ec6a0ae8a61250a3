import type { YAMLParseError } from "yaml";

/** The parser's message, in most cases with what people who write expressions into YAML need to know. */
export function yamlHint(
  error: YAMLParseError,
  text: string,
): { start: number; message: string; hint: string | undefined } {
  const [found] = error.pos;
  const start = text[found - 1] === "$" ? found - 1 : found;
  const line = lineAt(text, start);
  const expression = line.indexOf("${{");
  if (expression !== -1) {
    const before = line.slice(0, expression);
    if (/[[{][^"']*$/.test(before)) {
      const hint = 'Inside { } and [ ] quote it: { id: "${{ inputs.id }}" }.';
      return { start, message: "YAML cannot read this expression in flow style.", hint };
    }
    const hint = "Put the whole value in quotes, or write it on the next line after `>-`.";
    return { start, message: 'YAML splits this expression at ": ".', hint };
  }
  switch (error.code) {
    case "TAB_AS_INDENT":
      return { start, message: "YAML is not indented with tabs.", hint: "Use spaces." };
    case "DUPLICATE_KEY":
      return { start, message: "This key stands here twice.", hint: "Remove one of the two." };
    case "BLOCK_AS_IMPLICIT_KEY":
      return { start, message: error.message, hint: 'A text that holds ": " must be quoted.' };
    case "UNEXPECTED_TOKEN": {
      const quoted = /:\s*(["']).*\1\s*\S/.test(line);
      const hint =
        "A value that starts with a quote must end with it: put the whole value in quotes of the other kind.";
      return { start, message: error.message, hint: quoted ? hint : undefined };
    }
    case "MULTIPLE_DOCS":
      return { start, message: "The file holds more than one document.", hint: "Remove the line ---." };
    default:
      return { start, message: error.message, hint: undefined };
  }
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end);
}
