import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf, fixture, hubOver, linesOf, temporaryFolder } from "./fixture-hub.ts";

const echo = (text: string) => ({ tool: "s.echo", arguments: { text } });

test("concurrent first users share one process, and their answers are not mixed up", async () => {
  const log = join(temporaryFolder(), "log");
  const { hub, starts } = hubOver(fixture("echo.mjs", [], { env: { LOG_FILE: log } }));
  expect(hub.status()).toEqual([{ server: "s", state: "idle", starts: 0, callsInFlight: 0 }]);
  const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
  const [answers] = await Promise.all([
    Promise.all(texts.map((text) => hub.call(echo(text)))),
    hub.tools("s"),
    hub.tools("s"),
  ]);
  expect(answers.map(({ result }) => result)).toEqual(texts.map((text) => ({ text })));
  expect(new Set(answers.map(({ entry }) => entry)).size).toBe(50);
  expect(starts()).toBe(1);
  expect(linesOf(log).filter((line) => line.startsWith("start"))).toHaveLength(1);
  // one list of two pages for both callers
  expect(linesOf(log).filter((line) => line.startsWith("list"))).toHaveLength(2);
});

test("describes the tools of all pages with their effects", async () => {
  const { hub } = hubOver([fixture("echo.mjs"), { ...fixture("prints-to-stdout.mjs"), name: "other" }]);
  const tools = await hub.tools();
  expect(tools.map(({ server, name, effect }) => `${server}.${name} ${effect}`)).toEqual([
    "s.echo read",
    "s.sleep read",
    "s.add create",
    "s.refuse update",
    "s.environment read",
    "other.work create",
  ]);
  expect(tools[0]).toMatchObject({
    title: "echo",
    description: "The tool echo.",
    inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", required: ["text"] },
    outputSchema: { additionalProperties: false },
  });
});

test("sends token, step, keys, and its own token where the call has none", async () => {
  const log = join(temporaryFolder(), "log");
  const { hub } = hubOver(fixture("echo.mjs", [], { env: { LOG_FILE: log } }), { token: () => "hub-token" });
  await hub.tools();
  await hub.call({ ...echo("a"), token: "run-token", step: "remind[1]/send", key: "k", once: "o" });
  await hub.call(echo("b"));
  const [, ...seen] = linesOf(log);
  expect(seen.map((line) => JSON.parse(line.replace(/^[^{]+/, "")))).toEqual([
    { "dev.ringmain/token": "hub-token" },
    { "dev.ringmain/token": "hub-token" },
    {
      "dev.ringmain/token": "run-token",
      "dev.ringmain/step": "remind[1]/send",
      "dev.ringmain/key": "k",
      "dev.ringmain/once": "o",
    },
    { "dev.ringmain/token": "hub-token" },
  ]);
});

test("says when an earlier call did the work", async () => {
  const env = { KEYS_FILE: join(temporaryFolder(), "keys") };
  const { hub } = hubOver(fixture("echo.mjs", [], { env }));
  const add = { tool: "s.add", arguments: { text: "a" }, key: "run_1/add" };
  expect(await hub.call(add)).toEqual({ result: { count: 1 }, entry: 1 });
  expect(await hub.call(add)).toEqual({ result: { count: 1 }, entry: 2, replayed: { entry: 1 } });
});

test("throws a server's refusal as it was worded, with its entry and policies", async () => {
  const { hub } = hubOver(fixture("echo.mjs"));
  const error = await errorOf(hub.call({ tool: "s.refuse", arguments: {} }));
  expect(error).toMatchObject({
    code: "POLICY_DENIED",
    message: "Refused by policy large.",
    hint: "Ask finance.",
    retryable: false,
    details: { entry: 1, policies: ["large"] },
  });
});

test("passes on no error text that the kit did not word", async () => {
  const { hub } = hubOver(fixture("echo.mjs"));
  const error = await errorOf(hub.call({ tool: "s.unknown", arguments: {} }));
  expect(error.code).toBe("INTERNAL");
  expect(`${error.message} ${error.hint}`).not.toContain("Refused by policy");
});

test("names the servers there are for one that is not", async () => {
  const { hub } = hubOver({ ...fixture("echo.mjs"), name: "accounting" });
  const misspelt = await errorOf(hub.call({ tool: "acounting.echo", arguments: {} }));
  expect(misspelt).toMatchObject({ code: "NOT_FOUND", hint: 'Did you mean "accounting"?' });
  expect(await errorOf(hub.tools("crm"))).toMatchObject({ hint: "Its servers are: accounting." });
  expect(await errorOf(hub.call({ tool: "accounting", arguments: {} }))).toMatchObject({
    code: "INPUT_INVALID",
  });
  expect(hub.status()[0]?.starts).toBe(0);
});

test("a server sees the allow-listed environment and its own, and no secret of the host", async () => {
  const environment = {
    PATH: "/bin",
    HOME: "/home/x",
    TZ: "UTC",
    ANTHROPIC_API_KEY: "sk-1",
    RINGMAIN_TOKEN: "t",
  };
  const { hub } = hubOver(fixture("echo.mjs", [], { env: { OWN: "1" } }), { environment });
  const { result } = await hub.call({ tool: "s.environment", arguments: {} });
  expect(result).toEqual({ names: ["HOME", "OWN", "PATH", "TZ"] });
});

test("refuses a server that is not built on the kit, and does not leave it running", async () => {
  const { hub, starts, pid } = hubOver(fixture("not-kit.mjs"));
  const error = await errorOf(hub.call({ tool: "s.work", arguments: {} }));
  expect(error).toMatchObject({ code: "STATE_INVALID", retryable: false });
  expect(error.hint).toContain("The guard for servers of third parties is not built yet");
  expect(pid()).toBe(0);
  // known for a while, without another start
  expect(await errorOf(hub.tools())).toBe(error);
  expect(starts()).toBe(1);
  expect(hub.status()).toMatchObject([{ state: "failed", error: error.message }]);
});

test("a server that is slow to start serves all who waited; one who gave up does not stop the others", async () => {
  const gate = join(temporaryFolder(), "gate");
  const { hub } = hubOver(fixture("slow-start.mjs", [gate]));
  const impatient = new AbortController();
  const work = { tool: "s.work", arguments: {} };
  const given = errorOf(hub.call({ ...work, signal: impatient.signal }));
  const waiting = hub.call(work);
  impatient.abort();
  expect(await given).toMatchObject({ code: "RUN_CANCELLED" });
  expect(hub.status()).toMatchObject([{ state: "starting", callsInFlight: 1 }]);
  writeFileSync(gate, "");
  expect(await waiting).toMatchObject({ entry: 1 });
});

test("nothing starts after the hub is closed", async () => {
  const { hub, starts } = hubOver(fixture("echo.mjs"));
  await hub.close();
  await hub.close();
  expect(await errorOf(hub.call(echo("a")))).toMatchObject({ code: "SERVER_UNAVAILABLE" });
  expect(starts()).toBe(0);
});
