import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryLines } from "../../../src/audit/read.ts";
import { createFileSink } from "../../../src/sinks/file-sink.ts";
import { createFollower } from "../../../src/sinks/follower.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import { readSinkState, type SinkFailure } from "../../../src/sinks/sink-state.ts";
import { createTrailReader } from "../../../src/sinks/trail-reader.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";
import { propertyRuns, propertyTimeout } from "../../helpers/property-runs.ts";

const program = new URL("../../fixtures/sinks/follow-into-file.ts", import.meta.url).pathname;
const name = "file trail.jsonl";

/** A trail, and a file that follows it in a folder beside it. */
async function openTest(options: { rotateBytes?: number; keep?: number } = {}) {
  const trail = await temporaryTrail();
  const stateDir = dirname(trail.path);
  const folder = join(stateDir, "audit");
  const path = join(folder, "trail.jsonl");
  const reader = createTrailReader(trail.path);
  const failures: SinkFailure[] = [];
  const told: string[] = [];
  const closing: (() => Promise<void>)[] = [];
  let now = new Date("2026-11-23T08:00:00Z");
  let rotateBytes = options.rotateBytes ?? 1_000_000;
  onTestFinished(() => test[Symbol.asyncDispose]());

  const test = {
    trail,
    stateDir,
    folder,
    path,
    failures,
    told,
    now: () => now,
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms);
      return now;
    },
    rotateAt: (bytes: number) => {
      rotateBytes = bytes;
    },
    /** Another follower, as another process has it; `around` may stand between it and the file. */
    follow(around: (sink: Sink) => Sink = (sink) => sink, waitMs = 0) {
      const sink = createFileSink({ name, path, rotateBytes, keep: options.keep });
      const follower = createFollower({
        sink: around(sink),
        trail: reader,
        stateDir,
        waitMs,
        random: () => 0.5,
        events: {
          failed: (_, failure) => void failures.push(failure),
          recovered: (_, position) => void told.push(`recovered at ${position}`),
          note: (_, text) => void told.push(text),
        },
      });
      closing.push(follower.close);
      return follower;
    },
    /** All that the files hold, in the order of their names. */
    text() {
      const full = readdirSync(folder).filter((file) => file !== "trail.jsonl");
      return [...full.sort(), "trail.jsonl"]
        .map((file) => join(folder, file))
        .filter(existsSync)
        .map((file) => readFileSync(file, "utf8"))
        .join("");
    },
    lines: () => [...entryLines(trail.database)].map((line) => `${line}\n`).join(""),
    async [Symbol.asyncDispose]() {
      for (const close of closing.splice(0)) await close();
      reader.close();
      trail[Symbol.dispose]();
    },
  };
  return test;
}

const drafts = (count: number) => Array.from({ length: count }, () => ({}));

