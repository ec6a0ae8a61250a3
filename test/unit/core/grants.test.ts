import { describe, expect, it } from "vitest";
import { grantFor } from "../../../src/core/grants.ts";
import type { Effect } from "../../../src/core/tool-description.ts";

const tool = (effect: Effect, name = "tool", server = "crm") => ({ server, name, effect });

describe("a list of grants", () => {
  it.each(["create", "update", "delete", "send"] as const)(
    "opens a tool that can %s only by its name",
    (effect) => {
      expect(grantFor(["crm.*"], tool(effect))).toBeUndefined();
      expect(grantFor(["crm.*", "crm.tool"], tool(effect))).toBe("crm.tool");
    },
  );

  it("opens the read tools of one server by its star", () => {
    expect(grantFor(["crm.*"], tool("read"))).toBe("crm.*");
    expect(grantFor(["crm.*"], tool("read", "tool", "crm2"))).toBeUndefined();
    expect(grantFor(["*.*", "crm", "crm."], tool("read"))).toBeUndefined();
    expect(grantFor([], tool("read"))).toBeUndefined();
  });
});
