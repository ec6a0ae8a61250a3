import { spawnSync } from "node:child_process";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createAppender } from "../../../src/audit/append.ts";
import { checkpointText } from "../../../src/audit/checkpoint.ts";
import { createHeadSeal } from "../../../src/audit/head-mac.ts";
import { Frontier, leafHash } from "../../../src/audit/merkle.ts";
import { checkpointFiles, createNotary, readCheckpoint } from "../../../src/audit/notary.ts";
import { payloadEraser } from "../../../src/audit/payloads.ts";
import { payloadLines } from "../../../src/audit/read.ts";
import { signNote, verifierText } from "../../../src/audit/signed-note.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const verifyAudit = fileURLToPath(new URL("../../../docs/verify-audit.mjs", import.meta.url));
const { privateKey } = generateKeyPairSync("ed25519");

/** A trail of 600 entries, sealed at 300 and at 600, with the checkpoints kept where an attacker cannot write. */
async function sealedTrail() {
  const trail = await temporaryTrail();
  const elsewhere = mkdtempSync(join(tmpdir(), "ringmain-elsewhere-"));
  const notary = createNotary({
    database: trail.database,
    privateKey,
    writerKey: trail.writerKey,
    folder: elsewhere,
  });
  const backup = join(elsewhere, "backup.db");
  for (let part = 0; part < 2; part += 1) {
    await trail.append(...Array.from({ length: 300 }, (_, index) => ({ step: `step ${part}/${index}` })));
    await notary.seal();
    if (part === 0) trail.database.exec(`VACUUM INTO '${backup}'`);
  }
  const checkpointPaths = () => checkpointFiles(elsewhere).map((file) => join(elsewhere, file));
  return {
    trail,
    notary,
    elsewhere,
    backup,
    checkpointPaths,
    /** What Ringmain finds, over the file or over a copy of it. */
    verify(path = trail.path) {
      const database = new DatabaseSync(path, { readOnly: true });
      const checkpoints = checkpointPaths().map((file) => readCheckpoint(file, notary.verifier));
      const found = verifyTrail(database, { checkpoints, writerKey: trail.writerKey });
      database.close();
      return found;
    },
    /** What the stand-alone verifier finds in an export: its exit code and what it wrote. */
    verifyExport(path = trail.path) {
      const database = new DatabaseSync(path, { readOnly: true });
      const file = join(elsewhere, "export.jsonl");
      writeFileSync(file, [...payloadLines(database)].map((line) => `${line}\n`).join(""));
      database.close();
      const key = ["--key", verifierText(notary.verifier)];
      const checkpoints = checkpointPaths().flatMap((checkpoint) => ["--checkpoint", checkpoint]);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [verifyAudit, "trail", file, ...key, ...checkpoints],
        { encoding: "utf8" },
      );
      return { code: status, output: stdout + stderr };
    },
    [Symbol.dispose]() {
      trail[Symbol.dispose]();
      rmSync(elsewhere, { recursive: true, force: true });
    },
  };
}

type Sealed = Awaited<ReturnType<typeof sealedTrail>>;

/** Somebody with the file, any program and all knowledge of its format; but not the notary's key. */
function attack(sealed: Sealed, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(sealed.trail.path);
  database.exec(
    "DROP TRIGGER audit_entry_no_update; DROP TRIGGER audit_entry_no_delete; PRAGMA foreign_keys = OFF",
  );
  work(database);
  database.close();
}

/** Makes leaves, tiles and head anew over the lines as they stand now. */
function rebuild(database: DatabaseSync): void {
  const tree = new Frontier();
  database.exec("DELETE FROM audit_tile");
  for (const row of database.prepare("SELECT seq, body FROM audit_entry ORDER BY seq").all()) {
    const leaf = leafHash(String(row.body));
    database.prepare("UPDATE audit_entry SET leaf = ? WHERE seq = ?").run(leaf, row.seq ?? 0);
    tree.append(leaf);
  }
  for (const { height, number, hash } of tree.takeTiles())
    database.prepare("INSERT INTO audit_tile VALUES (?, ?, ?)").run(height, number, hash);
  database.prepare("UPDATE audit_tree SET size = ?, frontier = ?").run(tree.size, tree.toBytes());
}

/** Appends a call that was never made, as perfectly as it can be done without the writers' key. */
function appendForged(database: DatabaseSync): void {
  database.exec(`INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome)
    SELECT 601, replace(body, '"seq":600', '"seq":601'), leaf, principal, tool, outcome FROM audit_entry WHERE seq = 600`);
  rebuild(database);
}

