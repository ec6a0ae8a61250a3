import { join } from "node:path";
import { expect, test } from "vitest";
import { type ToolDescription, toolHash, toolId } from "../../../src/core/tool-description.ts";
import { createPins } from "../../../src/hub/pins.ts";
import { errorOf, fixture, hubOver, temporaryFolder } from "./fixture-hub.ts";

const call = (name: string) => ({ tool: `s.${name}`, arguments: {} });

test("a tool that is another after a restart is refused until the hub is made anew; the others work", async () => {
  const spec = fixture("changes-tools.mjs", [join(temporaryFolder(), "starts")]);
  const { hub } = hubOver(spec);
  await hub.tools();
  expect(await hub.call(call("work"))).toMatchObject({ result: { starts: 1 } });
  await errorOf(hub.call(call("crash")));
  const error = await errorOf(hub.call(call("work")));
  expect(error).toMatchObject({
    code: "TOOL_CHANGED",
    message: "The definition of s.work changed when its server restarted.",
  });
  expect(await hub.call(call("stay"))).toMatchObject({ result: { starts: 2 } });
  expect(await errorOf(hub.call(call("work")))).toMatchObject({ code: "TOOL_CHANGED" });
  const again = hubOver(spec);
  await again.hub.tools();
  expect(await again.hub.call(call("work"))).toMatchObject({ result: { starts: 3 } });
});

test("a keyed call is not sent again to a tool that became another", async () => {
  const spec = fixture("changes-tools.mjs", [join(temporaryFolder(), "starts")]);
  const { hub, pid } = hubOver(spec);
  await hub.tools();
  process.kill(pid(), "SIGKILL");
  expect(await errorOf(hub.call({ ...call("work"), key: "k" }))).toMatchObject({ code: "TOOL_CHANGED" });
});

test("a tool that is not the one in ringmain.lock is refused, also where nobody listed the tools", async () => {
  const spec = fixture("changes-tools.mjs", [join(temporaryFolder(), "starts")]);
  const tools = await hubOver(spec).hub.tools();
  const pinned = new Map(tools.map((tool) => [toolId(tool), toolHash(tool)]));
  const { hub } = hubOver(spec, { pinned });
  const error = await errorOf(hub.call(call("work")));
  expect(error.code).toBe("TOOL_CHANGED");
  expect(error.hint).toContain("ringmain lock");
  expect(await hub.call(call("stay"))).toMatchObject({ result: { starts: 2 } });
});

const tool: ToolDescription = {
  server: "s",
  name: "work",
  title: "Work",
  description: "Works.",
  effect: "create",
  inputSchema: { type: "object" },
  outputSchema: null,
};

test("every part of a definition counts, and a tool that is not listed does not", () => {
  const changes: Partial<ToolDescription>[] = [
    { title: "x" },
    { description: "x" },
    { effect: "send" },
    { inputSchema: {} },
    { outputSchema: {} },
  ];
  for (const change of changes) {
    const pins = createPins("s", new Map());
    pins.compare([tool]);
    pins.compare([]);
    expect(() => pins.check("s.work")).not.toThrow();
    pins.compare([{ ...tool, ...change }]);
    expect(() => pins.check("s.work")).toThrow("changed when its server restarted");
    pins.compare([tool]);
    expect(() => pins.check("s.work")).toThrow();
  }
});

test("only pins of this server make its list necessary", () => {
  expect(createPins("s", new Map()).needed()).toBe(false);
  expect(createPins("s", new Map([["other.work", "00"]])).needed()).toBe(false);
  expect(createPins("s", new Map([["s.work", "00"]])).needed()).toBe(true);
});
