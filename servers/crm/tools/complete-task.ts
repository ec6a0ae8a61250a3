import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, multiline, recordKey, recordTypes } from "../fields.ts";
import { taskRecord } from "../records.ts";
import { findRecord, touchRecord } from "../store/record-directory.ts";
import { closeTask, findTask, getTask } from "../store/tasks.ts";

export const completeTaskTool = defineTool({
  name: "complete_task",
  title: "Complete a task",
  description:
    "Mark an open task as done, with what came of it. Use it instead of log_activity when a task was behind what " +
    "was done: it counts as an activity of the record that the task is about. Returns the task.",
  effect: "update",
  input: z.strictObject({
    id: recordKey("Id or reference of the task, e.g. TASK-0004."),
    outcome: multiline(2000).optional().describe("What came of it, e.g. Wants an offer for 40 m of ROPE-12."),
    expected_version: expectedVersion,
  }),
  output: taskRecord,
  facts: z.strictObject({ about_type: z.enum(recordTypes), assignee_id: z.string(), status: z.string() }),
  async resource({ id }, call) {
    const { about_type, assignee_id, status } = await findTask(call, id);
    return { about_type, assignee_id, status };
  },
  async handler({ id, outcome, expected_version }, call) {
    const task = await findTask(call, id);
    expectVersion({
      name: task.ref,
      record: await getTask(call, task.id),
      expected: expected_version,
      readBy: "get_record",
    });
    if (task.status === "done") {
      throw new RingmainError(
        "STATE_INVALID",
        `${task.ref} was done on ${task.completed_at?.slice(0, 10)}.`,
        {
          hint: "Nothing is left to do. Log what happened since with log_activity, or create_task for the next step.",
        },
      );
    }
    await closeTask(call, task, outcome);
    await touchRecord(call, await findRecord(call, task.about_id));
    return getTask(call, task.id);
  },
});
