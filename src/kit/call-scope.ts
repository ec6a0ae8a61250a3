import { newId } from "../core/ids.ts";
import type { UnitOfWork } from "../db/kysely.ts";
import type { CallLinks, LinksOfCall } from "./links.ts";
import type { CallContext } from "./tool.ts";

interface CallScopeOptions<Tables> {
  now: Date;
  principal: string;
  changed: CallContext<Tables>["changed"];
  startUnit: (beforeQuery: () => void) => UnitOfWork<Tables>;
  linksOf: (call: LinksOfCall) => CallLinks;
  /** Runs before each read or write of the call. */
  beforeUse: () => void;
}

/** What the code of one call works with. What it does not ask for is never made: many a call touches no store. */
export class CallScope<Tables> implements CallContext<Tables> {
  readonly newId: (prefix: string) => string = newId;
  readonly now: Date;
  readonly principal: string;
  readonly changed: CallContext<Tables>["changed"];
  readonly #options: CallScopeOptions<Tables>;
  #unit: UnitOfWork<Tables> | undefined;
  #callLinks: CallLinks | undefined;
  #ended = false;
  #hidden: readonly string[] = [];

  constructor(options: CallScopeOptions<Tables>) {
    this.now = options.now;
    this.principal = options.principal;
    this.changed = options.changed;
    this.#options = options;
  }

  get db(): CallContext<Tables>["db"] {
    this.#unit ??= this.#options.startUnit(this.#options.beforeUse);
    if (this.#ended) this.#unit.end();
    return this.#unit.db;
  }

  get link(): CallLinks["link"] {
    return this.#links().link;
  }

  get links(): CallLinks["links"] {
    return this.#links().links;
  }

  get moveLinks(): CallLinks["moveLinks"] {
    return this.#links().moveLinks;
  }

  readonly hides: CallContext<Tables>["hides"] = (mark) => this.#hidden.includes(mark);

  /** To be told with the decision, before the handler runs. */
  hide(marks: readonly string[] = []): void {
    this.#hidden = marks;
  }

  /** Ends the call: what is asked for later does nothing. Returns how many queries have no answer yet. */
  end(): number {
    this.#ended = true;
    return this.#unit?.end() ?? 0;
  }

  #links(): CallLinks {
    const { now, changed, beforeUse, linksOf } = this.#options;
    this.#callLinks ??= linksOf({ now, changed, ended: () => this.#ended, beforeUse });
    return this.#callLinks;
  }
}