const otherPrincipal = "replace(body, 'agent:writer', 'agent:reader')";

/** What the attacker does, the entry at which it is found in the database, and at which entry in an export. */
const attacks: [string, (sealed: Sealed) => void, number, number][] = [
  [
    "an edited row",
    (sealed) =>
      attack(sealed, (db) => db.exec(`UPDATE audit_entry SET body = ${otherPrincipal} WHERE seq = 123`)),
    123,
    300,
  ],
  [
    "an edited payload",
    (sealed) =>
      attack(sealed, (db) => db.exec(`UPDATE audit_payload SET arguments = '{"n":99}' WHERE seq = 123`)),
    123,
    123,
  ],
  [
    "edited facts",
    (sealed) =>
      attack(sealed, (db) => db.exec(`UPDATE audit_payload SET facts = '{"of":99}' WHERE seq = 123`)),
    123,
    123,
  ],
  [
    "a deleted row",
    (sealed) => attack(sealed, (db) => db.exec("DELETE FROM audit_entry WHERE seq = 123")),
    124,
    123,
  ],
  [
    "two rows in another order",
    (sealed) =>
      attack(sealed, (db) =>
        db.exec(`UPDATE audit_entry SET seq = -1 WHERE seq = 123; UPDATE audit_entry SET seq = 123 WHERE seq = 124;
          UPDATE audit_entry SET seq = 124 WHERE seq = -1`),
      ),
    123,
    123,
  ],
  [
    "a row slipped in",
    (sealed) =>
      attack(sealed, (db) =>
        db.exec(`UPDATE audit_entry SET seq = -seq WHERE seq > 123; UPDATE audit_entry SET seq = 1 - seq WHERE seq < 0;
          INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome) SELECT 124, body, leaf, principal, tool, outcome FROM audit_entry WHERE seq = 123`),
      ),
    124,
    124,
  ],
  [
    "rows cut off",
    (sealed) => attack(sealed, (db) => db.exec("DELETE FROM audit_entry WHERE seq > 500")),
    500,
    500,
  ],
  [
    "rows cut off, with the head made to fit",
    (sealed) =>
      attack(sealed, (db) => {
        db.exec("DELETE FROM audit_entry WHERE seq > 500; DELETE FROM audit_payload WHERE seq > 500");
        rebuild(db);
      }),
    500,
    500,
  ],
  [
    "an edit after which everything was made anew",
    (sealed) =>
      attack(sealed, (db) => {
        db.exec(
          `UPDATE audit_entry SET principal = 'agent:reader', body = ${otherPrincipal} WHERE seq = 423`,
        );
        rebuild(db);
      }),
    600,
    600,
  ],
  ["a backup put in its place", (sealed) => copyFileSync(sealed.backup, sealed.trail.path), 300, 300],
  [
    "a row appended by hand",
    (sealed) =>
      attack(sealed, (db) =>
        db.exec(`INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome)
          SELECT 601, replace(body, '"seq":600', '"seq":601'), leaf, principal, tool, outcome FROM audit_entry WHERE seq = 600`),
      ),
    601,
    -1,
  ],
  ["a row appended by hand, with everything made to fit", (sealed) => attack(sealed, appendForged), 601, -1],
  [
    "a deleted payload",
    (sealed) => attack(sealed, (db) => db.exec("DELETE FROM audit_payload WHERE seq = 123")),
    123,
    123,
  ],
  [
    "two payloads swapped",
    (sealed) =>
      attack(sealed, (db) =>
        db.exec(`UPDATE audit_payload SET seq = -1 WHERE seq = 123; UPDATE audit_payload SET seq = 123 WHERE seq = 124;
          UPDATE audit_payload SET seq = 124 WHERE seq = -1`),
      ),
    123,
    123,
  ],
];

it.each([
  [["trail", "nothing.jsonl"], "ENOENT: no such file or directory, open 'nothing.jsonl'"],
  [["trail", tmpdir()], "EISDIR: illegal operation on a directory, read"],
  [["proof", "nothing.tlog-proof"], "--key is missing: nothing signed can be trusted without it"],
  [["trail", "x", "--key", "none"], "--key is no key of a notary"],
  [["trail", "x", "--kee", "none"], "Unknown option '--kee'"],
])("the stand-alone verifier called with %j says what is wrong with that, and ends with 2", (args, told) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [verifyAudit, ...args], {
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(told);
  expect(stderr).not.toMatch(/^ +at /m);
});

