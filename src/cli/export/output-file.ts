import { createWriteStream, realpathSync, renameSync, rmSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { RingmainError } from "../../core/errors.ts";

/** A file that is to be written as a whole or not at all. */
export interface OutputFile {
  /** Whether a file is there already, which writing replaces. */
  exists: boolean;
  /** Writes a neighbour first and then puts it in place. Throws what the chunks throw, and INPUT_INVALID. */
  write(chunks: AsyncIterable<string>): Promise<void>;
}

/** Looks at where a file is to be written. Throws INPUT_INVALID for a folder or a device. */
export function outputFile(name: string): OutputFile {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    throw new RingmainError("INPUT_INVALID", `${name} is there and is no file.`, {
      hint: "Name a file, or leave -o out for stdout.",
    });
  }
  return { exists: found !== undefined, write: (chunks) => write(name, found, chunks) };
}

async function write(name: string, found: Stats | undefined, chunks: AsyncIterable<string>): Promise<void> {
  // a link stays a link
  const path = found === undefined ? resolve(name) : realpathSync(name);
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const stream = createWriteStream(beside, {
    flags: "wx",
    flush: true,
    mode: (found?.mode ?? 0o666) & 0o777,
  });
  try {
    await pipeline(chunks, stream);
    renameSync(beside, path);
  } catch (cause) {
    // chunks that fail at once do so before the file is opened, and it would appear after it was removed
    if (!stream.closed) await new Promise<void>((resolve) => stream.once("close", () => resolve()));
    rmSync(beside, { force: true });
    if (!isFileError(cause)) throw cause;
    throw new RingmainError("INPUT_INVALID", `${name} cannot be written.`, {
      hint: "Its folder must exist, have room, and be one that this user may write to.",
      cause,
    });
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
