import { v7 } from "uuid";

/** Makes ids that sort by the time they were made (UUID version 7, RFC 9562 §5.7), with a prefix for people. */
export function newId(prefix: string): string {
  return `${prefix}_${v7().replaceAll("-", "")}`;
}
