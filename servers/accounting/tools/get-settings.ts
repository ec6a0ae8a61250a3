import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { settingsRecord } from "../fields.ts";
import { lastClosedMonth } from "../store/periods.ts";
import { readSettings, settingsView } from "../store/settings.ts";

export const getSettings = defineTool({
  name: "get_settings",
  title: "Get the settings of the books",
  description:
    "Read the settings of the books. Use it before postings in several currencies, or to see which days are still " +
    "open. Returns the base currency that reports are made in, how amounts are rounded, and up to which month the " +
    "books are closed.",
  effect: "read",
  input: z.strictObject({}),
  output: settingsRecord,
  async handler(_input, context) {
    return settingsView(await readSettings(context), await lastClosedMonth(context));
  },
});
