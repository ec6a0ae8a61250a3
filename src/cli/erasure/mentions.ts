/** Something that a person's data is found by. */
export interface Term {
  what: "id" | "reference" | "email" | "phone" | "name" | "value";
  text: string;
}

/**
 * Prepares the question whether a text mentions any of the terms, whatever their case. Ids, references and e-mail
 * addresses count as whole words; a phone number however it is spaced; a name only as all of a text between quotation marks, which
 * a JSON string is; a given value wherever it stands.
 */
export function mentionsAny(terms: readonly Term[]): (text: string) => boolean {
  const patterns = terms.flatMap(patternsOf);
  if (patterns.length === 0) return () => false;
  const any = new RegExp(patterns.join("|"), "iu");
  return (text) => any.test(unescaped(text));
}

function patternsOf({ what, text }: Term): string[] {
  // accents may be written in two ways
  const forms = [...new Set([text.normalize("NFC"), text.normalize("NFD")])].map(escapeRegExp);
  switch (what) {
    case "id":
    case "reference":
      return forms.map((form) => `(?<![A-Za-z0-9_])${form}(?![A-Za-z0-9_])`);
    case "email":
      return forms.map((form) => `(?<![A-Za-z0-9._%+-])${form}(?![A-Za-z0-9-]|\\.[A-Za-z0-9])`);
    case "phone":
      return [phonePattern(text)];
    case "name":
      return forms.map((form) => `"${form}"`);
    case "value":
      return forms;
  }
}

function phonePattern(text: string): string {
  const digits = [...text.replace(/\D/g, "").replace(/^00/, "")];
  return `(?<![A-Za-z0-9])(?:00)?${digits.join("[\\s().\\/-]{0,3}")}(?![A-Za-z0-9])`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
}

/** A text without the escapes of JSON, however deep JSON stands in JSON. */
function unescaped(text: string): string {
  let plain = text;
  for (let depth = 0; depth < 4 && plain.includes("\\"); depth += 1) {
    plain = plain.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_all, code?: string, letter?: string) =>
      code === undefined
        ? /[bfnrt]/.test(letter ?? "")
          ? " "
          : (letter ?? "")
        : String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
  return plain;
}
