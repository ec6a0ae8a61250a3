const unitBytes: Readonly<Record<string, number>> = {
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** Reads a size such as `50MB`, `512 KiB` or `1GB` (ISO 80000-13: a MiB is 2^20 bytes). Undefined when it is none. */
export function parseByteSize(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d+) ?([KMG]i?B)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (unitBytes[unit.toUpperCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
