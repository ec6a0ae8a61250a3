import { open } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RingmainError } from "../core/errors.ts";
import { type RotatedFiles, rotatedFiles, sizeOf } from "./rotated-files.ts";
import type { Progress, Sink, Taken, TrailEntry } from "./sink.ts";

/** Where a file sink stands: its file begins with entry `first`, and its first `bytes` bytes are the trail's. */
const placeSchema = z.object({ first: z.int(), bytes: z.int() });
type Place = z.infer<typeof placeSchema>;

/** So many lines are written with one fsync. */
const linesAtOnce = 1_000;

/**
 * Writes entries to a file, each as the line that is hashed, and begins a new one before it would grow larger than
 * `rotateBytes` (a single line may). What a crash left behind the stored place is cut off and written again, and so is a
 * file that was deleted or cut: where the position is decides, and the trail has every line.
 */
export function createFileSink(options: {
  name: string;
  /** Absolute. */
  path: string;
  rotateBytes: number;
  /** How many full files are kept; all of them by default. */
  keep?: number | undefined;
}): Sink {
  const { name, rotateBytes, keep } = options;
  const files = rotatedFiles(options.path);
  return {
    name,
    batchSize: () => linesAtOnce,
    claim: () => wording(files.path, () => requireUnused(files)),
    lost: ({ position, place }) =>
      wording(files.path, () => lostSince(files, position, placeOf(position, place))),
    take: (entries, progress) =>
      wording(files.path, () => takeLines({ files, rotateBytes, keep }, entries, progress)),
  };
}

interface FileOptions {
  files: RotatedFiles;
  rotateBytes: number;
  keep: number | undefined;
}

async function takeLines(
  { files, rotateBytes, keep }: FileOptions,
  entries: readonly TrailEntry[],
  { position, place }: Progress,
): Promise<Taken> {
  const at = placeOf(position, place);
  const lost = await lostSince(files, position, at);
  if (lost !== undefined) return lost;
  const { first, bytes } = at;
  const { text, last } = linesThatFit(entries, rotateBytes - bytes, bytes === 0);
  if (last === undefined) {
    await writeAt(files.path, bytes, text);
    await files.archive(first);
    if (keep !== undefined) await files.prune(keep);
    return progressTo(position, startingAt(position));
  }
  if ((await sizeOf(files.path)) === undefined) await files.create();
  await writeAt(files.path, bytes, text);
  return progressTo(last, { first, bytes: bytes + text.length });
}

/** Where to go on when the file is not as it was left; undefined while it is. */
async function lostSince(
  files: RotatedFiles,
  position: number,
  { first, bytes }: Place,
): Promise<Taken | undefined> {
  const size = await sizeOf(files.path);
  if ((size ?? 0) >= bytes) return undefined;
  // renamed by a process that died before it could store that: it goes on with a new file
  if (size === undefined && (await sizeOf(files.fullPath(first))) !== undefined)
    return progressTo(position, startingAt(position));
  const note = `${files.path} ${size === undefined ? "is gone" : "was cut"}; it is written again from entry ${first}.`;
  return { ...progressTo(first - 1, startingAt(first - 1)), note };
}

function placeOf(position: number, place: string | undefined): Place {
  return place === undefined ? startingAt(position) : placeSchema.parse(JSON.parse(place));
}

/** A new file for what follows a position. */
function startingAt(position: number): Place {
  return { first: position + 1, bytes: 0 };
}

function progressTo(position: number, place: Place): Taken {
  return { position, place: JSON.stringify(place) };
}

/** As many lines as there is room for, or at least one. `last` is the last one's entry, if any. */
function linesThatFit(
  entries: readonly TrailEntry[],
  room: number,
  atLeastOne: boolean,
): { text: Buffer; last: number | undefined } {
  const lines: Buffer[] = [];
  let left = room;
  let last: number | undefined;
  for (const { seq, body } of entries) {
    const line = Buffer.from(`${body}\n`);
    left -= line.length;
    if (left < 0 && !(atLeastOne && lines.length === 0)) break;
    lines.push(line);
    last = seq;
  }
  return { text: Buffer.concat(lines), last };
}

/** Makes the bytes at a place of a file its last ones, on the disk. */
async function writeAt(path: string, place: number, text: Buffer): Promise<void> {
  await using file = await open(path, "r+");
  await file.truncate(place);
  for (let written = 0; written < text.length; ) {
    const { bytesWritten } = await file.write(text, written, text.length - written, place + written);
    written += bytesWritten;
  }
  await file.sync();
}

/** A file that this sink did not make is not its to cut. */
async function requireUnused(files: RotatedFiles): Promise<void> {
  const [full] = await files.full();
  const size = (await sizeOf(files.path)) ?? 0;
  if (size === 0 && full === undefined) return;
  const what = size > 0 ? files.path : full;
  throw new RingmainError("STATE_INVALID", `${what} is there already, and this sink did not write it.`, {
    hint: "Move it away, or name another file under sinks: in ringmain.yaml. The file is written from the first entry on.",
  });
}

/** Puts the failures of the file system into words. */
async function wording<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RingmainError) throw cause;
    throw new RingmainError("STATE_INVALID", `${path} cannot be written: ${messageOf(cause)}`, {
      hint: "Check that its folder is there, that this user may write to it and that there is space.",
      retryable: true,
      cause,
    });
  }
}
