import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import { RingmainError } from "../../core/errors.ts";

const lineFeed = 0x0a;

/**
 * The bytes of a text file, held to be UTF-8 as they pass. Throws INPUT_INVALID at the first line that is not, and
 * NOT_FOUND when there is no such file.
 */
export async function* readUtf8(file: { path: string; name: string }): AsyncGenerator<Buffer> {
  const { path, name } = file;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  try {
    for await (const chunk of createReadStream(path)) {
      const bytes = Buffer.from(chunk);
      if (!isNext(decoder, bytes)) throw notUtf8(name, line + brokenLine(bytes), bytes);
      line += countLines(bytes);
      yield bytes;
    }
  } catch (error) {
    throw error instanceof RingmainError ? error : notReadable(error, name);
  }
  if (!isNext(decoder)) throw notUtf8(name, line);
}

/** Whether the text goes on with these bytes, or ends here when there are none. */
function isNext(decoder: TextDecoder, bytes?: Buffer): boolean {
  try {
    decoder.decode(bytes, { stream: bytes !== undefined });
    return true;
  } catch {
    return false;
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}

/** How many lines into a chunk the first broken one stands. */
function brokenLine(bytes: Buffer): number {
  let start = 0;
  // a chunk may begin inside a character
  while (start < 3 && (bytes[start] ?? 0) >> 6 === 0b10) start += 1;
  for (let line = 0; ; line += 1) {
    const end = bytes.indexOf(lineFeed, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function notUtf8(name: string, line: number, bytes?: Buffer): RingmainError {
  const mark = line === 1 ? bytes?.subarray(0, 2).toString("hex") : undefined;
  const isUtf16 = mark === "fffe" || mark === "feff";
  const what = isUtf16 ? `${name} is UTF-16, not UTF-8.` : `${name}:${line}: this line is not UTF-8.`;
  return new RingmainError("INPUT_INVALID", what, {
    hint: "Save the file as CSV UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8. Nothing was imported.",
  });
}

function notReadable(cause: unknown, name: string): RingmainError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  if (code === "ENOENT") return new RingmainError("NOT_FOUND", `There is no file ${name}.`, { cause });
  return new RingmainError("INPUT_INVALID", `${name} cannot be read.`, {
    hint: "It must be a file that this user may read.",
    cause,
  });
}
