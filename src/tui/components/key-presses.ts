import type { Key } from "ink";
import type { KeyPress } from "../keys.ts";

/** What ink tells of a key. Keys that were pressed quickly may arrive as one text: each counts. */
export function keyPresses(text: string, key: Key): KeyPress[] {
  const { shift, ctrl } = key;
  const names: [boolean, KeyPress["name"]][] = [
    [key.upArrow, "up"],
    [key.downArrow, "down"],
    [key.leftArrow, "left"],
    [key.rightArrow, "right"],
    [key.pageUp, "pageUp"],
    [key.pageDown, "pageDown"],
    [key.home, "home"],
    [key.end, "end"],
    [key.return, "enter"],
    [key.escape, "escape"],
    [key.tab, "tab"],
    [key.backspace || key.delete, "backspace"],
  ];
  const name = names.find(([pressed]) => pressed)?.[1];
  if (name !== undefined) return [{ text: "", name, shift, ctrl }];
  return [...text].map((character) =>
    character === "\r" ? { text: "", name: "enter", shift, ctrl } : { text: character, shift, ctrl },
  );
}
