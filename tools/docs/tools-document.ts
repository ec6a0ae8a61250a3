import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { ErrorCode } from "../../src/core/errors.ts";
import { type Effect, type ToolDescription, toolId } from "../../src/core/tool-description.ts";
import type { ServerDefinition } from "../../src/kit/define-tool.ts";
import { describeTool } from "../../src/kit/describe-tool.ts";
import { exampleCommand } from "./example-call.ts";
import { type FieldRow, fieldRows } from "./field-rows.ts";
import { codeFinder } from "./raised-codes.ts";

/** What a call of any tool may end with, whatever the tool does: in the call pipeline, or in the hub on the way to it. */
export const commonErrors: Partial<Record<ErrorCode, string>> = {
  INPUT_INVALID: "An argument is missing, unknown or not as its schema says.",
  NOT_FOUND: "There is no such server or tool.",
  POLICY_DENIED: "No grant names the tool, or a policy forbids this call.",
  APPROVAL_REQUIRED: "A policy wants a person's yes first; the error names the request.",
  APPROVAL_REJECTED: "A person said no to the call, or nobody answered in time.",
  LIMIT_EXCEEDED: "The caller has used up a limit of its agent or role.",
  PAUSED: "The caller, or the whole workspace, is paused.",
  CONFLICT: "The idempotency key was used before with other arguments.",
  STATE_INVALID: "The result would be larger than 1 MiB.",
  RESULT_ERASED: "The call was made before under this key, and its result has been erased since.",
  STORE_BUSY: "Another program holds the database; the same call may be made again.",
  STORE_UNAVAILABLE: "The database cannot be opened, read or written.",
  SERVER_UNAVAILABLE: "The server could not be started, or ended during the call.",
  TIMEOUT: "The server did not answer in time.",
  RUN_CANCELLED: "The caller gave the call up.",
  TOOL_CHANGED: "The tool is no longer as `ringmain.lock` pins it.",
  AUDIT_BROKEN: "The audit trail is damaged, so nothing is done that could not be recorded.",
  INTERNAL: "A bug; the server's log has the details.",
};

const effects: Record<Effect, string> = {
  read: "reads",
  create: "creates",
  update: "changes",
  delete: "deletes",
  send: "sends to the outside",
};

const intro = `# Tools

<!-- Made by \`npm run docs\` from the definitions of the servers. Do not edit. -->

Every tool of the three servers, with what it takes and gives. \`ringmain call TOOL --describe\` shows the same for one.
A tool is called alike by workflows (\`call: crm.get_deal\`), by MCP clients and by people (\`ringmain call\`); who may call
it stands in \`agents/\` and \`ringmain.yaml\`. A star in a grant opens tools with the effect \`read\` only. Whatever has
another effect takes an idempotency key, \`--key\` on the command line: the same key never does the work twice.

A result that has \`items\` and \`next_cursor\` is a page of a list: pass \`next_cursor\` as \`cursor\` for the next one, or
write the whole list as CSV with \`ringmain export TOOL\`.

## Fields

In tables a dot leads into an object and \`[]\` into the items of a list. *text* is a string, a *day* is \`YYYY-MM-DD\`, an
*instant* is RFC 3339 such as \`2026-11-23T08:00:00Z\`. A field that is not required, or not always there, is left out;
*required* holds within the object that it is a field of.

### Money

An object \`{ "minor": 1250, "currency": "EUR" }\`: whole units of the currency's smallest (12.50 EUR is 1250), and its
ISO 4217 code.

## Errors
`;

/** The text of `docs/tools.md`. */
export function toolsDocument(definitions: readonly AnyDefinition[]): string {
  const findCodes = codeFinder();
  const parts = [
    intro,
    "Every tool may answer with these. With each tool stand the codes that its own code raises, for reasons of its own that",
    "the message tells (found in the source: every code that can be reached from the tool).",
    "",
    ...table(
      ["Code", "When"],
      Object.entries(commonErrors).map(([code, when]) => [`\`${code}\``, when]),
    ),
    "",
    "## Contents",
    "",
    ...definitions.flatMap(contents),
    "",
    ...definitions.flatMap((definition) => serverPart(definition, findCodes)),
  ];
  return `${parts.join("\n").trimEnd()}\n`;
}

/** What the document says of a server: all of its definition but what runs. */
type AnyDefinition = Pick<
  ServerDefinition<never, never>,
  "name" | "title" | "instructions" | "tools" | "resources" | "prompts"
>;

