import { describe, expect, it } from "vitest";
import { parseWorkspaceFile } from "../../../src/core/workspace-file.ts";

describe("ringmain.yaml", () => {
  it("needs a name; the rest has defaults", () => {
    expect(parseWorkspaceFile("name: Harbour\n").value).toEqual({
      name: "Harbour",
      sample: false,
      state: ".ringmain",
      servers: {},
      roles: {},
      clients: {},
      audit: { checkpoint_every: "60s", checkpoints: [], sinks: [] },
      approvals: { expire_after: "72h", most_waiting: 200, notify: {} },
    });
  });

  it("may say where checkpoints are kept, and how often they are made", () => {
    const text =
      "name: a\naudit:\n  checkpoint_every: 10s\n  checkpoints: [{ path: /mnt/usb }, { git: ../ledger }]\n";
    expect(parseWorkspaceFile(text).value?.audit).toEqual({
      checkpoint_every: "10s",
      checkpoints: [{ path: "/mnt/usb" }, { git: "../ledger" }],
      sinks: [],
    });
    for (const wrong of [
      "checkpoint_every: often",
      "checkpoints: [{ folder: x }]",
      "checkpoints: [{ command: [] }]",
    ])
      expect(parseWorkspaceFile(`name: a\naudit:\n  ${wrong}\n`).value, wrong).toBeUndefined();
  });

  it("may say who else gets the trail", () => {
    const sinks =
      "[{ file: audit/trail.jsonl, rotate: 1GiB, keep: 3 }, { otlp: 'http://localhost:4318', logs: false }]";
    expect(parseWorkspaceFile(`name: a\naudit:\n  sinks: ${sinks}\n`).value?.audit.sinks).toEqual([
      { file: "audit/trail.jsonl", rotate: "1GiB", keep: 3 },
      { otlp: "http://localhost:4318", traces: true, logs: false },
    ]);
    for (const wrong of [
      "{ file: a, rotate: 5 }",
      "{ file: a, rotate: big }",
      "{ file: a, keep: 0 }",
      "{ otlp: 'localhost:4318' }",
      "{ otlp: 'ftp://h' }",
      "{ otlp: 'http://user:secret@h' }",
      "{ otlp: 'http://h', traces: false, logs: false }",
      "{ otlp: 'http://h', headers: authorization }",
      "{ file: a }, { file: ./a }",
    ])
      expect(parseWorkspaceFile(`name: a\naudit:\n  sinks: [${wrong}]\n`).value, wrong).toBeUndefined();
  });

  it("may say where the outbox is sent", () => {
    const text = "name: a\noutbox:\n  host: mail.example\n  from: Harbour <books@harbour.example>\n";
    expect(parseWorkspaceFile(text).value?.outbox).toEqual({
      host: "mail.example",
      port: 587,
      from: "Harbour <books@harbour.example>",
    });
    const signedIn = `${text}  user: books\n  password_env: MAIL_PASSWORD\n`;
    expect(parseWorkspaceFile(signedIn).value?.outbox).toMatchObject({ password_env: "MAIL_PASSWORD" });
  });

  it("may say how long a request for approval stands, how many may wait, and where a role is told of it", () => {
    const text =
      "name: a\nroles: { finance: {} }\napprovals:\n  expire_after: 3d\n  most_waiting: 20\n  notify: { finance: f@harbour.example }\n";
    expect(parseWorkspaceFile(text).value?.approvals).toEqual({
      expire_after: "3d",
      most_waiting: 20,
      notify: { finance: "f@harbour.example" },
    });
  });

  it.each([
    ["name: a\nroles: { finance: {} }\napprovals:\n  expire_after: 0s\n", "invalid-value", 4],
    ["name: a\nroles: { finance: {} }\napprovals:\n  notify: { finance: nobody }\n", "invalid-value", 4],
    ["name: a\nroles: { finance: {} }\napprovals:\n  notify:\n    finanse: f@b\n", "invalid-value", 5],
    ["name: a\napprovals:\n  expires: 3d\n", "unknown-key", 3],
    ["name: a\noutbox:\n  host: h\n  from: nobody\n", "invalid-value", 4],
    ["name: a\noutbox:\n  host: h\n  from: a@b\n  password: secret\n", "unknown-key", 5],
    ["name: a\noutbox:\n  host: h\n  from: a@b\n  user: u\n", "invalid-value", 3],
    ["name: a\nclients:\n  desk:\n    tool: []\n", "unknown-key", 4],
    ["name: a\nservers:\n  crm: { builtin: crn }\n", "invalid-value", 3],
    ["name: a\nroles:\n  owner: { tools: [crm] }\n", "invalid-value", 3],
    ["name: a\nclients:\n  Claude Desktop: {}\n", "invalid-value", 3],
  ])("has a problem: %j", (text, code, line) => {
    const { value, problems } = parseWorkspaceFile(text);
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({ code, line, file: "ringmain.yaml" });
  });
});
