// `npm run docs`: writes docs/tools.md from the definitions of the servers, and docs/workflow-reference.md and docs/schemas/
// from those of the language.
import { mkdirSync, writeFileSync } from "node:fs";
import { agentSchema, workflowSchema } from "../../src/workflow/editor-schemas.ts";
import { definitions } from "./definitions.ts";
import { toolsDocument } from "./tools-document.ts";
import { workflowReference } from "./workflow-reference.ts";

const docs = new URL("../../docs/", import.meta.url);
const write = (file: string, text: string) => writeFileSync(new URL(file, docs), text);
const schemaText = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;

write("tools.md", toolsDocument(definitions));
write("workflow-reference.md", workflowReference());
mkdirSync(new URL("schemas/", docs), { recursive: true });
write("schemas/workflow.json", schemaText(workflowSchema()));
write("schemas/agent.json", schemaText(agentSchema()));
