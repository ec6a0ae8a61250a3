/** What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"). */
const formulaStart = /^[=+\-@\t\r\n]/;
const plainNumber = /^-?\d+(\.\d+)?$/;

/**
 * A text as a cell that no spreadsheet executes: one that would begin a formula gets an apostrophe in front. A plain
 * number such as -12.50 stays as it is.
 */
export function spreadsheetText(text: string): string {
  return formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}
