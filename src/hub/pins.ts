import { RingmainError } from "../core/errors.ts";
import { type ToolDescription, toolHash, toolId } from "../core/tool-description.ts";

/**
 * Remembers what the tools of one server looked like, so that a definition that changes under its callers is noticed.
 * `pinned` maps tool ids to the hashes that `ringmain.lock` holds.
 */
export function createPins(server: string, pinned: ReadonlyMap<string, string>) {
  const seen = new Map<string, string>();
  const changed = new Map<string, "pinned" | "restart">();

  return {
    /** Whether a new process of the server must be asked for its tools before it is called. */
    needed: () => seen.size > 0 || [...pinned.keys()].some((id) => id.startsWith(`${server}.`)),
    /**
     * Compares a list with what was pinned and seen before. A tool that is not listed any more is left to the server,
     * which refuses it and records that: the list holds only what its reader may use.
     */
    compare(tools: readonly ToolDescription[]): void {
      for (const tool of tools) {
        const id = toolId(tool);
        const hash = toolHash(tool);
        if ((pinned.get(id) ?? hash) !== hash) changed.set(id, "pinned");
        else if ((seen.get(id) ?? hash) !== hash) changed.set(id, "restart");
        if (!seen.has(id)) seen.set(id, hash);
      }
    },
    /** Throws TOOL_CHANGED for a tool whose definition is not the one its callers were checked against. */
    check(id: string): void {
      const why = changed.get(id);
      if (why === "pinned") {
        throw new RingmainError("TOOL_CHANGED", `The definition of ${id} is not the one in ringmain.lock.`, {
          hint: "Look at the tool, then run `ringmain lock` to accept the change.",
        });
      }
      if (why === "restart") {
        throw new RingmainError(
          "TOOL_CHANGED",
          `The definition of ${id} changed when its server restarted.`,
          {
            hint: "Run `ringmain check` and `ringmain lock`, then start again.",
          },
        );
      }
    },
  };
}
