import { onInterrupt } from "./on-interrupt.ts";
import type { Terminal } from "./terminal.ts";
import { openRing, type Ring } from "./wire.ts";

type RingOptions = Omit<Parameters<typeof openRing>[0], "log"> & { terminal: Terminal };

/** Assembles the program for one command, and takes it down again: at the end, on a failure and on Ctrl-C. */
export async function withRing(options: RingOptions, use: (ring: Ring) => Promise<void>): Promise<void> {
  const { terminal, ...rest } = options;
  const ring = await openRing({ ...rest, log: terminal.note });
  onInterrupt(() => ring.close());
  try {
    await use(ring);
  } finally {
    await ring.close();
  }
}
