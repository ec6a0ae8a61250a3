import type { Command } from "commander";
import { addClient } from "../clients/add-client.ts";
import { listClients } from "../clients/list-clients.ts";
import { revokeClient } from "../clients/revoke-client.ts";
import { examples, globalOptions } from "../command.ts";

export function define(command: Command): void {
  command.addHelpText(
    "after",
    `
A client is a program of its own with a credential of its own: Claude Desktop, another MCP client, a script. What it
may call stands under clients: in ringmain.yaml; only the credential makes it that client. A client has one credential.
${examples([
  ["ringmain clients ls", "every credential, with who made it and when it was last used"],
  ["ringmain clients add reporting --expires 30d", "make one; its secret is shown once"],
  ["ringmain clients revoke reporting", "withdraw it: the next call is refused"],
])}`,
  );
  command
    .command("ls", { isDefault: true })
    .description("the clients and their credentials")
    .addHelpText("after", examples([["ringmain clients ls --json", "for a program"]]))
    .action((_options: unknown, ls: Command) => listClients(globalOptions(ls)));
  command
    .command("add <name>")
    .description("make the credential of a client, and show its secret once")
    .option("--expires <duration>", "how long it is good for, for instance 12h or 30d; for ever by default")
    .addHelpText(
      "after",
      `
The secret is stored nowhere, only a hash of it. The one that the client had is withdrawn, after a question.
${examples([
  ["ringmain clients add reporting", "good until it is revoked"],
  ["ringmain clients add reporting --expires 30d --yes", "in a script that renews it"],
])}`,
    )
    .action((name: string, options: { expires?: string }, add: Command) =>
      addClient(name, options, globalOptions(add)),
    );
  command
    .command("revoke <client>")
    .description("withdraw a client's credential, at once and in every process")
    .option("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      examples([
        ['ringmain clients revoke reporting --reason "laptop lost"', "by the client's name"],
        ["ringmain clients revoke 0a1b2c3d4e5f", "by the credential's id, as `clients ls` shows it"],
      ]),
    )
    .action((client: string, options: { reason?: string }, revoke: Command) =>
      revokeClient(client, options, globalOptions(revoke)),
    );
}
