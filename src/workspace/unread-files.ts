import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../core/problem.ts";

/** What is read of each folder, and which other names were surely meant to be. */
const folders = [
  { folder: "agents", read: /\.md$/, ending: ".md", meant: /\.(md|markdown)$/i },
  {
    folder: "policies",
    read: /\.(cedar|test\.yaml)$/,
    ending: ".cedar",
    meant: /\.cedar(\.|$)|\.test\.yml$/i,
  },
  { folder: "workflows", read: /\.yaml$/, ending: ".yaml", meant: /\.ya?ml$/i },
] as const;

/**
 * The files that somebody meant for agents, policies or workflows and that nothing reads: another ending, or a folder
 * within the folder. Passed over silently, a policy among them would forbid nothing.
 */
export function unreadFiles(dir: string): Problem[] {
  return folders.flatMap(({ folder, read, ending, meant }) => {
    const path = join(dir, folder);
    if (!existsSync(path)) return [];
    const names = readdirSync(path, { recursive: true }).map((name) => String(name).replaceAll("\\", "/"));
    const unread = names.filter((name) => {
      const isHidden = name.split("/").some((part) => part.startsWith("."));
      return !isHidden && meant.test(name) && (name.includes("/") || !read.test(name));
    });
    return unread.sort().map((name): Problem => {
      const hint = `Only ${folder}/*${ending} is read: move or rename the file, or take it out of the folder.`;
      const file = `${folder}/${name}`;
      return { code: "unread-file", message: "This file is not read.", hint, file, line: 1, column: 1 };
    });
  });
}
