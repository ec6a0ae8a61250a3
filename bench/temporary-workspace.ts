import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newId } from "../src/core/ids.ts";
import { ensureKeys, readPrivateKey } from "../src/identity/keys.ts";
import { createSigner } from "../src/identity/tokens.ts";

const server = fileURLToPath(new URL("server/main.ts", import.meta.url));
const steps = Array.from({ length: 10 }, (_, index) => index + 1);

const files: Readonly<Record<string, string>> = {
  "ringmain.yaml": `name: Bench
servers:
  bench: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(server)}] }
roles:
  operator: { members: ["*"] }
`,
  "agents/bench.md": `---
description: Is measured.
tools: [bench.echo, bench.add_note, bench.guarded]
---
Scripted.
`,
  "policies/bench.cedar": `@id("short-texts-only")
forbid (principal, action == Action::"bench.guarded", resource)
when { context.arguments.text like "*forbidden*" };
`,
  "workflows/ten-calls.yaml": `name: Ten calls
agent: bench
steps:
${steps.map((step) => `  - id: note_${step}\n    call: bench.add_note\n    with: { text: hello }\n`).join("")}`,
};

/** A new folder on a real disk, that vanishes with `using`. */
export function temporaryFolder() {
  const tmpfs = 0x01021994;
  // a commit to memory costs nothing, and so would make everything else look slow
  const parent = statfsSync(tmpdir()).type === tmpfs ? process.cwd() : tmpdir();
  const dir = mkdtempSync(join(parent, "ringmain-bench-"));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A workspace in `dir` with the server that is measured and an agent that may call all its tools. */
export async function makeWorkspace(dir: string) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(dir, file, ".."), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  const stateDir = join(dir, ".ringmain");
  ensureKeys(stateDir);
  const sign = createSigner(readPrivateKey(stateDir));
  const run = { id: newId("run"), workflow: "bench", workflowHash: "0".repeat(64) };
  return {
    /** The token of a run, as the runner makes it. */
    token: await sign({ principal: "agent:bench", run, lifetimeSeconds: 3600 }, new Date()),
    runId: run.id,
  };
}
