interface LineReaderOptions {
  /** Longer lines are dropped instead of held in memory. */
  maxBytes: number;
  /** One whole line, without its line break. */
  onLine(line: string): void;
  /** A line that was dropped, by its first and last bytes. */
  onDropped(line: { head: string; tail: string; bytes: number }): void;
}

const newline = 10;
/** How much of a dropped line's ends is kept: enough for the envelope of a JSON-RPC message. */
const endBytes = 256;

/**
 * Cuts a byte stream into lines. Unlike the SDK's buffer, a line that is too long costs that line and not the
 * connection, and a line that arrives in many chunks is copied once.
 */
export function createLineReader({ maxBytes, onLine, onDropped }: LineReaderOptions) {
  let parts: Buffer[] = [];
  let bytes = 0;
  let dropped: { head: Buffer; tail: Buffer } | undefined;

  function append(part: Buffer): void {
    bytes += part.length;
    if (dropped !== undefined) {
      dropped.tail = lastBytes([dropped.tail, part]);
    } else if (bytes > maxBytes) {
      const head = Buffer.concat([...parts, part], endBytes);
      dropped = { head, tail: lastBytes([...parts.slice(-1), part]) };
      parts = [];
    } else {
      parts.push(part);
    }
  }

  function endLine(): void {
    if (dropped !== undefined) {
      onDropped({ head: dropped.head.toString(), tail: dropped.tail.toString(), bytes });
    } else {
      onLine((parts.length === 1 ? parts[0] : undefined)?.toString() ?? Buffer.concat(parts).toString());
    }
    parts = [];
    bytes = 0;
    dropped = undefined;
  }

  return {
    push(chunk: Buffer): void {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        append(chunk.subarray(start, end));
        endLine();
        start = end + 1;
      }
      if (start < chunk.length) append(chunk.subarray(start));
    },
  };
}

/** A copy, so that the chunks themselves can be freed. */
function lastBytes(parts: readonly Buffer[]): Buffer {
  const all = Buffer.concat(parts);
  return Buffer.from(all.subarray(Math.max(0, all.length - endBytes)));
}
