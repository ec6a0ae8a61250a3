// `npm run docs`: writes docs/tools.md from the definitions of the servers.
import { writeFileSync } from "node:fs";
import { definitions } from "./definitions.ts";
import { toolsDocument } from "./tools-document.ts";

const file = new URL("../../docs/tools.md", import.meta.url);
writeFileSync(file, toolsDocument(definitions));
