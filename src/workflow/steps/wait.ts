import { z } from "zod";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { instantOf, isTimeZone } from "../functions/dates.ts";
import { readDuration } from "../read-duration.ts";
import { dateType, instantType, recordOf, unionOf, variantsOf } from "../types.ts";
import { defineStep, type StepRun, type StepScope, template } from "./step-kind.ts";

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "write a time such as 08:00, in quotes");

const writtenUntil = z.strictObject({
  until: template.describe("A date or an instant."),
  at: timeOfDay.describe("The time of day at which the date begins; midnight unless told.").optional(),
  timezone: z.string().describe("An IANA time zone; UTC unless told.").optional(),
});
type Until = z.output<typeof writtenUntil>;

const moment = z.object({ until: template, at: z.string(), timezone: z.string() });
type Moment = z.output<typeof moment>;

/** Waits for a time or until a moment. The run is parked meanwhile: nothing holds it, however long that is. */
export const waitStep = defineStep({
  kind: "wait",
  summary: "Wait for a duration, or until a date or an instant.",
  example: `- id: pause
  wait: 3d
- id: morning
  wait: { until: "\${{ date(now, 'Europe/Paris') + days(5) }}", at: "08:00", timezone: Europe/Paris }
`,
  written: z.object({ wait: z.union([z.string(), writtenUntil]).describe("A duration, or `until` when.") }),
  planned: z.union([z.object({ for_ms: z.number() }), moment]),

  check({ wait }, scope) {
    const result = recordOf({ until: instantType });
    if (typeof wait === "string") {
      const ms = readDuration(wait, ["wait"], scope.report);
      return { members: ms === undefined ? {} : { for_ms: ms }, result };
    }
    checkUntil(wait, scope);
    const { until, at = "00:00", timezone = "UTC" } = wait;
    return { members: { until, at, timezone }, result };
  },

  async run(step, run) {
    const due = await run.context.sleepUntil(run.path, (now) => {
      return "for_ms" in step ? new Date(now.getTime() + step.for_ms) : momentOf(step, run);
    });
    const result = { until: due.toISOString() };
    run.note({ result });
    return result;
  },
});

function checkUntil({ until, at, timezone }: Until, scope: StepScope): void {
  const type = scope.checkTemplate(until, ["wait", "until"], unionOf([dateType, instantType]));
  if (timezone !== undefined && !isTimeZone(timezone)) {
    const hint = "Use a name of the IANA database, for instance Europe/Paris or UTC.";
    const message = `There is no time zone "${timezone}".`;
    scope.report(["wait", "timezone"], { code: "time-zone", message, hint });
  }
  const instant = variantsOf(type).every(
    (variant) => variant.kind === "string" && variant.format === "date-time",
  );
  const needless = at !== undefined ? "at" : timezone !== undefined ? "timezone" : undefined;
  if (!instant || needless === undefined) return;
  const message = `"${needless}" says when a date begins, but this is an instant already.`;
  scope.report(["wait", needless], { code: "not-a-date", message, hint: "Remove it." }, { atKey: true });
}

/** Throws STEP_FAILED when the expression gives neither a date nor an instant. */
function momentOf({ until, at, timezone }: Moment, run: StepRun): Date {
  const value = run.evaluate(until);
  try {
    if (typeof value !== "string") throw new RangeError(`${JSON.stringify(value)} is not a text`);
    if (!value.includes("T")) return instantOf(value, at, timezone);
    const instant = z.iso.datetime({ offset: true }).safeParse(value);
    if (!instant.success) throw new RangeError(`"${value}" is neither a date nor an instant (RFC 3339)`);
    return new Date(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RingmainError("STEP_FAILED", `The run cannot wait until then: ${messageOf(error)}.`);
  }
}
