import type { Fault } from "./fault.ts";

const fileSink = "src/sinks/file-sink.ts";
const otlpSink = "src/sinks/otlp-sink.ts";
const follower = "src/sinks/follower.ts";
const files = "test/unit/sinks/file-sink.test.ts";
const eachLineOnce = { file: files, name: "holds each line once and in order" };
const collector = "test/unit/sinks/otlp-sink.test.ts";
const afterRotation =
  "if (keep !== undefined) await files.prune(keep);\n    return progressTo(position, startingAt(position));";

export const sinkFaults: readonly Fault[] = [
  {
    invariant: 26,
    broken: "a line is lost when a file is full",
    edits: [
      {
        file: fileSink,
        find: afterRotation,
        put: "return progressTo(position + 1, startingAt(position + 1));",
      },
    ],
    foundBy: eachLineOnce,
  },
  {
    invariant: 26,
    broken: "a line is doubled when a file is full",
    edits: [
      {
        file: fileSink,
        find: "if (left < 0 && !(atLeastOne && lines.length === 0)) break;",
        put: "if (left < 0 && lines.length === 0 && !atLeastOne) lines.push(line);\n    if (left < 0 && !(atLeastOne && lines.length === 0)) break;",
      },
    ],
    foundBy: eachLineOnce,
  },
  {
    invariant: 26,
    broken: "what a crash left behind the stored place stays",
    edits: [{ file: fileSink, find: "  await file.truncate(place);\n", put: "" }],
    foundBy: eachLineOnce,
  },
  {
    invariant: 26,
    broken: "after a restart, lines go to the end of the file, wherever the stored place is",
    edits: [
      {
        file: fileSink,
        find: "  await file.truncate(place);\n  for (let written = 0;",
        put: "  place = (await file.stat()).size;\n  for (let written = 0;",
      },
    ],
    foundBy: eachLineOnce,
  },
  {
    invariant: 26,
    broken: "a file that was renamed by a process that died is written again",
    edits: [
      {
        file: fileSink,
        find: "if (size === undefined && (await sizeOf(files.fullPath(first))) !== undefined)",
        put: "if (bytes < 0)",
      },
    ],
    foundBy: eachLineOnce,
  },
  {
    invariant: 26,
    broken: "two processes work on one sink at a time",
    edits: [
      {
        file: "src/sinks/sink-state.ts",
        find: "exclusively: (work) => transact(database, work, control),",
        put: "exclusively: async (work) => { control.begin; return await work(); },",
      },
    ],
    foundBy: { file: files, name: "is one process's at a time" },
  },
  {
    invariant: 26,
    broken: "what could not be written counts as arrived",
    edits: [
      {
        file: follower,
        find: "await sink.take(entries, before, ending.signal)",
        put: "await sink.take(entries, before, ending.signal).catch(() => ({ ...before, position: entries.at(-1).seq }))",
      },
    ],
    foundBy: { file: files, name: "loses nothing" },
  },
  {
    invariant: 26,
    broken: "a sink goes on with another trail",
    edits: [{ file: follower, find: "    requireSameTrail(before);\n", put: "" }],
    foundBy: { file: files, name: "stops when the trail is not the one that it followed" },
  },
  {
    invariant: 26,
    broken: "how far the file goes is not stored with the position",
    edits: [
      {
        file: follower,
        find: "opened.write({ ...taken, leaf:",
        put: "opened.write({ ...taken, place: before.place, leaf:",
      },
    ],
    foundBy: { file: files, name: "has exactly the lines that are hashed" },
  },
  {
    invariant: 26,
    broken: "what a collector did not take is not sent again",
    edits: [{ file: otlpSink, find: "      if (answer.error !== undefined) throw answer.error;\n", put: "" }],
    foundBy: { file: collector, name: "is asked again when it said so" },
  },
  {
    invariant: 26,
    broken: "what is too large for a collector at once is not sent",
    edits: [{ file: otlpSink, find: "        return { position };\n", put: "        return reached;\n" }],
    foundBy: { file: collector, name: "gets less at once when a request is too large" },
  },
];
