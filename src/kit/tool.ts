import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Mark } from "../core/marks.ts";
import type { Effect } from "../core/tool-description.ts";
import type { CallLinks } from "./links.ts";

/** A row that a call changed, as the audit entry names it. */
export interface ChangedRecord {
  table: string;
  id: string;
  version: number;
}

/** What the kit hands a server for each call; the server builds its own context (stores) from it. */
export interface CallContext<Tables> extends CallLinks {
  /** The query builder, inside the call's transaction. A handler awaits nothing else. */
  db: Kysely<Tables>;
  /** The instant of the call. The same for every read of it within the call. */
  now: Date;
  /** Who calls, for instance `agent:collector`. */
  principal: string;
  /** Makes a new id such as `cus_0199…`, sortable by time. */
  newId(prefix: string): string;
  /**
   * Whether the caller does not see the fields with a mark. A search that looked through them would tell what they hold,
   * by what it finds.
   */
  hides(mark: Mark): boolean;
  /** Names a row that this call created or changed, with its version after the change. Every write must. */
  changed(table: string, id: string, version: number): void;
}

/** One typed, permissioned operation of a server. */
export interface Tool<
  Context,
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** In snake_case, verb first. */
  name: string;
  title: string;
  /** When to use it, what it returns and its units, for a model that sees nothing else. */
  description: string;
  effect: Effect;
  /** A strict object; every field described. */
  input: Input;
  output: Output;
  /**
   * The shape of what `resource` returns: the attributes that a policy may use. An approval holds only while they are
   * what the person saw, so one that follows the clock rather than the record is marked `.meta({ clock: true })`.
   */
  facts?: z.ZodObject;
  /** The facts of the record that the call is about, read in the call's own transaction. */
  resource?(input: z.output<Input>, context: Context): Promise<Readonly<Record<string, unknown>>>;
  handler(input: z.output<Input>, context: Context): Promise<z.input<Output>>;
}

/** A tool whose schemas are known only at run time. */
export type AnyTool<Context> = Tool<Context>;
