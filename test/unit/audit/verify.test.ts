import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { emptyRoot, Frontier, leafHash } from "../../../src/audit/merkle.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const withoutTriggers = `DROP TRIGGER audit_entry_no_update; DROP TRIGGER audit_entry_no_delete;
  PRAGMA foreign_keys = OFF;`;

/** Someone with the file and any tool: six entries, then the damage. Returns what `verifyTrail` says. */
async function verifyAfter(damage: string | ((database: DatabaseSync) => void)) {
  using trail = await temporaryTrail();
  await trail.append(...Array.from({ length: 6 }, (_, index) => ({ step: `${index}` })));
  const attacker = new DatabaseSync(trail.path);
  attacker.exec(withoutTriggers);
  if (typeof damage === "string") attacker.exec(damage);
  else damage(attacker);
  attacker.close();
  return verifyTrail(trail.database);
}

describe("verifying the trail", () => {
  it("finds nothing in one that nobody touched, and gives its root", async () => {
    const { entries, root, erased, faults } = await verifyAfter("");
    expect({ entries, erased, faults }).toEqual({ entries: 6, erased: 0, faults: [] });
    expect(root).toMatch(/^[0-9a-f]{64}$/);
  });

  it("knows the root of an empty one", async () => {
    using trail = await temporaryTrail();
    const { root } = verifyTrail(trail.database);
    expect(root).toBe(emptyRoot.toString("hex"));
  });

  it.each([
    [
      "an edited body",
      `UPDATE audit_entry SET body = replace(body, 'agent:writer', 'agent:reader') WHERE seq = 3`,
      3,
      "leaf hash",
    ],
    ...["principal", "tool", "outcome", "key", "once", "loose_run"].map(
      (column): [string, string, number, string] => [
        `an edited column: ${column}`,
        `UPDATE audit_entry SET ${column} = 'other' WHERE seq = 3`,
        3,
        `the column ${column} differs`,
      ],
    ),
    ["an edited leaf", `UPDATE audit_entry SET leaf = zeroblob(32) WHERE seq = 3`, 3, "leaf hash"],
    [
      "a body that is no entry",
      `UPDATE audit_entry SET body = '{}' WHERE seq = 3`,
      3,
      "not one that Ringmain wrote",
    ],
    [
      "an edited result",
      `UPDATE audit_payload SET result = '{"done":9}' WHERE seq = 3`,
      3,
      "the result differs",
    ],
    [
      "edited arguments",
      `UPDATE audit_payload SET arguments = '{"n":9}' WHERE seq = 3`,
      3,
      "the arguments differ",
    ],
    ["edited facts", `UPDATE audit_payload SET facts = '{"of":9}' WHERE seq = 3`, 3, "the facts differ"],
    [
      "swapped arguments and result",
      `UPDATE audit_payload SET arguments = result, result = arguments WHERE seq = 3`,
      3,
      "differ",
    ],
    [
      "a result wiped without its row",
      `UPDATE audit_payload SET result = NULL WHERE seq = 3`,
      3,
      "the result differs",
    ],
    ["an edited salt", `UPDATE audit_payload SET salt = hex(zeroblob(16)) WHERE seq = 3`, 3, "differ"],
    ["a deleted entry", `DELETE FROM audit_entry WHERE seq = 3`, 4, "entry 3 is missing"],
    ["deleted entries", `DELETE FROM audit_entry WHERE seq IN (2, 3)`, 4, "entries 2 to 3 are missing"],
    ["a truncated tail", `DELETE FROM audit_entry WHERE seq > 4`, 4, "says 6 entries, there are 4"],
    ["everything deleted", `DELETE FROM audit_entry`, 0, "says 6 entries, there are 0"],
    [
      "an entry slipped in",
      `INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome)
       SELECT 7, body, leaf, principal, tool, outcome FROM audit_entry WHERE seq = 6`,
      7,
      "not one that Ringmain wrote",
    ],
    [
      "an entry in place zero",
      `INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome)
       SELECT 0, body, leaf, principal, tool, outcome FROM audit_entry WHERE seq = 6`,
      0,
      "stands where entry 1 should",
    ],
    ["a changed size in the head", `UPDATE audit_tree SET size = 7`, 6, "says 7 entries"],
    ["changed subtrees in the head", `UPDATE audit_tree SET frontier = zeroblob(64)`, 6, "subtrees"],
    ["no head", `DELETE FROM audit_tree`, 6, "says nothing"],
  ])("finds %s", async (_what, sql, seq, message) => {
    const { faults } = await verifyAfter(sql);
    expect(faults).toContainEqual({ seq, message: expect.stringContaining(message) });
  });

  it("finds a body that was edited together with its leaf and its column, by the tree head", async () => {
    const { faults } = await verifyAfter((database) => {
      const body = String(database.prepare("SELECT body FROM audit_entry WHERE seq = 3").get()?.body);
      const edited = body.replace("agent:writer", "agent:reader");
      database
        .prepare("UPDATE audit_entry SET body = ?, leaf = ?, principal = 'agent:reader' WHERE seq = 3")
        .run(edited, leafHash(Buffer.from(edited)));
    });
    expect(faults).toEqual([{ seq: 6, message: expect.stringContaining("the entries give") }]);
  });

  it("names a gap once, not at each entry after it", async () => {
    const { faults } = await verifyAfter("DELETE FROM audit_entry WHERE seq = 1");
    expect(faults.filter((fault) => fault.message.includes("missing"))).toEqual([
      { seq: 2, message: "entry 1 is missing" },
    ]);
  });

  it("finds a payload that is gone without an erasure", async () => {
    expect(await verifyAfter("DELETE FROM audit_payload WHERE seq IN (2, 3)")).toMatchObject({
      erased: 2,
      faults: [{ seq: 2, message: "the payload of entries 2 to 3 is gone, and no erasure accounts for it" }],
    });
  });

  it("leaves the connection as it was", async () => {
    using trail = await temporaryTrail();
    await trail.append({});
    verifyTrail(trail.database);
    expect(trail.database.isTransaction).toBe(false);
  });
});

describe("a stored frontier", () => {
  it.each([
    [0, 32],
    [1, 0],
    [3, 32],
    [4, 31],
  ])("of the wrong length is refused: size %i, %i bytes", (size, bytes) => {
    expect(() => Frontier.fromBytes(size, Buffer.alloc(bytes))).toThrow(
      expect.objectContaining({ code: "AUDIT_BROKEN" }),
    );
  });
});
