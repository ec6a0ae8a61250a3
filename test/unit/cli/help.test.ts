import { Command } from "commander";
import { expect, test } from "vitest";
import { commands } from "../../../src/cli/commands.ts";

/** A command with all of its subcommands, each under the words that a person types. */
function withSubcommands(command: Command, words: string): [words: string, command: Command][] {
  const below = command.commands.flatMap((sub) => withSubcommands(sub, `${words} ${sub.name()}`));
  return [[words, command], ...below];
}

const defined = await Promise.all(
  commands.map(async ({ name, load }) => {
    const command = new Command("ringmain").command(name);
    (await load()).define(command);
    return withSubcommands(command, name);
  }),
);

test.each(defined.flat())("%s --help shows examples", (words, command) => {
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  expect(help).toContain(`Usage: ringmain ${words}`);
  const examples = help.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? [];
  expect(examples.length).toBeGreaterThan(0);
  // a command and what it does, in two columns
  for (const line of examples) expect(line).toMatch(/^ {2}\S.*? {3,}\S/);
});
