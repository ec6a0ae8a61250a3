import { Command, CommanderError, Option } from "commander";
import { didYouMean } from "../core/closest.ts";
import { examples } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCode, exitCodeFor } from "./exit-code.ts";
import { reportError } from "./report-error.ts";

/** Builds the command line. Only the command that is asked for is loaded; the others are known by name. */
async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("ringmain")
    .usage("[options] [command]")
    .description(
      "Automations by scripted and model-driven agents over shared, permissioned, audited MCP servers.",
    )
    .version("0.1.0")
    .option(
      "-w, --workspace <dir>",
      "the workspace (else RINGMAIN_WORKSPACE, else the nearest ringmain.yaml upward)",
    )
    .option("--json", "one JSON document on stdout, or one a line where a command streams")
    .addOption(new Option("--no-input", "never ask; fail where an answer would be needed"))
    .option("-y, --yes", "answer yes to questions (never an approval)")
    .option("-q, --quiet", "no messages, only data")
    .option("-v, --verbose", "more detail")
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false)
    .addHelpText(
      "after",
      examples([
        ["ringmain", "the terminal screen: start workflows and watch them"],
        ["ringmain run chase-overdue-invoices", "run a workflow now"],
        ["ringmain audit tail", "who did what, call by call"],
        ["ringmain call crm.pipeline_report", "call a tool yourself"],
      ]),
    );
  const asked = argv.find((argument) => commands.some(({ name }) => name === argument));
  for (const { name, summary, load } of commands) {
    const command = program
      .command(name)
      .description(summary)
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    if (name === asked) (await load()).define(command);
  }
  program.argument("[command]", "").action(openScreen);
  return program;
}

/** `ringmain` alone opens the terminal screen; without a terminal it shows the help. */
async function openScreen(word: string | undefined, _options: unknown, program: Command): Promise<void> {
  if (word !== undefined) {
    const names = commands.map(({ name }) => name);
    const hint = didYouMean(word, names) ?? "`ringmain --help` lists the commands.";
    throw new CommanderError(
      exitCode.usage,
      "ringmain.unknownCommand",
      `There is no command "${word}". ${hint}`,
    );
  }
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    program.outputHelp();
    return;
  }
  const { openTui } = await import("./open-tui.ts");
  await openTui(program);
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  try {
    const program = await buildProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      const shown =
        error.code === "commander.helpDisplayed" ||
        error.code === "commander.version" ||
        error.code === "commander.help";
      if (!shown) process.stderr.write(`${error.message.replace(/^error: /, "")}\n`);
      process.exitCode = shown && error.exitCode === 0 ? exitCode.done : exitCode.usage;
      return;
    }
    reportError(error, argv.includes("--json"));
    process.exitCode = exitCodeFor(error);
  }
}

// a reader such as `head` that closes the pipe is no failure
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.done);
});
await main();
