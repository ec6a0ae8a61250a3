/**
 * One record of a CSV file without its line end (RFC 4180 §2). A record of one empty field is quoted, since an empty
 * line is none to most readers.
 */
export function csvLine(fields: readonly string[], delimiter = ","): string {
  if (fields.length === 1 && fields[0] === "") return '""';
  return fields.map((field) => quoted(field, delimiter)).join(delimiter);
}

function quoted(field: string, delimiter: string): string {
  const needed = field.includes(delimiter) || /["\r\n]/.test(field);
  return needed ? `"${field.replaceAll('"', '""')}"` : field;
}
