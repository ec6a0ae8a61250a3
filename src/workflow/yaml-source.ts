import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar } from "yaml";
import type { Json } from "../core/json.ts";
import { compareProblems, type Problem } from "../core/problem.ts";
import { positionsIn } from "../core/text-position.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import type { Fault } from "./types.ts";
import { yamlHint } from "./yaml-hint.ts";
import { offsetInSource } from "./yaml-offset.ts";

/** Which part of the value at a path is meant. */
export interface Place {
  /** The last key of the path instead of its value. */
  atKey?: boolean | undefined;
  /** Offsets into the text at the path. */
  start?: number | undefined;
  end?: number | undefined;
}

/** A YAML text as JSON, with the position of everything in it. */
export interface YamlSource {
  file: string;
  /** Absent when the text is not YAML. */
  value?: Json;
  problems: Problem[];
  /** Makes a problem that points at the value at a path, or at its nearest parent that exists. */
  problemAt(path: YamlPath, fault: Fault, place?: Place): Problem;
}

interface Found {
  start: number;
  end: number;
}

/** The largest document that is read: far beyond any workflow, small enough to refuse at once. */
const longest = 1_000_000;

/** Reads one YAML document, keeping positions. Anchors and tags are refused: a workflow says what it means in place. */
export function readYamlSource(file: string, text: string): YamlSource {
  const positionOf = positionsIn(text);
  const tooLong = text.length > longest;
  const document = parseDocument(tooLong ? "" : text, { prettyErrors: false });

  const problem = (fault: Fault, { start, end }: Found): Problem => {
    const to = positionOf(Math.max(start, end));
    return { ...fault, file, ...positionOf(start), endLine: to.line, endColumn: to.column };
  };
  const problemAt: YamlSource["problemAt"] = (path, fault, place = {}) =>
    problem(fault, findPlace(document, text, path, place));

  if (tooLong) {
    const fault = { code: "yaml-syntax", message: "The file is larger than a million characters." };
    return { file, problems: [problem(fault, { start: 0, end: 0 })], problemAt };
  }
  if (document.errors.length > 0) {
    return { file, problems: syntaxProblems(document, text, problem), problemAt };
  }
  const problems: Problem[] = [];
  const value = toJson(document.contents, (fault, at) => problems.push(problem(fault, at)));
  for (const warning of document.warnings) {
    const [start, end] = warning.pos;
    const fault = { code: "yaml-tag", message: `${text.slice(start, end)} is read as a YAML tag.` };
    problems.push(problem({ ...fault, hint: "Put the whole value in quotes." }, { start, end }));
  }
  return problems.length > 0
    ? { file, problems: problems.sort(compareProblems), problemAt }
    : { file, value, problems, problemAt };
}

/** The first fault of the syntax, since the later ones mostly follow from it, and every key that stands twice. */
function syntaxProblems(
  document: Document.Parsed,
  text: string,
  problem: (fault: Fault, at: Found) => Problem,
): Problem[] {
  const structural = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  return document.errors
    .filter((error) => error === structural || error.code === "DUPLICATE_KEY")
    .map((error) => {
      const { start, hint, message } = yamlHint(error, text);
      return problem({ code: "yaml-syntax", message, hint }, { start, end: start + 1 });
    });
}

function toJson(node: unknown, refuse: (fault: Fault, at: Found) => void): Json {
  if (isScalar(node)) return scalarToJson(node, refuse);
  if (isSeq(node)) return node.items.map((item) => toJson(item, refuse));
  if (isMap(node)) {
    const entries = node.items.flatMap((pair): [string, Json][] => {
      const key = keyOf(pair);
      if (key === undefined || key === "<<") {
        const hint = "An expression in braces must be quoted.";
        refuse({ code: "yaml-syntax", message: "A key must be plain text.", hint }, rangeOf(pair.key));
        return [];
      }
      return [[key, toJson(pair.value, refuse)]];
    });
    return Object.fromEntries(entries);
  }
  if (isAlias(node)) {
    const hint = "Write the value out. A text that starts with * must be quoted.";
    refuse(
      { code: "yaml-syntax", message: "YAML aliases are not part of the language.", hint },
      rangeOf(node),
    );
  }
  return null;
}

function scalarToJson(node: Scalar, refuse: (fault: Fault, at: Found) => void): Json {
  const { value } = node;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (exact) return value;
    const hint = "Put it in quotes if it is a text.";
    refuse({ code: "yaml-syntax", message: "This number cannot be kept exactly.", hint }, rangeOf(node));
  }
  return null;
}

function keyOf(pair: Pair): string | undefined {
  const { key } = pair;
  if (typeof key === "string") return key;
  return isScalar(key) && key.value !== null ? String(key.value) : undefined;
}

/** The range of a node in the source, without the white space after it. */
function rangeOf(node: unknown): Found {
  const range: unknown = typeof node === "object" && node !== null ? Reflect.get(node, "range") : undefined;
  if (!Array.isArray(range)) return { start: 0, end: 0 };
  return { start: Number(range[0]), end: Number(range[1]) };
}

/** Walks down a path as far as it exists, and returns where its last node, or that node's key, stands. */
function findPlace(document: Document, text: string, path: YamlPath, place: Place): Found {
  let node: unknown = document.contents;
  let key: unknown;
  for (const step of path) {
    const next = childOf(node, step);
    if (next === undefined) return key === undefined ? startOf(node) : rangeOf(key);
    ({ node, key } = next);
  }
  if (place.atKey && key !== undefined) return rangeOf(key);
  if (isScalar(node) && typeof node.value === "string" && place.start !== undefined) {
    const start = offsetInSource(text, node, place.start);
    return { start, end: offsetInSource(text, node, place.end ?? place.start) };
  }
  if (isScalar(node)) return node.value === null && key !== undefined ? rangeOf(key) : rangeOf(node);
  return startOf(node);
}

/** A map or list is pointed at where it begins: a frame over many lines shows nothing. */
function startOf(node: unknown): Found {
  const { start } = rangeOf(node);
  return { start, end: start };
}

function childOf(node: unknown, step: string | number): { node: unknown; key: unknown } | undefined {
  if (isSeq(node) && typeof step === "number" && step < node.items.length) {
    return { node: node.items[step], key: undefined };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((candidate) => keyOf(candidate) === String(step));
  return pair && { node: pair.value, key: pair.key };
}
