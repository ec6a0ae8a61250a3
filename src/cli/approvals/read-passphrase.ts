import { StringDecoder } from "node:string_decoder";
import { RingmainError } from "../../core/errors.ts";
import type { GlobalOptions } from "../command.ts";
import { exitCode } from "../exit-code.ts";

/**
 * Throws INPUT_INVALID unless a person sits at a terminal: nothing else can approve. `--yes` answers no such question,
 * and neither does a pipe or a variable of the environment.
 */
export function requireTerminal({ input }: Pick<GlobalOptions, "input">): void {
  if (input && process.stdin.isTTY && process.stderr.isTTY) return;
  throw new RingmainError("INPUT_INVALID", "A passphrase is typed by a person, in a terminal.", {
    hint: "Nothing was changed. --yes, --no-input, environment variables and pipes never approve: run it in a terminal of your own.",
  });
}

/** Asks for the passphrase of a person, who types it. */
export async function readPassphrase(prompt: string): Promise<string> {
  const [passphrase = ""] = await readSecrets([prompt]);
  return passphrase;
}

const enter = /[\r\n]/;
const interrupt = "\u0003";
const endOfInput = "\u0004";
const eraseLast = /[\u007f\b]/;
const eraseAll = "\u0015";

/** Asks for secret lines on stderr, one after another, and shows none of what is typed. Ctrl-C ends the program. */
export async function readSecrets(prompts: readonly string[]): Promise<string[]> {
  const { stdin, stderr } = process;
  const lines: string[] = [];
  const decoder = new StringDecoder("utf8");
  stdin.setRawMode(true);
  try {
    await new Promise<void>((resolve, reject) => {
      let typed: string[] = [];
      const ask = () => void stderr.write(prompts[lines.length] ?? "");
      const take = (character: string) => {
        if (lines.length === prompts.length) return;
        if (character === interrupt) return leave();
        if (character === endOfInput)
          return reject(new RingmainError("INPUT_INVALID", "Nothing was changed."));
        if (enter.test(character)) {
          stderr.write("\n");
          lines.push(typed.join(""));
          typed = [];
          if (lines.length === prompts.length) resolve();
          else ask();
        } else if (eraseLast.test(character)) typed.pop();
        else if (character === eraseAll) typed = [];
        else if (!/\p{Cc}/u.test(character)) typed.push(character);
      };
      stdin.on("data", (bytes: Buffer) => {
        // a key such as an arrow comes as one sequence, of which nothing is text
        const text = decoder.write(bytes);
        if (!text.startsWith("\u001b")) for (const character of text) take(character);
      });
      stdin.once("end", () => reject(new RingmainError("INPUT_INVALID", "Nothing was changed.")));
      ask();
    });
    return lines;
  } finally {
    stdin.removeAllListeners("data").removeAllListeners("end").pause();
    stdin.setRawMode(false);
  }
}

function leave(): never {
  process.stdin.setRawMode(false);
  process.stderr.write("\n");
  process.exit(exitCode.interrupted);
}
