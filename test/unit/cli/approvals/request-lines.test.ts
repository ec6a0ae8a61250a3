import fc from "fast-check";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import type { RequestDocument } from "../../../../src/cli/approvals/request-document.ts";
import { requestLines } from "../../../../src/cli/approvals/request-lines.ts";

const plain = pc.createColors(false);
const request: RequestDocument = {
  id: "apr_1",
  status: "pending",
  tool: "accounting.send_reminder",
  principal: "agent:collector",
  client: "ringmain/1",
  run: "run_1",
  workflow: "chase",
  step: "send",
  started_by: "user:joe",
  roles: ["finance"],
  deciders: [{ role: "finance", people: ["user:maria", "user:olga"] }],
  policies: [{ id: "large-reminder", place: "policies/limits.cedar:6", role: "finance" }],
  created_at: "2026-11-02T08:00:00.000Z",
  expires_at: "2026-11-05T08:00:00.000Z",
  requested_entry: 7,
  used_entry: undefined,
  decisions: [],
};
const detailOf = (args: object, facts: object = {}) => ({
  arguments: args,
  facts,
  preview: { result: {}, changed: [] },
});
const linesOf = (args: object, facts?: object) => [...requestLines(request, detailOf(args, facts), plain)];

describe("a request as a person sees it", () => {
  it("names who asks by what, and shows amounts as people write them", () => {
    const text = linesOf({ level: 2 }, { balance: { minor: 720_000, currency: "EUR" } }).join("\n");
    for (const part of ["agent:collector", "run_1", "user:joe", "chase", "send", "2026-11-05 08:00 UTC"])
      expect(text).toContain(part);
    expect(text).toContain("large-reminder (policies/limits.cedar:6) asks finance");
    expect(text).toContain("can decide  user:maria, user:olga (finance)");
    expect(text).toMatch(/balance +7,200\.00 EUR/);
    expect(text).toMatch(/level +2/);
  });

  it("lets no text of a caller pose as a line of ours", () => {
    const lines = linesOf({ body: "Dear all,\nArguments\n  level  1", name: "a\u001b[2K\u202eb\u2028c" });
    expect(lines).toContain("    │ Arguments");
    expect(lines.filter((line) => line === "Arguments")).toHaveLength(1);
    expect(lines.join("\n")).toContain("a\\u{1b}[2K\\u{202e}b\\u{2028}c");
  });

  it("writes nothing that moves the cursor or turns the text, whatever callers send", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.dictionary(text, text))), (args) => {
        const named = { ...request, step: JSON.stringify(args), client: Object.keys(args).join("") };
        for (const line of requestLines(named, detailOf(args, args), plain))
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it("says so when what it was about is erased", () => {
    expect([...requestLines(request, { erased: true }, plain)].at(-1)).toContain("erased");
  });
});
