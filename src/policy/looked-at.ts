import type { ScannedPolicy } from "./scan-policies.ts";

/**
 * The arguments and facts that a policy's text names, as paths such as `arguments.level` and `facts.balance.minor`, in
 * the order in which it names them.
 */
export function lookedAt({ tokens }: ScannedPolicy): string[] {
  const texts = tokens.map(({ text }) => text);
  const paths = texts.flatMap((text, index) => {
    if (text === "resource") return pathFrom("facts", texts.slice(index + 1));
    const ofArguments = text === "context" && texts[index + 1] === "." && texts[index + 2] === "arguments";
    return ofArguments ? pathFrom("arguments", texts.slice(index + 3)) : [];
  });
  return [...new Set(paths)];
}

/** What the tokens after a root lead to: `.name`, `["name"]` and `has name`, one after another. */
function pathFrom(root: string, texts: readonly string[]): string[] {
  const path = [root];
  for (let next = 0; next < texts.length; next += 2) {
    const [operator, operand = "", after] = texts.slice(next, next + 3);
    if (operator === "." && after === "(") break; // a method, such as contains()
    if (operator !== "." && operator !== "has" && operator !== "[") break;
    path.push(operand.replaceAll('"', ""));
    if (operator === "[") next += 1;
  }
  return path.length > 1 ? [path.join(".")] : [];
}
