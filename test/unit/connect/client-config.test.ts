import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  entryName,
  readClientConfig,
  replaceClientConfig,
  withServers,
} from "../../../src/connect/client-config.ts";

const now = new Date("2026-11-23T08:00:00.000Z");
const entry = { command: "/usr/bin/node", args: ["main.js"], env: {} };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringmain-connect-"));
  path = join(folder, "config.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("readClientConfig", () => {
  it.each([
    ["an empty file", ""],
    ["blanks", "\n  \n"],
    ["an empty object", "{}"],
    ["the byte order mark of Notepad", '\uFEFF{"mcpServers": {}}'],
  ])("reads %s", (_what, text) => {
    writeFileSync(path, text);
    expect(readClientConfig(path)).toMatchObject({ exists: true, servers: {} });
  });

  it.each(["{", "[]", "3", "null", '"text"', '{"mcpServers": []}', '{"mcpServers": "x"}'])(
    "refuses %s",
    (text) => {
      writeFileSync(path, text);
      expect(() => readClientConfig(path)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
    },
  );

  it("takes a folder in its place for no configuration", () => {
    expect(() => readClientConfig(folder)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

describe("withServers", () => {
  it("sets, replaces and removes, and keeps the order of the rest", () => {
    writeFileSync(path, '{"z": 1, "mcpServers": {"b": 1, "a": 2, "old": 3}, "c": 4}');
    const value = withServers(readClientConfig(path), { a: entry, fresh: entry, old: undefined });
    expect(JSON.stringify(value)).toBe(
      JSON.stringify({ z: 1, mcpServers: { b: 1, a: entry, fresh: entry }, c: 4 }),
    );
  });
});

describe("replaceClientConfig", () => {
  const value = async () => ({ mcpServers: { a: entry } });

  it("makes no copy of a file that was not there", async () => {
    expect(await replaceClientConfig(readClientConfig(path), value, now)).toBeUndefined();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(await value());
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });

  it("keeps a dated copy of the file as it was", async () => {
    writeFileSync(path, '{"old": true}');
    const copy = await replaceClientConfig(readClientConfig(path), value, now);
    expect(copy).toBe(`${readClientConfig(path).path}.2026-11-23T08-00-00-000Z.bak`);
    expect(readFileSync(copy ?? "", "utf8")).toBe('{"old": true}');
  });

  it("writes through a link to the file that it leads to", async () => {
    const target = join(folder, "dotfiles.json");
    writeFileSync(target, "{}");
    symlinkSync(target, path);
    await replaceClientConfig(readClientConfig(path), value, now);
    expect(JSON.parse(readFileSync(target, "utf8"))).toEqual(await value());
    expect(readFileSync(path, "utf8")).toBe(readFileSync(target, "utf8"));
  });

  it("asks for the value only when the file can be written", async () => {
    writeFileSync(path, "a file");
    let asked = false;
    const config = readClientConfig(join(path, "below-a-file.json"));
    const issue = async () => {
      asked = true;
      return {};
    };
    const refused = replaceClientConfig(config, issue, now);
    await expect(refused).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(asked).toBe(false);
  });

  it("leaves the file as it is, and nothing behind, when the value cannot be made", async () => {
    const failing = replaceClientConfig(readClientConfig(path), () => Promise.reject(new Error("no")), now);
    await expect(failing).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("entryName", () => {
  const connected = (servers: Record<string, unknown>) => ({ path, exists: true, value: {}, servers });
  const of = (workspace: string) => ({ ...entry, env: { RINGMAIN_WORKSPACE: workspace } });

  it.each([
    ["is plain where nothing is connected", {}, "/home/ann/Harbour Trading", "ringmain-crm"],
    ["is the one that the workspace has", { "ringmain-crm": of("/a/harbour") }, "/a/harbour", "ringmain-crm"],
    ["takes over an entry of nobody", { "ringmain-crm": entry }, "/a/harbour", "ringmain-crm"],
    [
      "leaves another workspace its own",
      { "ringmain-crm": of("/a/mill") },
      "/a/Harbour Trading",
      "ringmain-crm-harbour-trading",
    ],
    [
      "is found again beside another workspace's",
      { "ringmain-crm": of("/a/mill"), "ringmain-crm-harbour": of("/a/harbour") },
      "/a/harbour",
      "ringmain-crm-harbour",
    ],
    [
      "tells folders of one name apart",
      { "ringmain-crm": of("/a/mill"), "ringmain-crm-harbour": of("/b/harbour") },
      "/a/harbour",
      "ringmain-crm-harbour-2",
    ],
  ])("%s", (_what, servers, workspace, name) => {
    expect(entryName(connected(servers), "crm", workspace)).toBe(name);
  });
});
