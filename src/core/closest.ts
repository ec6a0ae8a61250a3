import { closest, distance } from "fastest-levenshtein";

/** The known name that a misspelt one probably means, or undefined when none is near. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(name, [...known]);
  const edits = distance(name, best);
  // as many edits as letters would make any name of any other
  if (edits >= Math.max(name.length, best.length)) return undefined;
  return edits <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}

/** `Did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const best = closestName(name, known);
  return best === undefined ? undefined : `Did you mean "${best}"?`;
}
