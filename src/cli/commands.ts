import type { CommandEntry } from "./command.ts";

/** Every command, in the order in which `--help` lists them. */
export const commands: readonly CommandEntry[] = [
  { name: "init", summary: "make a workspace in a folder", load: () => import("./commands/init.ts") },
  { name: "demo", summary: "run the sample company on fresh data", load: () => import("./commands/demo.ts") },
  {
    name: "doctor",
    summary: "look for what is wrong with this machine or workspace",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "check",
    summary: "check workflows, agents and policies without running them",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "lock",
    summary: "pin the tool definitions that workflows rely on",
    load: () => import("./commands/lock.ts"),
  },
  {
    name: "schema",
    summary: "write the schemas by which editors complete and check the files",
    load: () => import("./commands/schema.ts"),
  },
  {
    name: "run",
    summary: "run a workflow now, or go on with one that was interrupted",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "test",
    summary: "run the workflows' test cases over given answers of the tools",
    load: () => import("./commands/test.ts"),
  },
  { name: "serve", summary: "run workflows by their schedules", load: () => import("./commands/serve.ts") },
  {
    name: "call",
    summary: "call one tool as the person at the keyboard",
    load: () => import("./commands/call.ts"),
  },
  {
    name: "import",
    summary: "turn each row of a CSV file into one call of a tool",
    load: () => import("./commands/import.ts"),
  },
  {
    name: "export",
    summary: "write all items of a list to a CSV file",
    load: () => import("./commands/export.ts"),
  },
  { name: "mcp", summary: "serve one MCP server over stdio", load: () => import("./commands/mcp.ts") },
  {
    name: "connect",
    summary: "let an MCP client such as Claude Desktop use the servers",
    load: () => import("./commands/connect.ts"),
  },
  {
    name: "clients",
    summary: "list, make and revoke the credentials of MCP clients",
    load: () => import("./commands/clients.ts"),
  },
  {
    name: "pause",
    summary: "refuse every call of an agent, a client, a person or all",
    load: () => import("./commands/pause.ts"),
  },
  {
    name: "resume",
    summary: "let who is paused go on",
    load: () => import("./commands/resume.ts"),
  },
  {
    name: "servers",
    summary: "list the servers and their tools",
    load: () => import("./commands/servers.ts"),
  },
  {
    name: "agents",
    summary: "list the agents and what each may do",
    load: () => import("./commands/agents.ts"),
  },
  { name: "workflows", summary: "list the workflows", load: () => import("./commands/workflows.ts") },
  {
    name: "runs",
    summary: "list runs, show, resume or cancel one",
    load: () => import("./commands/runs.ts"),
  },
  {
    name: "approvals",
    summary: "see what waits for a person's yes, approve or reject it",
    load: () => import("./commands/approvals.ts"),
  },
  {
    name: "policy",
    summary: "who may do what, tests of it, and why an entry was decided so",
    load: () => import("./commands/policy.ts"),
  },
  {
    name: "why",
    summary: "what led to each version of a record, back to the person or schedule",
    load: () => import("./commands/why.ts"),
  },
  {
    name: "audit",
    summary: "read, verify and export the audit trail",
    load: () => import("./commands/audit.ts"),
  },
];
