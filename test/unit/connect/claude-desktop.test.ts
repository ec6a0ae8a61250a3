import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { claudeDesktopConfigPath } from "../../../src/connect/claude-desktop.ts";

it.each([
  ["darwin", {}, "/home/m/Library/Application Support/Claude/claude_desktop_config.json"],
  ["linux", {}, "/home/m/.config/Claude/claude_desktop_config.json"],
  ["linux", { XDG_CONFIG_HOME: "/xdg" }, "/xdg/Claude/claude_desktop_config.json"],
  ["win32", { APPDATA: "/roaming" }, "/roaming/Claude/claude_desktop_config.json"],
  ["win32", {}, "/home/m/AppData/Roaming/Claude/claude_desktop_config.json"],
] as const)("on %s with %j", (platform, environment, path) => {
  expect(claudeDesktopConfigPath({ platform, environment, home: "/home/m" })).toBe(path);
});

it("finds the build of the Windows Store in its package's folder", () => {
  const local = mkdtempSync(join(tmpdir(), "ringmain-store-"));
  mkdirSync(join(local, "Packages", "Claude_abc123"), { recursive: true });
  const machine = {
    platform: "win32",
    environment: { LOCALAPPDATA: local, APPDATA: "/roaming" },
    home: "/h",
  } as const;
  const inside = "Packages/Claude_abc123/LocalCache/Roaming/Claude/claude_desktop_config.json";
  expect(claudeDesktopConfigPath(machine)).toBe(join(local, inside));
  rmSync(local, { recursive: true });
});
