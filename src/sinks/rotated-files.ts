import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";

/**
 * A file and those before it that are full. `trail.jsonl` becomes `trail-000000000501.jsonl`, after the number of its
 * first entry: the names sort as the entries do, and no file is ever renamed twice.
 */
export interface RotatedFiles {
  /** The file that is written to. */
  path: string;
  /** The name of the file that begins with an entry, once it is full. */
  fullPath(first: number): string;
  /** The full ones, the oldest first. */
  full(): Promise<string[]>;
  /** Gives the file that begins with an entry its last name. It is on the disk when this returns. */
  archive(first: number): Promise<void>;
  /** Deletes all full ones but the newest. */
  prune(keep: number): Promise<void>;
  /** Makes the file, which must not exist, and its folder. */
  create(): Promise<void>;
}

export function rotatedFiles(path: string): RotatedFiles {
  const folder = dirname(path);
  const ending = extname(path);
  const stem = basename(path, ending);
  const fullPath = (first: number) => join(folder, `${stem}-${String(first).padStart(12, "0")}${ending}`);
  const isFull = (name: string) =>
    name.startsWith(`${stem}-`) &&
    name.endsWith(ending) &&
    /^\d{12,}$/.test(name.slice(stem.length + 1, name.length - ending.length));

  async function full(): Promise<string[]> {
    const names = await readdir(folder).catch(unlessMissing);
    return (names ?? []).filter(isFull).sort();
  }

  return {
    path,
    fullPath,
    full,
    async archive(first) {
      await rename(path, fullPath(first));
      await syncFolder(folder);
    },
    async prune(keep) {
      for (const name of (await full()).slice(0, -keep)) await rm(join(folder, name), { force: true });
    },
    async create() {
      await mkdir(folder, { recursive: true });
      await (await open(path, "wx")).close();
      await syncFolder(folder);
    },
  };
}

/** How large a file is; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(unlessMissing))?.size;
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}

/** Makes names durable. Some systems cannot open a folder, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
