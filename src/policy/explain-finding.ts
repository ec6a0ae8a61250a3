import type { DetailedError } from "@cedar-policy/cedar-wasm/nodejs";
import { didYouMean } from "../core/closest.ts";
import type { ToolModel } from "./cedar-schema.ts";

/** A finding in words. */
export interface Finding {
  message: string;
  hint: string | undefined;
}

/** Puts a finding of Cedar's validator into the words of the workspace: tools, facts and arguments. */
export function explainFinding(error: DetailedError, models: readonly ToolModel[]): Finding {
  let text = error.message;
  let help = error.help ?? undefined;
  const withoutKey = /^for policy `[^`]*`, /;
  text = text.replace(withoutKey, "");
  help = help?.replace(withoutKey, "");
  for (const { resourceType, id, factsOf } of models) {
    const facts = factsOf === "item" ? "items" : "facts";
    text = text.replaceAll(`on entity type \`${resourceType}\``, `in the ${facts} of ${id}`);
  }
  text = text.replaceAll(/in context for Action::"([^"]*)"/g, "in the context of $1");

  const attribute = /attribute `([^`]+)`.* not found/.exec(text)?.[1];
  if (attribute !== undefined && models.some((model) => model.leftOut.includes(attribute))) {
    help = notTyped(attribute);
  }
  const action = /^unrecognized action `Action::"([^"`]*)"`/.exec(text)?.[1];
  if (action !== undefined) {
    const known = [...new Set(models.flatMap((model) => [model.id, ...model.groups]))];
    help = didYouMean(action, known) ?? "Actions are server.tool, or a group: a server, an effect, or write.";
  }
  return { message: sentence(text), hint: help === undefined ? undefined : sentence(help) };
}

/**
 * One finding for those at one place of a policy: Cedar finds a misspelt name once for each tool that the policy concerns,
 * and looks for the nearest one among that tool's alone.
 */
export function inOne(findings: readonly Finding[]): Finding {
  const distinct = new Map(findings.map((finding) => [finding.message, finding]));
  const [first = { message: "", hint: undefined }] = distinct.values();
  if (distinct.size <= 1) return first;
  const name = /^Attribute `(?:[^`]*\.)?([^`.]+)`/.exec(first.message)?.[1];
  const nearest = findings.flatMap(({ hint = "" }) => /^Did you mean `([^`]+)`/.exec(hint)?.[1] ?? []);
  const hint = (name === undefined ? undefined : didYouMean(name, nearest)) ?? first.hint;
  const others = distinct.size === 2 ? "another tool" : `${distinct.size - 1} other tools`;
  return { message: `${first.message.replace(/\.$/, "")}, and so for ${others}.`, hint };
}

/** Why a policy cannot use a property that the tool does have. */
export function notTyped(path: string): string {
  return `Policies see texts, integers, booleans, lists and objects of one type; ${path} is none of these.`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(first) ? first : `${first}.`;
}
