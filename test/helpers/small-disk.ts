import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory, mounted until it is disposed of. */
export interface SmallDisk extends Disposable {
  /** From now on nobody may write to it, root neither. */
  makeReadOnly: () => void;
}

/** A file system of so many MiB over a folder. Undefined where nobody may mount one. */
export function smallDisk(folder: string, mebibytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  const succeeds = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
  if (!succeeds("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder)) return undefined;
  return {
    makeReadOnly() {
      if (!succeeds("mount", "-o", "remount,ro", folder)) throw new Error(`${folder} stays writable.`);
    },
    [Symbol.dispose]: () => void succeeds("umount", "-l", folder),
  };
}

/** Whether this user may mount one; says so where a test is skipped because it may not. */
export const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), "ringmain-disk-"));
  using disk = smallDisk(folder, 1);
  return disk !== undefined;
})();
if (!mayMount)
  process.stderr.write("Skipped: nobody may mount a small disk here, to fill it or to lock it.\n");
