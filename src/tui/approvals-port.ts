/** The requests for approval, as the screen shows them and a person decides about them. */
export interface ApprovalsPort {
  /** Who sits at the screen: `user:maria`. */
  principal: string;
  /** How many requests wait for people, and the newest `limit` of them first. */
  list(limit: number): { waiting: number; requests: readonly ApprovalSummary[] };
  /** All that a person needs to decide. Throws NOT_FOUND. */
  show(id: string): ApprovalDetail;
  /** Throws, with the remedy, when the person at the screen cannot decide about a request. Records nothing. */
  mayDecide(id: string): void;
  /** Decides as the person at the screen. Throws, with the remedy, when nothing was decided. */
  decide(answer: ApprovalAnswer): Promise<{ status: string; missing: readonly string[] }>;
}

export type Decision = "approved" | "rejected";

export interface ApprovalAnswer {
  id: string;
  decision: Decision;
  /** Empty for none. */
  reason: string;
  /** As it was typed at this terminal. Kept nowhere. */
  passphrase: string;
}

/** One row of the list. */
export interface ApprovalSummary {
  /** `apr_…` */
  id: string;
  /** `server.tool` */
  tool: string;
  /** Who asks. */
  principal: string;
  /** Who is asked. */
  roles: readonly string[];
  createdAt: Date;
}

export interface ApprovalDetail {
  id: string;
  status: string;
  /** Who asks for what, by which policy, until when. */
  standing: readonly ApprovalRow[];
  /** Facts, arguments and what would come of it; no more than a heading when they were erased. */
  sections: readonly { heading: string; rows: readonly ApprovalRow[] }[];
}

/** A name and what stands beside it, one line or several. */
export interface ApprovalRow {
  name: string;
  text: readonly string[];
}
