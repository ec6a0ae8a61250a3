import { type PolicyScope, parseScope } from "./policy-scope.ts";

/** One policy of a file, found without Cedar. */
export interface ScannedPolicy {
  file: string;
  /** Offset of its first token in the file's text, in UTF-16 units. */
  offset: number;
  /** Where its first token stands, from 1. */
  line: number;
  column: number;
  /** Its own text, from the first token to the semicolon. */
  text: string;
  /** `unclear` for anything that does not read as one whole policy; Cedar then has the last word. */
  effect: "forbid" | "permit" | "unclear";
  annotations: ReadonlyMap<string, string>;
  /** Which calls it could concern. Everything, when unclear. */
  scope: PolicyScope;
  tokens: readonly Token[];
}

export interface Token {
  text: string;
  offset: number;
}

/** As Cedar's own lexer has it, but for numbers and operators, which are of no interest here. */
const tokenPattern = /\s+|\/\/[^\n\r]*|"(?:\\.|[^"\\])*"|[A-Za-z_][A-Za-z0-9_]*|::|==|[\s\S]/gy;

/**
 * Splits a policy file into its policies and reads their scopes, so that a process whose calls no policy concerns
 * need not load Cedar. It errs to one side only: a policy that it does not fully understand could concern every call,
 * and one that Cedar cannot parse then refuses them all.
 */
export function scanPolicies(file: string, text: string): ScannedPolicy[] {
  const policies: ScannedPolicy[] = [];
  let tokens: Token[] = [];
  let line = 1;
  let counted = 0;
  const finish = () => {
    const first = tokens[0];
    const last = tokens.at(-1);
    if (first === undefined || last === undefined) return;
    line += text.slice(counted, first.offset).split("\n").length - 1;
    counted = first.offset;
    const body = text.slice(first.offset, last.offset + last.text.length);
    const column = first.offset - text.lastIndexOf("\n", first.offset - 1);
    policies.push({ file, offset: first.offset, line, column, text: body, tokens, ...readPolicy(tokens) });
    tokens = [];
  };
  for (const match of text.matchAll(tokenPattern)) {
    const token = match[0];
    if (/^\s/.test(token) || token.startsWith("//")) continue;
    tokens.push({ text: token, offset: match.index });
    if (token === ";") finish();
  }
  finish();
  return policies;
}

/** `@name("value")… forbid (scope) when {…} unless {…} ;` and nothing else. */
function readPolicy(tokens: readonly Token[]): Pick<ScannedPolicy, "effect" | "annotations" | "scope"> {
  const at = (index: number) => tokens[index]?.text ?? "";
  const annotations = new Map<string, string>();
  let next = 0;
  while (at(next) === "@") {
    const valued = at(next + 2) === "(" && at(next + 4) === ")";
    annotations.set(at(next + 1), valued ? at(next + 3).slice(1, -1) : "");
    next += valued ? 5 : 2;
  }
  const effect = at(next);
  const open = next + 1;
  const close = tokens.findIndex((token, index) => index > open && token.text === ")");
  const unclear = { effect: "unclear", annotations, scope: {} } as const;
  if ((effect !== "forbid" && effect !== "permit") || at(open) !== "(" || close < 0) return unclear;

  next = close + 1;
  while (at(next) === "when" || at(next) === "unless") {
    const end = endOfBlock(tokens, next + 1);
    if (end === undefined) return unclear;
    next = end + 1;
  }
  if (at(next) !== ";" || next !== tokens.length - 1) return unclear;
  const scope = parseScope(tokens.slice(open + 1, close).map((token) => token.text));
  return { effect, annotations, scope };
}

/** The index of the brace that closes the one at `start`. */
function endOfBlock(tokens: readonly Token[], start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index]?.text;
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth <= 0) return token === "}" ? index : undefined;
  }
  return undefined;
}
