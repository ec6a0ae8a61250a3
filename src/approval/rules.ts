/** What `ringmain.yaml` says about approvals. */
export interface ApprovalRules {
  /** How long a request can be answered and an approval used, in milliseconds. */
  expireAfterMs: number;
  /** How many requests of one principal may wait at a time: who is asked more often decides worse. */
  mostWaiting: number;
  /** Where the members of a role are told of a request: an address by role. */
  notify: Readonly<Record<string, string>>;
  /** The roles of a person, by the name of their principal (`user:maria`). */
  rolesOf(principal: string): readonly string[];
}
