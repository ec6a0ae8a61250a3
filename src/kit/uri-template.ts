/** A template of URIs such as `crm://deal/{id}`, of the first level of RFC 6570: each variable is one path segment. */
export interface UriTemplate {
  text: string;
  /** The names of its variables, in order; none when it is one fixed URI. */
  variables: readonly string[];
  /** The values that a URI gives to the variables, decoded; undefined when it is not of this template. */
  match(uri: string): Record<string, string> | undefined;
  /** The URI for these values. Throws TypeError when one is missing. */
  expand(values: Readonly<Record<string, string>>): string;
}

const longestUri = 1_000;

/** Reads a template. Throws TypeError for one with anything but simple variables in it. */
export function uriTemplate(text: string): UriTemplate {
  const parts = text.split(/\{([a-z_]+)\}/);
  if (!/^[a-z]+:\/\//.test(text) || parts.some((part, index) => index % 2 === 0 && /[{}]/.test(part))) {
    throw new TypeError(`"${text}" is not a URI template that this program can read`);
  }
  const variables = parts.filter((_, index) => index % 2 === 1);
  const source = parts.map((part, index) => (index % 2 === 1 ? "([^/?#]+)" : literally(part))).join("");
  const pattern = new RegExp(`^${source}$`);

  return {
    text,
    variables,
    match(uri) {
      if (uri.length > longestUri) return undefined;
      const found = pattern.exec(uri);
      if (found === null) return undefined;
      try {
        return Object.fromEntries(
          variables.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]),
        );
      } catch {
        return undefined; // a % that is followed by no hexadecimal number
      }
    },
    expand: (values) =>
      parts
        .map((part, index) => {
          if (index % 2 === 0) return part;
          const value = values[part];
          if (value === undefined) throw new TypeError(`${text} needs a value for ${part}`);
          return encodeURIComponent(value);
        })
        .join(""),
  };
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
