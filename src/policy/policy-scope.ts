/** `Role::"finance"` as its two parts. */
interface EntityReference {
  type: string;
  id: string;
}

/** Which calls a policy's head lets it concern; what is absent restricts nothing. */
export interface PolicyScope {
  principal?: { is: string | undefined; within: EntityReference | undefined };
  /** The action, or a group that it is in, must be one of these. */
  actions?: readonly EntityReference[];
}

/** Who calls, in Cedar's terms. */
export interface CedarPrincipal {
  /** Agent, Client or User. */
  type: string;
  id: string;
  roles: readonly string[];
}

/**
 * Reads the tokens between the parentheses of a policy's head. A part that it does not understand restricts
 * nothing; `==` is read as `in`, which includes it.
 */
export function parseScope(tokens: readonly string[]): PolicyScope {
  const [principal, action, resource, ...rest] = splitAtCommas(tokens);
  if (principal?.[0] !== "principal" || action?.[0] !== "action") return {};
  if (resource?.[0] !== "resource" || rest.length > 0) return {};
  const scope: PolicyScope = {};
  const who = parsePrincipal(principal.slice(1));
  if (who !== undefined) scope.principal = who;
  const actions = parseActions(action.slice(1));
  if (actions !== undefined) scope.actions = actions;
  return scope;
}

/** Whether a policy with this scope could concern a call; never false for one that Cedar would let match. */
export function couldMatch(scope: PolicyScope, who: CedarPrincipal, actions: ReadonlySet<string>): boolean {
  if (!couldConcern(scope, actions)) return false;
  const { is, within } = scope.principal ?? {};
  if (is !== undefined && is !== who.type) return false;
  if (within === undefined) return true;
  if (within.type === "Role") return who.roles.includes(within.id);
  return within.type === who.type && within.id === who.id;
}

/** Whether a policy with this scope could concern a tool, given the ids of its action and of its groups. */
export function couldConcern({ actions: named }: PolicyScope, actions: ReadonlySet<string>): boolean {
  return named === undefined || named.some(({ type, id }) => type === "Action" && actions.has(id));
}

/** Whether a policy names this very action, and not only a group that it is in. */
export function namesAction({ actions: named = [] }: PolicyScope, id: string): boolean {
  return named.some((action) => action.type === "Action" && action.id === id);
}

function parsePrincipal(tokens: readonly string[]): PolicyScope["principal"] | undefined {
  const [operator, ...operand] = tokens;
  if (operator === "==" || operator === "in") {
    const within = parseEntity(operand);
    return within && { is: undefined, within };
  }
  if (operator !== "is") return undefined;
  const end = operand.indexOf("in");
  const is = parseType(end < 0 ? operand : operand.slice(0, end));
  const within = end < 0 ? undefined : parseEntity(operand.slice(end + 1));
  return is === undefined ? undefined : { is, within };
}

function parseActions(tokens: readonly string[]): readonly EntityReference[] | undefined {
  const [operator, ...operand] = tokens;
  if (operator !== "==" && operator !== "in") return undefined;
  const list = operator === "in" && operand[0] === "[" && operand.at(-1) === "]";
  const parts = list ? splitAtCommas(operand.slice(1, -1)) : [operand];
  const entities = parts.map(parseEntity);
  const known = entities.filter((entity) => entity !== undefined);
  return known.length === entities.length ? known : undefined;
}

/** `Type::"id"`. Undefined for an id with an escape, which only Cedar should read. */
export function parseEntity(tokens: readonly string[]): EntityReference | undefined {
  const text = tokens.at(-1) ?? "";
  const type = tokens.at(-2) === "::" ? parseType(tokens.slice(0, -2)) : undefined;
  if (type === undefined || !text.startsWith('"') || text.length < 2 || text.includes("\\")) return undefined;
  return { type, id: text.slice(1, -1) };
}

/** `Name` or `Name::Space`. */
function parseType(tokens: readonly string[]): string | undefined {
  const proper = tokens.every((token, index) => (index % 2 === 0 ? /^\w+$/.test(token) : token === "::"));
  return proper && tokens.length % 2 === 1 ? tokens.join("") : undefined;
}

/** The tokens between commas that stand in no brackets. */
function splitAtCommas(tokens: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token === "[") depth += 1;
    if (token === "]") depth -= 1;
    if (token === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
