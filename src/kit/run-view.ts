import { RingmainError } from "../core/errors.ts";
import type { Identity } from "../identity/principal.ts";
import type { Access, Decision } from "../policy/access.ts";
import type { Attempt } from "./call.ts";
import type { ReadTool } from "./read-source.ts";
import { invalidArguments } from "./refusals.ts";
import { noteWithheld } from "./show-answer.ts";
import type { AnyTool } from "./tool.ts";
import type { View } from "./view.ts";

/** Who asks, and what of a decision is known so far. */
interface Asking {
  server: string;
  identity: Identity;
  access: Access;
  attempt: Attempt;
  /** Told of the marks that the caller does not see, before each read. */
  hide?: ((marks?: readonly string[]) => void) | undefined;
}

/**
 * Throws POLICY_DENIED unless the caller holds the grants that open a view: of all tools that it reads, or any on the
 * server when it reads none. Notes the grants in the attempt.
 */
export function requireGrants<Context>(
  view: Pick<View<Context>, "tools" | "name">,
  serverTools: readonly AnyTool<Context>[],
  asking: Asking,
): void {
  const { server, identity, access, attempt } = asking;
  if (view.tools.length > 0) {
    for (const tool of view.tools) note(attempt, grantOf(tool, asking));
    return;
  }
  for (const tool of serverTools) {
    const grant = access.opens(identity, `${server}.${tool.name}`);
    if (grant === undefined) continue;
    note(attempt, grant);
    return;
  }
  attempt.decision = "deny";
  throw new RingmainError("POLICY_DENIED", `${identity.principal} has no grant on ${server}.`, {
    hint: `Any tool of ${server} under its tools: opens ${server}.${view.name}.`,
  });
}

/** Makes the reads of a view, each permitted as a call of its tool: by grant, by facts, by policy. */
export function permittedReads<Context>(context: Context, asking: Asking): ReadTool<Context> {
  const { server, identity, access, attempt, hide } = asking;
  return async (source, asked) => {
    const { tool } = source;
    const id = `${server}.${tool.name}`;
    if (tool.effect !== "read") throw new TypeError(`${id} writes, so nothing but a call may use it`);
    const parsed = tool.input.safeParse(source.arguments?.(asked) ?? {});
    if (!parsed.success) throw invalidArguments(parsed.error.issues);
    note(attempt, grantOf(tool, asking));
    const facts = await tool.resource?.(parsed.data, context);
    const { principal, roles } = identity;
    const decision = access.decide({
      principal,
      roles,
      tool: id,
      arguments: parsed.data,
      facts: facts && tool.facts ? tool.facts.parse(facts) : {},
    });
    refuseUnless(decision, attempt);
    note(attempt, ...decision.policies);
    attempt.decision = "allow";
    const limits = decision.allowed ? decision.limits : undefined;
    hide?.(limits?.marks);
    if (source.handler !== undefined) {
      if (limits?.records === true) throw withheldPart(id);
      return { ...(await source.handler(asked, context)) };
    }
    const result = tool.output.parse(await tool.handler(parsed.data, context));
    if (limits === undefined) return result;
    const shown = limits.show(result);
    if (shown.withheld.length > 0) noteWithheld(attempt, shown.withheld);
    return { ...shown.result };
  };
}

function grantOf<Context>(tool: AnyTool<Context>, { server, identity, access, attempt }: Asking): string {
  const id = `${server}.${tool.name}`;
  const grant = access.opens(identity, id);
  if (grant !== undefined) return grant;
  const { principal, roles } = identity;
  refuseUnless(access.decide({ principal, roles, tool: id, arguments: {}, facts: {} }), attempt);
  throw new RingmainError("POLICY_DENIED", `${principal} has no grant for ${id}.`);
}

/** What reads past its tool answers other items than the tool does, so rules about those cannot be asked about these. */
function withheldPart(id: string): RingmainError {
  return new RingmainError(
    "POLICY_DENIED",
    `Policies withhold some items of ${id}, and this reads past it.`,
    {
      hint: `Call ${id} itself.`,
    },
  );
}

function refuseUnless(decision: Decision, attempt: Attempt): void {
  if (decision.allowed) return;
  attempt.decision = "deny";
  attempt.policies = decision.policies;
  const hint =
    decision.asks === undefined ? decision.hint : "Only a call can wait for a person: call the tool itself.";
  throw new RingmainError(decision.code, decision.message, { hint });
}

function note(attempt: Attempt, ...policies: readonly string[]): void {
  attempt.policies = [...new Set([...attempt.policies, ...policies])];
}
