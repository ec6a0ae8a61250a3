import { describe, expect, it } from "vitest";
import { checkPolicies } from "../../../src/policy/check-policies.ts";
import { limits, sampleTools } from "./sample-tools.ts";

const principals = ["agent:collector", "client:claude-desktop", "role:finance"];
const head = 'forbid (principal, action == Action::"accounting.send_reminder", resource)';

function check(...texts: string[]) {
  const policies = texts.map((text, index) => ({ file: `policies/p${index}.cedar`, text }));
  return checkPolicies({ policies, tools: sampleTools, principals });
}

/** The text that a problem points at. */
function marked(text: string): string {
  const [problem] = check(text);
  const line = text.split("\n")[(problem?.line ?? 0) - 1] ?? "";
  const sameLine = problem?.endLine === problem?.line;
  return line.slice((problem?.column ?? 0) - 1, sameLine ? (problem?.endColumn ?? 0) - 1 : undefined);
}

describe("checking policies", () => {
  it("finds nothing wrong with the shipped ones", () => {
    expect(checkPolicies({ policies: [limits], tools: sampleTools, principals })).toEqual([]);
    expect(check("", "// only a comment\n", `\uFEFF${limits.text}`, "\r\n")).toEqual([]);
  });

  it.each([
    [
      `@id("a") ${head} when { resource.days_overdu < 7 };`,
      "policy-invalid",
      "Attribute `days_overdu` in the facts of accounting.send_reminder not found.",
      "Did you mean `days_overdue`?",
      "resource.days_overdu",
    ],
    [
      `@id("a") ${head} when { context.arguments.lvl == 1 };`,
      "policy-invalid",
      "Attribute `arguments.lvl` in the context of accounting.send_reminder not found.",
      "Did you mean `level`?",
      "context.arguments.lvl",
    ],
    [
      `@id("a") ${head} when { resource.days_overdue < "7" };`,
      "policy-invalid",
      "Unexpected type: expected Long but saw String.",
      undefined,
      '"7"',
    ],
    [
      `@id("a") ${head} when { context.arguments.subject == "x" };`,
      "policy-invalid",
      "Unable to guarantee safety of access to optional attribute `arguments.subject` in the context of accounting.send_reminder.",
      "Try testing for the attribute's presence with `context.arguments has subject && ..`.",
      "context.arguments.subject",
    ],
    [
      `@id("a") ${head} when { context.arguments.discount == 1 };`,
      "policy-invalid",
      "Attribute `arguments.discount` in the context of accounting.send_reminder not found.",
      "Policies see texts, integers, booleans, lists and objects of one type; arguments.discount is none of these.",
      "context.arguments.discount",
    ],
    [
      `@id("a") @aproval("finance") ${head};`,
      "policy-unknown-annotation",
      "There is no annotation @aproval, so it does nothing.",
      'Did you mean "approval"?',
      "aproval",
    ],
    [
      `@id("a") @note("for auditors") ${head};`,
      "policy-unknown-annotation",
      "There is no annotation @note, so it does nothing.",
      "Annotations are @id, @approval, @mask, @records.",
      "note",
    ],
    [
      '@id("a") forbid (principal, action == Action::"accounting.send_remindr", resource);',
      "policy-invalid",
      'Unrecognized action `Action::"accounting.send_remindr"`.',
      'Did you mean "accounting.send_reminder"?',
      'Action::"accounting.send_remindr"',
    ],
    [
      '@id("a") forbid (principal, action in Action::"acounting", resource);',
      "policy-invalid",
      'Unrecognized action `Action::"acounting"`.',
      'Did you mean "accounting"?',
      'Action::"acounting"',
    ],
    [
      '@id("a") forbid (principal == Agnt::"collector", action, resource);',
      "policy-invalid",
      "Unrecognized entity type `Agnt`.",
      "Did you mean `Agent`?",
      "Agnt",
    ],
    [
      '@id("a") forbid (principal == Agent::"colector", action, resource);',
      "policy-unknown-principal",
      'There is no agent called "colector".',
      'Did you mean "collector"?',
      '"colector"',
    ],
    [
      `@id("a") ${head} unless { principal in Role::"boss" };`,
      "policy-unknown-principal",
      'There is no role called "boss".',
      "There are: finance.",
      '"boss"',
    ],
    [
      `@id("a") @approval("finanse") ${head};`,
      "policy-unknown-principal",
      'There is no role called "finanse".',
      'Did you mean "finance"?',
      '"finanse"',
    ],
    [
      `@id("a") ${head} when { resource.days_overdue < };`,
      "policy-syntax",
      "Cedar cannot read this policy: unexpected token `}`.",
      "Expected `!`, `(`, `-`, `[`, `{`, `false`, identifier, `if`, number, `?principal`, `?resource`, string literal, or `true`.",
      "}",
    ],
    [
      `@id("a") ${head} when { true }\n@id("b") ${head};`,
      "policy-syntax",
      "Cedar cannot read this policy: unexpected token `@`.",
      "Expected `;` or identifier.",
      "@",
    ],
    [
      '@id("a") forbid (principal == ?principal, action, resource);',
      "policy-syntax",
      "Cedar cannot read this policy: expected a static policy, got a template containing the slot ?principal.",
      "try removing the template slot(s) from this policy",
      "?principal",
    ],
    [
      '@id("a") permit (principal, action, resource);',
      "policy-permit",
      "A permit opens nothing: only tools: lists open anything.",
      "Name the tool in a tools: list instead, and write policies as forbid.",
      "permit (principal, action, resource);",
    ],
    [
      `${head};`,
      "policy-id-missing",
      "This policy has no id, so entries cannot name it.",
      'Write @id("a-name") before it.',
      `${head};`,
    ],
    [
      `@id ${head};`,
      "policy-id-missing",
      "This policy has no id, so entries cannot name it.",
      'Write @id("a-name") before it.',
      `@id ${head};`,
    ],
    [
      `@id("a") ${head} when { resource.days_overdue < 7 && resource.days_overdue == 8 && false };`,
      "policy-impossible",
      "Policy is impossible: the policy expression evaluates to false for all valid requests.",
      undefined,
      `@id("a") ${head} when { resource.days_overdue < 7 && resource.days_overdue == 8 && false };`,
    ],
    [
      `@id("a") forbid (principal == Role::"finance", action, resource);`,
      "policy-impossible",
      "Unable to find an applicable action given the policy scope constraints.",
      "Try replacing `==` with `in` in the principal clause.",
      `@id("a") forbid (principal == Role::"finance", action, resource);`,
    ],
    [
      `@id("a") ${head} when { resource has ratoi || context.arguments.level == 1 };`,
      "policy-invalid",
      'No fact or argument is called "ratoi" here.',
      undefined,
      "ratoi",
    ],
    [
      `@id("a") ${head} when { resource has ratio || context.arguments.level == 1 };`,
      "policy-invalid",
      'No fact or argument is called "ratio" here.',
      "Policies see texts, integers, booleans, lists and objects of one type; ratio is none of these.",
      "ratio",
    ],
  ])("%s", (text, code, message, hint, at) => {
    expect(check(text)).toEqual([
      expect.objectContaining({ code, message, hint, file: "policies/p0.cedar" }),
    ]);
    expect(marked(text)).toBe(at);
    // and at the same place below other lines, after characters that are longer in UTF-8, and with CRLF
    const below = `// é😀\r\n@id("ü") ${head} when { context.arguments.invoice_id == "ß😀" };\r\n/// 😀\r\n  ${text}`;
    const [problem] = check(below);
    const [alone] = check(text);
    const moved = alone?.line === 1 ? 2 : 0;
    expect(problem).toEqual({
      ...alone,
      line: (alone?.line ?? 0) + 3,
      column: (alone?.column ?? 0) + moved,
      ...(alone?.endLine === undefined
        ? {}
        : { endLine: alone.endLine + 3, endColumn: (alone.endColumn ?? 0) + (alone.endLine === 1 ? 2 : 0) }),
    });
  });

  it("counts columns after longer characters inside the policy", () => {
    expect(marked(`@id("😀é") ${head} when { "é😀" == "x" || resource.nope == 1 };`)).toBe("resource.nope");
  });

  it("finds an id that is taken, in any file", () => {
    expect(check(limits.text, `\n@id("large-reminder") ${head};`)).toEqual([
      expect.objectContaining({
        code: "policy-id-duplicate",
        message: 'The id "large-reminder" is taken by the policy in policies/p0.cedar, line 6.',
        file: "policies/p1.cedar",
        line: 2,
        column: 1,
      }),
    ]);
  });

  it("tells a name that many tools lack once, with the nearest of all their names", () => {
    const [problem, ...others] = check(
      '@id("a") forbid (principal, action, resource) when { resource.days_overdu < 7 };',
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      message: expect.stringMatching(
        /^Attribute `days_overdu` in the facts of \S+ not found, and so for \d+ other tools\.$/,
      ),
      hint: 'Did you mean "days_overdue"?',
    });
  });

  it("goes on after a fault, and orders what it finds", () => {
    const text = `@id("a") ${head} when { 1 + };\n${head};\n@id("p") permit (principal, action, resource);\n@id("b") ${head} when { resource.x == 1 };`;
    expect(check(text).map(({ code, line }) => `${code} ${line}`)).toEqual([
      "policy-syntax 1",
      "policy-id-missing 2",
      "policy-permit 3",
      "policy-invalid 4",
    ]);
  });

  it("leaves the names of principals alone when it is not told them", () => {
    const text = '@id("a") forbid (principal == Agent::"anyone", action, resource);';
    expect(checkPolicies({ policies: [{ file: "p", text }], tools: sampleTools })).toEqual([]);
  });
});
