import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { messageOf, RingmainError } from "../core/errors.ts";
import type { CheckpointPlaceConfig } from "../core/workspace-file.ts";
import type { SealedHead } from "./notary.ts";

const runProgram = promisify(execFile);
const longestRunMs = 60_000;

/** A place besides the workspace's own folder where checkpoints are kept. */
export interface CheckpointPlace {
  /** For people. */
  name: string;
  /** Throws STATE_INVALID with the reason when it cannot be kept there. */
  put(sealed: SealedHead): Promise<void>;
}

/** The places that ringmain.yaml names. Paths are relative to the workspace. */
export function checkpointPlaces(
  configs: readonly CheckpointPlaceConfig[],
  workspaceDir: string,
): CheckpointPlace[] {
  return configs.map((config) => {
    if ("path" in config) {
      const folder = resolve(workspaceDir, config.path);
      return place(config.path, (sealed) => writeNote(folder, sealed));
    }
    if ("git" in config) {
      const tree = resolve(workspaceDir, config.git);
      return place(`git ${config.git}`, (sealed) => commitNote(tree, sealed));
    }
    const [program = "", ...args] = config.command;
    return place(program, ({ note }) => pipeNote({ program, args, cwd: workspaceDir }, note));
  });
}

function place(name: string, put: CheckpointPlace["put"]): CheckpointPlace {
  return {
    name,
    async put(sealed) {
      try {
        await put(sealed);
      } catch (cause) {
        throw new RingmainError(
          "STATE_INVALID",
          `The checkpoint was not kept in ${name}: ${messageOf(cause)}`,
          {
            hint: "See checkpoints: under audit: in ringmain.yaml. The next checkpoint covers this one, too.",
            cause,
          },
        );
      }
    },
  };
}

async function writeNote(folder: string, { file, note }: SealedHead): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), note);
}

async function commitNote(tree: string, sealed: SealedHead): Promise<void> {
  await writeNote(tree, sealed);
  const git = (...args: string[]) => runProgram("git", ["-C", tree, ...args], { timeout: longestRunMs });
  await git("add", "--", sealed.file);
  await git("commit", "--quiet", "-m", `Checkpoint over ${sealed.size} entries`, "--", sealed.file);
}

async function pipeNote(
  { program, args, cwd }: { program: string; args: readonly string[]; cwd: string },
  note: string,
): Promise<void> {
  const running = runProgram(program, args, { cwd, timeout: longestRunMs });
  running.child.stdin?.on("error", () => {}); // a program that does not read it ends with its own answer
  running.child.stdin?.end(note);
  await running;
}
