/** An entry as sinks get it. */
export interface TrailEntry {
  seq: number;
  /** The line that is hashed. */
  body: string;
  leaf: Uint8Array;
}

/** How far a sink has come, as it is stored. */
export interface Progress {
  /** Every entry up to this one has arrived. */
  position: number;
  /** The sink's own notes about where it stands, as JSON. */
  place?: string | undefined;
}

/** What a sink made of a batch. */
export interface Taken extends Progress {
  /** Something that people should know, although nothing failed. */
  note?: string | undefined;
}

/** Somebody who gets every entry of the trail. One process at a time uses it, whichever holds its lock. */
export interface Sink {
  /** For people, and for its stored position: the same for as long as it is the same target. */
  name: string;
  /** How many entries it takes at most in one batch. May change with what it learns. */
  batchSize(): number;
  /** Asked once, before its first entry. Throws when the target cannot be its own. */
  claim?(): Promise<void>;
  /** Asked while nothing is new: where to go on when the target has lost what had arrived, undefined when it has not. */
  lost?(progress: Progress): Promise<Taken | undefined>;
  /**
   * Takes what it can of the entries that follow its position. They have arrived when it returns: a crash afterwards
   * loses none up to the position returned, and those beyond it are given again. That position may also be lower, when
   * the target has lost entries. Throws when it could not, having changed nothing that a second try would not.
   */
  take(entries: readonly TrailEntry[], progress: Progress, signal: AbortSignal): Promise<Taken>;
}
