import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Mail, Mailer, MailOutcome } from "../../../src/outbox/mailer.ts";
import { temporaryOutbox } from "../../fixtures/outbox/temporary-outbox.ts";

const program = new URL("../../fixtures/outbox/die-while-sending.ts", import.meta.url).pathname;
const minute = 60_000;

/** A mailer that answers as it is told, in turn, and then with `sent`. */
function mailerThat(...outcomes: MailOutcome[]) {
  const sent: Mail[] = [];
  const mailer: Mailer = {
    async send(mail) {
      sent.push(mail);
      return outcomes.shift() ?? { status: "sent" };
    },
  };
  return { mailer, sent };
}

async function openTest() {
  const outbox = await temporaryOutbox();
  onTestFinished(() => outbox[Symbol.dispose]());
  return outbox;
}

describe("the outbox", () => {
  it("sends what is queued, the oldest first, once, and records intent and outcome", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1", { subject: "First" });
    outbox.queue("msg_2", { to: "bob@customer.example" });
    outbox.queue("msg_3", { status: "cancelled" });
    outbox.queue("msg_4", { to: null });
    const { mailer, sent } = mailerThat();
    const worker = outbox.open(mailer);
    await worker.tick(outbox.now());
    await worker.tick(outbox.now());
    expect(sent).toEqual([
      { id: "msg_1", to: "ann@customer.example", subject: "First", text: "Dear Ann,\n\nhello." },
      { id: "msg_2", to: "bob@customer.example", subject: "Hello", text: "Dear Ann,\n\nhello." },
    ]);
    expect(outbox.row("msg_1")).toMatchObject({ status: "sent", attempts: 1, last_error: null, version: 3 });
    expect(outbox.row("msg_3")).toMatchObject({ status: "cancelled", attempts: 0 });
    expect(outbox.row("msg_4")).toMatchObject({ status: "queued", attempts: 0 });
    const common = { kind: "delivery", tool: "shop.deliver_message", effect: "send", key: "msg_1" };
    expect(outbox.entries().slice(0, 2)).toMatchObject([
      { ...common, outcome: "unknown", changed: [["shop_outbox", "msg_1", 2]] },
      { ...common, outcome: "done", changed: [["shop_outbox", "msg_1", 3]] },
    ]);
    expect(outbox.verify()).toMatchObject({ entries: 4, faults: [] });
    expect(outbox.unfit).toEqual(["old_outbox"]);
    await worker.close();
  });

  it("sends nothing while the whole workspace is paused, not even what it was about to take, and goes on after", async () => {
    const outbox = await openTest();
    const pause = () =>
      outbox.reader.exec(
        "INSERT INTO identity_pause (principal, paused_at, paused_by) VALUES ('*', '2026-11-02T08:00:00Z', 'user:maria')",
      );
    outbox.queue("msg_1");
    outbox.queue("msg_2");
    const { mailer, sent } = mailerThat();
    const worker = outbox.open({
      async send(mail) {
        pause(); // in the midst of a round: the second message is due already
        return mailer.send(mail);
      },
    });
    await worker.tick(outbox.now());
    await worker.tick(outbox.now());
    expect(sent.map(({ id }) => id)).toEqual(["msg_1"]);
    expect(outbox.row("msg_2")).toMatchObject({ status: "queued", attempts: 0 });
    outbox.reader.exec("DELETE FROM identity_pause");
    await worker.tick(outbox.now());
    expect(sent.map(({ id }) => id)).toEqual(["msg_1", "msg_2"]);
    await worker.close();
  });

  it("tries again later what was put off, waiting longer each time, and gives up in the end", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    const deferred = { status: "deferred" as const, reason: "The mail server answered 450 to RCPT TO." };
    const { mailer, sent } = mailerThat(...Array.from({ length: 12 }, () => deferred));
    const worker = outbox.open(mailer);
    await worker.tick(outbox.now());
    expect(outbox.row("msg_1")).toEqual({
      status: "queued",
      attempts: 1,
      last_error: deferred.reason,
      next_attempt_at: "2026-11-02T08:00:45.000Z",
      version: 3,
    });
    outbox.later(44_000);
    await worker.tick(outbox.now());
    expect(sent).toHaveLength(1);
    outbox.later(1_000);
    await worker.tick(outbox.now());
    expect(outbox.row("msg_1")).toMatchObject({ attempts: 2, next_attempt_at: "2026-11-02T08:02:15.000Z" });
    for (let tries = 2; tries < 20; tries += 1) {
      outbox.later(60 * minute);
      await worker.tick(outbox.now());
    }
    expect(sent).toHaveLength(12);
    expect(outbox.row("msg_1")).toMatchObject({
      status: "failed",
      last_error: `${deferred.reason} Given up after 12 tries.`,
    });
    await worker.close();
  });

  it("does not try again what was refused, or what nobody knows the end of", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    outbox.queue("msg_2");
    outbox.queue("msg_3");
    const { mailer, sent } = mailerThat(
      { status: "refused", reason: "No such address." },
      { status: "unknown", reason: "Cut off." },
    );
    const worker = outbox.open(mailer);
    for (let day = 0; day < 3; day += 1) {
      await worker.tick(outbox.now());
      outbox.later(24 * 60 * minute);
    }
    expect(sent.map(({ id }) => id)).toEqual(["msg_1", "msg_2", "msg_3"]);
    expect(outbox.row("msg_1")).toMatchObject({ status: "failed", last_error: "No such address." });
    expect(outbox.row("msg_2")).toMatchObject({ status: "unknown", last_error: "Cut off." });
    expect(outbox.deliveries.map(({ status }) => status)).toEqual(["failed", "unknown", "sent"]);
    expect(outbox.entries().map(({ outcome }) => outcome)).toEqual([
      ...["unknown", "failed"],
      ...["unknown", "unknown"],
      ...["unknown", "done"],
    ]);
    await worker.close();
  });

  it("leaves a mail server alone that cannot be used, and gives up no message for it", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    outbox.queue("msg_2");
    const away = { status: "unavailable" as const, reason: "The mail server cannot be reached." };
    const { mailer, sent } = mailerThat(...Array.from({ length: 30 }, () => away));
    const worker = outbox.open(mailer);
    await worker.tick(outbox.now());
    await worker.tick(outbox.now());
    expect(sent.map(({ id }) => id)).toEqual(["msg_1"]);
    for (let tries = 1; tries < 30; tries += 1) {
      outbox.later(60 * minute);
      await worker.tick(outbox.now());
    }
    expect(sent).toHaveLength(30);
    expect([outbox.row("msg_1").status, outbox.row("msg_2").status]).toEqual(["queued", "queued"]);
    outbox.later(60 * minute);
    await worker.tick(outbox.now());
    expect([outbox.row("msg_1").status, outbox.row("msg_2").status]).toEqual(["sent", "sent"]);
    await worker.close();
  });

  it("shows a message as unknown whose sender died, and does not send it again", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    const never: Mailer = { send: () => new Promise(() => {}) };
    void outbox.open(never).tick(outbox.now());
    await expect.poll(() => outbox.row("msg_1").status).toBe("sending");

    const { mailer, sent } = mailerThat();
    const next = outbox.open(mailer);
    outbox.later(9 * minute);
    await next.tick(outbox.now());
    expect(outbox.row("msg_1")).toMatchObject({ status: "sending" });
    outbox.later(2 * minute);
    await next.tick(outbox.now());
    await next.tick(outbox.now());
    expect(sent).toEqual([]);
    expect(outbox.row("msg_1")).toMatchObject({ status: "unknown", next_attempt_at: null });
    expect(outbox.deliveries).toMatchObject([{ messageId: "msg_1", status: "unknown" }]);
    expect(outbox.entries().map(({ outcome }) => outcome)).toEqual(["unknown", "unknown"]);
    await next.close();
  });

  it("has the intent on the disk when the program is killed in the middle of sending", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    const args = [program, outbox.databasePath, outbox.now().toISOString()];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await once(child.stdout, "data");
    expect(String(said)).toBe("sending msg_1\n");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(outbox.row("msg_1")).toMatchObject({ status: "sending", attempts: 1 });
    expect(outbox.entries()).toMatchObject([{ kind: "delivery", outcome: "unknown", key: "msg_1" }]);

    const { mailer, sent } = mailerThat();
    const next = outbox.open(mailer);
    outbox.later(11 * minute);
    await next.tick(outbox.now());
    expect(outbox.row("msg_1").status).toBe("unknown");
    expect(sent).toEqual([]);
    await next.close();
  });

  it("believes a sender that comes back late, for the same try only", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    const answer = Promise.withResolvers<MailOutcome>();
    const slow = outbox.open({ send: () => answer.promise });
    const sending = slow.tick(outbox.now());
    await expect.poll(() => outbox.row("msg_1").status).toBe("sending");
    const other = outbox.open(mailerThat().mailer);
    outbox.later(20 * minute);
    await other.tick(outbox.now());
    expect(outbox.row("msg_1").status).toBe("unknown");
    answer.resolve({ status: "sent" });
    await sending;
    expect(outbox.row("msg_1")).toMatchObject({ status: "sent", last_error: null });
    await slow.close();
    await other.close();
  });

  it("is shared by several programs: each message is sent by one of them", async () => {
    const outbox = await openTest();
    const ids = Array.from({ length: 30 }, (_, index) => `msg_${index}`);
    for (const id of ids) outbox.queue(id);
    const { mailer, sent } = mailerThat();
    const workers = [outbox.open(mailer), outbox.open(mailer), outbox.open(mailer)];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(workers.map((worker) => worker.tick(outbox.now())));
    }
    expect(sent.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(outbox.verify()).toMatchObject({ entries: 60, faults: [] });
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it("finishes the message under way when it is closed, and leaves the others", async () => {
    const outbox = await openTest();
    outbox.queue("msg_1");
    outbox.queue("msg_2");
    const answer = Promise.withResolvers<MailOutcome>();
    const worker = outbox.open({ send: () => answer.promise });
    void worker.tick(outbox.now());
    await expect.poll(() => outbox.row("msg_1").status).toBe("sending");
    const closed = worker.close();
    answer.resolve({ status: "sent" });
    await closed;
    expect([outbox.row("msg_1").status, outbox.row("msg_2").status]).toEqual(["sent", "queued"]);
  });
});
