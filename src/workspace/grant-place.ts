import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isRecord } from "../core/json.ts";
import { readYaml, type YamlPath } from "../core/yaml-file.ts";
import { rolesOf, type Workspace } from "./load-workspace.ts";

/**
 * Where the lines of `tools:` lists stand today that give a principal a grant, as `agents/collector.md:6`. Empty when
 * none does any more.
 */
export function grantPlaces(workspace: Workspace, principal: string, grant: string): string[] {
  const name = principal.slice(principal.indexOf(":") + 1);
  if (principal.startsWith("agent:")) {
    const file = workspace.agents.find(({ id }) => id === name)?.file;
    return file === undefined ? [] : placesIn(workspace, file, ["tools"], grant);
  }
  if (principal.startsWith("client:"))
    return placesIn(workspace, "ringmain.yaml", ["clients", name, "tools"], grant);
  return rolesOf(workspace, name).flatMap((role) =>
    placesIn(workspace, "ringmain.yaml", ["roles", role, "tools"], grant),
  );
}

function placesIn(workspace: Workspace, file: string, path: YamlPath, grant: string): string[] {
  const whole = readFileSync(join(workspace.dir, file), "utf8").replace(/^\uFEFF/, "");
  const frontMatter = file.endsWith(".md");
  const text = frontMatter ? (/^---\r?\n([\s\S]*?)\r?\n---/.exec(whole)?.[1] ?? "") : whole;
  const { value, problemAt } = readYaml({ file, text, schema: z.unknown(), lineOffset: frontMatter ? 1 : 0 });
  const list = path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), value);
  const index = Array.isArray(list) ? list.indexOf(grant) : -1;
  return index < 0 ? [] : [`${file}:${problemAt([...path, index], "", "").line}`];
}
