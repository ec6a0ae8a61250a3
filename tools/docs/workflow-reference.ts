import { isRecord } from "../../src/core/json.ts";
import { workflowSchema } from "../../src/workflow/editor-schemas.ts";
import type { CelFunction } from "../../src/workflow/functions/cel-function.ts";
import { celFunctions } from "../../src/workflow/functions/registry.ts";
import { stepKinds } from "../../src/workflow/steps/registry.ts";
import { commonKeys, type StepKind } from "../../src/workflow/steps/step-kind.ts";
import { describeType } from "../../src/workflow/types.ts";
import { type FieldRow, fieldRows, propertiesOf, type Schema } from "./field-rows.ts";

const intro = `# Workflow reference

<!-- Made by \`npm run docs\` from the definitions of the language. Do not edit. -->

Every key of a workflow file, every step kind with an example, and every function. [workflows.md](workflows.md) tells the
rules behind them. In tables a dot leads into a map and \`[]\` into the items of a list; *text* may hold \`\${{ }}\` where
something is computed.
`;

/** The text of `docs/workflow-reference.md`. */
export function workflowReference(): string {
  const { definitions, ...file } = workflowSchema();
  const steps = isRecord(definitions) && isRecord(definitions.step) ? definitions.step.anyOf : [];
  const schemas = Array.isArray(steps) ? steps : [];
  const common = fieldRows(schemas[0]).filter(({ name }) => isCommon(name));
  const parts = [
    intro,
    "## The file",
    "",
    ...keyTable(fileRows(file)),
    "## Keys of every step",
    "",
    ...keyTable(common),
    "## Step kinds",
    "",
    ...stepKinds.flatMap((kind, index) => kindPart(kind, schemas[index])),
    "## Functions",
    "",
    "Beside the operators and macros of CEL: `has`, `map`, `filter`, `all`, `exists`, `exists_one`, `size`.",
    "",
    ...table(
      ["Function", "Gives", "What it does"],
      celFunctions.map((one) => [`\`${useOf(one)}\``, resultOf(one), one.summary]),
    ),
  ];
  return `${parts.join("\n").trimEnd()}\n`;
}

/** The keys of the file, those of an input after `inputs`. */
function fileRows(file: Schema): FieldRow[] {
  const inputs = propertiesOf(file).inputs;
  const ofInput = isRecord(inputs) ? fieldRows(inputs.additionalProperties, "inputs.NAME.") : [];
  return fieldRows(file).flatMap((row) => (row.name === "inputs" ? [row, ...ofInput] : [row]));
}

function kindPart({ kind, summary, example }: StepKind, schema: unknown): string[] {
  const rows = fieldRows(schema).filter(({ name }) => !isCommon(name) || name === "continue_on_error");
  const own = rows.filter(
    ({ description, name }) => name !== "continue_on_error" || description.includes("Default"),
  );
  return [`### ${kind}`, "", summary, "", "```yaml", example.trimEnd(), "```", "", ...keyTable(own)];
}

function isCommon(name: string): boolean {
  return name.split(".")[0] !== undefined && Object.keys(commonKeys.shape).includes(name.split(".")[0] ?? "");
}

function keyTable(rows: readonly FieldRow[]): string[] {
  const cells = rows.map(({ name, type, required, description }) => [
    `\`${name}\``,
    type,
    required ? "yes" : "",
    description,
  ]);
  return [...table(["Key", "Type", "Needed", "What it says"], cells), ""];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)];
}

function useOf({ name, method, parameters }: CelFunction): string {
  const types = parameters.map((type) => describeType(type));
  const [receiver, ...others] = types;
  return method ? `(${receiver}).${name}(${others.join(", ")})` : `${name}(${types.join(", ")})`;
}

function resultOf({ result }: CelFunction): string {
  return typeof result === "function" ? "as its arguments say" : describeType(result);
}
