import type { FollowerEvents } from "../sinks/follower.ts";

/** A sink's events as lines for people. */
export function sinkLines(print: (line: string) => void): FollowerEvents {
  return {
    failed: (sink, { message, hint }) => print(`The sink ${sink} fails: ${message} ${hint ?? ""}`.trimEnd()),
    recovered: (sink, position) => print(`The sink ${sink} works again, up to entry ${position}.`),
    note: (sink, text) => print(`${sink}: ${text}`),
  };
}