type FindCodes = ReturnType<typeof codeFinder>;

function contents({ name, title, tools, resources = [], prompts = [] }: AnyDefinition): string[] {
  const link = (text: string, anchor: string) => `[${text}](#${anchor})`;
  const names = tools.map((tool) => link(tool.name, anchorOf(`${name}.${tool.name}`)));
  const views = [
    ...(resources.length > 0 ? [link("resources", `resources-of-${name}`)] : []),
    ...(prompts.length > 0 ? [link("prompts", `prompts-of-${name}`)] : []),
  ];
  return [`- ${link(`**${title}**`, anchorOf(name))}: ${[...names, ...views].join(", ")}`];
}

function serverPart(definition: AnyDefinition, findCodes: FindCodes): string[] {
  const { name, title, instructions, tools, resources = [], prompts = [] } = definition;
  return [
    `## ${name}`,
    "",
    `**${title}.** ${instructions}`,
    "",
    ...tools.flatMap((tool) => toolPart(describeTool(name, tool), codesOf(name, tool.name, findCodes))),
    ...(resources.length === 0 ? [] : resourcesPart(name, resources)),
    ...(prompts.length === 0 ? [] : promptsPart(name, prompts)),
  ];
}

function toolPart(tool: ToolDescription, codes: readonly ErrorCode[]): string[] {
  const facts = fieldRows(tool.factsSchema).map(({ name }) => `\`${name}\``);
  return [
    `### ${toolId(tool)}`,
    "",
    `**${tool.title}** · effect \`${tool.effect}\` (${effects[tool.effect]})`,
    "",
    tool.description,
    "",
    ...fieldTable("Arguments", fieldRows(tool.inputSchema)),
    ...fieldTable("Result", fieldRows(tool.outputSchema), "Always"),
    `Errors of its own: ${codes.length === 0 ? "none" : codes.map((code) => `\`${code}\``).join(", ")}.`,
    ...(facts.length === 0 ? [] : ["", `Facts that policies may use: ${facts.join(", ")}.`]),
    "",
    "```sh",
    exampleCommand(tool),
    "```",
    "",
  ];
}

function resourcesPart(server: string, resources: NonNullable<AnyDefinition["resources"]>): string[] {
  const rows = resources.map(({ uri, title, description, tool, list }) => [
    `\`${uri}\``,
    title,
    description,
    `\`${server}.${tool.name}\``,
    uri.includes("{") ? (list === undefined ? "no" : "yes") : "itself",
  ]);
  return [
    `### Resources of ${server}`,
    "",
    "What a client may attach to a conversation, as JSON. The grant of the tool opens it.",
    "",
    ...table(["URI", "Title", "What it holds", "Opened by", "Listed"], rows),
    "",
  ];
}

function promptsPart(server: string, prompts: NonNullable<AnyDefinition["prompts"]>): string[] {
  return [
    `### Prompts of ${server}`,
    "",
    "Tasks that users pick from a menu. Who may call all the tools that a prompt draws on sees it.",
    "",
    ...prompts.flatMap((prompt) => [
      `#### ${server} prompt ${prompt.name}`,
      "",
      `**${prompt.title}.** ${prompt.description}`,
      "",
      ...fieldTable("Arguments", fieldRows(z.toJSONSchema(prompt.arguments, { io: "input" }))),
      `Draws on: ${prompt.tools.map((tool) => `\`${server}.${tool.name}\``).join(", ") || "no tool"}.`,
      "",
    ]),
  ];
}

function fieldTable(name: string, rows: readonly FieldRow[], required = "Required"): string[] {
  if (rows.length === 0) return [`${name}: none.`, ""];
  return [
    ...table(
      [name, "Type", required, "Description"],
      rows.map((row) => [`\`${row.name}\``, row.type, row.required ? "yes" : "", row.description]),
    ),
    "",
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)];
}

function cellText(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading.replaceAll(".", "");
}

/** What the code of a tool raises; each tool has a file named after it. */
function codesOf(server: string, tool: string, findCodes: FindCodes): ErrorCode[] {
  const folder = fileURLToPath(new URL(`../../servers/${server}/tools/`, import.meta.url));
  const file = `${tool.replaceAll("_", "-")}.ts`;
  if (!readdirSync(folder).includes(file)) throw new Error(`${server}.${tool} has no file tools/${file}`);
  // a bug is no answer that a tool means to give
  return findCodes(`${folder}${file}`).filter((code) => code !== "INTERNAL");
}