describe("a file that follows the trail", () => {
  it("has exactly the lines that are hashed, as `audit export` writes them, and goes on where it was", async () => {
    const test = await openTest();
    await test.trail.append(...drafts(3));
    const first = test.follow();
    await first.tick(test.now());
    expect(test.text()).toBe(test.lines());
    await first.close();
    await test.trail.append(...drafts(2_500));
    await test.follow().tick(test.now());
    expect(test.text()).toBe(test.lines());
    expect(readSinkState(test.stateDir, name)?.progress).toMatchObject({
      position: 2_503,
      movedAt: test.now().toISOString(),
    });
    expect(test.failures).toEqual([]);
  });

  it("is full before it would be larger than it may, and so many full ones are kept", async () => {
    const test = await openTest({ rotateBytes: 2_000, keep: 2 });
    await test.trail.append(...drafts(40));
    await test.follow().tick(test.now());
    const files = readdirSync(test.folder).sort();
    expect(files).toHaveLength(3);
    for (const file of files) expect(statSync(join(test.folder, file)).size).toBeLessThanOrEqual(2_000);
    const [oldest = ""] = files;
    const first = Number(/^trail-(\d{12})\.jsonl$/.exec(oldest)?.[1]);
    expect(JSON.parse(readFileSync(join(test.folder, oldest), "utf8").split("\n")[0] ?? "").seq).toBe(first);
    expect(test.lines().endsWith(test.text())).toBe(true);
  });

  it("takes a line that is larger than a file may be, alone", async () => {
    const test = await openTest({ rotateBytes: 100 });
    await test.trail.append(...drafts(3));
    await test.follow().tick(test.now());
    expect(readdirSync(test.folder)).toHaveLength(3);
    expect(test.text()).toBe(test.lines());
  });

  it("has nothing of a crash in it when it is full at once, since files are to be smaller from now on", async () => {
    const test = await openTest();
    await test.trail.append({});
    await test.follow().tick(test.now());
    appendFileSync(test.path, "torn");
    await test.trail.append({});
    test.rotateAt(10);
    await test.follow().tick(test.now());
    expect(readdirSync(test.folder)).toHaveLength(2);
    expect(test.text()).toBe(test.lines());
  });

  it("is written again when somebody has deleted or cut it, which is told", async () => {
    const test = await openTest();
    await test.trail.append(...drafts(5));
    const follower = test.follow();
    await follower.tick(test.now());
    for (const damage of [() => rmSync(test.path), () => truncateSync(test.path, 10)]) {
      damage();
      await test.trail.append({});
      await follower.tick(test.now());
      expect(test.text()).toBe(test.lines());
    }
    expect(test.told).toEqual([
      expect.stringContaining("is gone; it is written again from entry 1"),
      expect.stringContaining("was cut; it is written again from entry 1"),
    ]);
  });

  it("is written again by a flush and at the next start, although nothing is new", async () => {
    const test = await openTest();
    await test.trail.append(...drafts(5));
    const follower = test.follow();
    await follower.tick(test.now());
    rmSync(test.path);
    expect(await follower.flush(test.now())).toBe(true);
    expect(test.text()).toBe(test.lines());
    truncateSync(test.path, 10);
    await test.follow().tick(test.now());
    expect(test.text()).toBe(test.lines());
    expect(test.told).toEqual([
      expect.stringContaining("is gone; it is written again from entry 1"),
      expect.stringContaining("was cut; it is written again from entry 1"),
    ]);
  });

  it("never touches a file that it did not make", async () => {
    const test = await openTest();
    await test.trail.append({});
    await test.follow().tick(test.now());
    rmSync(join(test.stateDir, "sinks"), { recursive: true });
    writeFileSync(test.path, "somebody's own\n");
    await test.follow().tick(test.now());
    expect(test.failures).toMatchObject([
      { code: "STATE_INVALID", message: expect.stringContaining("is there already") },
    ]);
    expect(readFileSync(test.path, "utf8")).toBe("somebody's own\n");
  });

  it("stops when the trail is not the one that it followed", async () => {
    const test = await openTest();
    await test.trail.append(...drafts(3));
    await test.follow().tick(test.now());
    const before = test.text();
    test.trail.database.exec("DROP TRIGGER audit_entry_no_update");
    test.trail.database.exec("UPDATE audit_entry SET leaf = zeroblob(32) WHERE seq = 3");
    await test.trail.append({});
    await test.follow().tick(test.now());
    expect(test.failures).toMatchObject([
      { code: "AUDIT_BROKEN", message: expect.stringContaining("entry 3") },
    ]);
    expect(test.text()).toBe(before);
  });

  it("tells once that it fails and once that it works again, waits longer each time, and loses nothing", async () => {
    const test = await openTest();
    let tries = 0;
    let broken = true;
    const follower = test.follow((sink) => ({
      ...sink,
      async take(...args) {
        tries += 1;
        if (broken) throw new Error("no space left on device");
        return sink.take(...args);
      },
    }));
    await test.trail.append(...drafts(2));
    await follower.tick(test.now());
    await follower.tick(test.now());
    expect(tries).toBe(1);
    await follower.tick(test.pass(750));
    expect(tries).toBe(2);
    await follower.tick(test.pass(1_400));
    expect(tries).toBe(2);
    expect(readSinkState(test.stateDir, name)?.failure).toMatchObject({
      message: "no space left on device",
      failures: 2,
      since: "2026-11-23T08:00:00.000Z",
    });
    await follower.tick(test.pass(100));
    expect(tries).toBe(3);
    expect(test.failures).toHaveLength(1);
    broken = false;
    await follower.tick(test.pass(60_000));
    expect(test.told).toEqual(["recovered at 2"]);
    expect(readSinkState(test.stateDir, name)?.failure).toBeUndefined();
    expect(test.text()).toBe(test.lines());
  });

  it("is one process's at a time; another one leaves it alone, and `flush` waits", async () => {
    const test = await openTest();
    await test.trail.append(...drafts(2));
    const inside = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const slow = test.follow((sink) => ({
      ...sink,
      async take(...args) {
        inside.resolve();
        await go.promise;
        return sink.take(...args);
      },
    }));
    const ticking = slow.tick(test.now());
    await inside.promise;
    let touched = false;
    const other = test.follow((sink) => ({
      ...sink,
      take: (...args) => {
        touched = true;
        return sink.take(...args);
      },
    }));
    await other.tick(test.now());
    const flushed = test.follow(undefined, 20_000).flush(test.now());
    go.resolve();
    expect(touched).toBe(false);
    expect(test.failures).toEqual([]);
    await ticking;
    expect(await flushed).toBe(true);
    expect(test.text()).toBe(test.lines());
  });

  it("may hang without holding up a call: its reads are over, and it locks nothing that calls use", async () => {
    const test = await openTest();
    await test.trail.append({});
    const inside = Promise.withResolvers<void>();
    const hanging = test.follow((sink) => ({
      ...sink,
      take: (_entries, _progress, signal) => {
        inside.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    }));
    const ticking = hanging.tick(test.now());
    await inside.promise;
    test.trail.database.exec("PRAGMA busy_timeout = 0");
    await test.trail.append(...drafts(3));
    // a reader or a writer in the database would keep the log from being emptied
    expect(test.trail.database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()).toMatchObject({ busy: 0 });
    await hanging.close();
    await ticking;
    expect(test.failures).toEqual([]);
    await test.follow().tick(test.now());
    expect(test.text()).toBe(test.lines());
  });
});

/** What may happen to a file and its followers. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ tick: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ tickBoth: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ restart: fc.nat(1) }) },
  // dies after the file was written or renamed, before that is stored; of what it wrote, so much is on the disk, and
  // after it what a power cut leaves
  {
    weight: 3,
    arbitrary: fc.record({
      crash: fc.nat(4),
      torn: fc.double({ min: 0, max: 1, noNaN: true }),
      zeros: fc.nat(3_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ rotateAt: fc.integer({ min: 300, max: 6_000 }) }) },
);

it("holds each line once and in order, whatever is rotated, torn, killed or done by two at a time", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 30 }), async (events) => {
      await using test = await openTest({ rotateBytes: 1_500 });
      const followers = [test.follow(), test.follow()];
      for (const happened of events) {
        if ("append" in happened) await test.trail.append(...drafts(happened.append));
        else if ("tick" in happened) await followers[happened.tick]?.tick(test.now());
        else if ("tickBoth" in happened) await Promise.all(followers.map((one) => one.tick(test.now())));
        else if ("restart" in happened) {
          await followers[happened.restart]?.close();
          followers[happened.restart] = test.follow();
        } else if ("rotateAt" in happened) test.rotateAt(happened.rotateAt);
        else await crash(test, happened);
      }
      await test.follow().tick(test.now());
      if (test.lines() !== "") expect(test.text()).toBe(test.lines());
      expect(test.told.filter((text) => text.includes("written again"))).toEqual([]);
    }),
    propertyRuns(25),
  );
});

/** A follower that dies at one of its steps, with the file cut to what had reached the disk. */
async function crash(
  test: Awaited<ReturnType<typeof openTest>>,
  how: { crash: number; torn: number; zeros: number },
) {
  let steps = how.crash;
  const dying = test.follow((sink) => ({
    ...sink,
    async take(...args) {
      const before = existsSync(test.path) ? statSync(test.path).size : 0;
      const taken = await sink.take(...args);
      steps -= 1;
      if (steps >= 0) return taken;
      const after = existsSync(test.path) ? statSync(test.path).size : 0;
      if (after > before) truncateSync(test.path, before + Math.floor((after - before) * how.torn));
      if (after > before) appendFileSync(test.path, Buffer.alloc(how.zeros));
      throw new Error("killed");
    },
  }));
  await dying.tick(test.now());
  await dying.close();
}

it("is written by two processes, of which one is killed again and again, as by one", async () => {
  const test = await openTest({ rotateBytes: 4_000 });
  const start = () => {
    const child = spawn(process.execPath, [program, test.trail.path, test.path, "4000"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  const steady = start();
  for (let round = 0; round < 3; round += 1) {
    const victim = start();
    // it dies at whatever it does after the second of its batches, or of the other's
    const busy = Promise.race(
      [steady, victim].map(async ({ lines }) => [await lines.next(), await lines.next()]),
    );
    for (let group = 0; group < 10; group += 1) await test.trail.append(...drafts(15));
    await busy;
    victim.child.kill("SIGKILL");
    await once(victim.child, "exit");
  }
  steady.child.stdin.end();
  await once(steady.child, "exit");
  expect(await test.follow(undefined, 20_000).flush(test.now())).toBe(true);
  expect(test.text()).toBe(test.lines());
});
