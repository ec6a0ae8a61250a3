import type { Command } from "commander";
import { decideRequest } from "../approvals/decide-request.ts";
import { enrollApprover } from "../approvals/enroll-approver.ts";
import { showRequests } from "../approvals/list-requests.ts";
import { revokeApprover } from "../approvals/revoke-approver.ts";
import { showRequest } from "../approvals/show-request.ts";
import { examples, globalOptions } from "../command.ts";

export function define(command: Command): void {
  command.addHelpText(
    "after",
    `
A policy with @approval("finance") turns a no into a question to finance. The call is tried and undone, so that a person
sees what would come of it, and waits. An approval fits that one call, with its arguments and the record as it is, once.
Deciding takes a terminal and a passphrase of your own; no tool, option or variable does it.
${examples([
  ["ringmain approvals enroll", "once: make the key that you decide with"],
  ["ringmain approvals", "what waits"],
  ["ringmain approvals show 4f2a", "what is asked, by whom, and what would come of it"],
  ["ringmain approvals approve 4f2a", "yes; the end of an id is enough"],
  ['ringmain approvals reject 4f2a --reason "paid yesterday"', "no"],
])}`,
  );
  command
    .command("ls", { isDefault: true })
    .description("the requests that wait")
    .option("--all", "those that were decided, used, replaced or that expired too")
    .addHelpText("after", examples([["ringmain approvals ls --all --json", "for a program"]]))
    .action((options: { all?: true }, ls: Command) => showRequests(options, globalOptions(ls)));
  command
    .command("show <id>")
    .description("one request, with the facts, the arguments and what would come of it")
    .addHelpText("after", examples([["ringmain approvals show 4f2a", "by the end of its id"]]))
    .action((id: string, _options: unknown, show: Command) => showRequest(id, globalOptions(show)));
  command
    .command("approve <id>")
    .description("say yes to one call, in a terminal and with your passphrase")
    .option("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      `
Whoever asked, or started the run that asks, cannot approve. Where several roles are asked, one person of all of them is
enough, else a person of each approves.
${examples([["ringmain approvals approve 4f2a", "shows the request, then asks for the passphrase"]])}`,
    )
    .action((id: string, options: { reason?: string }, approve: Command) =>
      decideRequest(id, "approved", options.reason, globalOptions(approve)),
    );
  command
    .command("reject <id>")
    .description("say no to one call, in a terminal and with your passphrase")
    .requiredOption("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      examples([['ringmain approvals reject 4f2a --reason "paid yesterday"', "and say why"]]),
    )
    .action((id: string, options: { reason: string }, reject: Command) =>
      decideRequest(id, "rejected", options.reason, globalOptions(reject)),
    );
  command
    .command("enroll")
    .description("make the key that you decide with, under a passphrase of your own")
    .addHelpText(
      "after",
      examples([["ringmain approvals enroll", "in a terminal; the passphrase is asked for twice"]]),
    )
    .action((_options: unknown, enroll: Command) => enrollApprover(globalOptions(enroll)));
  command
    .command("revoke <user>")
    .description("withdraw a person's key, and with it what it approved and nobody used")
    .option("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      `
Your own takes your passphrase; another's a role. After that they may enroll again.
${examples([['ringmain approvals revoke maria --reason "left the company"', "by the name of the user"]])}`,
    )
    .action((user: string, options: { reason?: string }, revoke: Command) =>
      revokeApprover(user, options, globalOptions(revoke)),
    );
}
