import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** Runs a program that has an `access` over the shipped policies, in a process of its own. */
function cedarLoadedAfter(program: string): boolean {
  const source = `
    import { createRequire } from "node:module";
    import { createAccess } from "./src/policy/access.ts";
    import { limits, sampleTools as tools } from "./test/unit/policy/sample-tools.ts";
    const grants = new Map([["agent:collector", ["accounting.*", "accounting.send_reminder"]]]);
    const access = createAccess({ grants, policies: [limits], tools });
    const who = { principal: "agent:collector", roles: [], arguments: {}, facts: {} };
    ${program}
    const modules = Object.keys(createRequire(import.meta.url).cache);
    console.log(modules.some((file) => file.includes("cedar-wasm")));`;
  const args = ["--input-type=module", "--no-warnings", "-e", source];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim() === "true";
}

describe("Cedar", () => {
  it("is not loaded for calls that no policy concerns", () => {
    const program = `
      if (!access.decide({ ...who, tool: "accounting.list_invoices" }).allowed) throw new Error("refused");
      if (access.decide({ ...who, tool: "accounting.refund_payment" }).allowed) throw new Error("allowed");
      access.opens(who, "accounting.send_reminder");
      access.prepare(who, "accounting.list_invoices");`;
    expect(cedarLoadedAfter(program)).toBe(false);
  });

  it("is loaded for one that a policy concerns, or ahead of it", () => {
    expect(cedarLoadedAfter('access.decide({ ...who, tool: "accounting.send_reminder" });')).toBe(true);
    expect(cedarLoadedAfter('access.prepare(who, "accounting.send_reminder");')).toBe(true);
  });
});
