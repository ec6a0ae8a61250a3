import type { AnyTool } from "./tool.ts";

/** Text values by name, as a URI or a user gives them. */
export type TextValues = Readonly<Record<string, string>>;

/**
 * A read that a resource, a prompt or a completion makes: always a read of one tool, so that the grant, the policies
 * and the facts of that tool decide about it.
 */
export interface ReadSource<Context, Asked> {
  /** A tool with the effect `read`. */
  tool: AnyTool<Context>;
  /** The arguments of the tool. None when left out. */
  arguments?: (asked: Asked) => Readonly<Record<string, unknown>>;
  /**
   * Reads something else than the tool does, under the same permission: a narrower or a related part of it, and no
   * field that is marked, since masks go by the tool's schema.
   */
  handler?: (asked: Asked, context: Context) => Promise<Readonly<Record<string, unknown>>>;
}

/** Makes a read as the caller and gives its result. Throws what a call of the tool would. */
export type ReadTool<Context> = <Asked>(
  source: ReadSource<Context, Asked>,
  asked: Asked,
) => Promise<Record<string, unknown>>;

/** Suggests values while somebody types one. */
export interface Completion<Context> extends ReadSource<Context, string> {
  /** The field of the result's `items` that is suggested; `value` unless it is said. */
  field?: string;
}
