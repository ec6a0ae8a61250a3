import { type Document, isMap, isScalar, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { didYouMean } from "./closest.ts";
import { messageOf } from "./errors.ts";
import { issueWords } from "./issue-words.ts";
import type { Problem } from "./problem.ts";
import { positionsIn } from "./text-position.ts";

/** Where a value stands inside a document: keys and indexes from the root. */
export type YamlPath = readonly (string | number)[];

export interface YamlFile<T> {
  /** Absent when the text or its shape is wrong. */
  value?: T;
  problems: Problem[];
  /** Makes a problem that points at the value at a path (or at its nearest existing parent). */
  problemAt: ProblemAt;
  /** The same, pointing at the last key of the path instead of its value. */
  problemAtKey: ProblemAt;
}

export type ProblemAt = (path: YamlPath, code: string, message: string, hint?: string) => Problem;

/**
 * Reads a YAML text against a schema, keeping positions. `lineOffset` is the number of lines before the text
 * in its file.
 */
export function readYaml<T extends z.ZodType>(options: {
  file: string;
  text: string;
  schema: T;
  lineOffset?: number;
}): YamlFile<z.output<T>> {
  const { file, text, schema, lineOffset = 0 } = options;
  const positionOf = positionsIn(text);
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: "error" });

  const problemAtOffset = (offset: number, code: string, message: string, hint?: string): Problem => {
    const { line, column } = positionOf(offset);
    return { code, message, hint, file, line: line + lineOffset, column };
  };
  const problemAtKey: ProblemAt = (path, ...told) => {
    const parent: unknown = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined;
    return isScalar(pair?.key) && pair.key.range
      ? problemAtOffset(pair.key.range[0], ...told)
      : problemAt(path, ...told);
  };
  const problemAt: ProblemAt = (path, code, message, hint) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
        return problemAtOffset(Number(node.range[0]), code, message, hint);
      }
    }
    return problemAtOffset(0, code, message, hint);
  };

  if (document.errors.length > 0) {
    const problems = document.errors.map((error) =>
      problemAtOffset(error.pos[0], "yaml-syntax", error.message),
    );
    return { problems, problemAt, problemAtKey };
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // an alias without its anchor, or aliases of aliases that multiply without end
    const problems = [problemAtOffset(firstAlias(document), "yaml-syntax", messageOf(error))];
    return { problems, problemAt, problemAtKey };
  }
  const parsed = schema.safeParse(content ?? {});
  if (parsed.success) return { value: parsed.data, problems: [], problemAt, problemAtKey };
  return {
    problems: parsed.error.issues.flatMap((issue) => issueProblems(issue, schema, problemAt, problemAtKey)),
    problemAt,
    problemAtKey,
  };
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_key, alias) {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function issueProblems(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  at: ProblemAt,
  atKey: ProblemAt,
): Problem[] {
  const path = issue.path.filter((key) => typeof key !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) =>
      atKey(
        [...path, key],
        "unknown-key",
        `There is no key "${key}" here.`,
        didYouMean(key, known) ?? `Known keys: ${known.join(", ")}.`,
      ),
    );
  }
  const nearest = issue.code === "invalid_union" ? nearestForm(issue.errors) : undefined;
  if (nearest !== undefined) {
    return nearest.flatMap((inner) =>
      issueProblems({ ...inner, path: [...issue.path, ...inner.path] }, schema, at, atKey),
    );
  }
  return [at(path, "invalid-value", `${path.join(".") || "The file"}: ${wordsOf(issue)}`)];
}

/** Of the forms that a value may have, the faults of the one that it comes nearest to; undefined when it is near none. */
function nearestForm(forms: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const near = forms.filter(
    (issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  const [nearest] = near.toSorted((a, b) => a.length - b.length);
  return nearest;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.message.endsWith("received undefined") ? "is missing" : issueWords(issue);
}

/** The keys that the object schema at a path knows, looking through records, arrays, defaults and optionals. */
function knownKeys(schema: z.ZodType, path: YamlPath): string[] {
  let node: unknown = schema;
  for (const key of path) node = childSchema(unwrap(node), key);
  return keysOf(unwrap(node));
}

function keysOf(schema: unknown): string[] {
  const forms = property(schema, "options");
  if (Array.isArray(forms)) return [...new Set(forms.flatMap((form) => keysOf(unwrap(form))))];
  const shape = property(schema, "shape");
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}

function childSchema(schema: unknown, key: string | number): unknown {
  const shape = property(schema, "shape");
  if (typeof shape === "object" && shape !== null) return property(shape, String(key));
  return property(schema, "element") ?? property(schema, "valueType");
}

function unwrap(schema: unknown): unknown {
  const inner = property(property(schema, "def"), "innerType");
  return inner === undefined ? schema : unwrap(inner);
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
