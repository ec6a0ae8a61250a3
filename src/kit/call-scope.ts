import { newId } from "../core/ids.ts";
import type { UnitOfWork } from "../db/kysely.ts";
import type { CallContext } from "./define-tool.ts";

/** What the code of one call works with. Its unit of work starts when the query builder is first asked for. */
export class CallScope<Tables> implements CallContext<Tables> {
  readonly newId: (prefix: string) => string = newId;
  readonly now: Date;
  readonly principal: string;
  readonly changed: CallContext<Tables>["changed"];
  readonly #startUnit: () => UnitOfWork<Tables>;
  #unit: UnitOfWork<Tables> | undefined;
  #ended = false;

  constructor(options: {
    now: Date;
    principal: string;
    changed: CallContext<Tables>["changed"];
    startUnit: () => UnitOfWork<Tables>;
  }) {
    this.now = options.now;
    this.principal = options.principal;
    this.changed = options.changed;
    this.#startUnit = options.startUnit;
  }

  get db(): CallContext<Tables>["db"] {
    this.#unit ??= this.#startUnit();
    if (this.#ended) this.#unit.end();
    return this.#unit.db;
  }

  /** Ends the unit of work, also one that starts later. Returns how many queries have no answer yet. */
  end(): number {
    this.#ended = true;
    return this.#unit?.end() ?? 0;
  }
}
