import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAppender } from "../../../src/audit/append.ts";
import { transact } from "../../../src/db/transaction.ts";
import { createTally, spentKey } from "../../../src/kit/tally.ts";
import { entryOf } from "../../fixtures/kit/entry-of.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";
import { propertyRuns } from "../../helpers/property-runs.ts";

const principals = ["agent:a", "user:b"];
const runs = ["run_1", "run_10"];
const days = ["2026-11-01", "2026-11-02", "2026-11-03"];

const call = fc.record({
  principal: fc.constantFrom(...principals),
  run: fc.option(fc.constantFrom(...runs), { nil: undefined }),
  keyed: fc.constantFrom("of its run", "of another run", "no"),
  kind: fc.constantFrom("call" as const, "run" as const),
  effect: fc.constantFrom("read", "create"),
  outcome: fc.constantFrom("done" as const, "denied" as const),
  spent: fc.option(fc.tuple(fc.constant("arguments.amount"), fc.nat(99), fc.constantFrom("EUR", null)), {
    nil: undefined,
  }),
  /** Seconds after the call before it. */
  after: fc.nat(40),
});
/** A transaction of calls on the same day or a later one, which may be rolled back after it was counted. */
const transaction = fc.record({
  later: fc.constantFrom(0, 0, 1),
  calls: fc.array(call, { maxLength: 4 }),
  fails: fc.boolean(),
});

describe("the tally", () => {
  it("equals a count of the trail, within transactions too, whatever was rolled back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { maxLength: 8 }), async (transactions) => {
        using trail = await temporaryTrail();
        const appender = createAppender(trail.database, trail.writerKey);
        const tally = createTally(trail.database);
        const count = trail.database.prepare(
          `SELECT count(*) AS calls, count(nullif(body ->> '$.effect', 'read')) AS writes FROM audit_entry
           WHERE outcome = 'done' AND body ->> '$.kind' = 'call' AND (principal = ?1 AND body ->> '$.time' >= ?2 OR body ->> '$.run' = ?1)`,
        );
        const sum = trail.database.prepare(
          `SELECT sum(spent.value ->> 1) AS minor FROM audit_entry, json_each(body, '$.spent') AS spent
           WHERE outcome = 'done' AND body ->> '$.kind' = 'call' AND principal = ? AND body ->> '$.time' >= ?
             AND spent.value ->> 2 IS ?`,
        );
        const times = trail.database.prepare(
          `SELECT body ->> '$.time' AS time FROM audit_entry
           WHERE outcome = 'done' AND body ->> '$.kind' = 'call' AND principal = ? AND body ->> '$.time' > ?`,
        );
        let seconds = 0;
        let day = 0;
        let keys = 0;
        const timeText = () => new Date(Date.parse(`${days[day]}T00:00:00Z`) + seconds * 1000).toISOString();
        const expectEqual = () => {
          const now = new Date(timeText());
          const minuteAgo = new Date(now.getTime() - 60_000).toISOString();
          for (const principal of principals) {
            const made = tally.ofDay(principal, now);
            expect(made).toMatchObject({ ...count.get(principal, `${days[day]}T`) });
            for (const currency of ["EUR", null]) {
              const spent = made.spent.get(spentKey("notes.add_note", "arguments.amount", currency)) ?? 0;
              expect(spent).toBe(sum.get(principal, `${days[day]}T`, currency)?.minor ?? 0);
            }
            const recent = times.all(principal, minuteAgo).map(({ time }) => Date.parse(String(time)));
            expect(tally.ofMinute(principal, now)).toEqual(recent);
          }
          for (const run of runs) expect(tally.ofRun(run)).toMatchObject({ ...count.get(run, "never") });
        };
        for (const { later, calls, fails } of transactions) {
          const before = day;
          day = Math.min(day + later, days.length - 1);
          if (day > before) seconds = 0;
          const work = transact(trail.database, () => {
            appender.load();
            for (const { keyed, after, spent, ...draft } of calls) {
              keys += 1;
              seconds += after;
              const keyRun = keyed === "of its run" ? draft.run : runs.find((run) => run !== draft.run);
              const key = keyed === "no" ? undefined : `${keyRun}/${keys}`;
              appender.append(entryOf({ ...draft, key, time: timeText(), spent: spent && [spent] }));
              appender.flush();
              expectEqual();
            }
            appender.store();
            if (fails) throw new Error("rolled back");
          });
          if (fails) {
            const why = await work.catch((error: unknown) => error);
            if (!(why instanceof Error && why.message === "rolled back")) throw why;
            tally.forget();
          } else await work;
          expectEqual();
        }
      }),
      propertyRuns(60),
    );
  });
});
