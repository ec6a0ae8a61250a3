const redrawMs = 100;

/** Counts the items that pass; on a terminal it shows the count while they do. */
export function countItems(options: {
  stream: { isTTY?: boolean; write(text: string): unknown } | undefined;
  nowMs: () => number;
}): {
  through(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<readonly unknown[]>;
  total(): number;
} {
  const { nowMs } = options;
  const stream = options.stream?.isTTY === true ? options.stream : undefined;
  let total = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    total: () => total,
    async *through(pages) {
      try {
        for await (const items of pages) {
          total += items.length;
          if (stream !== undefined && nowMs() - shownAt >= redrawMs) {
            shownAt = nowMs();
            stream.write(`\r\x1b[K  ${total} items …`);
          }
          yield items;
        }
      } finally {
        stream?.write("\r\x1b[K");
      }
    },
  };
}
