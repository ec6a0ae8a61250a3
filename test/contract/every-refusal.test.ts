import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { expect, it } from "vitest";
import { isRecord } from "../../src/core/json.ts";

const servers = resolve(import.meta.dirname, "../../servers");
const files = readdirSync(servers, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);

/** The refusals in a source that name no remedy, each as the code that it has. */
function withoutHint(source: string): string[] {
  const found: string[] = [];
  visit(parseAst(source, { lang: "ts" }));
  return found;

  function visit(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) visit(one);
    if (!isRecord(node)) return;
    const { type, callee, arguments: given } = node;
    if (
      type === "NewExpression" &&
      isRecord(callee) &&
      callee.name === "RingmainError" &&
      Array.isArray(given)
    ) {
      const [code, , options] = given;
      if (!hasHint(options)) found.push(isRecord(code) ? String(code.value) : "");
    }
    for (const one of Object.values(node)) visit(one);
  }
}

function hasHint(options: unknown): boolean {
  if (!isRecord(options) || !Array.isArray(options.properties)) return false;
  return options.properties.some(
    (one: unknown) => isRecord(one) && isRecord(one.key) && one.key.name === "hint",
  );
}

it("is found when it names no remedy", () => {
  const hinted = 'throw new RingmainError("NOT_FOUND", "No.", { hint: "Look there." });';
  const bare = 'export const refuse = () => { throw new RingmainError("CONFLICT", "No.", { details: 1 }); };';
  expect(withoutHint(`${hinted}\n${bare}`)).toEqual(["CONFLICT"]);
});

it.each(files)("%s names the remedy in every refusal", (file) => {
  const missing = withoutHint(readFileSync(join(servers, file), "utf8"));
  // a bug is nothing that a caller can remedy; the kit says where its details are
  expect(missing.filter((code) => code !== "INTERNAL")).toEqual([]);
});
