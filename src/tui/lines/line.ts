/** What a stretch of text says beside its words; the screen chooses a colour for it, or none. */
export type Tone = "dim" | "good" | "bad" | "warn" | "accent";

export interface Span {
  text: string;
  tone?: Tone | undefined;
  bold?: boolean;
}

/** One row of the screen. What is wider than the pane is cut off. */
export type Line = readonly Span[];

export const emptyLine: Line = [];

/** A row of plain text, or of one tone. */
export function line(text: string, tone?: Tone): Line {
  return [{ text: oneLine(text), tone }];
}

/** A text without anything that could move the cursor: whatever a record or an error holds, a row stays a row. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ");
}

/** A text cut or filled up to a width, for columns. */
export function cell(text: string, width: number): string {
  const plain = oneLine(text);
  return plain.length > width ? `${plain.slice(0, Math.max(0, width - 1))}…` : plain.padEnd(width);
}

/** The rows of a paragraph, broken between words; a longer word is broken inside. */
export function wrap(text: string, width: number): string[] {
  const most = Math.max(8, width);
  const rows: string[] = [];
  let row = "";
  for (const word of oneLine(text).split(" ").filter(Boolean)) {
    let rest = word;
    if (row !== "" && row.length + 1 + rest.length > most) {
      rows.push(row);
      row = "";
    }
    for (; rest.length > most; rest = rest.slice(most)) rows.push(rest.slice(0, most));
    row = row === "" ? rest : `${row} ${rest}`;
  }
  return row === "" ? rows : [...rows, row];
}

/** A paragraph as rows. */
export function paragraph(text: string, width: number, tone?: Tone): Line[] {
  return wrap(text, width).map((row) => line(row, tone));
}

/** A label and its text, which may go on over several rows below itself. */
export function labelled(label: string, text: string, width: number, tone?: Tone): Line[] {
  const indent = 10;
  return wrap(text, width - indent).map((row, index) => [
    { text: (index === 0 ? label : "").padEnd(indent), tone: "dim" },
    { text: row, tone },
  ]);
}

/** `1 run`, `2 runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
