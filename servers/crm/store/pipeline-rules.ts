import { RingmainError } from "../../../src/core/errors.ts";
import type { PipelineView } from "./pipelines.ts";

/** Throws INPUT_INVALID when stages and moves do not make a pipeline in which every deal can come to an end. */
export function checkPipeline(stages: PipelineView["stages"]): void {
  const keys = stages.map(({ stage }) => stage);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    refuse(`The stage "${twice}" is there twice.`, "Give every stage a key of its own.");
  for (const status of ["open", "won", "lost"] as const) {
    if (!stages.some((stage) => stage.status === status)) {
      refuse(
        `The pipeline has no stage of status ${status}.`,
        "It needs at least one open, one won and one lost.",
      );
    }
  }
  for (const { stage, status, probability_percent, allowed_next } of stages) {
    const unknown = allowed_next.find((next) => !keys.includes(next));
    if (unknown !== undefined) {
      refuse(`${stage} leads to "${unknown}", which is no stage.`, `Stages: ${keys.join(", ")}.`);
    }
    if (allowed_next.includes(stage))
      refuse(`${stage} leads to itself.`, "Leave it out of its own allowed_next.");
    if (new Set(allowed_next).size < allowed_next.length) {
      refuse(`${stage} leads to the same stage twice.`, "Name each stage in allowed_next once.");
    }
    const fixed = { won: 100, lost: 0, open: undefined }[status];
    if (fixed !== undefined && probability_percent !== fixed) {
      refuse(
        `${stage} is ${status}, so its probability is ${fixed} %.`,
        `Pass probability_percent ${fixed}.`,
      );
    }
    const closed = allowed_next.find((next) =>
      stages.some((other) => other.stage === next && other.status !== "open"),
    );
    if (status !== "open" && closed !== undefined) {
      refuse(
        `${stage} is ${status} and leads to ${closed}.`,
        "A closed deal can only be opened again: name open stages.",
      );
    }
  }
  const stuck = stages.find(
    ({ stage, status }) =>
      status === "open" && !(reaches(stages, stage, "won") && reaches(stages, stage, "lost")),
  );
  if (stuck !== undefined) {
    refuse(`From ${stuck.stage} a deal cannot become both won and lost.`, "Add the moves that lead there.");
  }
}

/** Whether a deal can come from an open stage to one of a status. */
function reaches(stages: PipelineView["stages"], from: string, status: string): boolean {
  const seen = new Set([from]);
  for (const key of seen) {
    const stage = stages.find((candidate) => candidate.stage === key);
    if (stage?.status === status) return true;
    // a way over a closed stage is none: it would have to be opened again
    if (stage?.status === "open") for (const next of stage.allowed_next) seen.add(next);
  }
  return false;
}

function refuse(message: string, hint: string): never {
  throw new RingmainError("INPUT_INVALID", message, { hint });
}
