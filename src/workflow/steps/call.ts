import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import { grantFor } from "../../core/grants.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { throwIfEnded } from "../failure.ts";
import { narrowByArguments } from "../narrow-result.ts";
import { typeOfSchema } from "../schema-type.ts";
import { listOf, type RecordType, recordOf, type ValueType } from "../types.ts";
import { defineStep, type StepRun, type StepScope, template } from "./step-kind.ts";

/** A list that never ends is a fault of its server. */
const mostPages = 10_000;

/** Calls one tool. The server remembers the key, so that a resumed run never repeats a committed call. */
export const callStep = defineStep({
  kind: "call",
  summary: "Call one tool on one server.",
  example: `- id: overdue
  call: accounting.list_invoices
  pages: all
  with: { status: [overdue] }
`,
  written: z.object({
    call: z.string().describe("The tool, `server.tool`."),
    with: z.record(z.string(), template).describe("Its arguments; texts may hold `${{ }}`.").default({}),
    pages: z.literal("all").describe("Read a list to its last page.").optional(),
    once: z
      .string()
      .describe("A business key: the tool does its work once for it, across all runs.")
      .optional(),
  }),
  planned: z.object({
    call: z.string(),
    with: z.record(z.string(), template),
    pages: z.literal("all").optional(),
    once: z.string().optional(),
    /** Whether the tool changes anything; only then a loop's business key concerns it. */
    writes: z.boolean(),
  }),

  check(step, scope) {
    const tool = scope.findTool(step.call, ["call"]);
    if (step.once !== undefined) scope.checkTemplate(step.once, ["once"], onceType);
    if (!tool) {
      scope.checkTemplate(step.with, ["with"]);
      return { members: {}, result: { kind: "any" } };
    }
    checkGrant(tool, scope);
    checkArguments(tool, step.with, scope);
    const writes = tool.effect !== "read";
    if (step.once !== undefined && !writes) {
      const hint = "Leave once out: reading changes nothing, and an old result would be stale.";
      scope.report(
        ["once"],
        { code: "once-on-read", message: `${step.call} only reads.`, hint },
        { atKey: true },
      );
    }
    const { call, with: given, pages, once } = step;
    const members = {
      call,
      with: given,
      writes,
      ...(pages && { pages }),
      ...(once !== undefined && { once }),
    };
    const result = narrowByArguments(typeOfSchema(tool.outputSchema), given);
    return { members, result: readPages(tool, result, pages === "all", scope) };
  },

  async run(step, run) {
    const given = run.evaluate(step.with);
    if (!isJsonRecord(given)) throw new RingmainError("STEP_FAILED", "The arguments are not an object.");
    run.note({ tool: step.call });
    if (step.pages === "all") return await callPages(step.call, given, run);
    const once = step.once === undefined ? (step.writes ? run.once : undefined) : businessKey(step.once, run);
    const { path, outcomes, context } = run;
    const request = {
      path,
      outcomes,
      tool: step.call,
      arguments: given,
      ...(once !== undefined && { once }),
    };
    const { result, entry, replayed } = await context.call(request);
    run.note({ entry, result, ...(replayed && { status: "already_done" }) });
    return result;
  },
});

/** A business key is a text that says something. */
export const onceType: ValueType = { kind: "string", limits: { minLength: 1 } };

/** Evaluates a business key. Throws STEP_FAILED when nothing is left of it. */
export function businessKey(once: string, run: Pick<StepRun, "evaluate">): string {
  const key = run.evaluate(once);
  if (typeof key === "string" && key.trim() !== "") return key;
  throw new RingmainError("STEP_FAILED", "The business key (`once`) is empty or not a text.");
}

function checkGrant(tool: ToolDescription, scope: StepScope): void {
  const { agent } = scope;
  if (!agent) return;
  const id = toolId(tool);
  if (grantFor(agent.tools, tool) !== undefined) {
    const refusal = scope.refusalOf(id);
    const hint = "Take the call out, or let the policy make an exception.";
    if (refusal !== undefined) scope.report(["call"], { code: "policy-forbids", message: refusal, hint });
    return;
  }
  const message = `Agent "${agent.id}" has no grant for ${id}.`;
  const why = tool.effect === "read" ? "" : " A star opens read tools only.";
  const hint = `Add ${id} to tools: in ${agent.file}.${why}`;
  scope.report(["call"], { code: "no-grant", message, hint });
}

function checkArguments(tool: ToolDescription, given: Record<string, Json>, scope: StepScope): void {
  // What is missing from no `with` at all is told at the call.
  const path = Object.keys(given).length === 0 ? ["call"] : ["with"];
  scope.checkTemplate(given, path, typeOfSchema(tool.inputSchema));
}

/** The type of the result by how much of a list is read. */
function readPages(tool: ToolDescription, result: ValueType, all: boolean, scope: StepScope): ValueType {
  const items = pagedItems(tool, result);
  if (!items) {
    if (all) {
      const message = `${toolId(tool)} does not answer in pages.`;
      scope.report(["pages"], { code: "not-paged", message, hint: "Leave pages out." }, { atKey: true });
    }
    return result;
  }
  return all ? recordOf({ items: listOf(items) }) : hideItems(result, scope.id);
}

/** The item type of a tool that takes a `cursor` and gives `items` and perhaps a `next_cursor`. */
function pagedItems(tool: ToolDescription, result: ValueType): ValueType | undefined {
  const input = typeOfSchema(tool.inputSchema);
  if (input.kind !== "record" || !input.fields.has("cursor") || result.kind !== "record") return undefined;
  const items = result.fields.get("items")?.type;
  return result.fields.has("next_cursor") && items?.kind === "list" ? items.items : undefined;
}

function hideItems(result: ValueType, id: string): ValueType {
  if (result.kind !== "record") return result;
  const fields = new Map([...result.fields].filter(([name]) => name !== "items"));
  const explain: RecordType["explain"] = (field) =>
    field === "items"
      ? {
          code: "unread-pages",
          message: `steps.${id}.items is only the first page.`,
          hint: `Add pages: all to step ${id}.`,
        }
      : undefined;
  return { ...result, fields, explain };
}

async function callPages(tool: string, given: Record<string, Json>, run: StepRun): Promise<Json> {
  const { context, outcomes } = run;
  const items: Json[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 1; page <= mostPages; page += 1) {
    throwIfEnded(context.signal);
    const path = page === 1 ? run.path : `${run.path}#${page}`;
    const { result, entry } = await context.call({
      path,
      outcomes,
      tool,
      arguments: cursor === undefined ? given : { ...given, cursor },
    });
    if (!isJsonRecord(result) || !Array.isArray(result.items)) {
      throw new RingmainError("STEP_FAILED", `${tool} answered a page without items.`);
    }
    items.push(...result.items);
    run.note({ entry });
    const { next_cursor: next } = result;
    if (typeof next !== "string") {
      run.note({ result: { items } });
      return { items };
    }
    if (seen.has(next)) throw new RingmainError("STEP_FAILED", `${tool} gave the same page twice.`);
    seen.add(next);
    cursor = next;
  }
  throw new RingmainError("STEP_FAILED", `${tool} has more than ${mostPages} pages.`);
}

function isJsonRecord(value: Json): value is Record<string, Json> {
  return isRecord(value);
}
