import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { migrate } from "../../../src/db/migrate.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { identityMigrations } from "../../../src/identity/migrations.ts";
import {
  everyone,
  isPaused,
  listPauses,
  pausedNames,
  pausePrincipal,
  resumePrincipal,
} from "../../../src/identity/pauses.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const now = new Date("2026-11-02T08:00:00Z");
const writer = { principal: "agent:writer", by: "user:maria", now };

describe("a pause", () => {
  it("is listed with who made it, when and why, until it is lifted", async () => {
    using store = await temporaryTrail();
    const later = new Date("2026-11-02T09:00:00Z");
    expect(pausePrincipal(store.database, { ...writer, reason: "It misbehaves" })).toBe(true);
    expect(pausePrincipal(store.database, { principal: everyone, by: "user:tom", now: later })).toBe(true);
    expect(listPauses(store.database)).toEqual([
      {
        principal: "agent:writer",
        pausedAt: "2026-11-02T08:00:00.000Z",
        pausedBy: "user:maria",
        reason: "It misbehaves",
      },
      { principal: "*", pausedAt: "2026-11-02T09:00:00.000Z", pausedBy: "user:tom" },
    ]);
    expect(resumePrincipal(store.database, "agent:writer")).toBe(true);
    expect(listPauses(store.database)).toMatchObject([{ principal: "*" }]);
  });

  it("made twice stays as it was first made, and lifted twice changes nothing", async () => {
    using store = await temporaryTrail();
    pausePrincipal(store.database, writer);
    expect(pausePrincipal(store.database, { ...writer, by: "user:tom", reason: "again" })).toBe(false);
    expect(listPauses(store.database)).toEqual([
      { principal: "agent:writer", pausedAt: "2026-11-02T08:00:00.000Z", pausedBy: "user:maria" },
    ]);
    expect(resumePrincipal(store.database, "agent:writer")).toBe(true);
    expect(resumePrincipal(store.database, "agent:writer")).toBe(false);
  });

  it("of everyone is nobody's own", async () => {
    using store = await temporaryTrail();
    pausePrincipal(store.database, { principal: everyone, by: "user:maria", now });
    expect(isPaused(store.database, "agent:writer")).toBe(false);
    expect(resumePrincipal(store.database, "agent:writer")).toBe(false);
    expect([...pausedNames(store.database)]).toEqual(["*"]);
  });

  it("from before reasons were kept is still one, and a database without tables has none", async () => {
    const dir = mkdtempSync(join(tmpdir(), "ringmain-"));
    const database = openSqlite({ path: join(dir, "ringmain.db") });
    try {
      expect([...pausedNames(database)]).toEqual([]);
      await migrate(database, "identity", identityMigrations.slice(0, 1), now);
      database.exec(
        "INSERT INTO identity_pause VALUES ('agent:writer', '2026-11-02T08:00:00.000Z', 'user:maria')",
      );
      expect([...pausedNames(database)]).toEqual(["agent:writer"]);
      await migrate(database, "identity", identityMigrations, now);
      expect(listPauses(database)).toEqual([
        { principal: "agent:writer", pausedAt: "2026-11-02T08:00:00.000Z", pausedBy: "user:maria" },
      ]);
    } finally {
      database.close();
      rmSync(dir, { recursive: true });
    }
  });
});
