import { Command, CommanderError, Option } from "commander";
import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import { examples } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCode, exitCodeFor } from "./exit-code.ts";
import { reportError } from "./report-error.ts";
import { usageError } from "./usage-error.ts";

/** Builds the command line. Only commands that it names are loaded; the others are known by name. */
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
  for (const { name, summary, load } of commands) {
    const command = program
      .command(name)
      .description(summary)
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    // the word may as well be the value of an option, as in `-w demo run`: what is not meant is loaded in vain
    if (argv.includes(name)) (await load()).define(command);
  }
  program.argument("[command]", "").action(openScreen).helpCommand(true);
  return program;
}

/** `ringmain` alone opens the terminal screen; without a terminal it shows the help. */
async function openScreen(word: string | undefined, _options: unknown, program: Command): Promise<void> {
  if (word !== undefined) {
    const names = commands.map(({ name }) => name);
    throw new RingmainError("INPUT_INVALID", `There is no command "${word}".`, {
      hint: didYouMean(word, names) ?? "`ringmain --help` lists the commands.",
    });
  }
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    program.outputHelp();
    return;
  }
  const { openTui } = await import("./open-tui.ts");
  await openTui(program);
}

/** Runs a command to its end. Whatever goes wrong is told on stderr and is the exit code of this process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // after Ctrl-C everything fails, because everything is being closed
    if (process.exitCode === exitCode.interrupted) return;
    if (error instanceof CommanderError && isHelp(error)) {
      process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
      return;
    }
    const told = error instanceof CommanderError ? usageError(error, commandNamed(argv)) : error;
    reportError(told, argv.includes("--json"));
    process.exitCode = exitCodeFor(told);
  }
}

/** Whether help or the version was shown, which commander tells like an error. */
function isHelp({ code }: CommanderError): boolean {
  return code === "commander.helpDisplayed" || code === "commander.version" || code === "commander.help";
}

function commandNamed(argv: readonly string[]): string | undefined {
  return argv.find((argument) => commands.some(({ name }) => name === argument));
}
