/** What came of one check of one server. */
export interface CheckResult {
  check: string;
  outcome: "passed" | "FAILED" | "left out";
  /** What was found, what is wrong, or why it was left out. */
  detail: string;
}

export const passed = (check: string, detail: string): CheckResult => ({ check, outcome: "passed", detail });
export const failed = (check: string, detail: string): CheckResult => ({ check, outcome: "FAILED", detail });
export const leftOut = (check: string, detail: string): CheckResult => ({
  check,
  outcome: "left out",
  detail,
});