describe("somebody with the database file, but without the notary's key, is found out", () => {
  it.each(attacks)("%s", async (_what, tamper, inDatabase, inExport) => {
    using sealed = await sealedTrail();
    sealed.trail.database.close();
    tamper(sealed);
    const { faults } = sealed.verify();
    expect(faults.map(({ seq }) => seq)).toContain(inDatabase);
    const { code, output } = sealed.verifyExport();
    // a row after the last checkpoint is the database's own to vouch for
    if (inExport > 0)
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringContaining(`entry ${inExport}:`),
      });
  });

  it("says which entries nobody vouches for, and goes on from no forged head", async () => {
    using sealed = await sealedTrail();
    await sealed.trail.append({});
    await sealed.trail.append({});
    sealed.trail.database.exec("UPDATE audit_tree SET mac = zeroblob(32)");
    expect(sealed.verify()).toMatchObject({
      head: "forged",
      faults: [{ seq: 602, message: expect.stringContaining("nobody vouches for the entries 601 to 602") }],
    });
    await expect(sealed.trail.append({})).rejects.toThrow(expect.objectContaining({ code: "AUDIT_BROKEN" }));
    expect(sealed.verify().entries).toBe(602);
  });

  it("tells a forged head from one that was authenticated with a key that is gone", async () => {
    using sealed = await sealedTrail();
    const database = new DatabaseSync(sealed.trail.path);
    const writerKey = createSecretKey(Buffer.alloc(32));
    expect(verifyTrail(database, { writerKey })).toMatchObject({
      head: "other_key",
      faults: [{ seq: 600, message: expect.stringContaining("another key than keys/writer.key") }],
    });
    expect(() => createAppender(database, writerKey).load()).toThrow(
      expect.objectContaining({ code: "AUDIT_BROKEN", hint: expect.stringContaining("audit adopt") }),
    );
    expect(verifyTrail(database)).toMatchObject({ head: "unchecked", faults: [] });
    database.close();
  });

  it("also with the writers' key: by the checkpoints alone", async () => {
    using sealed = await sealedTrail();
    sealed.trail.database.close();
    attack(sealed, (db) => {
      db.exec(`UPDATE audit_entry SET principal = 'agent:reader', body = ${otherPrincipal} WHERE seq = 423`);
      rebuild(db);
      const head = db.prepare("SELECT size, frontier FROM audit_tree").get();
      const frontier = head?.frontier instanceof Uint8Array ? head.frontier : Buffer.alloc(0);
      const mac = createHeadSeal(sealed.trail.writerKey).mac({ size: Number(head?.size), frontier });
      db.prepare("UPDATE audit_tree SET mac = ?").run(mac);
    });
    expect(sealed.verify()).toMatchObject({
      head: "authentic",
      sealed: 300,
      faults: [{ seq: 600, message: expect.stringContaining("the checkpoint over 600 entries differs") }],
    });
  });

  it("a stored subtree that was edited, of which proofs would be made", async () => {
    using sealed = await sealedTrail();
    attack(sealed, (db) => db.exec("UPDATE audit_tile SET hash = zeroblob(32) WHERE number = 1"));
    expect(sealed.verify().faults).toEqual([{ seq: 512, message: "a stored subtree of the tree is wrong" }]);
  });

  it("a checkpoint replaced by one of another key", async () => {
    using sealed = await sealedTrail();
    const [, path = ""] = sealed.checkpointPaths();
    const mine = generateKeyPairSync("ed25519").privateKey;
    const text = checkpointText({ origin: sealed.notary.verifier.name, size: 600, root: Buffer.alloc(32) });
    writeFileSync(path, signNote(text, { name: sealed.notary.verifier.name, privateKey: mine }));
    expect(() => sealed.verify()).toThrow(expect.objectContaining({ code: "AUDIT_BROKEN" }));
    expect(sealed.verifyExport()).toMatchObject({
      code: 1,
      output: expect.stringContaining("not signed by"),
    });
  });
});

