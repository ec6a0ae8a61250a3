import { z } from "zod";
import { type CallContext, type ServerDefinition, toolDefiner } from "../../src/kit/define-tool.ts";

interface Tables {
  bench_note: { id: string; text: string; version: number };
}

type Context = CallContext<Tables>;

const defineTool = toolDefiner<Context>();
const text = z.string().max(1000).describe("Any text.");

/** Does nothing of its own, as the bare tool does not: what it costs is what the kit costs. */
const echo = defineTool({
  name: "echo",
  title: "Echo",
  description: "Says it back.",
  effect: "create",
  input: z.strictObject({ text }),
  output: z.strictObject({ text: z.string() }),
  handler: async (input) => input,
});

/** Writes a row, as most tools do. */
const addNote = defineTool({
  name: "add_note",
  title: "Add a note",
  description: "Adds a note.",
  effect: "create",
  input: z.strictObject({ text }),
  output: z.strictObject({ id: z.string() }),
  async handler(input, { db, newId, changed }) {
    const id = newId("note");
    await db.insertInto("bench_note").values({ id, text: input.text, version: 1 }).execute();
    changed("bench_note", id, 1);
    return { id };
  },
});

/** Like `echo`, but a policy looks at each call of it. */
const guarded = { ...echo, name: "guarded" };

/** The server that is measured. */
export const definition: ServerDefinition<Tables, Context> = {
  name: "bench",
  title: "Bench",
  instructions: "Is measured.",
  migrations: [
    {
      version: 1,
      name: "initial",
      sql: "CREATE TABLE bench_note (id TEXT PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    },
  ],
  tools: [echo, addNote, guarded],
  context: (call) => call,
};
