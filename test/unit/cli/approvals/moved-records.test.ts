import pc from "picocolors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requestOf } from "../../../../src/approval/requests.ts";
import { detailDocument, requestDocument } from "../../../../src/cli/approvals/request-document.ts";
import { requestLines } from "../../../../src/cli/approvals/request-lines.ts";
import { approvalOf } from "../../../../src/core/call-meta.ts";
import { enrolledApprover } from "../../../fixtures/kit/approver.ts";
import { type Notes, openNotes } from "../../../fixtures/kit/open-notes.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../../fixtures/kit/temporary-workspace.ts";

const ask = `@id("ask") @approval("editors") forbid (principal, action == Action::"notes.send_note", resource);`;
const tools = ["notes.*", "notes.add_note", "notes.send_note"];

describe("a request whose record another call changed", () => {
  let workspace: TemporaryWorkspace;
  let notes: Notes;
  let token: string;
  let maria: Awaited<ReturnType<typeof enrolledApprover>>;
  let note: string;
  let request: string;

  beforeEach(async () => {
    workspace = await temporaryWorkspace({
      agents: { writer: { tools } },
      roles: { editors: { tools, members: ["maria"] } },
      policies: { ask },
    });
    notes = await openNotes(workspace);
    token = workspace.token("agent:writer", { run: { id: "run_1", workflow: "tidy", workflowHash: "abc" } });
    maria = await enrolledApprover(workspace, "user:maria");
    note = String((await notes.result("add_note", { text: "To be sent" }, { token })).id);
    request = String(approvalOf((await send()).error?.details));
  });

  afterEach(() => {
    notes[Symbol.dispose]();
    workspace[Symbol.dispose]();
  });

  const send = () => notes.call("send_note", { id: note }, { token });

  function shown() {
    const found = requestOf(notes.reader, request);
    if (found === undefined) throw new Error(`there is no ${request}`);
    const document = requestDocument(notes.reader, found, { now: startOfTests, membersOf: () => ["maria"] });
    const detail = detailDocument(notes.reader, found);
    return {
      changed: detail.preview?.changed,
      text: [...requestLines(document, detail, pc.createColors(false))].join("\n"),
    };
  }

  it("says so, waiting or approved, until the call has used it", async () => {
    const record = { table: "notes_note", id: note, version: 2 };
    expect(shown()).toMatchObject({
      changed: [record],
      text: expect.stringContaining(`${note}  version 1 → 2\n`),
    });
    notes.reader.exec("UPDATE notes_note SET version = 7");
    const moved = {
      changed: [{ ...record, stale: true }],
      text: expect.stringContaining(
        "version 1 → 2, but changed since this was asked: the call will ask anew",
      ),
    };
    expect(shown()).toEqual(moved);
    await maria.decide(request);
    expect(shown()).toEqual(moved);
  });

  it("says nothing of what the call itself changed", async () => {
    await maria.decide(request);
    expect((await send()).error).toBeUndefined();
    expect(shown().changed).toEqual([{ table: "notes_note", id: note, version: 2 }]);
    expect(shown().text).not.toContain("changed since");
  });
});