describe("there is no false alarm", () => {
  it("over a trail that nobody touched, that went on, or that is a copy", async () => {
    using sealed = await sealedTrail();
    expect(sealed.verify()).toMatchObject({ entries: 600, sealed: 600, faults: [] });
    expect(sealed.verifyExport()).toMatchObject({
      code: 0,
      output: expect.stringContaining("sealed up to entry 600"),
    });
    await sealed.trail.append({}, {});
    expect(sealed.verify()).toMatchObject({ entries: 602, sealed: 600, faults: [] });
    const copy = join(sealed.elsewhere, "copy.db");
    sealed.trail.database.exec(`VACUUM INTO '${copy}'`);
    expect(sealed.verify(copy)).toMatchObject({ entries: 602, sealed: 600, faults: [] });
    expect(sealed.verifyExport(copy).code).toBe(0);
  });

  it("when payloads were erased", async () => {
    using sealed = await sealedTrail();
    const { database } = sealed.trail;
    payloadEraser(database)(Array.from({ length: 10 }, (_, index) => 100 + index));
    await sealed.trail.append({ kind: "erasure", erased: [[100, 109]] });
    expect(sealed.verify()).toMatchObject({ entries: 601, erased: 10, sealed: 600, faults: [] });
    const copy = join(sealed.elsewhere, "copy.db");
    database.exec(`VACUUM INTO '${copy}'`);
    expect(sealed.verify(copy)).toMatchObject({ entries: 601, erased: 10, sealed: 600, faults: [] });
    expect(sealed.verifyExport()).toMatchObject({
      code: 0,
      output: expect.stringContaining("10 payloads erased"),
    });
  });
});

describe("the notary", () => {
  it("signs a head once", async () => {
    using sealed = await sealedTrail();
    const before = sealed.checkpointPaths();
    expect(await sealed.notary.seal()).toMatchObject({ size: 600, fresh: false });
    expect(sealed.checkpointPaths()).toEqual(before);
    await sealed.trail.append({});
    expect(await sealed.notary.seal()).toMatchObject({
      size: 601,
      fresh: true,
      file: "000000000601.checkpoint",
    });
  });

  it("has what it signs on the disk before: it commits, but only when it signs", async () => {
    using sealed = await sealedTrail();
    using other = new DatabaseSync(sealed.trail.path);
    const version = () => other.prepare("PRAGMA data_version").get()?.data_version;
    const before = version();
    await sealed.notary.seal();
    expect(version()).toBe(before);
    await sealed.trail.append({});
    const appended = version();
    await sealed.notary.seal();
    expect(version()).not.toBe(appended);
  });

  it("is not held up by a checkpoint that a killed process began to write", async () => {
    using sealed = await sealedTrail();
    const [first = ""] = sealed.checkpointPaths();
    writeFileSync(`${first}.draft`, "ringmain-");
    await sealed.trail.append({});
    expect(await sealed.notary.seal()).toMatchObject({ size: 601, fresh: true });
    expect(sealed.verify()).toMatchObject({ sealed: 601, faults: [] });
  });

  it("has nothing to sign in an empty trail", async () => {
    using trail = await temporaryTrail();
    const notary = createNotary({
      database: trail.database,
      privateKey,
      writerKey: trail.writerKey,
      folder: join(tmpdir(), "ringmain-none"),
    });
    expect(await notary.seal()).toBeUndefined();
  });

  it.each<[string, (sealed: Sealed) => void, string]>([
    [
      "was made anew",
      (sealed) =>
        attack(sealed, (db) => {
          db.exec(`UPDATE audit_entry SET body = ${otherPrincipal} WHERE seq = 5`);
          rebuild(db);
        }),
      "first 600 entries",
    ],
    [
      "is shorter",
      (sealed) => attack(sealed, (db) => db.exec("UPDATE audit_tree SET size = 599")),
      "has 599 entries",
    ],
    [
      "has another head than its entries give",
      (sealed) =>
        attack(sealed, (db) => db.exec("UPDATE audit_tree SET frontier = zeroblob(length(frontier))")),
      "does not fit its entries",
    ],
    [
      "nobody with the writers' key wrote to the end",
      (sealed) => attack(sealed, appendForged),
      "written by another program",
    ],
  ])("does not sign a trail that %s", async (_what, tamper, message) => {
    using sealed = await sealedTrail();
    tamper(sealed);
    const files = sealed.checkpointPaths();
    await expect(sealed.notary.seal()).rejects.toThrow(
      expect.objectContaining({ code: "AUDIT_BROKEN", message: expect.stringContaining(message) }),
    );
    expect(sealed.checkpointPaths()).toEqual(files);
    expect(readFileSync(files[1] ?? "", "utf8")).toContain(`${sealed.notary.verifier.name}\n600\n`);
  });
});
