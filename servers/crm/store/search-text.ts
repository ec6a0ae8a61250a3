/** A text without case, accents and repeated spaces, so that "pecheurs sete" finds "Pêcheurs de Sète". */
export function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ø", "o")
    .replaceAll("æ", "ae")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

/** The columns `name_key` and `search_text` of a record with a name and other texts to find it by. */
export function searchColumns(name: string, ...others: (string | null | undefined)[]) {
  const texts = [name, ...others.filter((text) => text !== null && text !== undefined)];
  return { name_key: foldText(name), search_text: texts.map(foldText).join(" ") };
}
