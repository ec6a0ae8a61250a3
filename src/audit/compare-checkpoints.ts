import type { Checkpoint } from "./checkpoint.ts";
import type { Frontier } from "./merkle.ts";

/** Holds the growing tree against checkpoints. */
export function compareCheckpoints(checkpoints: readonly Checkpoint[]) {
  const waiting = [...checkpoints].sort((a, b) => a.size - b.size);
  let sealed = 0;
  const between = (size: number) =>
    sealed + 1 === size ? `entry ${size}` : `one of the entries ${sealed + 1} to ${size}`;
  return {
    /** What differs at the tree's present size. */
    *at(tree: Frontier): Generator<string> {
      for (; waiting[0]?.size === tree.size; waiting.shift()) {
        if (waiting[0].root.equals(tree.root())) sealed = tree.size;
        else
          yield `the checkpoint over ${tree.size} entries differs: ${between(tree.size)} was changed after it was signed`;
      }
    },
    /** The checkpoints that cover more than there is. */
    *beyond(size: number): Generator<string> {
      const largest = waiting.at(-1)?.size ?? 0;
      if (largest > size)
        yield `a checkpoint covers ${largest} entries, there are ${size}: the rest was cut off`;
    },
    sealed: () => sealed,
  };
}
