/** What the engine must know of approvals: not who decides or how, only whether somebody has. */
export interface Approvals {
  /**
   * Those of some requests that still wait for a person. One that was approved, rejected, has expired or is not known is
   * not among them: the call that waits for it is made again, and its server says what holds. One indexed read for all of
   * them, and no lock.
   */
  pending(ids: readonly string[]): ReadonlySet<string>;
  /**
   * A text that is another one whenever some request has come to wait or waits no more. Asked oftener still, and so cheap
   * also where thousands wait.
   */
  mark(): string;
}
