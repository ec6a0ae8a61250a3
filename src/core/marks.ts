/** What a field may be marked as, once, in its schema; policies and erasure go by it. */
export const marks = [
  /** About a person: a name, an address, a telephone number, what was said about them. */
  "personal",
  /** For few eyes, such as bank details. */
  "secret",
  /** Written by a third party, who may have meant it for a model. */
  "untrusted",
  /** What a person should see before it takes effect. */
  "critical",
] as const;
export type Mark = (typeof marks)[number];

/** The keyword that carries the marks of a field in a JSON Schema: `"x-marks": ["personal"]`. */
export const marksKeyword = "x-marks";

export function isMark(text: string): text is Mark {
  return marks.some((mark) => mark === text);
}
