import { expect, it } from "vitest";
import { countItems } from "../../../../src/cli/export/progress.ts";
import { collect } from "../import/temporary-files.ts";

async function* pages() {
  yield ["a", "b"];
  yield ["c"];
  yield ["d", "e"];
}

function streamOf(isTTY: boolean) {
  const written: string[] = [];
  return { written, stream: { isTTY, write: (text: string) => written.push(text) } };
}

it("shows the count on a terminal, not too often, and takes it away", async () => {
  const { written, stream } = streamOf(true);
  const times = [0, 0, 50, 120, 120];
  const items = countItems({ stream, nowMs: () => times.shift() ?? 120 });
  expect(await collect(items.through(pages()))).toEqual([["a", "b"], ["c"], ["d", "e"]]);
  expect(written).toEqual(["\r\x1b[K  2 items …", "\r\x1b[K  5 items …", "\r\x1b[K"]);
  expect(items.total()).toBe(5);
});

it("is silent elsewhere", async () => {
  const { written, stream } = streamOf(false);
  const items = countItems({ stream, nowMs: () => 0 });
  await collect(items.through(pages()));
  expect(written).toEqual([]);
  expect(items.total()).toBe(5);
});
