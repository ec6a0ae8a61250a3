import type { ASTNode } from "@marcbachmann/cel-js";

/**
 * What a condition has made certain, by access path: `present:steps.shortage` after `has(steps.shortage)`,
 * `not-null:lead.owner` after `lead.owner != null`.
 */
export type Facts = ReadonlySet<string>;

export const noFacts: Facts = new Set();

export function presentFact(path: string): string {
  return `present:${path}`;
}

export function notNullFact(path: string): string {
  return `not-null:${path}`;
}

/** The path of a plain access such as `steps.deal.company`, or undefined for anything computed. */
export function accessPath(node: ASTNode): string | undefined {
  switch (node.op) {
    case "id":
      return node.args;
    case ".": {
      const base = accessPath(node.args[0]);
      return base === undefined ? undefined : `${base}.${node.args[1]}`;
    }
    case "[]": {
      const base = accessPath(node.args[0]);
      const [, index] = node.args;
      if (base === undefined || index.op !== "value" || typeof index.args !== "string") return undefined;
      return `${base}.${index.args}`;
    }
    default:
      return undefined;
  }
}

/** What is certain where a condition holds, or where it does not. */
export function factsOf(node: ASTNode, holds: boolean): Facts {
  switch (node.op) {
    case "!_":
      return factsOf(node.args, !holds);
    case "&&":
    case "||": {
      // Both sides are known only where `&&` holds, or where `||` does not.
      if ((node.op === "&&") !== holds) return noFacts;
      return union(factsOf(node.args[0], holds), factsOf(node.args[1], holds));
    }
    case "==":
    case "!=":
      return (node.op === "!=") === holds ? notNullFacts(node.args) : noFacts;
    case "call": {
      const [name, [argument]] = node.args;
      const path = name === "has" && holds && argument ? accessPath(argument) : undefined;
      return path === undefined ? noFacts : new Set([presentFact(path)]);
    }
    default:
      return noFacts;
  }
}

function notNullFacts([left, right]: readonly [ASTNode, ASTNode]): Facts {
  const other = isNull(left) ? right : isNull(right) ? left : undefined;
  const path = other && accessPath(other);
  return path === undefined ? noFacts : new Set([notNullFact(path)]);
}

function isNull(node: ASTNode): boolean {
  return node.op === "value" && node.args === null;
}

export function union(a: Facts, b: Facts): Facts {
  if (a.size === 0) return b;
  return b.size === 0 ? a : new Set([...a, ...b]);
}

/** The facts that still hold where a macro's own variable hides one of the same name. */
export function factsWithout(facts: Facts, variable: string): Facts {
  if (facts.size === 0) return facts;
  const hidden = new RegExp(`^[a-z-]+:${variable}(\\.|$)`);
  return new Set([...facts].filter((fact) => !hidden.test(fact)));
}
