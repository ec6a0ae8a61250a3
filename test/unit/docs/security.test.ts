import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const rows = file("docs/security.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && line.includes("`test/"));
const cited = rows.flatMap((row) => [...row.matchAll(/`(test\/[^`]+)` › ([^;|]+)/g)]);

it("names a test for each threat", () => {
  expect(rows.length).toBeGreaterThan(25);
  expect(cited.length).toBeGreaterThanOrEqual(rows.length);
});

it.each(cited.map(([, path = "", name = ""]) => [path, name.trim()]))(
  "%s has a test named %s",
  (path, name) => {
    const titles = [
      ...file(path).matchAll(/(?:^|\s)(?:it|test|describe|describeBuilt)\b[^"'`]*(["'`])(.*?)\1/gms),
    ];
    const texts = [
      ...titles.map(([, , title = ""]) => title),
      ...(file(path).match(/\)\(\s*"[^"]+"/g) ?? []),
    ];
    expect(texts.some((title) => title.includes(name))).toBe(true);
  },
);
