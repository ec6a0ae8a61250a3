import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit } from "./fault.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the tests read. */
const copied = [
  "src",
  "servers",
  "test",
  "agents",
  "workflows",
  "policies",
  // the stand-alone verifier
  "docs/verify-audit.mjs",
  "package.json",
  "ringmain.yaml",
  "ringmain.lock",
  "tsconfig.json",
  "vitest.config.ts",
];

/** A copy of the source in a temporary folder, to break things in. */
export interface WorkingCopy {
  dir: string;
  /** For everything that the tests write: it vanishes with the copy. */
  temporary: string;
  /** Puts a fault into the copy. Returns how to take it out. Throws when it does not apply, with nothing changed. */
  apply(edits: readonly Edit[]): () => void;
  /** Safe to repeat. */
  remove(): void;
}

/** Copies the source. The packages are links, each its own, so that no cache of a tool reaches the real folder. */
export function makeWorkingCopy(): WorkingCopy {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-faults-"));
  const temporary = join(dir, "tmp");
  mkdirSync(temporary);
  for (const name of copied) cpSync(join(root, name), join(dir, name), { recursive: true });
  mkdirSync(join(dir, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(dir, "node_modules", name));
  }
  return {
    dir,
    temporary,
    apply(edits) {
      const texts = brokenTexts(dir, edits);
      for (const [file, { after }] of texts) writeFileSync(join(dir, file), after);
      return () => {
        for (const [file, { before }] of texts) writeFileSync(join(dir, file), before);
      };
    },
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Whether the edits apply to the source as it stands: each place exactly once. Throws with the first that does not. */
export function requireApplicable(edits: readonly Edit[]): void {
  brokenTexts(root, edits);
}

function brokenTexts(dir: string, edits: readonly Edit[]): Map<string, { before: string; after: string }> {
  const texts = new Map<string, { before: string; after: string }>();
  for (const { file, find, put } of edits) {
    const { before, after } = texts.get(file) ?? unbroken(join(dir, file));
    const count = after.split(find).length - 1;
    if (count !== 1) throw new Error(`in ${file} this stands ${count} times, not once:\n${find}`);
    texts.set(file, { before, after: after.replace(find, () => put) });
  }
  return texts;
}

function unbroken(path: string): { before: string; after: string } {
  const before = readFileSync(path, "utf8");
  return { before, after: before };
}
