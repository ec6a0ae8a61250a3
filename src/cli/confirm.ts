import { createInterface } from "node:readline/promises";
import { RingmainError } from "../core/errors.ts";
import type { GlobalOptions } from "./command.ts";

/** Asks yes or no; `--yes` answers. Throws INPUT_INVALID when nobody can be asked, or the answer is no. */
export async function confirm(question: string, { yes, input }: GlobalOptions): Promise<void> {
  if (yes) return;
  if (!input || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new RingmainError("INPUT_INVALID", `Nobody can be asked: ${question}`, {
      hint: "Nothing was changed. Say --yes, or use a terminal.",
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new RingmainError("INPUT_INVALID", "Nothing was changed.");
  } finally {
    prompt.close();
  }
}
